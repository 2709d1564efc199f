package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

// WriteCase renders a case as text, JSON ("kennel.vet/1", which only ever
// gains fields), SARIF, Markdown or HTML. It returns the first error of w, or
// that the format is none of these.
func WriteCase(w io.Writer, f Format, c kennel.Case, o Options) error {
	if o.Tool.Name == "" {
		o.Tool.Name = "kennel"
	}
	write, known := map[Format]func(*bufio.Writer, *kennel.Case, Options) error{
		Text: writeCaseText, JSON: writeCaseJSON, SARIF: writeCaseSARIF, Markdown: writeCaseMarkdown, HTML: writeCaseHTML,
	}[f]
	if !known {
		return fmt.Errorf("a case is written as text, json, sarif, markdown or html, not as %s", f)
	}
	b := bufio.NewWriterSize(w, 64<<10)
	if err := write(b, &c, o); err != nil {
		return fmt.Errorf("writing %s report: %w", f, err)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("writing %s report: %w", f, err)
	}
	return nil
}

// caseView is a case arranged for a person: what happened in the order of
// time whoever saw it, and what nobody could look at.
type caseView struct {
	c      *kennel.Case
	cues   []*kennel.Cue // in the order of time, undated ones last
	asking int           // cues that the policy wants a person to see
	blind  []unseen
	layers []string // that looked

	parts   []caseView // in the order given
	persons int        // parts that a person should see
	minor   int        // parts whose cues ask for nobody
	quiet   int        // parts that were looked at, with no cue at all
	dark    int        // parts that no layer could look at
}

func newCaseView(c *kennel.Case) *caseView {
	v := viewOf(c)
	for i := range c.Parts {
		p := viewOf(&c.Parts[i])
		v.dark += btoi(len(p.layers) == 0)
		switch {
		case p.c.Verdict != kennel.Allow:
			v.persons++
		case len(p.cues) > 0:
			v.minor++
		case len(p.layers) > 0:
			v.quiet++
		}
		for _, l := range p.layers {
			if !slices.Contains(v.layers, l) {
				v.layers = append(v.layers, l)
			}
		}
		v.parts = append(v.parts, p)
	}
	slices.Sort(v.layers)
	v.blind = blindness(c)
	return &v
}

func viewOf(c *kennel.Case) caseView {
	v := caseView{c: c}
	for i := range c.Outcomes {
		o := &c.Outcomes[i]
		if o.State != kennel.StateCouldNotLook {
			v.layers = append(v.layers, clean(o.Layer))
		}
		for k := range o.Results {
			cue := &o.Results[k]
			v.cues = append(v.cues, cue)
			if cue.Verdict != kennel.Allow {
				v.asking++
			}
		}
	}
	slices.SortStableFunc(v.cues, func(a, b *kennel.Cue) int {
		switch {
		case a.At.IsZero() || b.At.IsZero():
			return cmp.Compare(btoi(a.At.IsZero()), btoi(b.At.IsZero()))
		}
		return a.At.Compare(b.At)
	})
	return v
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// caseName is what a case is about, clean: the package with its version, or
// the subject as the user named it.
func caseName(c *kennel.Case) string {
	if c.Component.Name == "" || c.Component.Ecosystem == "" {
		return cmp.Or(prose(c.Subject, nameMax), "(unnamed)")
	}
	return label(&c.Component)
}

// change says what came in the place of what: "6.3.0 → 6.3.1".
func change(c *kennel.Case) string {
	version := clean(c.Component.Version)
	if c.Previous == "" {
		return version
	}
	return strings.TrimSpace(clean(c.Previous) + " → " + version)
}

// answer is the verdict's word, which never hides that something was not
// looked at.
func (v *caseView) answer() string {
	if v.incomplete() && len(v.layers) == 0 && len(v.cues) == 0 {
		return "incomplete"
	}
	if v.incomplete() {
		return v.c.Verdict.String() + ", incomplete"
	}
	return v.c.Verdict.String()
}

// incomplete reports whether an "allow" must not look like one.
func (v *caseView) incomplete() bool {
	if v.c.Verdict != kennel.Allow {
		return false
	}
	return v.dark > 0 || len(v.blind) > 0 && len(v.layers) == 0 && v.c.Parts == nil ||
		slices.ContainsFunc(v.blind, func(u unseen) bool { return !u.beyond })
}

// tone is the verdict to colour by.
func (v *caseView) tone() kennel.Verdict {
	if v.incomplete() {
		return kennel.Review
	}
	return min(v.c.Verdict, kennel.Allow)
}

// headline is the case in one sentence.
func (v *caseView) headline() string {
	if len(v.parts) > 0 {
		var said []string
		if v.persons > 0 {
			said = append(said, number(v.persons)+" of "+counted(len(v.parts), "package", "packages")+" for a person")
		}
		switch {
		case v.minor > 0 && v.persons > 0:
			said = append(said, number(v.minor)+" with minor cues")
		case v.minor > 0:
			said = append(said, number(v.minor)+" of "+counted(len(v.parts), "package", "packages")+" with minor cues, none for a person")
		}
		switch {
		case len(said) > 0:
			return strings.Join(said, ", ")
		case v.quiet == 0:
			return "none of " + counted(len(v.parts), "package", "packages") + " could be looked at"
		case v.quiet == len(v.parts):
			return "nothing stands out in " + counted(len(v.parts), "package", "packages")
		}
		return "nothing stands out in the " + number(v.quiet) + " of " + counted(len(v.parts), "package", "packages") + " that could be looked at"
	}
	minor := len(v.cues) - v.asking
	switch {
	case v.asking > 0 && minor > 0:
		return counted(v.asking, "cue", "cues") + " for a person, " + counted(minor, "minor one", "minor ones") + " beside"
	case v.asking > 0:
		return counted(v.asking, "cue", "cues") + " for a person"
	case minor > 0:
		return counted(minor, "minor cue", "minor cues") + ", none that asks for a person"
	case len(v.layers) > 0:
		return "nothing stands out"
	case v.c.Parts != nil:
		return "nothing came in"
	case len(v.blind) > 0:
		return "no layer could look"
	}
	return "nothing to look at"
}

// extent says how much was looked at and by whom.
func (v *caseView) extent() string {
	by := ""
	if len(v.layers) > 0 {
		by = " by " + enumerate(v.layers, 8)
	}
	if len(v.parts) == 0 {
		if by == "" {
			return ""
		}
		out := "looked at" + by
		for i := range v.c.Outcomes {
			if note := v.c.Outcomes[i].Exhibit.Note; note != "" {
				out += ". " + sentence(clean(v.c.Outcomes[i].Layer)+": "+prose(note, 400))
			}
		}
		return out
	}
	looked := 0
	for i := range v.parts {
		looked += btoi(len(v.parts[i].layers) > 0)
	}
	out := counted(looked, "package", "packages") + " looked at" + by
	switch {
	case looked == 0:
	case v.quiet == looked:
		out += "; nothing stands out"
	default:
		out += "; nothing stands out in " + number(v.quiet)
	}
	return out
}

// when is the day of a cue, "" where it has none: what is in a release was
// found there, and did not happen on a day.
func when(c *kennel.Cue) string {
	if c.At.IsZero() {
		return ""
	}
	return day(c.At)
}

func (v *caseView) dated() bool {
	return slices.ContainsFunc(v.cues, func(c *kennel.Cue) bool { return !c.At.IsZero() })
}

// weight is how much a cue counts and how sure it is: "high, medium
// confidence".
func weight(c *kennel.Cue) string {
	return c.Severity.String() + ", " + c.Confidence.String() + " confidence"
}

// minorNames are the packages whose cues ask for nobody.
func (v *caseView) minorNames() []string {
	var names []string
	for i := range v.parts {
		if p := &v.parts[i]; p.c.Verdict == kennel.Allow && len(p.cues) > 0 {
			names = append(names, caseName(p.c))
		}
	}
	return names
}

// minorRules counts, by rule, the packages whose cues ask for nobody: "7
// minified", the most first.
func (v *caseView) minorRules() []string {
	n := make(map[string]int)
	var rules []string
	for i := range v.parts {
		p := &v.parts[i]
		if p.c.Verdict != kennel.Allow {
			continue
		}
		seen := make(map[string]bool)
		for _, cue := range p.cues {
			rule := clean(cue.Rule)
			if seen[rule] {
				continue
			}
			seen[rule] = true
			if n[rule]++; n[rule] == 1 {
				rules = append(rules, rule)
			}
		}
	}
	slices.SortFunc(rules, func(a, b string) int { return cmp.Or(cmp.Compare(n[b], n[a]), strings.Compare(a, b)) })
	for i, r := range rules {
		rules[i] = number(n[r]) + " " + r
	}
	return rules
}

// worst is the cue that weighs most: the first of those with the strictest
// verdict and the highest severity; nil for none.
func (v *caseView) worst() *kennel.Cue {
	if len(v.cues) == 0 {
		return nil
	}
	return slices.MinFunc(v.cues, func(a, b *kennel.Cue) int {
		return cmp.Or(cmp.Compare(a.Verdict, b.Verdict), cmp.Compare(b.Severity, a.Severity))
	})
}
