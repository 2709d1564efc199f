package report

import (
	"bufio"
	"cmp"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
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
	s := &caseSARIF{sarifWriter: newSARIFWriter(w), v: newCaseView(c), seen: make(map[string]int)}
	s.collect()
	const unseen = "not-looked-at"
	return s.document(o.Tool, sarifRun{
		rules: func() {
			for _, cue := range s.kinds {
				s.line()
				s.kind(cue)
			}
		},
		descriptors: func() {
			s.descriptor(unseen, "Something could not be looked at, so that nothing is said of it")
		},
		results: func() {
			for i := range s.told {
				s.line()
				s.cue(&s.told[i])
			}
		},
		notes: func() {
			for i := range s.v.blind {
				u := &s.v.blind[i]
				s.note("Not looked at: "+u.what()+": "+u.why, unseen, 0)
			}
			if s.left > 0 {
				s.note("Not written: "+counted(s.left, "more cue", "more cues")+" than code scanning takes", unseen, 0)
			}
		},
		verdict: c.Verdict, complete: len(s.v.blind) == 0, target: c.Subject,
	})
}

type caseSARIF struct {
	*sarifWriter
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
	case "publisher":
		return "Who published it, and did that change?"
	case "known":
		return "Is it known to be dangerous?"
	case "origin":
		return "Does the lock file still say where a release comes from?"
	}
	return ""
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
