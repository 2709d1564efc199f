package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

// action is one thing to do and what it clears.
type action struct {
	remedy   kennel.Remedy
	verdict  kennel.Verdict // the worst that it clears
	results  []int          // the problems that it clears
	projects []int          // where to do it
}

// findActions groups what counts by remedy: the strictest verdict first, then
// malware before all else and a known way out before an unknown one, then what
// clears most.
func (v *view) findActions() []action {
	type key struct {
		remedy kennel.Remedy
		stuck  kennel.Key // apart by component where no remedy is known
	}
	index := make(map[key]int)
	var out []action
	count := func(lead, i int, verdict kennel.Verdict) {
		r := &v.j.Results[i]
		k := key{remedy: r.Remedy}
		if r.Remedy.Kind == kennel.RemedyUnknown {
			k = key{stuck: r.Component.Key()}
		}
		n, known := index[k]
		if !known {
			n = len(out)
			index[k] = n
			out = append(out, action{remedy: r.Remedy, verdict: verdict})
		}
		a := &out[n]
		if len(a.results) == 0 || a.results[len(a.results)-1] != lead {
			a.results = append(a.results, lead)
		}
		if !slices.Contains(a.projects, r.Project) && len(a.projects) < 100 {
			a.projects = append(a.projects, r.Project)
		}
	}
	for _, verdict := range []kennel.Verdict{kennel.Deny, kennel.Review} {
		for _, lead := range v.verdicts[verdict] {
			count(lead, lead, verdict)
			for _, i := range v.again[lead] {
				if v.j.Results[i].Verdict.Worse(kennel.Allow) {
					count(lead, i, verdict)
				}
			}
		}
	}
	order := func(a action) int {
		switch a.remedy.Kind {
		case kennel.RemedyRemove:
			return 0
		case kennel.RemedyUnknown:
			return 2
		}
		return 1
	}
	slices.SortStableFunc(out, func(a, b action) int {
		return cmp.Or(cmp.Compare(a.verdict, b.verdict), cmp.Compare(order(a), order(b)), cmp.Compare(len(b.results), len(a.results)))
	})
	return out
}

// clears says how much of all that counts a change takes care of. That a newer
// dependant admits the fix is likely and not known.
func (v *view) clears(a *action) string {
	verb := "clears "
	if a.remedy.Kind == kennel.RemedyUpgrade && a.remedy.Version == "" {
		verb = "may clear "
	}
	if a.remedy.Kind == kennel.RemedyUnknown && v.j.Results[a.results[0]].Fix.State != kennel.FixKnown {
		verb = "concerns "
	}
	return verb + number(len(a.results)) + " of " + number(v.urgent())
}

// what says what to do, as a person would: the command where there is one,
// else an imperative sentence.
func (a *action) what(j *kennel.Judgement) string {
	m := &a.remedy
	if m.Command != "" {
		return clean(m.Command)
	}
	name := clean(m.Package.Name)
	to := ""
	if m.Version != "" {
		to = " to " + clean(m.Version)
	}
	switch m.Kind {
	case kennel.RemedyRefresh:
		return "Update " + name + to
	case kennel.RemedyUpgrade:
		return "Upgrade " + name + to
	case kennel.RemedyRemove:
		return "Remove " + name
	}
	r := &j.Results[a.results[0]]
	if r.Fix.State == kennel.FixNone {
		return "Replace " + label(&r.Component) + ": no fix is published"
	}
	if r.Fix.State == kennel.FixKnown && r.Fix.Version != "" {
		return "Bring " + label(&r.Component) + " to " + clean(r.Fix.Version)
	}
	return "Look into " + label(&r.Component) + ": no fix is known here"
}

// where names the folders to do it in, "" when there is only the top.
func (a *action) where(j *kennel.Judgement) string {
	var roots []string
	for _, p := range a.projects {
		if p < 0 || p >= len(j.Inventory.Projects) {
			continue
		}
		if root := clean(cmp.Or(j.Inventory.Projects[p].Root, ".")); !slices.Contains(roots, root) {
			roots = append(roots, root)
		}
	}
	if len(roots) == 0 || len(roots) == 1 && roots[0] == "." {
		return ""
	}
	return "in " + enumerate(roots, 3)
}

// about names the packages that a change clears, "lodash 4.17.20, qs 6.5.2",
// unless what says them already, their problems, and where no way out is known
// the way in.
func (a *action) about(j *kennel.Judgement, max int) string {
	out := a.ids(j, max)
	packages := distinct(a.results, func(i int) string { return label(&j.Results[i].Component) })
	if len(packages) > 1 || !strings.Contains(a.what(j), packages[0]) {
		out = enumerate(packages, max) + " · " + out
	}
	if a.remedy.Kind == kennel.RemedyUnknown {
		if via := path(j, &j.Results[a.results[0]]); via != "" {
			out += " · via " + via
		}
	}
	if slices.ContainsFunc(a.results, func(i int) bool { return j.Results[i].Rule == "malicious" }) {
		// Taking an attack out does not take back what it did.
		out += " · it may have run: change the secrets of every machine that installed it"
	}
	return out
}

func (a *action) ids(j *kennel.Judgement, max int) string {
	return enumerate(distinct(a.results, func(i int) string { return clean(j.Results[i].ID) }), max)
}
