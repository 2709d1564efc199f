package judge

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/kennel-oss/kennel"
)

// Ways are counted as a search that walks each of them counts, where there is
// no cycle.
func TestWaysAgreeWithWalking(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		var lines []string
		for i := range 12 {
			name := fmt.Sprintf("n%d", i)
			if i == 0 || random.IntN(4) == 0 {
				lines = append(lines, ". > "+name)
			}
			for k := range i {
				if random.IntN(3) == 0 {
					lines = append(lines, fmt.Sprintf("n%d > %s ^1", k, name), fmt.Sprintf("n%d > %s ^2", k, name))
				}
			}
		}
		p := project(t, lines...)
		g := newGraph(&p)
		for n := range p.Occurrences {
			walked, shortest := walkAll(g, int32(n))
			v := g.via(int32(n))
			if v.Count != walked || walked > 0 && len(v.Paths[0]) != shortest {
				t.Fatalf("seed %d, %s: counted %d, walked %d; shortest %d in %v", seed, p.Occurrences[n].Name, v.Count, walked, shortest, v.Paths)
			}
		}
	}
}

// walkAll counts every way from the project to n, and the nodes of the
// shortest.
func walkAll(g *graph, n int32) (ways, shortest int) {
	if g.direct[n] {
		ways, shortest = 1, 1
	}
	var from []int32
	for _, e := range g.dependants(n) {
		if e.From != kennel.RootNode && !slices.Contains(from, e.From) {
			from = append(from, e.From)
		}
	}
	for _, f := range from {
		w, s := walkAll(g, f)
		ways += w
		if w > 0 && (shortest == 0 || s+1 < shortest) {
			shortest = s + 1
		}
	}
	return ways, shortest
}
