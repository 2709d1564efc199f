package report

import (
	"bufio"
	"strconv"
	"strings"

	"github.com/kennel-oss/kennel"
)

// markdownMax bounds a comment in bytes, and so in characters: GitHub refuses
// one above 65,536 characters.
const markdownMax = 60_000

const (
	markdownActions = 3
	markdownRows    = 5
	markdownGaps    = 4
	markdownName    = 80 // runes of a foreign word above the fold
)

// writeMarkdown writes a comment for a pull request: a dozen lines that say
// the verdict, what came in and by which path, what to type, and what was not
// checked; the rest is folded away.
func writeMarkdown(w *bufio.Writer, j *kennel.Judgement, o Options) error {
	m := &markdown{view: newView(j)}
	m.head()
	m.todo()
	m.table()
	m.notChecked()
	m.details()
	m.foot(o)
	_, err := w.WriteString(m.b.String())
	return err
}

type markdown struct {
	*view
	b   strings.Builder
	cut int // lines left out for want of room
}

// add writes one line, unless the comment is full.
func (m *markdown) add(parts ...string) {
	n := 1
	for _, p := range parts {
		n += len(p)
	}
	if m.b.Len()+n > markdownMax-1000 { // room for closing marks and the foot
		m.cut++
		return
	}
	for _, p := range parts {
		m.b.WriteString(p)
	}
	m.b.WriteByte('\n')
}

// must writes a line of ours that closes what an earlier one opened.
func (m *markdown) must(line string) {
	m.b.WriteString(line)
	m.b.WriteByte('\n')
}

func sign(v kennel.Verdict) string {
	switch v {
	case kennel.Allow:
		return "✅"
	case kennel.Review:
		return "⚠️"
	}
	return "⛔"
}

func (m *markdown) head() {
	mark := sign(m.j.Verdict)
	if incomplete(m.j) {
		mark = "⚠️"
	}
	m.add("## ", mark, " Kennel: ", strings.ToUpper(Answer(m.j)), " – ", m.headline())
	m.add("")
	m.add(code(cleanTo(m.j.Inventory.Target, markdownName), false), ", ", m.size(), m.against())
	for _, g := range m.gaps() {
		if g.kind == kennel.GapDatabase {
			m.add("")
			m.add("> ⚠️ ", sentenceMarkdown(sentence(g.why)))
		}
	}
}

func (m *markdown) against() string {
	b := m.j.Baseline
	if !b.Used {
		return ""
	}
	return ". Only what is new counts: " + number(b.Known) + " known before, " + number(b.Gone) + " gone"
}

func (m *markdown) todo() {
	if len(m.actions) == 0 {
		return
	}
	m.add("")
	m.add("**Do first**")
	for i := range min(len(m.actions), markdownActions) {
		a := &m.actions[i]
		line := strconv.Itoa(i+1) + ". " + m.imperative(a)
		if where := a.where(m.j); where != "" {
			line += " " + escapeMarkdown(cleanTo(where, markdownName))
		}
		m.add(line, " (", m.clears(a), ")")
	}
	if more := len(m.actions) - markdownActions; more > 0 {
		m.add("")
		m.add("… and ", counted(more, "more change", "more changes"), ", listed below")
	}
}

// imperative is what to do: a command to copy, or a sentence.
func (m *markdown) imperative(a *action) string {
	what := cleanTo(a.what(m.j), 2*markdownName)
	if a.remedy.Command != "" {
		return code(what, false)
	}
	return escapeMarkdown(what)
}

// table shows the packages that weigh most, a row each.
func (m *markdown) table() {
	groups := m.view.groups(append(append([]int(nil), m.verdicts[kennel.Deny]...), m.verdicts[kennel.Review]...))
	if len(groups) == 0 {
		return
	}
	came := "Found"
	if m.j.Baseline.Used {
		came = "This change brings in"
	}
	m.add("")
	m.add("| | ", came, " | Problem | By which path | Fixed in |")
	m.add("|---|---|---|---|---|")
	for i := range min(len(groups), markdownRows) {
		m.row(&groups[i])
	}
	if more := len(groups) - markdownRows; more > 0 {
		m.add("")
		m.add("… and ", counted(more, "more package", "more packages"), ", listed below")
	}
}

func (m *markdown) row(g *group) {
	r := &m.j.Results[g.results[0]]
	problem := link(r) + " " + rating1(r)
	if r.KEV != nil {
		problem += ", **known exploited**"
		if !r.KEV.Due.IsZero() {
			problem += " (due " + day(r.KEV.Due) + ")"
		}
	}
	if more := len(g.results) - 1; more > 0 {
		problem += " and " + number(more) + " more"
	}
	name := code(cleanTo(label(&g.component), markdownName), true)
	if _, o := place(m.j, r); o != nil && !o.Scope.Ships() {
		name += " (" + o.Scope.String() + ")"
	}
	m.add("| ", sign(g.verdict), " | ", name, " | ", problem, " | ", m.how(r), " | ", m.fixedIn(r), " |")
}

// rating1 is a rating for a table: it may hold a rule's foreign name.
func rating1(r *kennel.Result) string { return escapeMarkdown(cleanTo(rating(r), markdownName)) }

// how says how the project comes to the package.
func (m *markdown) how(r *kennel.Result) string {
	if via := path(m.j, r); via != "" {
		return code(cleanTo(via, 3*markdownName), true)
	}
	_, o := place(m.j, r)
	if o != nil && o.Direct == kennel.Direct {
		return "direct"
	}
	return code(cleanTo(locationOf(m.j, r), markdownName), true)
}

func (m *markdown) fixedIn(r *kennel.Result) string {
	switch {
	case r.Rule == malicious:
		return "remove it"
	case r.Fix.State == kennel.FixKnown:
		return code(cleanTo(r.Fix.Version, markdownName), true)
	case r.Fix.State == kennel.FixNone:
		return "none published"
	}
	return "unknown"
}

// link is the finding's id, linked where its address is one to follow.
func link(r *kennel.Result) string {
	id := escapeMarkdown(cleanTo(ruleID(r), markdownName))
	if to := webAddress(r.URL); to != "" {
		return "[" + id + "](<" + to + ">)"
	}
	return id
}

func (m *markdown) notChecked() {
	gaps := m.gaps()
	m.add("")
	if len(gaps) == 0 && m.j.Complete {
		m.add("**Not checked:** nothing; every package was looked at.")
		return
	}
	if len(gaps) == 0 {
		m.add("**Not checked:** the answer is not complete, and no reason was recorded.")
		return
	}
	m.add("**Not checked**")
	for i := range min(len(gaps), markdownGaps) {
		g := &gaps[i]
		m.add("- ", escapeMarkdown(cleanTo(enumerate(g.whats, 3), 2*markdownName)), ": ", sentenceMarkdown(cleanTo(g.why, 300)))
	}
	if more := len(gaps) - markdownGaps; more > 0 {
		m.add("- … and ", counted(more, "more reason", "more reasons"), ", listed below")
	}
}

func (m *markdown) details() {
	if len(m.actions) > markdownActions {
		m.fold("All "+number(len(m.actions))+" changes", func() {
			for i := range m.actions {
				a := &m.actions[i]
				m.add("- ", m.imperative(a), " ", escapeMarkdown(a.where(m.j)), " (", number(len(a.results)), "): ", escapeMarkdown(a.ids(m.j, 5)))
			}
		})
	}
	urgent := append(append([]int(nil), m.verdicts[kennel.Deny]...), m.verdicts[kennel.Review]...)
	m.fold(counted(len(urgent), "finding", "findings")+" to act on", func() { m.findings(urgent) })
	m.fold(counted(len(m.verdicts[kennel.Allow]), "allowed finding", "allowed findings")+": "+severities(m.j, m.verdicts[kennel.Allow]), func() { m.findings(m.verdicts[kennel.Allow]) })
	m.fold(number(len(m.suppressed))+" suppressed", func() {
		for _, i := range m.suppressed {
			r := &m.j.Results[i]
			m.add("- ", link(r), " in ", code(label(&r.Component), false), ": ", escapeMarkdown(suppressedBy(r.Suppressed)))
		}
	})
	m.fold(counted(len(m.j.Expired), "expired waiver", "expired waivers"), func() {
		for _, e := range m.j.Expired {
			m.add("- ", escapeMarkdown(e.ID), " until ", lastDay(e.Until), ": ", escapeMarkdown(prose(e.Why, 200)), " ", code(e.Where, false))
		}
	})
	if gaps := m.gaps(); len(gaps) > markdownGaps {
		m.fold(number(len(gaps))+" reasons why something was not checked", func() {
			for i := range gaps {
				m.add("- ", escapeMarkdown(cleanTo(enumerate(gaps[i].whats, 20), 1000)), ": ", sentenceMarkdown(cleanTo(gaps[i].why, 400)))
			}
		})
	}
}

// fold writes what body adds behind a summary, which is ours. A list of none
// is not written: its summary begins with "0".
func (m *markdown) fold(summary string, body func()) {
	if strings.HasPrefix(summary, "0 ") || m.b.Len() > markdownMax-2000 {
		return
	}
	m.add("")
	m.must("<details><summary>" + summary + "</summary>")
	m.must("")
	body()
	if m.cut > 0 {
		m.must("- … and " + counted(m.cut, "more line", "more lines") + " than a comment holds; `--format html` has them all")
		m.cut = 0
	}
	m.must("")
	m.must("</details>")
}

func (m *markdown) findings(list []int) {
	m.add("| Package | Problem | Facts |")
	m.add("|---|---|---|")
	for _, g := range m.view.groups(list) {
		for _, i := range g.results {
			r := &m.j.Results[i]
			m.add("| ", code(label(&r.Component), true), " | ", link(r), " ", rating1(r), " ", escapeMarkdown(prose(r.Title, 120)),
				" | ", escapeMarkdown(strings.Join(signals(r), ", ")), ", ", m.how(r), " |")
		}
	}
}

func (m *markdown) foot(o Options) {
	m.must("")
	m.must("<sub>" + escapeMarkdown(cleanTo(o.Tool.Name+" "+o.Tool.Version, 60)) + " · advisories: " + databaseLine(m.j) + " · as of " + day(m.j.AsOf) + "</sub>")
}
