package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

func (s *caseSARIF) cue(t *toldCue) {
	cue := t.cue
	s.open('{')
	s.member("ruleId", cueRule(cue))
	s.key("ruleIndex")
	s.int(s.index[cueRule(cue)])
	s.member("level", level(cue.Verdict))
	text := caseName(t.of) + ": " + cmp.Or(prose(cue.Title, 300), clean(cueRule(cue))) + "."
	if !cue.At.IsZero() {
		text += " Dated " + day(cue.At) + "."
	}
	if cue.Innocent != "" {
		text += " Ordinarily: " + prose(cue.Innocent, 400) + "."
	}
	s.message("message", text)
	s.key("locations")
	s.open('[')
	s.places(t)
	s.close(']')
	s.key("partialFingerprints")
	s.open('{')
	print := s.fingerprint(t)
	s.member("kennel/v1", print)
	s.member("primaryLocationLineHash", print+":1") // see (*sarif).result
	s.close('}')
	s.key("properties")
	s.open('{')
	s.member("verdict", cue.Verdict.String())
	s.member("severity", cue.Severity.String())
	s.member("confidence", cue.Confidence.String())
	if t.of.Component.Ecosystem != "" {
		s.member("component", ecosystem.Purl(t.of.Component))
	}
	if t.of.Previous != "" {
		s.member("previous", t.of.Previous)
	}
	s.key("evidence")
	s.open('[')
	for i, e := range cue.Evidence {
		if i == sarifEvidence {
			break
		}
		s.str(evidenceText(&e))
	}
	s.close(']')
	s.close('}')
	s.close('}')
}

// evidenceText is a piece of evidence in one clean line.
func evidenceText(e *kennel.Evidence) string {
	out := strings.TrimSpace(clean(e.Kind) + " " + clean(e.What))
	if says := prose(e.Says, 300); says != "" {
		out += ": " + says
	}
	return out
}

// places writes where a cue is. Files that a repository's or a tarball's cue
// names lie in it; what a package brings in is told where the reader has it:
// in the new lock file, or at the subject.
func (s *caseSARIF) places(t *toldCue) {
	n := 0
	if t.of.Component.Ecosystem == "" && t.of == s.v.c {
		told := make(map[string]bool)
		for i := range t.cue.Evidence {
			e := &t.cue.Evidence[i]
			if e.Kind != "file" || e.What == "" || told[e.What] || n == sarifLocations {
				continue
			}
			told[e.What] = true
			n++
			s.location(fileAt(e.What))
		}
	}
	if n == 0 {
		s.location(kennel.Location{Path: cmp.Or(t.of.File, s.v.c.File, s.v.c.Subject)})
	}
}

// fileAt reads "path:12".
func fileAt(what string) kennel.Location {
	if at := strings.LastIndexByte(what, ':'); at > 0 {
		if n, err := strconv.Atoi(what[at+1:]); err == nil && n > 0 {
			return kennel.Location{Path: what[:at], Line: n}
		}
	}
	return kennel.Location{Path: what}
}

// fingerprint is the same as long as the same cue is given of the same
// package, whatever its version. A second cue like it has another one.
func (s *caseSARIF) fingerprint(t *toldCue) string {
	c := &t.of.Component
	what := t.cue.ID
	if what == "" && len(t.cue.Evidence) > 0 {
		what = fileAt(t.cue.Evidence[0].What).Path
	}
	if what == "" {
		what = t.cue.Title
	}
	h := sha256.New()
	for _, part := range []string{t.cue.Layer, t.cue.Rule, string(c.Ecosystem), ecosystem.NameKey(c.Package), what} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	print := hex.EncodeToString(h.Sum(nil)[:16])
	s.seen[print]++
	if n := s.seen[print]; n > 1 {
		print += "-" + strconv.Itoa(n)
	}
	return print
}
