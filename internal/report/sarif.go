package report

import (
	"bufio"
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/kennel-oss/kennel"
)

// writeSARIF writes a SARIF 2.1.0 log for code scanning.
//
// A rule is a problem (an advisory's id), a result is that problem in one
// project, and what was not checked stands among the tool's notifications.
// Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/
func writeSARIF(w *bufio.Writer, j *kennel.Judgement, o Options) error {
	s := &sarif{jsonWriter: newJSONWriter(w), j: j}
	s.open('{')
	s.line()
	s.member("$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
	s.line()
	s.member("version", "2.1.0")
	s.line()
	s.key("runs")
	s.open('[')
	s.open('{')
	s.tool(o.Tool)
	s.line()
	s.key("results")
	s.open('[')
	for i := range j.Results {
		s.line()
		s.result(i)
	}
	s.close(']')
	s.invocation()
	s.line()
	s.key("properties")
	s.open('{')
	s.member("verdict", j.Verdict.String())
	s.key("complete")
	s.bool(j.Complete)
	s.member("target", j.Inventory.Target)
	s.close('}')
	s.close('}')
	s.close(']')
	s.line()
	s.close('}')
	s.buf = append(s.buf, '\n')
	return s.flush()
}

type sarif struct {
	*jsonWriter
	j     *kennel.Judgement
	rules []int          // a result for each rule, the most severe
	index map[string]int // rule id -> index in rules
}

const homepage = "https://github.com/kennel-oss/kennel"

func (s *sarif) tool(t Tool) {
	s.line()
	s.key("tool")
	s.open('{')
	s.key("driver")
	s.open('{')
	s.member("name", cmp.Or(t.Name, "kennel"))
	if t.Version != "" {
		s.member("version", t.Version)
	}
	s.member("informationUri", homepage)
	s.key("rules")
	s.open('[')
	s.collectRules()
	for _, i := range s.rules {
		s.line()
		s.rule(&s.j.Results[i])
	}
	s.close(']')
	s.line()
	s.key("notifications")
	s.open('[')
	for k := kennel.GapUnreadable; k <= kennel.GapDatabase; k++ {
		s.open('{')
		s.member("id", gapID(k))
		s.message("shortDescription", gapMeans(k))
		s.close('}')
	}
	s.close(']')
	s.close('}')
	s.close('}')
}

func gapID(k kennel.GapKind) string { return "gap/" + strings.ReplaceAll(k.String(), " ", "-") }

func gapMeans(k kennel.GapKind) string {
	switch k {
	case kennel.GapUnreadable:
		return "A recognised input could not be read"
	case kennel.GapUnresolved:
		return "Something in an input could not be resolved"
	case kennel.GapDatabase:
		return "The advisory database is missing, old, or only the starter set"
	}
	return "A package that no layer could look at"
}

// ruleID is the problem's id. Code scanning shows it and groups by it.
func ruleID(r *kennel.Result) string { return cmp.Or(r.ID, r.Rule, "unnamed") }

func (s *sarif) collectRules() {
	s.index = make(map[string]int)
	for i := range s.j.Results {
		r := &s.j.Results[i]
		n, known := s.index[ruleID(r)]
		if !known {
			s.index[ruleID(r)] = len(s.rules)
			s.rules = append(s.rules, i)
			continue
		}
		if was := &s.j.Results[s.rules[n]]; cmp.Or(cmp.Compare(r.Severity, was.Severity), cmp.Compare(r.Score, was.Score)) > 0 {
			s.rules[n] = i
		}
	}
}

func (s *sarif) rule(r *kennel.Result) {
	s.open('{')
	s.member("id", ruleID(r))
	s.message("shortDescription", cmp.Or(prose(r.Title, 300), ruleID(r)))
	s.message("fullDescription", ruleText(r, false))
	s.key("help")
	s.open('{')
	s.member("text", ruleText(r, false))
	s.member("markdown", ruleText(r, true))
	s.close('}')
	if link := webAddress(r.URL); link != "" {
		s.member("helpUri", link)
	}
	s.key("properties")
	s.open('{')
	if v := securitySeverity(r); v != "" {
		s.member("security-severity", v)
	}
	s.key("tags")
	tags := []string{"security", "dependency"}
	if r.Rule != "" {
		tags = append(tags, r.Rule)
	}
	s.strings(slices.Compact(tags))
	s.close('}')
	s.close('}')
}

// ruleText says what is known of the problem whatever package it is in.
func ruleText(r *kennel.Result, markdown bool) string {
	esc := clean
	if markdown {
		esc = escapeMarkdown
	}
	out := esc(prose(r.Title, 600))
	if out == "" {
		out = esc(ruleID(r))
	}
	out += " (" + rating(r) + ")."
	if len(r.Aliases) > 0 {
		out += " Also known as " + esc(enumerate(r.Aliases, 10)) + "."
	}
	if r.KEV != nil {
		out += " Known to be exploited, says CISA."
	}
	if link := webAddress(r.URL); link != "" {
		out += " See " + link
	}
	return out
}

// securitySeverity is the number that code scanning sorts by. Where no score
// is known it is the middle of the severity's range (FIRST, CVSS 4.0 section
// 6); a malicious package is the worst there is; of an unknown severity it
// says nothing.
func securitySeverity(r *kennel.Result) string {
	switch {
	case r.Rule == malicious:
		return "10.0"
	case r.Score > 0 && r.Score <= 10:
		return strconv.FormatFloat(r.Score, 'f', 1, 64)
	}
	switch r.Severity {
	case kennel.SeverityCritical:
		return "9.5"
	case kennel.SeverityHigh:
		return "8.0"
	case kennel.SeverityMedium:
		return "5.5"
	case kennel.SeverityLow:
		return "2.0"
	case kennel.SeverityNone:
		return "0.0"
	}
	return ""
}

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

func (s *sarif) location(l kennel.Location) {
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

func (s *sarif) invocation() {
	s.line()
	s.key("invocations")
	s.open('[')
	s.open('{')
	s.key("executionSuccessful")
	s.bool(true)
	s.key("toolExecutionNotifications")
	s.open('[')
	v := &view{j: s.j}
	for _, g := range v.gaps() {
		s.line()
		s.open('{')
		s.member("level", "warning")
		s.message("message", "Not checked: "+enumerate(g.whats, 20)+": "+g.why)
		s.key("descriptor")
		s.open('{')
		s.member("id", gapID(g.kind))
		s.key("index")
		s.int(int(g.kind))
		s.close('}')
		s.close('}')
	}
	s.close(']')
	s.close('}')
	s.close(']')
}

// message writes a message string. In one, a word in braces is a placeholder
// and [text](destination) is a link (SARIF 3.11.5 and 3.11.6); ours are
// neither.
func (s *sarif) message(key, text string) {
	s.key(key)
	s.open('{')
	s.member("text", strings.NewReplacer("{", "{{", "}", "}}", "](", "] (").Replace(text))
	s.close('}')
}
