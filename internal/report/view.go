package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kennel-oss/kennel"
)

// view is a judgement arranged for a person: what counts, by verdict; the few
// things to do; and the findings by package, since one line for each advisory
// is what readers call noise.
//
// The same problem of the same component in several projects is one problem
// to a person. It stands for its results under the strictest of their
// verdicts, as the index of the first that has it.
type view struct {
	j          *kennel.Judgement
	verdicts   [kennel.Allow + 1][]int // problems that count
	again      map[int][]int           // problem -> its results in other projects
	suppressed []int                   // results
	packages   int                     // occurrences in all projects
	actions    []action
}

// group is one component with its problems.
type group struct {
	component kennel.Component
	verdict   kennel.Verdict // the worst of its results
	results   []int          // its problems
	projects  []int          // every project that has it
}

func newView(j *kennel.Judgement) *view {
	type problem struct {
		component kennel.Key
		id, rule  string
	}
	v := &view{j: j, again: make(map[int][]int)}
	distinct := make(map[kennel.Key]struct{})
	for i := range j.Inventory.Projects {
		for k := range j.Inventory.Projects[i].Occurrences {
			distinct[j.Inventory.Projects[i].Occurrences[k].Key()] = struct{}{}
		}
	}
	v.packages = len(distinct)
	several := len(j.Inventory.Projects) > 1
	leads := make(map[problem]int)
	for verdict := kennel.Deny; verdict <= kennel.Allow; verdict++ {
		for i := range j.Results {
			r := &j.Results[i]
			if r.Suppressed != nil || min(r.Verdict, kennel.Allow) != verdict {
				continue
			}
			if several {
				k := problem{r.Component.Key(), r.ID, r.Rule}
				if lead, known := leads[k]; known {
					v.again[lead] = append(v.again[lead], i)
					continue
				}
				leads[k] = i
			}
			v.verdicts[verdict] = append(v.verdicts[verdict], i)
		}
	}
	for i := range j.Results {
		if j.Results[i].Suppressed != nil {
			v.suppressed = append(v.suppressed, i)
		}
	}
	v.actions = v.findActions()
	return v
}

// urgent counts what the policy wants somebody to act on.
func (v *view) urgent() int {
	return len(v.verdicts[kennel.Deny]) + len(v.verdicts[kennel.Review])
}

// groups arranges problems by component, in the order of the first of each.
func (v *view) groups(problems []int) []group {
	index := make(map[kennel.Key]int)
	var out []group
	for _, i := range problems {
		r := &v.j.Results[i]
		k := r.Component.Key()
		n, known := index[k]
		if !known {
			n = len(out)
			index[k] = n
			out = append(out, group{component: r.Component, verdict: r.Verdict})
		}
		g := &out[n]
		if r.Verdict.Worse(g.verdict) {
			g.verdict = r.Verdict
		}
		g.results = append(g.results, i)
		g.in(r.Project)
		for _, other := range v.again[i] {
			g.in(v.j.Results[other].Project)
		}
	}
	return out
}

func (g *group) in(project int) {
	if !slices.Contains(g.projects, project) {
		g.projects = append(g.projects, project)
	}
}

// label is a component's name and version, clean.
func label(c *kennel.Component) string {
	switch {
	case c.Name == "":
		return "(unnamed)"
	case c.Version == "":
		return clean(c.Name)
	}
	return clean(c.Name) + " " + clean(c.Version)
}

// path says how a project comes to a component: "a > b > c", "" when nothing
// leads there or it is asked for directly.
func path(j *kennel.Judgement, r *kennel.Result) string {
	if len(r.Via.Paths) == 0 || len(r.Via.Paths[0]) < 2 {
		return ""
	}
	s := pathNames(j, r, r.Via.Paths[0])
	if more := r.Via.Count - 1; more >= kennel.ViaCountMax-1 {
		s += " (+ a million more paths)"
	} else if more > 0 {
		s += " (+ " + number(more) + plural(more, " more path", " more paths") + ")"
	}
	return s
}

// pathNames joins the names along one path; of a long one, its ends.
func pathNames(j *kennel.Judgement, r *kennel.Result, steps []int32) string {
	_, o := place(j, r)
	if o == nil {
		return ""
	}
	occurrences := j.Inventory.Projects[r.Project].Occurrences
	var names []string
	for i, n := range steps {
		if n < 0 || int(n) >= len(occurrences) {
			return ""
		}
		if len(steps) > 8 && i > 3 && i < len(steps)-3 {
			if i == 4 {
				names = append(names, "…")
			}
			continue
		}
		names = append(names, clean(occurrences[n].Name))
	}
	return strings.Join(names, " > ")
}

// severities counts results by severity, the worst first: "12 medium, 29
// unknown".
func severities(j *kennel.Judgement, results []int) string {
	var n [kennel.SeverityCritical + 1]int
	for _, i := range results {
		if s := j.Results[i].Severity; s <= kennel.SeverityCritical {
			n[s]++
		}
	}
	var parts []string
	for s := kennel.SeverityCritical; ; s-- {
		if n[s] > 0 {
			parts = append(parts, number(n[s])+" "+s.String())
		}
		if s == 0 {
			return strings.Join(parts, ", ")
		}
	}
}

// enumerate joins up to max of list: "a, b, c and 4 more".
func enumerate(list []string, max int) string {
	if len(list) <= max {
		return strings.Join(list, ", ")
	}
	return strings.Join(list[:max], ", ") + " and " + number(len(list)-max) + " more"
}

func distinct(results []int, name func(int) string) []string {
	seen := make(map[string]bool)
	var out []string
	for _, i := range results {
		if s := name(i); !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// counted is "1 package", "1,115 packages".
func counted(n int, one, many string) string {
	return number(n) + " " + plural(n, one, many)
}

// number groups digits by three.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
