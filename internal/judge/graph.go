package judge

import (
	"cmp"
	"slices"

	"github.com/kennel-oss/kennel"
)

// maxPaths bounds how many paths a result carries; the count tells of the
// rest.
const maxPaths = 50

// graph is a project's dependency graph, laid out for questions from a
// component back to the project.
type graph struct {
	p       *kennel.Project
	in      []kennel.Edge // sorted by To
	first   []int32       // first[n] is where n's dependants begin in in
	direct  []bool        // the project asks for it
	cluster []int32       // strongly connected component of each node
}

func newGraph(p *kennel.Project) *graph {
	n := len(p.Occurrences)
	g := &graph{p: p, in: slices.Clone(p.Edges), first: make([]int32, n+1), direct: make([]bool, n)}
	slices.SortStableFunc(g.in, func(a, b kennel.Edge) int { return cmp.Compare(a.To, b.To) })
	for _, e := range g.in {
		g.first[e.To+1]++
		if e.From == kennel.RootNode {
			g.direct[e.To] = true
		}
	}
	for i := range n {
		g.first[i+1] += g.first[i]
		if p.Occurrences[i].Direct == kennel.Direct {
			g.direct[i] = true
		}
	}
	return g
}

// dependants returns the edges that lead to n.
func (g *graph) dependants(n int32) []kennel.Edge { return g.in[g.first[n]:g.first[n+1]] }

// via finds the shortest path from each direct dependency to target, shortest
// first, by one search backwards.
func (g *graph) via(target int32) kennel.Via {
	next := make(map[int32]int32) // node -> the next one towards target
	next[target] = -1
	queue := []int32{target}
	var reached []int32 // direct dependencies, nearest first
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		if g.direct[n] {
			reached = append(reached, n)
		}
		for _, e := range g.dependants(n) {
			if e.From == kennel.RootNode {
				continue
			}
			if _, seen := next[e.From]; !seen {
				next[e.From] = n
				queue = append(queue, e.From)
			}
		}
	}
	v := kennel.Via{}
	for _, d := range reached[:min(len(reached), maxPaths)] {
		var path []int32
		for n := d; n >= 0; n = next[n] {
			path = append(path, n)
		}
		v.Paths = append(v.Paths, path)
	}
	if len(reached) > 0 {
		v.Count = g.count(target, next)
	}
	return v
}

// count counts the ways from the project to target, among the nodes that
// reach it. Each way that enters a cycle is counted once per entry: inside a
// cycle there is no end of ways. It is capped at kennel.ViaCountMax.
func (g *graph) count(target int32, reach map[int32]int32) int {
	if g.cluster == nil {
		g.cluster = g.clusters()
	}
	ways := map[int32]int{} // cluster -> ways from the project into it
	entering := map[int32][]int32{}
	for n := range reach {
		c := g.cluster[n]
		if g.direct[n] {
			ways[c] = min(ways[c]+1, kennel.ViaCountMax)
		} else if _, ok := ways[c]; !ok {
			ways[c] = 0
		}
		for _, e := range g.dependants(n) {
			if e.From == kennel.RootNode {
				continue
			}
			if from := g.cluster[e.From]; from != c {
				entering[c] = append(entering[c], from)
			}
		}
	}
	// Clusters are numbered so that a dependant's number is higher than its
	// dependency's: highest first is from the project towards target.
	order := make([]int32, 0, len(ways))
	for c := range ways {
		order = append(order, c)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(b, a) })
	for _, c := range order {
		for _, from := range entering[c] {
			ways[c] = min(ways[c]+ways[from], kennel.ViaCountMax)
		}
	}
	return ways[g.cluster[target]]
}

// clusters numbers the strongly connected components so that dependencies
// have lower numbers than their dependants (Tarjan's algorithm without
// recursion: graphs of hostile files are deep).
func (g *graph) clusters() []int32 {
	n := len(g.p.Occurrences)
	first := make([]int32, n+1) // forward adjacency
	for _, e := range g.p.Edges {
		if e.From != kennel.RootNode {
			first[e.From+1]++
		}
	}
	for i := range n {
		first[i+1] += first[i]
	}
	to, fill := make([]int32, first[n]), slices.Clone(first)
	for _, e := range g.p.Edges {
		if e.From != kennel.RootNode {
			to[fill[e.From]] = e.To
			fill[e.From]++
		}
	}
	const unseen = -1
	cluster, order, low := make([]int32, n), make([]int32, n), make([]int32, n)
	for i := range n {
		cluster[i], order[i] = unseen, unseen
	}
	var stack []int32
	type frame struct{ node, edge int32 }
	var calls []frame
	var clock, clusters int32
	for start := range int32(n) {
		if order[start] != unseen {
			continue
		}
		calls = append(calls, frame{start, first[start]})
		for len(calls) > 0 {
			f := &calls[len(calls)-1]
			v := f.node
			if order[v] == unseen {
				order[v], low[v] = clock, clock
				clock++
				stack = append(stack, v)
			}
			if f.edge < first[v+1] {
				w := to[f.edge]
				f.edge++
				if order[w] == unseen {
					calls = append(calls, frame{w, first[w]})
				} else if cluster[w] == unseen {
					low[v] = min(low[v], order[w])
				}
				continue
			}
			calls = calls[:len(calls)-1]
			if len(calls) > 0 {
				parent := calls[len(calls)-1].node
				low[parent] = min(low[parent], low[v])
			}
			if low[v] == order[v] {
				for {
					w := stack[len(stack)-1]
					stack = stack[:len(stack)-1]
					cluster[w] = clusters
					if w == v {
						break
					}
				}
				clusters++
			}
		}
	}
	return cluster
}

// Paths answers who brings a component into a project.
type Paths struct{ g *graph }

// NewPaths lays out a project's graph. The project must not change after.
func NewPaths(p *kennel.Project) *Paths { return &Paths{newGraph(p)} }

// To returns how the project comes to occurrence n.
func (p *Paths) To(n int32) kennel.Via { return p.g.via(n) }

// Dependants returns the edges that lead to occurrence n.
func (p *Paths) Dependants(n int32) []kennel.Edge { return p.g.dependants(n) }
