package report

import (
	"reflect"
	"testing"

	"github.com/kennel-oss/kennel"
)

func labels(g *drawing) map[string]node {
	out := make(map[string]node)
	for _, n := range g.Nodes {
		out[n.Label] = n
	}
	return out
}

func TestDraw(t *testing.T) {
	j := many()
	g := newDependants(&j).draw(&j.Results[2])
	if g == nil {
		t.Fatal("no drawing of qs")
	}
	n := labels(g)
	if len(n) != 3 || n["qs 6.7.0"].Class != "target" || n["express"].Class != "direct" || n["body-parser"].Class != "between" {
		t.Errorf("nodes: %+v", n)
	}
	if !(n["express"].X < n["qs 6.7.0"].X) {
		t.Error("the target is not to the right of what brings it in")
	}
	if len(g.Edges) != 3 {
		t.Errorf("%d edges, want 3: %+v", len(g.Edges), g.Edges)
	}
	if d := newDependants(&j); d.draw(&j.Results[0]) != nil {
		t.Error("a drawing of lodash, which nothing but the project asks for")
	}
	if again := newDependants(&j).draw(&j.Results[2]); !reflect.DeepEqual(g, again) {
		t.Error("two drawings differ")
	}
}

// TestDrawBounds draws what could grow without end: a cycle, a hub that
// thousands need, a chain of thousands, and edges that lead nowhere.
func TestDrawBounds(t *testing.T) {
	const many = 5000
	for name, edges := range map[string]func(i int32) []kennel.Edge{
		"cycle": func(i int32) []kennel.Edge { return []kennel.Edge{{From: i, To: (i + 1) % many}} },
		"hub":   func(i int32) []kennel.Edge { return []kennel.Edge{{From: i, To: 0}} },
		"chain": func(i int32) []kennel.Edge { return []kennel.Edge{{From: i, To: max(0, i-1)}} },
		"dense": func(i int32) []kennel.Edge {
			return []kennel.Edge{{From: i, To: 0}, {From: i, To: i / 2}, {From: i / 2, To: i}}
		},
		"nowhere": func(i int32) []kennel.Edge {
			return []kennel.Edge{{From: i, To: many + i}, {From: -7, To: i}, {From: 0, To: 0}}
		},
	} {
		p := kennel.Project{Manifest: "package-lock.json", Graph: true}
		for i := range int32(many) {
			p.Occurrences = append(p.Occurrences, occurrence(npm("same", "1.0.0"), kennel.ScopeShipped, kennel.Transitive, 1))
			p.Edges = append(p.Edges, edges(i)...)
		}
		p.Occurrences[many-1].Direct = kennel.Direct
		j := kennel.Judgement{Inventory: kennel.Inventory{Projects: []kennel.Project{p}}}
		r := &kennel.Result{Via: kennel.Via{Paths: [][]int32{make([]int32, 3000), {many * 2}}}}
		g := newDependants(&j).draw(r)
		if g == nil {
			continue
		}
		if len(g.Nodes) > graphNodes || len(g.Edges) > graphEdges+graphBack || g.Width > 10_000 || g.Height > 10_000 {
			t.Errorf("%s: %d nodes, %d edges, %d by %d", name, len(g.Nodes), len(g.Edges), g.Width, g.Height)
		}
	}
}
