package report

import (
	"cmp"
	_ "embed"
	"slices"
	"strconv"
	"strings"

	"github.com/kennel-oss/kennel"
)

// page is what the template shows. Its strings are clean; the template
// escapes them for where they stand.
type page struct {
	Style, StyleHash   any
	Script, ScriptHash any

	VerdictWord, Tone, Sign, Target, Headline, Size, Baseline string
	Complete                                                  bool
	Warnings                                                  [][]piece
	Database, Tool, AsOf, Policy                              string

	Actions, MoreActions []pageAction
	MoreActionsWord      string
	MoreStart            int
	Gaps, MoreGaps       []pageGap
	MoreGapsWord         string
	Projects             []pageProject
	MoreProjects         string
	FilterProjects       []pageProject
	Scopes               []string
	Urgent, Allowed      []pagePackage
	AllowedWord          string
	Suppressed           []pageSuppressed
	Expired              []pageExpired
}

type pageAction struct {
	Verdict, What, Where, About, Clears string
	Command                             bool
}

type pageGap struct {
	What string
	Why  []piece
}

type pageProject struct {
	Index                 int
	ID, Verdict, Packages string
}

type pageSuppressed struct{ ID, Package, Why string }

type pageExpired struct{ ID, Until, Why, Where string }

type pagePackage struct {
	Verdict, Places, Scope, Name, Version, Traits string
	Rank                                          int // of the worst severity, 6 for malicious
	Worst, Flag, Problem, More, Fixed, Where, Via string
	Open                                          bool
	Graph                                         *drawing
	Findings                                      []pageFinding
}

type pageFinding struct {
	Rank                                     int
	ID, URL, Verdict, Title, Rating, Aliases string
	Facts, Evidence                          []string
}

func newPackage(j *kennel.Judgement, g *group) pagePackage {
	first := &j.Results[g.results[0]]
	_, o := place(j, first)
	row := pagePackage{Verdict: g.verdict.String(), Name: cmp.Or(clean(g.component.Name), "(unnamed)"), Version: clean(g.component.Version),
		Traits: traits(&g.component, o), Scope: kennel.ScopeUnknown.String(), Where: locationOf(j, first), Via: path(j, first),
		Problem: strings.TrimSpace(clean(ruleID(first)) + " " + prose(first.Title, 120))}
	if o != nil {
		row.Scope = o.Scope.String()
	}
	if more := len(g.results) - 1; more > 0 {
		row.More = "and " + number(more) + " more"
	}
	if more := len(g.projects) - 1; more > 0 {
		row.Where += " and " + counted(more, "other project", "other projects")
	}
	places := make([]string, len(g.projects))
	for i, n := range g.projects {
		places[i] = strconv.Itoa(n)
	}
	row.Places = strings.Join(places, " ")
	row.Rank = -1
	score := 0.0
	var fixes []string
	for _, i := range g.results {
		r := &j.Results[i]
		f := newPageFinding(r)
		if r.KEV != nil {
			row.Flag = "known exploited"
		}
		if worst := cmp.Or(cmp.Compare(f.Rank, row.Rank), cmp.Compare(r.Score, score)); worst > 0 {
			score = r.Score
			row.Rank, row.Worst = f.Rank, f.Rating
		}
		fixed := "unknown"
		switch {
		case r.Rule == malicious:
			fixed = "remove it"
		case r.Fix.State == kennel.FixKnown:
			fixed = clean(r.Fix.Version)
		case r.Fix.State == kennel.FixNone:
			fixed = "none"
		}
		if !slices.Contains(fixes, fixed) && len(fixes) < 3 {
			fixes = append(fixes, fixed)
		}
		row.Findings = append(row.Findings, f)
	}
	row.Fixed = strings.Join(fixes, ", ")
	return row
}

func newPageFinding(r *kennel.Result) pageFinding {
	f := pageFinding{ID: clean(ruleID(r)), URL: webAddress(r.URL), Verdict: r.Verdict.String(), Title: prose(r.Title, 300),
		Rank: int(r.Severity), Rating: rating(r), Facts: signals(r)}
	if r.Rule == malicious {
		f.Rank = 6
	}
	if len(r.Aliases) > 0 {
		f.Aliases = clean(enumerate(r.Aliases, 8))
	}
	if len(r.Rules) > 0 {
		f.Facts = append(f.Facts, "rule "+clean(enumerate(r.Rules, 3)))
	}
	for _, e := range r.Evidence {
		if len(f.Evidence) == 10 {
			break
		}
		f.Evidence = append(f.Evidence, clean(e.Kind)+" "+clean(e.What)+": "+prose(e.Says, 300))
	}
	return f
}
