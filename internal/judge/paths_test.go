package judge

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/kennel-oss/kennel"
)

// everywhere finds something in every component.
type everywhere struct{}

func (everywhere) Name() string       { return "everywhere" }
func (everywhere) Needs() kennel.Need { return 0 }
func (everywhere) Examine(context.Context, kennel.Subject) ([]kennel.Finding, error) {
	return []kennel.Finding{{ID: "X-1", Rule: "vulnerable", Title: "x"}}, nil
}

// chain is a project in which the first of n components needs the second, and
// so on, and which asks for the first few itself.
func chain(n, direct int) kennel.Project {
	p := kennel.Project{Manifest: "deep.json"}
	for i := range n {
		c := kennel.Component{Package: kennel.Package{Ecosystem: kennel.NPM, Name: fmt.Sprintf("p%d", i)}, Version: "1.0.0"}
		p.Occurrences = append(p.Occurrences, kennel.Occurrence{Component: c})
		if i < direct {
			p.Edges = append(p.Edges, kennel.Edge{From: kennel.RootNode, To: int32(i)})
		}
		if i > 0 {
			p.Edges = append(p.Edges, kennel.Edge{From: int32(i - 1), To: int32(i)})
		}
	}
	return p
}

// A deep graph in which everything is dangerous asks for paths whose lengths
// add up to the square of its size, fifty times.
func TestDeepGraphsAreCut(t *testing.T) {
	inv := kennel.Inventory{Projects: []kennel.Project{chain(10_000, 50)}}
	j, err := New(Options{Layers: []kennel.Layer{everywhere{}}}).Inventory(context.Background(), inv, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	nodes := 0
	for _, r := range j.Results {
		for _, path := range r.Via.Paths {
			if len(path) > maxDepth {
				t.Fatalf("a path of %d components, the bound is %d", len(path), maxDepth)
			}
			nodes += len(path)
		}
		if r.Via.Count == 0 {
			t.Fatalf("%s: its paths are not counted", r.Component.Name)
		}
	}
	if len(j.Results) != 10_000 || nodes > maxNodes {
		t.Errorf("%d results with paths over %d components", len(j.Results), nodes)
	}
	if len(j.Gaps) != 1 || j.Gaps[0].What != "deep.json" {
		t.Errorf("the gaps do not say that paths are missing: %v", j.Gaps)
	}
}

// When the bound on searches is hit, the shortest path is found all the same,
// and counting goes on.
func TestClimbingFindsTheShortestPath(t *testing.T) {
	p := chain(30, 1)
	p.Edges = append(p.Edges, kennel.Edge{From: 0, To: 20}, kennel.Edge{From: 25, To: 5}, kennel.Edge{From: kennel.RootNode, To: 24})
	g, spent := newGraph(&p), newGraph(&p)
	spent.search(0)
	spent.steps = 0
	for n := range int32(30) {
		want, got := g.via(n), spent.via(n)
		if len(got.Paths) != 1 || len(got.Paths[0]) != len(want.Paths[0]) || got.Count != want.Count {
			t.Errorf("%d: got %v, want the first of %v", n, got, want)
		}
	}
	if !spent.cut || g.cut {
		t.Error("only the one whose searches are spent has a gap")
	}
}
