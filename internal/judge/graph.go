package judge

import (
	"cmp"
	"slices"

	"github.com/kennel-oss/kennel"
)

// graph is a project's dependency graph, laid out for questions from a
// component back to the project. It is not safe for concurrent use.
type graph struct {
	p       *kennel.Project
	in      []kennel.Edge // sorted by To, then From: a dependant's edges to one node lie together
	first   []int32       // first[n] is where n's dependants begin in in
	direct  []bool        // the project asks for it
	cluster []int32       // strongly connected component of each node
	ways    []int         // ways from the project into each cluster

	next  []int32 // of a search: node -> the next one towards its target
	round []int32 // the search that saw a node last
	queue []int32
	now   int32 // the search that runs
	steps int   // what is left of maxSteps
	nodes int   // what is left of maxNodes
	cut   bool  // a bound was hit
	up    []int32
}

func newGraph(p *kennel.Project) *graph {
	n := len(p.Occurrences)
	g := &graph{p: p, in: slices.Clone(p.Edges), first: make([]int32, n+1), direct: make([]bool, n),
		steps: maxSteps, nodes: maxNodes}
	slices.SortStableFunc(g.in, func(a, b kennel.Edge) int {
		return cmp.Or(cmp.Compare(a.To, b.To), cmp.Compare(a.From, b.From))
	})
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

// count counts the ways from the project to target. Each way that enters a
// cycle is counted once per entry: inside a cycle there is no end of ways. It is
// capped at kennel.ViaCountMax. What leads to a node leads to all it needs, so
// that the ways into every cluster are counted once for all targets.
func (g *graph) count(target int32) int {
	if g.ways == nil {
		g.cluster = g.clusters()
		g.ways = g.enter()
	}
	return g.ways[g.cluster[target]]
}

// enter counts the ways from the project into each cluster.
func (g *graph) enter() []int {
	// Clusters are numbered so that a dependant's number is higher than its
	// dependency's: highest first is from the project towards the targets.
	order := make([]int32, len(g.direct))
	for n := range order {
		order[n] = int32(n)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(g.cluster[b], g.cluster[a]) })
	ways := make([]int, len(g.direct)) // there are no more clusters than nodes
	for _, n := range order {
		c := g.cluster[n]
		if g.direct[n] {
			ways[c] = min(ways[c]+1, kennel.ViaCountMax)
		}
		last := kennel.RootNode
		for _, e := range g.dependants(n) {
			if e.From == kennel.RootNode || e.From == last {
				continue // asking once more, by another constraint, is no other way
			}
			last = e.From
			if from := g.cluster[e.From]; from != c {
				ways[c] = min(ways[c]+ways[from], kennel.ViaCountMax)
			}
		}
	}
	return ways
}

// dependencies returns the edges the other way round: what n needs is
// to[first[n]:first[n+1]].
func (g *graph) dependencies() (first, to []int32) {
	n := len(g.p.Occurrences)
	first = make([]int32, n+1)
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
	return first, to
}

// clusters numbers the strongly connected components so that dependencies
// have lower numbers than their dependants (Tarjan's algorithm without
// recursion: graphs of hostile files are deep).
func (g *graph) clusters() []int32 {
	n := len(g.p.Occurrences)
	first, to := g.dependencies()
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
