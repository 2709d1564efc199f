package report

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/kennel-oss/kennel"
)

func level(v kennel.Verdict) string {
	switch v {
	case kennel.Review:
		return "warning"
	case kennel.Allow:
		return "note"
	}
	return "error"
}

func (s *sarif) result(i int) {
	r := &s.j.Results[i]
	s.open('{')
	s.member("ruleId", ruleID(r))
	s.key("ruleIndex")
	s.int(s.index[ruleID(r)])
	s.member("level", level(r.Verdict))
	s.message("message", resultText(s.j, r))
	s.key("locations")
	s.open('[')
	s.resultLocations(r)
	s.close(']')
	s.key("partialFingerprints")
	s.open('{')
	if r.Fingerprint != "" {
		s.member("kennel/v1", r.Fingerprint)
		// The only one that GitHub reads; without it a hash of the line, which
		// changes with every version.
		s.member("primaryLocationLineHash", r.Fingerprint+":1")
	}
	s.close('}')
	s.state(r)
	s.key("properties")
	s.open('{')
	s.member("verdict", r.Verdict.String())
	s.member("severity", r.Severity.String())
	s.member("fixed", r.Fix.State.String())
	if r.Remedy.Command != "" {
		s.member("command", r.Remedy.Command)
	}
	if _, o := place(s.j, r); o != nil {
		s.member("scope", o.Scope.String())
		s.member("direct", o.Direct.String())
	}
	s.close('}')
	s.close('}')
}

// state tells what a baseline and suppressions say. What the baseline knows
// is unchanged, not suppressed: code scanning would close its alert.
func (s *sarif) state(r *kennel.Result) {
	byBaseline := r.Suppressed != nil && r.Suppressed.By == "baseline"
	if s.j.Baseline.Used && (byBaseline || r.Suppressed == nil) {
		state := "new"
		if byBaseline {
			state = "unchanged"
		}
		s.member("baselineState", state)
	}
	s.key("suppressions")
	s.open('[')
	if r.Suppressed != nil && !byBaseline {
		s.open('{')
		s.member("kind", "external")
		s.member("status", "accepted")
		s.member("justification", suppressedBy(r.Suppressed))
		s.close('}')
	}
	s.close(']')
}

// resultText is the one sentence that an annotation shows.
func resultText(j *kennel.Judgement, r *kennel.Result) string {
	out := label(&r.Component) + ": " + clean(ruleID(r)) + " (" + rating(r) + ")"
	if t := prose(r.Title, 300); t != "" {
		out += ", " + t
	}
	out += ". " + sentence(strings.Join(signals(r), ", ")) + "."
	if via := path(j, r); via != "" {
		out += " Comes via " + via + "."
	}
	if r.Remedy.Kind != kennel.RemedyUnknown {
		a := action{remedy: r.Remedy}
		out += " To do: " + a.what(j) + "."
	}
	return out
}

func sentence(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

func (s *sarif) resultLocations(r *kennel.Result) {
	p, o := place(s.j, r)
	if o == nil || len(o.Locations) == 0 {
		at := s.j.Inventory.Target
		if p >= 0 {
			at = s.j.Inventory.Projects[p].ID()
		}
		s.location(kennel.Location{Path: at})
		return
	}
	for i, l := range o.Locations {
		if i == 10 {
			return // a component of a monorepo can have thousands
		}
		s.location(l)
	}
}

func (s *sarifWriter) location(l kennel.Location) {
	s.open('{')
	s.key("physicalLocation")
	s.open('{')
	s.key("artifactLocation")
	s.open('{')
	s.member("uri", uriReference(l.Path))
	s.close('}')
	if l.Line > 0 {
		s.key("region")
		s.open('{')
		s.key("startLine")
		s.int(l.Line)
		s.close('}')
	}
	s.close('}')
	s.close('}')
}

// uriReference makes a relative path a valid URI reference: a colon in its
// first segment is no scheme, and a path that begins with slashes names no
// host.
func uriReference(p string) string {
	p = strings.TrimLeft(p, "/")
	u := (&url.URL{Path: strings.ToValidUTF8(cmp.Or(p, "."), "\ufffd")}).EscapedPath()
	if head, _, _ := strings.Cut(u, "/"); strings.Contains(head, ":") {
		u = "./" + u
	}
	return u
}

// webAddress returns s when it is an address that a reader may follow and
// that no format has to escape, else "".
func webAddress(s string) string {
	if !strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "http://") || len(s) > 2000 {
		return ""
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || strings.IndexByte("\"'<>`\\^{|}", c) >= 0 {
			return ""
		}
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil {
		return ""
	}
	return s
}
