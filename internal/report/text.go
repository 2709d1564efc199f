package report

import (
	"bufio"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kennel-oss/kennel"
)

// How much a terminal shows unless Verbose asks for all.
const (
	textActions  = 5  // things to do
	textDenied   = 25 // packages that are denied
	textReview   = 10 // packages to review
	textFindings = 3  // findings of a package
	textGaps     = 12 // reasons for gaps
	textProjects = 5  // projects that need somebody
	textLines    = 10 // of any other list
)

// writeText writes for somebody who looks at a terminal and has a minute:
// the verdict and what to do, then the packages behind it, then what nobody
// looked at, which stands last so that it stays on the screen.
func writeText(w *bufio.Writer, j *kennel.Judgement, o Options) error {
	t := &text{terminal: terminal{w: w, width: o.Width, color: o.Color}, view: newView(j), all: o.Verbose}
	if t.width <= 0 {
		t.width = 100
	}
	t.width = max(t.width, 40)
	t.head()
	t.todo()
	t.section(kennel.Deny, span{red, "Denied"}, textDenied)
	t.section(kennel.Review, span{yellow, "To review"}, textReview)
	t.allowed()
	t.setAside()
	t.expired()
	t.notChecked()
	t.last()
	return nil
}

type text struct {
	terminal
	*view
	all bool // Verbose
}

// limit is how many of n are shown.
func (t *text) limit(n, most int) int {
	if t.all {
		return n
	}
	return min(n, most)
}

func (t *text) head() {
	j := t.j
	t.para("", badge(j), span{bold, " " + prose(j.Inventory.Target, 120)}, span{normal, " " + unit(t.headline())}, span{dim, " " + unit("("+t.size()+")")})
	var left []string
	named := make(map[string]bool) // one file can have several gaps
	for _, g := range t.gaps() {
		if g.kind == kennel.GapDatabase {
			t.para("    ! ", span{yellow, sentence(g.why)})
		} else {
			if what := enumerate(g.whats, 2); !named[what] {
				named[what] = true
				left = append(left, what)
			}
		}
	}
	if len(left) > 0 {
		t.para("      ", span{yellow, "Not checked:"}, span{normal, " " + semicolons(left, 4)}, span{dim, " " + unit("(why: see the end)")})
	}
	if b := j.Baseline; b.Used {
		t.para("      ", span{normal, "Only what is new counts: the baseline " + clean(b.Path) + " knows " + number(b.Known) + ", " + number(b.Gone) + " are gone."})
	}
	t.para("      ", span{dim, "Advisories: " + databaseLine(j)})
	t.projects()
}

// semicolons joins up to most of list, whose members hold commas.
func semicolons(list []string, most int) string {
	if len(list) > most {
		return strings.Join(list[:most], "; ") + "; and " + number(len(list)-most) + " more"
	}
	return strings.Join(list, "; ")
}

// projects lists the verdicts where there are several, those that need
// somebody first and the rest as a count.
func (t *text) projects() {
	projects := t.j.Inventory.Projects
	if len(projects) < 2 {
		return
	}
	rows, allowed := 0, 0
	for _, verdict := range []kennel.Verdict{kennel.Deny, kennel.Review} {
		for i := range projects {
			if projectVerdict(t.j, i) != verdict {
				continue
			}
			if rows++; t.all || rows <= textProjects {
				t.para("      ", span{tint(verdict), verdict.String()}, span{normal, " " + clean(projects[i].ID())})
			}
		}
	}
	for i := range projects {
		if v := projectVerdict(t.j, i); v != kennel.Deny && v != kennel.Review {
			allowed++
		}
	}
	if more := rows - t.limit(rows, textProjects); more > 0 {
		t.para("      ", span{dim, "+ " + number(more) + " more projects to look at"})
	}
	if allowed > 0 && rows > 0 {
		t.para("      ", span{green, "allow"}, span{dim, " " + counted(allowed, "other project", "other projects")})
	}
}

func badge(j *kennel.Judgement) span {
	word := unit(" " + strings.ToUpper(Answer(j)) + " ")
	switch {
	case j.Verdict == kennel.Review || incomplete(j):
		return span{onAmber, word}
	case j.Verdict == kennel.Allow:
		return span{onGreen, word}
	}
	return span{onRed, word}
}

func tint(v kennel.Verdict) style {
	switch v {
	case kennel.Allow:
		return green
	case kennel.Review:
		return yellow
	}
	return red
}

func (t *text) todo() {
	if len(t.actions) == 0 {
		return
	}
	t.title(span{bold, "Do first"}, "")
	shown := t.limit(len(t.actions), textActions)
	for n := range shown {
		a := &t.actions[n]
		t.ends(pad(strconv.Itoa(n+1), 3)+"  ", span{bold, a.what(t.j)}, span{tint(a.verdict), t.clears(a)})
		line := a.about(t.j, 3)
		if where := a.where(t.j); where != "" {
			line = where + " · " + line
		}
		t.para("     ", span{dim, line})
	}
	if more := len(t.actions) - shown; more > 0 {
		t.para("     ", span{dim, "+ " + counted(more, "more change", "more changes") + "; --verbose lists them"})
	}
}

func pad(s string, n int) string {
	return strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s))) + s
}

// last repeats the answer where a long report has pushed it off the screen.
func (t *text) last() {
	if len(t.actions) == 0 {
		return
	}
	t.blank()
	t.para("", badge(t.j), span{normal, " " + t.headline() + ". First:"}, span{bold, " " + t.actions[0].what(t.j)})
}

func (t *text) notChecked() {
	gaps := t.gaps()
	if len(gaps) == 0 {
		if t.j.Complete {
			t.blank()
			t.para("", span{dim, "Not checked: nothing; every package was looked at."})
		} else {
			t.title(span{yellow, "Not checked"}, "")
			t.para("  - ", span{normal, "The answer is not complete, and no reason was recorded."})
		}
		return
	}
	t.title(span{yellow, "Not checked"}, "")
	shown := t.limit(len(gaps), textGaps)
	for i := range shown {
		g := &gaps[i]
		t.para("  - ", span{normal, enumerate(g.whats, t.limit(len(g.whats), 3)) + ": "}, span{dim, " " + g.why})
	}
	if more := len(gaps) - shown; more > 0 {
		t.para("  ", span{dim, "+ " + counted(more, "more reason", "more reasons") + "; --verbose lists them"})
	}
}
