package report

import (
	"bufio"
	"cmp"
	"html"
	"strings"

	"github.com/kennel-oss/kennel"
)

// caseMarker is the first line of a comment, which no reader sees: whoever
// posts a comment finds the one to update by it.
const caseMarker = "<!-- kennel vet -->"

const (
	markdownCues     = 12 // in the table of a case
	markdownPackages = 20 // in the table of an update
	markdownEvidence = 12 // pieces of a cue
	markdownCases    = 60 // packages whose evidence is told
)

// writeCaseMarkdown writes a comment for a pull request: the verdict, a table
// of what a person should see, and what was not looked at; the evidence is
// folded away.
func writeCaseMarkdown(w *bufio.Writer, c *kennel.Case, o Options) error {
	m := &caseMarkdown{v: newCaseView(c)}
	m.must(caseMarker)
	m.head()
	if len(m.v.parts) > 0 {
		m.packages()
	}
	m.cues()
	m.notLookedAt()
	m.evidence()
	m.must("")
	foot := escapeMarkdown(cleanTo(o.Tool.Name+" "+o.Tool.Version, 60)) + " · as of " + day(c.AsOf)
	if len(m.v.cues) > 0 || m.v.persons+m.v.minor > 0 {
		foot += " · cues show changes and accuse nobody; what git says of names and dates can be forged"
	}
	m.must("<sub>" + foot + "</sub>")
	_, err := w.WriteString(m.b.String())
	return err
}

type caseMarkdown struct {
	markdown // its bounded lines and folds; it has no judgement here
	v        *caseView
}

func (m *caseMarkdown) head() {
	mark := sign(m.v.tone())
	m.add("## ", mark, " Kennel: ", strings.ToUpper(m.v.answer()), " – ", m.v.headline())
	m.add("")
	about := code(cleanTo(m.v.c.Subject, 2*markdownName), false)
	if m.v.c.Previous != "" {
		about += ", compared with " + code(cleanTo(m.v.c.Previous, markdownName), false)
	}
	if extent := m.v.extent(); extent != "" {
		about += ", " + escapeClean(extent)
	}
	m.add(strings.TrimPrefix(about, ", "))
}

// cues tells the case's own, the ones for a person first where not all fit.
func (m *caseMarkdown) cues() {
	shown := m.v.cues
	if len(shown) > markdownCues {
		shown = nil
		for _, asking := range []bool{true, false} {
			for _, cue := range m.v.cues {
				if (cue.Verdict != kennel.Allow) == asking && len(shown) < markdownCues {
					shown = append(shown, cue)
				}
			}
		}
	}
	if len(shown) == 0 {
		return
	}
	m.add("")
	m.add("| | When | What changed | Ordinarily |")
	m.add("|---|---|---|---|")
	for _, cue := range shown {
		m.add("| ", cueSign(cue), " | ", cmp.Or(when(cue), "–"), " | **", escapeMarkdown(cleanTo(cue.Rule, markdownName)), "** ", escapeClean(prose(cue.Title, 240)), " | ", escapeClean(prose(cue.Innocent, 200)), " |")
	}
	if more := len(m.v.cues) - len(shown); more > 0 {
		m.add("")
		m.add("… and ", counted(more, "more cue", "more cues"), ", with the evidence below")
	}
}

func cueSign(c *kennel.Cue) string {
	if c.Verdict == kennel.Allow {
		return "·"
	}
	return sign(c.Verdict)
}

// packages is a row for each package that a person should see.
func (m *caseMarkdown) packages() {
	rows := 0
	for i := range m.v.parts {
		p := &m.v.parts[i]
		if p.c.Verdict == kennel.Allow {
			continue
		}
		if rows++; rows > markdownPackages {
			continue
		}
		if rows == 1 {
			m.add("")
			m.add("| | Package | Before | What stands out | Ordinarily |")
			m.add("|---|---|---|---|---|")
		}
		title, innocent := "", ""
		if cue := p.worst(); cue != nil {
			title = "**" + escapeMarkdown(cleanTo(cue.Rule, markdownName)) + "** " + escapeClean(prose(cue.Title, 200))
			innocent = escapeClean(prose(cue.Innocent, 200))
		}
		if more := len(p.cues) - 1; more > 0 {
			title += " and " + counted(more, "more cue", "more cues")
		}
		m.add("| ", sign(p.c.Verdict), " | ", code(cleanTo(caseName(p.c), markdownName), true), " | ", cmp.Or(code(cleanTo(p.c.Previous, markdownName), true), "–"),
			" | ", title, " | ", innocent, " |")
	}
	if more := rows - markdownPackages; more > 0 {
		m.add("")
		m.add("… and ", counted(more, "more package", "more packages"), " for a person")
	}
	if m.v.minor > 0 {
		m.add("")
		m.add(counted(m.v.minor, "package has", "packages have"), " only minor cues: ", escapeClean(enumerate(m.v.minorRules(), 6)))
	}
}

func (m *caseMarkdown) notLookedAt() {
	m.add("")
	if len(m.v.blind) == 0 {
		if len(m.v.layers) > 0 {
			m.add("**Not looked at:** nothing; every layer asked could look.")
		}
		return
	}
	m.add("**Not looked at**")
	for i := range min(len(m.v.blind), markdownGaps) {
		u := &m.v.blind[i]
		m.add("- ", escapeClean(cleanTo(u.what(), 3*markdownName)), ": ", sentenceMarkdown(cleanTo(u.why, 300)))
	}
	if more := len(m.v.blind) - markdownGaps; more > 0 {
		m.add("- … and ", counted(more, "more reason", "more reasons"), ", listed below")
	}
}

// evidence is what a person can check alone, folded: a fold for the case, or
// one for each package.
func (m *caseMarkdown) evidence() {
	m.fold("Evidence of "+counted(len(m.v.cues), "cue", "cues"), len(m.v.cues), func() { m.prove(m.v.cues) })
	told := 0
	for i := range m.v.parts {
		p := &m.v.parts[i]
		if p.c.Verdict == kennel.Allow {
			continue
		}
		if told++; told > markdownCases {
			break
		}
		// A summary is HTML, where Markdown's escapes are none; nobody is mentioned
		// within code.
		name := "<code>" + html.EscapeString(cleanTo(caseName(p.c), markdownName)) + "</code>"
		m.fold("Evidence of "+name+": "+counted(len(p.cues), "cue", "cues"), len(p.cues), func() { m.prove(p.cues) })
	}
	m.fold(number(len(m.v.blind))+" reasons why something was not looked at", max(0, len(m.v.blind)-markdownGaps), func() {
		for i := range m.v.blind {
			u := &m.v.blind[i]
			m.add("- ", escapeClean(cleanTo(u.what(), 3*markdownName)), ": ", sentenceMarkdown(cleanTo(u.why, 400)))
		}
	})
}

func (m *caseMarkdown) prove(cues []*kennel.Cue) {
	for _, cue := range cues {
		m.add("- ", strings.TrimLeft(when(cue)+" **", " "), escapeMarkdown(cleanTo(cue.Rule, markdownName)), "** ", escapeClean(prose(cue.Title, 300)), " (", weight(cue), ")")
		for i := range cue.Evidence {
			if i == markdownEvidence {
				m.add("  - … and ", number(len(cue.Evidence)-i), " more")
				break
			}
			e := &cue.Evidence[i]
			line := "  - " + escapeMarkdown(clean(e.Kind)) + " " + code(clean(e.What), false)
			if says := prose(e.Says, 300); says != "" {
				line += ": " + escapeClean(says)
			}
			m.add(line)
		}
		if cue.Innocent != "" {
			m.add("  - _ordinarily:_ ", escapeClean(prose(cue.Innocent, 400)))
		}
	}
}

// fold writes what body adds behind a summary, unless there is nothing or no
// room for it.
func (m *caseMarkdown) fold(summary string, n int, body func()) {
	if n > 0 {
		m.markdown.fold(summary, body)
	}
}
