package judge

import (
	"slices"

	"github.com/kennel-oss/kennel"
)

// Bounds of the paths of one project. Graphs of real lock files stay far below
// them; a hostile one, deep or dense, would cost gigabytes and hours.
const (
	maxPaths = 50          // that one result carries; the count tells of the rest
	maxSteps = 100_000_000 // edges looked at in searches: a second or two
	maxDepth = 1000        // components on one path
	maxNodes = 1_000_000   // components on all paths together
)

// via finds the shortest path from each direct dependency to target, shortest
// first, by one search backwards, and counts all of them. Beyond the bounds it
// finds the shortest path alone, or none.
func (g *graph) via(target int32) kennel.Via {
	var reached []int32 // direct dependencies, nearest first
	if g.steps > 0 {
		reached = g.search(target)
	} else {
		reached = g.climb(target)
	}
	v := kennel.Via{}
	for _, d := range reached {
		var path []int32
		for n := d; n >= 0 && len(path) <= maxDepth; n = g.next[n] {
			path = append(path, n)
		}
		if g.nodes -= len(path); len(path) > maxDepth || g.nodes < 0 {
			g.cut = true
			break // the others are no shorter
		}
		v.Paths = append(v.Paths, path)
	}
	v.Count = g.count(target)
	return v
}

// search looks backwards from target for the nearest direct dependencies, and
// leaves in next how they lead to it.
func (g *graph) search(target int32) (reached []int32) {
	if g.next == nil {
		g.next, g.round = make([]int32, len(g.direct)), make([]int32, len(g.direct))
	}
	g.now++
	g.next[target], g.round[target] = -1, g.now
	g.queue = append(g.queue[:0], target)
	for i := 0; i < len(g.queue); i++ {
		n := g.queue[i]
		if g.direct[n] {
			if reached = append(reached, n); len(reached) == maxPaths {
				break
			}
		}
		edges := g.dependants(n)
		g.steps -= 1 + len(edges)
		for _, e := range edges {
			if e.From != kennel.RootNode && g.round[e.From] != g.now {
				g.next[e.From], g.round[e.From] = n, g.now
				g.queue = append(g.queue, e.From)
			}
		}
	}
	return reached
}

// climb finds the shortest path to target in a tree of shortest paths to
// everything, which is made once: it costs no search. It leaves the path in
// next.
func (g *graph) climb(target int32) (reached []int32) {
	g.cut = true
	if g.up == nil {
		g.up = g.tree()
	}
	g.next[target] = -1
	n := target
	for depth := 0; !g.direct[n]; depth++ {
		from := g.up[n]
		if from < 0 || depth > maxDepth {
			return nil
		}
		g.next[from] = n
		n = from
	}
	return []int32{n}
}

// tree returns for each node the dependant that is nearest to the project, -1
// for direct dependencies and what none of them leads to.
func (g *graph) tree() []int32 {
	first, to := g.dependencies()
	up := make([]int32, len(g.direct))
	seen := slices.Clone(g.direct)
	g.queue = g.queue[:0]
	for n := range up {
		up[n] = -1
		if seen[n] {
			g.queue = append(g.queue, int32(n))
		}
	}
	for i := 0; i < len(g.queue); i++ {
		n := g.queue[i]
		for _, m := range to[first[n]:first[n+1]] {
			if !seen[m] {
				seen[m], up[m] = true, n
				g.queue = append(g.queue, m)
			}
		}
	}
	return up
}

// Paths answers who brings a component into a project.
type Paths struct{ g *graph }

// NewPaths lays out a project's graph. The project must not change after.
func NewPaths(p *kennel.Project) *Paths { return &Paths{newGraph(p)} }

// To returns how the project comes to occurrence n.
func (p *Paths) To(n int32) kennel.Via { return p.g.via(n) }

// Dependants returns the edges that lead to occurrence n.
func (p *Paths) Dependants(n int32) []kennel.Edge { return p.g.dependants(n) }
