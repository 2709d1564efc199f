package report

import (
	"bufio"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

// How much of a case a terminal shows unless Verbose asks for all.
const (
	caseParts    = 25 // packages for a person
	casePartCues = 5  // cues of one of them
	caseReasons  = 8  // why something was not looked at

	caseEvidence      = 10 // of a cue for a person
	caseMinorEvidence = 3  // of one that asks for nobody
)

// writeCaseText tells what happened in the order of time, each cue with its
// evidence and its ordinary explanation, then the packages that need a person,
// then what could not be looked at, which stands last so that it stays on the
// screen.
func writeCaseText(w *bufio.Writer, c *kennel.Case, o Options) error {
	t := &caseText{terminal: terminal{w: w, width: max(o.Width, 40), color: o.Color}, v: newCaseView(c), all: o.Verbose}
	if o.Width <= 0 {
		t.width = 100
	}
	t.head()
	for _, cue := range t.v.cues {
		t.blank()
		t.cue(cue, "", t.v.dated())
	}
	t.parts()
	t.released()
	t.notLookedAt()
	if extent := t.v.extent(); extent != "" {
		t.blank()
		t.para("", span{dim, sentence(extent) + "."})
	}
	return nil
}

// caseSigners is how many of those who released are told.
const caseSigners = 6

// released says who released with which key, the latest last.
func (t *caseText) released() {
	type signer struct {
		key, name   string
		n           int
		first, last kennel.TagMark
	}
	for i := range t.v.c.Outcomes {
		var all []signer
		for _, mark := range t.v.c.Outcomes[i].Exhibit.Tags {
			at := slices.IndexFunc(all, func(s signer) bool { return s.key == mark.Signer && s.name == mark.Tagger.Name })
			if at < 0 {
				at = len(all)
				all = append(all, signer{key: mark.Signer, name: mark.Tagger.Name, first: mark})
			}
			all[at].n++
			all[at].last = mark
		}
		if len(all) == 0 {
			continue
		}
		slices.SortStableFunc(all, func(a, b signer) int { return a.last.Time.Compare(b.last.Time) })
		t.title(span{bold, "Who released"}, "")
		shown := t.limit(len(all), caseSigners)
		if more := len(all) - shown; more > 0 {
			t.para("  ", span{dim, "+ " + counted(more, "earlier one", "earlier ones")})
		}
		for _, s := range all[len(all)-shown:] {
			key := "not signed"
			if s.key != "" {
				key = "key " + prose(s.key, 60)
			}
			name := "a tag without a tagger"
			if s.name != "" {
				name = prose(s.name, 60)
			}
			t.para("  - ", span{bold, name}, span{normal, ", " + key + ": " + counted(s.n, "release", "releases") + ", " +
				prose(s.first.Tag, 40) + " (" + day(s.first.Time) + ") to " + prose(s.last.Tag, 40) + " (" + day(s.last.Time) + ")"})
		}
	}
}

type caseText struct {
	terminal
	v   *caseView
	all bool // Verbose
}

func (t *caseText) limit(n, most int) int {
	if t.all {
		return n
	}
	return min(n, most)
}

func (t *caseText) head() {
	tone := map[kennel.Verdict]style{kennel.Deny: onRed, kennel.Review: onAmber, kennel.Allow: onGreen}[t.v.tone()]
	what := []span{
		{tone, unit(" " + strings.ToUpper(t.v.answer()) + " ")},
		{bold, " " + prose(t.v.c.Subject, 120)},
	}
	if t.v.c.Previous != "" {
		what = append(what, span{normal, " " + unit("after "+clean(t.v.c.Previous))})
	}
	t.para("", append(what, span{normal, " " + unit(t.v.headline())}, span{dim, " " + unit("(as of "+day(t.v.c.AsOf)+")")})...)
}

func (t *caseText) cue(cue *kennel.Cue, lead string, dated bool) {
	mark := normal
	if cue.Verdict != kennel.Allow {
		mark = yellow
	}
	date := ""
	if dated {
		date = when(cue)
		date += strings.Repeat(" ", max(0, 12-len(date)))
	}
	t.para(lead+date, span{mark, clean(cue.Rule)}, span{bold, " " + prose(cue.Title, 300)}, span{dim, " " + unit(weight(cue))})
	lead += strings.Repeat(" ", max(2, len(date)))
	most := caseEvidence
	if cue.Verdict == kennel.Allow {
		most = caseMinorEvidence
	}
	shown := t.limit(len(cue.Evidence), most)
	for _, e := range cue.Evidence[:shown] {
		says := prose(e.Says, 300)
		if says != "" {
			says = ": " + says
		}
		t.para(lead+"- ", span{normal, clean(e.Kind) + " " + clean(e.What) + says})
	}
	if more := len(cue.Evidence) - shown; more > 0 {
		t.para(lead, span{dim, "  + " + number(more) + " more"})
	}
	if cue.Innocent != "" {
		t.para(lead, span{dim, "ordinarily: " + prose(cue.Innocent, 400)})
	}
}

// parts shows the packages that a person should see, and counts those that
// only have cues which ask for nobody.
func (t *caseText) parts() {
	shown := 0
	for i := range t.v.parts {
		p := &t.v.parts[i]
		if p.c.Verdict == kennel.Allow && !(t.all && len(p.cues) > 0) {
			continue
		}
		if shown++; shown > t.limit(shown, caseParts) {
			continue
		}
		t.part(p)
	}
	if more := shown - t.limit(shown, caseParts); more > 0 {
		t.blank()
		t.para("", span{yellow, "+ " + counted(more, "more package", "more packages") + " for a person"})
	}
	if t.v.minor > 0 && !t.all {
		t.blank()
		t.para("", span{normal, "+ " + counted(t.v.minor, "package", "packages") + " with minor cues: " + enumerate(t.v.minorRules(), 6)})
		t.para("  ", span{dim, enumerate(t.v.minorNames(), 4) + "; --verbose tells them"})
	}
}

func (t *caseText) part(p *caseView) {
	t.blank()
	name := []span{{bold, caseName(p.c)}, {dim, "  " + clean(string(p.c.Component.Ecosystem))}, {tint(p.c.Verdict), "  " + p.c.Verdict.String()}}
	if p.c.Previous != "" {
		name = append(name, span{dim, "  after " + clean(p.c.Previous)})
	}
	t.para("", name...)
	cues, minor := p.cues, 0
	if !t.all {
		cues = nil
		for _, cue := range p.cues {
			if cue.Verdict != kennel.Allow {
				cues = append(cues, cue)
			} else {
				minor++
			}
		}
	}
	shown := t.limit(len(cues), casePartCues)
	for _, cue := range cues[:shown] {
		t.cue(cue, "  ", p.dated())
	}
	if more := len(cues) - shown; more > 0 {
		t.para("  ", span{yellow, "+ " + counted(more, "more cue", "more cues")})
	}
	if minor > 0 {
		t.para("  ", span{dim, "+ " + counted(minor, "minor cue", "minor cues")})
	}
}

func (t *caseText) notLookedAt() {
	if len(t.v.blind) == 0 {
		return
	}
	t.title(span{yellow, "Not looked at"}, "")
	shown := t.limit(len(t.v.blind), caseReasons)
	for i := range t.v.blind[:shown] {
		u := &t.v.blind[i]
		t.para("  - ", span{bold, u.what() + ":"}, span{normal, " " + u.why})
	}
	if more := len(t.v.blind) - shown; more > 0 {
		t.para("  ", span{dim, "+ " + counted(more, "more reason", "more reasons")})
	}
}
