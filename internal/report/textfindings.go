package report

import (
	"unicode/utf8"

	"github.com/kennel-oss/kennel"
)

// section lists the packages whose worst result has the verdict.
func (t *text) section(verdict kennel.Verdict, title span, most int) {
	var groups []group
	for _, g := range t.view.groups(append(append([]int(nil), t.verdicts[kennel.Deny]...), t.verdicts[kennel.Review]...)) {
		if g.verdict == verdict {
			groups = append(groups, g)
		}
	}
	if len(groups) == 0 {
		return
	}
	t.title(title, counted(len(groups), "package", "packages"))
	shown := t.limit(len(groups), most)
	for i := range shown {
		t.group(&groups[i])
	}
	if more := len(groups) - shown; more > 0 {
		t.para("  ", span{dim, "+ " + counted(more, "more package", "more packages") + "; --verbose lists them"})
	}
}

func (t *text) group(g *group) {
	first := &t.j.Results[g.results[0]]
	_, o := place(t.j, first)
	scope := dim
	if o != nil && !o.Scope.Ships() {
		scope = cyan // what does not ship must not look like what does
	}
	t.para("  ", span{bold, label(&g.component)}, span{scope, "  " + traits(&g.component, o)})
	in := locationOf(t.j, first)
	if more := len(g.projects) - 1; more > 0 {
		in += " and " + counted(more, "other project", "other projects")
	}
	if via := path(t.j, first); via != "" {
		t.para("    ", span{dim, "in " + in + ", via"}, span{normal, " " + via})
	} else {
		t.para("    ", span{dim, "in " + in})
	}
	shown := t.limit(len(g.results), textFindings)
	for _, i := range g.results[:shown] {
		t.finding(&t.j.Results[i])
	}
	if rest := g.results[shown:]; len(rest) > 0 {
		t.para("    ", span{dim, "+ " + number(len(rest)) + " more of it: " + severities(t.j, rest)})
	}
}

func (t *text) finding(r *kennel.Result) {
	head := []span{{normal, clean(r.ID)}, {severityStyle(r), "  " + rating(r)}}
	used := 8 + utf8.RuneCountInString(head[0].text) + utf8.RuneCountInString(head[1].text)
	if room := t.width - used; room > 20 {
		head = append(head, span{normal, "  " + prose(r.Title, room)})
	}
	t.para("    - ", head...)
	facts := signals(r)
	if len(r.Rules) > 0 {
		facts = append(facts, "rule "+clean(enumerate(r.Rules, 3)))
	}
	line := make([]span, 0, len(facts))
	for i, f := range facts {
		s := span{dim, " " + unit(f)}
		if i == 0 && r.KEV != nil {
			s.style = red
		}
		if i < len(facts)-1 {
			s.text += unit(" ·")
		}
		line = append(line, s)
	}
	t.para("      ", line...)
	if !t.all {
		return
	}
	if len(r.Aliases) > 0 {
		t.para("      ", span{dim, "also " + clean(enumerate(r.Aliases, 8))})
	}
	for _, e := range r.Evidence {
		t.para("      ", span{dim, clean(e.Kind) + " " + clean(e.What) + ": " + prose(e.Says, 300)})
	}
}

func severityStyle(r *kennel.Result) style {
	switch {
	case r.Rule == malicious || r.Severity == kennel.SeverityCritical || r.Severity == kennel.SeverityHigh:
		return red
	case r.Severity == kennel.SeverityMedium:
		return yellow
	}
	return normal
}

func (t *text) allowed() {
	list := t.verdicts[kennel.Allow]
	if len(list) == 0 {
		return
	}
	if !t.all {
		t.blank()
		t.para("", span{normal, "+ " + number(len(list)) + " allowed: " + severities(t.j, list)}, span{dim, "; --verbose lists them"})
		return
	}
	t.title(span{green, "Allowed"}, counted(len(list), "finding", "findings"))
	for _, g := range t.view.groups(list) {
		t.group(&g)
	}
}

func (t *text) setAside() {
	if len(t.suppressed) == 0 {
		return
	}
	t.title(span{bold, "Suppressed"}, number(len(t.suppressed)))
	shown := t.limit(len(t.suppressed), textLines)
	for _, i := range t.suppressed[:shown] {
		r := &t.j.Results[i]
		t.para("  - ", span{normal, clean(r.ID)}, span{normal, " in " + label(&r.Component)}, span{dim, "  " + suppressedBy(r.Suppressed)})
	}
	if more := len(t.suppressed) - shown; more > 0 {
		t.para("  ", span{dim, "+ " + number(more) + " more; --verbose lists them"})
	}
}

func (t *text) expired() {
	if len(t.j.Expired) == 0 {
		return
	}
	t.title(span{yellow, "Expired waivers"}, "their findings count again")
	shown := t.limit(len(t.j.Expired), textLines)
	for _, e := range t.j.Expired[:shown] {
		t.para("  - ", span{normal, clean(e.ID) + " until " + lastDay(e.Until)}, span{dim, "  " + prose(e.Why, 160) + " [" + clean(e.Where) + "]"})
	}
	if more := len(t.j.Expired) - shown; more > 0 {
		t.para("  ", span{dim, "+ " + number(more) + " more; --verbose lists them"})
	}
}
