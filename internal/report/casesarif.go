package report

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

const (
	sarifResults   = 25_000 // GitHub takes no more of a run
	sarifLocations = 10     // of a result; GitHub takes more and shows the first
	sarifEvidence  = 20
)

// writeCaseSARIF writes a SARIF 2.1.0 log for code scanning: a rule is a kind
// of cue, a result is a cue, and what was not looked at stands among the
// tool's notifications.
func writeCaseSARIF(w *bufio.Writer, c *kennel.Case, o Options) error {
	s := &caseSARIF{sarif: sarif{jsonWriter: newJSONWriter(w), escape: newSARIFEscape()}, v: newCaseView(c), seen: make(map[string]int)}
	s.collect()
	s.open('{')
	s.line()
	s.member("$schema", sarifSchemaURI)
	s.line()
	s.member("version", "2.1.0")
	s.line()
	s.key("runs")
	s.open('[')
	s.open('{')
	s.driver(o.Tool)
	s.line()
	s.key("results")
	s.open('[')
	for i := range s.told {
		s.line()
		s.cue(&s.told[i])
	}
	s.close(']')
	s.notifications()
	s.line()
	s.key("properties")
	s.open('{')
	s.member("verdict", c.Verdict.String())
	s.key("complete")
	s.bool(len(s.v.blind) == 0)
	s.member("target", c.Subject)
	s.close('}')
	s.close('}')
	s.close(']')
	s.line()
	s.close('}')
	s.buf = append(s.buf, '\n')
	return s.flush()
}

type caseSARIF struct {
	sarif
	v     *caseView
	told  []toldCue
	kinds []*kennel.Cue  // the first cue of each rule
	index map[string]int // rule id -> index in kinds
	left  int            // cues beyond sarifResults
	seen  map[string]int // fingerprint -> results that have it
}

// toldCue is a cue with the case that it is of.
type toldCue struct {
	of  *kennel.Case
	cue *kennel.Cue
}

func (s *caseSARIF) collect() {
	s.index = make(map[string]int)
	add := func(v *caseView) {
		for _, cue := range v.cues {
			if len(s.told) == sarifResults {
				s.left++
				continue
			}
			s.told = append(s.told, toldCue{v.c, cue})
			if _, known := s.index[cueRule(cue)]; !known {
				s.index[cueRule(cue)] = len(s.kinds)
				s.kinds = append(s.kinds, cue)
			}
		}
	}
	add(s.v)
	for i := range s.v.parts {
		add(&s.v.parts[i])
	}
}

// cueRule names a kind of cue: a rule's name is its layer's own.
func cueRule(c *kennel.Cue) string {
	return cmp.Or(c.Layer, "layer") + "/" + cmp.Or(c.Rule, "unnamed")
}

// question is what a layer asks, "" for one that is not known here.
func question(layer string) string {
	switch layer {
	case "authority":
		return "Who can release, and did that change?"
	case "source":
		return "Is the release what its repository says?"
	case "content":
		return "What can it do, and what can it do that the release before could not?"
	case "name":
		return "Did we mean this package?"
	case "origin":
		return "Does the lock file still say where a release comes from?"
	}
	return ""
}

func (s *caseSARIF) driver(t Tool) {
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
	for _, cue := range s.kinds {
		s.line()
		s.kind(cue)
	}
	s.close(']')
	s.line()
	s.key("notifications")
	s.open('[')
	s.open('{')
	s.member("id", "not-looked-at")
	s.message("shortDescription", "Something could not be looked at, so that nothing is said of it")
	s.close('}')
	s.close(']')
	s.close('}')
	s.close('}')
}

func (s *caseSARIF) kind(cue *kennel.Cue) {
	layer := clean(cmp.Or(cue.Layer, "layer"))
	about := strings.TrimSpace("Layer " + layer + " gives this cue. " + question(cue.Layer))
	ordinary := prose(cue.Innocent, 400)
	help := about + " A cue is a change that a person should look at, with evidence to check; it accuses nobody."
	markdown := escapeClean(help)
	if ordinary != "" {
		help += " The ordinary explanation: " + ordinary + "."
		markdown += "\n\n**The ordinary explanation:** " + escapeClean(ordinary) + "."
	}
	s.open('{')
	s.member("id", cueRule(cue))
	s.message("shortDescription", clean(cueRule(cue)))
	s.message("fullDescription", about)
	s.key("help")
	s.open('{')
	s.member("text", help)
	s.member("markdown", markdown)
	s.close('}')
	s.key("properties")
	s.open('{')
	s.key("tags")
	s.strings(slices.Compact([]string{"security", "supply-chain", layer}))
	s.close('}')
	s.close('}')
}

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
		s.location(kennel.Location{Path: cmp.Or(s.v.c.File, s.v.c.Subject)})
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

func (s *caseSARIF) notifications() {
	s.line()
	s.key("invocations")
	s.open('[')
	s.open('{')
	s.key("executionSuccessful")
	s.bool(true)
	s.key("toolExecutionNotifications")
	s.open('[')
	note := func(text string) {
		s.line()
		s.open('{')
		s.member("level", "warning")
		s.message("message", text)
		s.key("descriptor")
		s.open('{')
		s.member("id", "not-looked-at")
		s.key("index")
		s.int(0)
		s.close('}')
		s.close('}')
	}
	for i := range s.v.blind {
		u := &s.v.blind[i]
		note("Not looked at: " + u.what() + ": " + u.why)
	}
	if s.left > 0 {
		note("Not written: " + counted(s.left, "more cue", "more cues") + " than code scanning takes")
	}
	s.close(']')
	s.close('}')
	s.close(']')
}
