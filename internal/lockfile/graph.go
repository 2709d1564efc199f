// Package lockfile holds what the readers of lock files share: the graph that
// turns "who asks for what" into scope and directness, positions in a text,
// integrity strings, and the one reading of how a JavaScript package manager
// spells where a package comes from.
//
// It is pure: bytes and words in, words out.
package lockfile

import "github.com/kennel-oss/kennel"

// Graph collects the packages of one lock file and who asks for them. The zero
// value is ready to use. It is not safe for concurrent use.
type Graph struct {
	Occurrences []kennel.Occurrence
	Edges       []kennel.Edge
}

// Add appends a package and returns its node.
func (g *Graph) Add(o kennel.Occurrence) int32 {
	g.Occurrences = append(g.Occurrences, o)
	return int32(len(g.Occurrences) - 1)
}

// Need records that from (or [kennel.RootNode]) asks for to.
func (g *Graph) Need(from, to int32, constraint string, scope kennel.Scope) {
	g.Edges = append(g.Edges, kennel.Edge{From: from, To: to, Constraint: constraint, Scope: scope})
}

// levels orders scopes from the widest: what is reached in several ways has
// the scope of the widest way, and a way is as narrow as its narrowest edge.
var levels = [...]kennel.Scope{kennel.ScopeShipped, kennel.ScopeUnknown, kennel.ScopeOptional, kennel.ScopeBuild, kennel.ScopeDevelopment}

// level places an edge. One that does not say carries its dependant's scope
// on, but for the project's own packages: these have development dependencies,
// so what they ask for is unknown.
func level(s kennel.Scope, own bool) uint8 {
	switch {
	case s == kennel.ScopeUnknown && own:
		return 1
	case s == kennel.ScopeOptional:
		return 2
	case s == kennel.ScopeBuild:
		return 3
	case s == kennel.ScopeDevelopment:
		return 4
	}
	return 0
}

const unreached = uint8(len(levels))

// Resolve gives every package that the root reaches its scope and directness;
// what it does not reach keeps what it was added with. Direct is what the root
// or one of the project's own packages (origin local) asks for: either is a
// manifest that the project's people can edit. The time is linear in nodes and
// edges, cycles included.
func (g *Graph) Resolve() {
	first := make([]int32, len(g.Occurrences)+2) // node+1 -> its first out-edge in next
	for _, e := range g.Edges {
		first[e.From+2]++
	}
	for i := 1; i < len(first); i++ {
		first[i] += first[i-1]
	}
	next := make([]int32, len(g.Edges)) // edges grouped by From
	fill := make([]int32, len(first))
	copy(fill, first)
	for i, e := range g.Edges {
		next[fill[e.From+1]] = int32(i)
		fill[e.From+1]++
	}

	best := make([]uint8, len(g.Occurrences))
	for i := range best {
		best[i] = unreached
	}
	var queue [len(levels)][]int32
	visit := func(from int32, at uint8) {
		own := from == kennel.RootNode || g.Occurrences[from].Origin == kennel.OriginLocal
		for _, i := range next[first[from+1]:first[from+2]] {
			e := g.Edges[i]
			if l := max(at, level(e.Scope, own)); l < best[e.To] {
				best[e.To] = l
				queue[l] = append(queue[l], e.To)
			}
		}
	}
	visit(kennel.RootNode, 0)
	for l := range queue {
		for len(queue[l]) > 0 {
			n := queue[l][len(queue[l])-1]
			queue[l] = queue[l][:len(queue[l])-1]
			if best[n] == uint8(l) {
				visit(n, uint8(l))
			}
		}
	}
	for i, l := range best {
		if l != unreached {
			g.Occurrences[i].Scope = levels[l]
			g.Occurrences[i].Direct = kennel.Transitive
		}
	}
	for _, e := range g.Edges {
		if e.From == kennel.RootNode || g.Occurrences[e.From].Origin == kennel.OriginLocal && best[e.From] != unreached {
			g.Occurrences[e.To].Direct = kennel.Direct
		}
	}
}
