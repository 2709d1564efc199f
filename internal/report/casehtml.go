package report

import (
	"bufio"
	"cmp"
	_ "embed"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/kennel-oss/kennel"
)

//go:embed page/case.html
var caseTemplate string

//go:embed page/case.css
var caseStyle string

// How much of a case's page is written at all.
const (
	pageStanding  = 6     // what stands out, at the top
	pageReasons   = 6     // why something was not looked at, before the fold
	pageRows      = 2_000 // of the packages in which nothing stands out
	pageCases     = 300   // packages whose cues are told
	pageTimelines = 20
	pageCues      = 200 // of one package
	pageEvidence  = 8   // of a cue, before the fold
	pageMinor     = 3   // of a cue that asks for nobody
	pageProof     = 60  // of a cue
	pageResidue   = 300 // files of a reach
)

// caseTemplates parses the template when the first page is written.
var caseTemplates = sync.OnceValues(func() (*template.Template, error) {
	return template.New("case").Parse(caseTemplate)
})

// writeCaseHTML writes one file that asks nothing of the network and runs
// nothing: its style stands in it, and the policy in its head lets nothing
// else in.
func writeCaseHTML(w *bufio.Writer, c *kennel.Case, o Options) error {
	t, err := caseTemplates()
	if err != nil {
		return err
	}
	return t.Execute(w, newCasePage(c, o))
}

// casePage is what the template shows. Its strings are clean; the template
// escapes them for where they stand.
type casePage struct {
	Style, StyleHash any

	Answer, Tone, Sign, Subject, Headline string
	Facts                                 []string
	Standing                              []pageStand
	MoreStanding, NothingStands           string
	Blind, MoreBlind                      []pageUnseen
	MoreBlindWord                         string
	Looked                                string
	Forgeable                             bool
	Main                                  pageCase
	Rows, Quiet                           []pageRow
	QuietWord, MoreQuiet, MoreCases       string
	Parts, Minor                          []pageCase // those for a person, and those with minor cues alone
	Tool, AsOf, Policy                    string
}

type pageStand struct{ Verdict, When, Title, About, Link string }

type pageUnseen struct {
	What string
	Why  []piece
}

type pageRow struct{ Verdict, Name, Ecosystem, Change, About, Link, Blind string }

func newCasePage(c *kennel.Case, o Options) *casePage {
	v := newCaseView(c)
	style := pageStyle + caseStyle
	p := &casePage{
		Style: template.CSS(style), StyleHash: contentHash(style),
		Answer: v.answer(), Tone: v.tone().String(), Sign: symbol(v.tone()), Subject: cmp.Or(prose(c.Subject, nameMax), "unnamed subject"),
		Headline: v.headline(), Tool: prose(o.Tool.Name+" "+o.Tool.Version, 80), AsOf: c.AsOf.UTC().Format("2006-01-02 15:04 UTC"), Policy: clean(c.Policy.Digest),
	}
	if c.Previous != "" {
		p.Facts = append(p.Facts, "compared with "+clean(c.Previous))
	}
	if extent := v.extent(); extent != "" {
		p.Looked = sentence(extent) + "."
	}
	p.Facts = append(p.Facts, "as of "+day(c.AsOf))
	for i := range v.blind {
		row := pageUnseen{v.blind[i].what(), pieces(v.blind[i].why)}
		if i < pageReasons {
			p.Blind = append(p.Blind, row)
		} else {
			p.MoreBlind = append(p.MoreBlind, row)
		}
	}
	p.MoreBlindWord = counted(len(p.MoreBlind), "more reason", "more reasons")
	p.Main = newPageCase(v, "", true)
	links := p.parts(v)
	p.standing(v, links)
	p.Forgeable = slices.ContainsFunc(slices.Concat([]pageCase{p.Main}, p.Parts, p.Minor), func(c pageCase) bool { return len(c.Timelines) > 0 })
	return p
}

// standing names, at the top, what a person should see: the case's own cues
// and the packages.
func (p *casePage) standing(v *caseView, links map[int]string) {
	more := 0
	add := func(s pageStand) {
		if len(p.Standing) < pageStanding {
			p.Standing = append(p.Standing, s)
		} else {
			more++
		}
	}
	for i, cue := range v.cues {
		if cue.Verdict != kennel.Allow {
			add(pageStand{cue.Verdict.String(), when(cue), cmp.Or(prose(cue.Title, 200), clean(cue.Rule), "a cue without a title"), clean(cue.Rule), cueLink("", i, len(v.cues))})
		}
	}
	for i := range v.parts {
		part := &v.parts[i]
		if part.c.Verdict == kennel.Allow {
			continue
		}
		s := pageStand{Link: links[i], Verdict: part.c.Verdict.String(), Title: caseName(part.c), When: clean(string(part.c.Component.Ecosystem))}
		if cue := part.worst(); cue != nil {
			s.About = prose(cue.Title, 160)
			if more := len(part.cues) - 1; more > 0 {
				s.About += " and " + counted(more, "more cue", "more cues")
			}
		}
		add(s)
	}
	if more > 0 {
		p.MoreStanding = "and " + number(more) + " more, below"
	}
	switch {
	case len(p.Standing) > 0:
	case v.c.Verdict != kennel.Allow:
		p.NothingStands = "The policy asks for a person, and no cue says why."
	case len(v.cues) > 0 || v.minor > 0:
		p.NothingStands = "Nothing asks for a person. Minor cues are told below."
	default:
		p.NothingStands = sentence(v.headline()) + "."
	}
}

func partID(i int) string { return "part-" + strconv.Itoa(i+1) }

// cueLink is where cue i of a case is told, "" where it is not.
func cueLink(part string, i, of int) string {
	if i >= min(of, pageCues) {
		return ""
	}
	return "#" + part + "cue-" + strconv.Itoa(i+1)
}

// parts writes a row for each package, and a case for those that have cues. It
// returns where those are told.
func (p *casePage) parts(v *caseView) map[int]string {
	links := make(map[int]string)
	timelines := len(p.Main.Timelines) / 2
	quiet, untold := 0, 0
	for i := range v.parts {
		part := &v.parts[i]
		row := pageRow{Verdict: part.c.Verdict.String(), Name: caseName(part.c), Ecosystem: clean(string(part.c.Component.Ecosystem)), Change: change(part.c)}
		if part.c.Component.Name != "" && part.c.Component.Ecosystem != "" {
			row.Name = clean(part.c.Component.Name)
		}
		blind := blindness(part.c)
		if len(blind) > 0 {
			row.Blind = counted(len(blind), "thing not looked at", "things not looked at")
		}
		if len(part.cues) == 0 && part.c.Verdict == kennel.Allow {
			if quiet++; quiet <= pageRows {
				p.Quiet = append(p.Quiet, row)
			}
			continue
		}
		if cue := part.worst(); cue != nil {
			row.About = strings.TrimSpace(clean(cue.Rule) + ": " + prose(cue.Title, 140))
			if more := len(part.cues) - 1; more > 0 {
				row.About += " and " + number(more) + " more"
			}
		}
		if len(p.Parts)+len(p.Minor) < pageCases {
			told := newPageCase(part, partID(i), timelines < pageTimelines)
			timelines += len(told.Timelines) / 2
			for k := range blind {
				told.Blind = append(told.Blind, pageUnseen{blind[k].what(), pieces(blind[k].why)})
			}
			row.Link = "#" + told.ID
			links[i] = row.Link
			if part.c.Verdict == kennel.Allow {
				p.Minor = append(p.Minor, told)
			} else {
				p.Parts = append(p.Parts, told)
			}
		} else {
			untold++
		}
		if len(p.Rows) < pageRows {
			p.Rows = append(p.Rows, row)
		}
	}
	p.QuietWord = counted(quiet, "package", "packages") + " in which nothing stands out"
	if more := quiet - len(p.Quiet); more > 0 {
		p.MoreQuiet = "and " + counted(more, "more package", "more packages") + "; the JSON report has them all"
	}
	if untold > 0 {
		p.MoreCases = counted(untold, "more package", "more packages") + " with cues; the JSON report has them all"
	}
	return links
}
