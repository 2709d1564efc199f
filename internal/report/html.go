package report

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"slices"

	"github.com/kennel-oss/kennel"
)

//go:embed page/page.html
var pageTemplate string

//go:embed page/style.css
var pageStyle string

//go:embed page/script.js
var pageScript string

// How much of a page is open to the eye, and how many drawings it carries.
const (
	pageActions  = 5
	pageGaps     = 8
	pageProjects = 200
	pageDrawings = 400
)

// writeHTML writes one file that asks nothing of the network: its style and
// its script stand in it, and the policy in its head lets nothing else run.
// It reads whole without the script, which only filters.
func writeHTML(w *bufio.Writer, j *kennel.Judgement, o Options) error {
	t, err := template.New("page").Parse(pageTemplate)
	if err != nil {
		return err
	}
	return t.Execute(w, newPage(j, o))
}

func contentHash(s string) template.HTMLAttr {
	sum := sha256.Sum256([]byte(s))
	return template.HTMLAttr("sha256-" + base64.StdEncoding.EncodeToString(sum[:]))
}

func newPage(j *kennel.Judgement, o Options) *page {
	v := newView(j)
	p := &page{
		Style: template.CSS(pageStyle), StyleHash: contentHash(pageStyle),
		Script: template.JS(pageScript), ScriptHash: contentHash(pageScript),
		VerdictWord: Answer(j), Tone: j.Verdict.String(), Sign: symbol(j.Verdict), Target: cmp.Or(prose(j.Inventory.Target, nameMax), "unnamed target"),
		Headline: v.headline(), Size: v.size(), Complete: j.Complete,
		Database: databaseLine(j), Tool: prose(o.Tool.Name+" "+o.Tool.Version, 80), AsOf: j.AsOf.UTC().Format("2006-01-02 15:04 UTC"),
		Policy: clean(j.Policy.Digest),
	}
	if incomplete(j) {
		p.Tone, p.Sign = kennel.Review.String(), symbol(kennel.Review)
	}
	if b := j.Baseline; b.Used {
		p.Baseline = "only what is new counts: the baseline " + clean(b.Path) + " knows " + number(b.Known) + ", " + number(b.Gone) + " are gone"
	}
	p.actions(v)
	p.gaps(v)
	p.projects(j)
	p.packages(v)
	for _, i := range v.suppressed {
		r := &j.Results[i]
		p.Suppressed = append(p.Suppressed, pageSuppressed{clean(ruleID(r)), label(&r.Component), suppressedBy(r.Suppressed)})
	}
	for _, e := range j.Expired {
		p.Expired = append(p.Expired, pageExpired{clean(e.ID), lastDay(e.Until), prose(e.Why, 300), clean(e.Where)})
	}
	return p
}

// symbol is a verdict for the eye, beside its word.
func symbol(v kennel.Verdict) string {
	switch v {
	case kennel.Allow:
		return "✓"
	case kennel.Review:
		return "?"
	}
	return "✕"
}

func (p *page) actions(v *view) {
	for i := range v.actions {
		a := &v.actions[i]
		row := pageAction{a.verdict.String(), a.what(v.j), a.where(v.j), a.about(v.j, 4), v.clears(a), a.remedy.Command != ""}
		if i < pageActions {
			p.Actions = append(p.Actions, row)
		} else {
			p.MoreActions = append(p.MoreActions, row)
		}
	}
	p.MoreStart = pageActions + 1
	p.MoreActionsWord = counted(len(p.MoreActions), "more change", "more changes")
}

func (p *page) gaps(v *view) {
	for i, g := range v.gaps() {
		if g.kind == kennel.GapDatabase {
			p.Warnings = append(p.Warnings, pieces(sentence(g.why)))
		}
		row := pageGap{enumerate(g.whats, 4), pieces(g.why)}
		if i < pageGaps {
			p.Gaps = append(p.Gaps, row)
		} else {
			p.MoreGaps = append(p.MoreGaps, row)
		}
	}
	p.MoreGapsWord = counted(len(p.MoreGaps), "more reason", "more reasons")
}

func (p *page) projects(j *kennel.Judgement) {
	ids := projectIDs(&j.Inventory)
	for i := range ids {
		p.Projects = append(p.Projects, pageProject{i, clean(ids[i]), projectVerdict(j, i).String(),
			counted(len(j.Inventory.Projects[i].Occurrences), "package", "packages")})
	}
	slices.SortStableFunc(p.Projects, func(a, b pageProject) int {
		return cmp.Compare(projectVerdict(j, a.Index), projectVerdict(j, b.Index))
	})
	if more := len(p.Projects) - pageProjects; more > 0 {
		p.Projects = p.Projects[:pageProjects]
		p.MoreProjects = "and " + counted(more, "more project", "more projects")
	}
}

func (p *page) packages(v *view) {
	urgent := append(append([]int(nil), v.verdicts[kennel.Deny]...), v.verdicts[kennel.Review]...)
	d, drawings := newDependants(v.j), 0
	scopes, projects := make(map[string]bool), make(map[int]bool)
	convert := func(groups []group) []pagePackage {
		out := make([]pagePackage, 0, len(groups))
		for i := range groups {
			row := newPackage(v.j, &groups[i])
			if drawings < pageDrawings {
				if row.Graph = d.draw(&v.j.Results[groups[i].results[0]]); row.Graph != nil {
					drawings++
				}
			}
			scopes[row.Scope] = true
			for _, n := range groups[i].projects {
				projects[n] = true
			}
			out = append(out, row)
		}
		return out
	}
	p.Urgent = convert(v.groups(urgent))
	if len(p.Urgent) > 0 {
		p.Urgent[0].Open = true // shows what lies behind the others
	}
	p.Allowed = convert(v.groups(v.verdicts[kennel.Allow]))
	p.AllowedWord = number(len(v.verdicts[kennel.Allow])) + " allowed: " + severities(v.j, v.verdicts[kennel.Allow])
	for s := kennel.ScopeUnknown; s <= kennel.ScopeDevelopment; s++ {
		if scopes[s.String()] {
			p.Scopes = append(p.Scopes, s.String())
		}
	}
	for _, row := range p.Projects {
		if projects[row.Index] {
			p.FilterProjects = append(p.FilterProjects, row)
		}
	}
}
