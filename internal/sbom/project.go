package sbom

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// part is one project of a document that Kennel wrote of several.
type part struct {
	manifest, name, version string
	graph, defined          bool
}

// partOf returns the index of a part by its reference, from 1; 0 is the
// document as a whole.
func (d *document) partOf(ref string) int32 {
	if ref == "" {
		return 0
	}
	n, _ := d.refer(ref)
	if d.nodes[n].part == 0 {
		d.parts = append(d.parts, part{})
		d.nodes[n].part = int32(len(d.parts))
	}
	return d.nodes[n].part
}

func (d *document) addPart(e entry) {
	if e.ref == "" {
		return
	}
	d.parts[d.partOf(e.ref)-1] = part{e.manifest, e.name, e.version, e.graph, true}
	d.define(e.ref, kennel.RootNode, e.name)
}

// projects makes the project of the document, or those of its parts.
func (d *document) projects() []kennel.Project {
	d.resolveReleases()
	out := make([]kennel.Project, 1+len(d.parts))
	out[0] = kennel.Project{Root: path.Dir(d.path), Manifest: d.path, Name: d.name, Version: d.version, Graph: d.graph}
	for i, p := range d.parts {
		out[i+1] = kennel.Project{
			Root: path.Dir(d.path), Manifest: d.path + "#" + p.manifest, Name: p.name, Version: p.version, Graph: p.graph,
		}
	}
	place := make([]int32, len(d.listed)) // index in listed -> index in its project
	if len(d.parts) == 0 {
		out[0].Occurrences = d.listed
		for i := range place {
			place[i] = int32(i)
		}
	} else {
		for i, o := range d.listed {
			p := &out[d.owner[i]]
			place[i] = int32(len(p.Occurrences))
			p.Occurrences = append(p.Occurrences, o)
		}
	}
	c := d.contract()
	for _, e := range c.edges {
		p := &out[c.part(e)]
		from := e.From
		if from >= 0 {
			from = place[from]
		} else {
			from = kennel.RootNode
		}
		p.Edges = append(p.Edges, kennel.Edge{From: from, To: place[e.To], Constraint: e.Constraint, Scope: e.Scope})
	}
	if !d.exact {
		out[0].Graph = c.whole && !d.incomplete
	}
	for i := range out {
		p := &out[i]
		slices.SortFunc(p.Edges, func(a, b kennel.Edge) int {
			return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), strings.Compare(a.Constraint, b.Constraint), cmp.Compare(a.Scope, b.Scope))
		})
		p.Edges = slices.Compact(p.Edges)
		if !d.exact {
			spreadScopes(p)
			setDirectness(p)
		}
	}
	if len(d.parts) > 0 && len(out[0].Occurrences) == 0 {
		out = out[1:]
	} else if d.vexOnly && len(out[0].Occurrences) == 0 {
		out = nil
	}
	return out
}

// resolveReleases gives OS packages whose purls name no release that of the
// operating system component, where it is of their distribution.
func (d *document) resolveReleases() {
	id, version, ok := strings.Cut(d.distro, " ")
	if !ok {
		return
	}
	eco, release, ok := ecosystem.FromOSRelease(id, version, "")
	if !ok || release == "" {
		return
	}
	for i := range d.listed {
		if c := &d.listed[i].Component; c.Ecosystem == eco && c.Release == "" {
			c.Release = release
		}
	}
}

// contraction is the dependency graph between packages alone: what depends on
// a structural node (a lock file, an image layer) depends on what is behind it.
type contraction struct {
	d     *document
	edges []kennel.Edge // over listed; From below 0 is the root of a part: -1-part
	whole bool          // every package and the root declare their dependencies
}

func (c *contraction) part(e kennel.Edge) int32 {
	if e.From < 0 {
		return -1 - e.From
	}
	return c.d.owner[e.From]
}

// contract bounds its work: a hostile document could make every package depend
// on every other through one node in the middle.
func (d *document) contract() contraction {
	c := contraction{d: d, whole: true}
	slices.SortFunc(d.links, compareLinks)
	first := make([]int32, len(d.nodes)+1) // node -> its first link
	for _, l := range d.links {
		first[l.from+1]++
	}
	for i := range d.nodes {
		first[i+1] += first[i]
	}
	budget := 4*len(d.links) + 1<<20
	seen := make([]int32, len(d.nodes)) // node -> 1 + the source whose walk met it last
	var stack []int32
	rooted := false
	for n := range d.nodes {
		src := &d.nodes[n]
		switch {
		case src.occurrence == unknown && (first[n+1] > first[n] || src.declared):
			c.whole = false
			continue
		case src.occurrence == unknown:
			d.lost++
			c.whole = false
			continue
		case src.occurrence == structure:
			continue
		}
		rooted = rooted || src.occurrence == kennel.RootNode
		c.whole = c.whole && src.declared
		from := src.occurrence
		if from == kennel.RootNode {
			from = -1 - src.part
		}
		stack = append(stack[:0], int32(n))
		for len(stack) > 0 {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			links := d.links[first[at]:first[at+1]]
			for i, l := range links {
				if budget--; budget < 0 {
					d.gap(kennel.GapUnresolved, "has a dependency graph that is too dense to follow; its edges are incomplete")
					c.whole = false
					return c
				}
				if !l.own && plainTwin(links, i) {
					continue
				}
				if d.exact && !l.own {
					l.scope = kennel.ScopeUnknown // what Kennel knew more it wrote as its own
				}
				to := d.nodes[l.to].occurrence
				if to >= 0 {
					e := kennel.Edge{From: from, To: to, Constraint: l.constraint, Scope: l.scope}
					if from != to && c.part(e) == d.owner[to] {
						c.edges = append(c.edges, e)
					}
				} else if to != kennel.RootNode && seen[l.to] != int32(n)+1 {
					seen[l.to] = int32(n) + 1
					stack = append(stack, l.to)
				}
			}
		}
	}
	c.whole = c.whole && rooted
	return c
}

// plainTwin reports whether links, sorted, hold one between the same nodes as
// links[i] of which Kennel wrote more: it replaces the plain one.
func plainTwin(links []link, i int) bool {
	for j := i + 1; j < len(links) && links[j].to == links[i].to; j++ {
		if links[j].own {
			return true
		}
	}
	return false
}

func compareLinks(a, b link) int {
	return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(ownLast(a), ownLast(b)),
		cmp.Compare(a.scope, b.scope), strings.Compare(a.constraint, b.constraint))
}

func ownLast(l link) int {
	if l.own {
		return 1
	}
	return 0
}

// setDirectness follows the root's edges. Without any, nothing is known. What
// no edge leads to stays unknown.
func setDirectness(p *kennel.Project) {
	if len(p.Edges) == 0 || p.Edges[0].From != kennel.RootNode {
		return
	}
	for _, e := range p.Edges {
		if e.From == kennel.RootNode {
			p.Occurrences[e.To].Direct = kennel.Direct
		} else if p.Occurrences[e.To].Direct == kennel.DirectUnknown {
			p.Occurrences[e.To].Direct = kennel.Transitive
		}
	}
}

// spreadScopes carries the scopes that edges state to everything behind them:
// what is reached only through a development dependency is for development.
func spreadScopes(p *kennel.Project) {
	if !slices.ContainsFunc(p.Edges, func(e kennel.Edge) bool { return e.Scope > kennel.ScopeShipped }) {
		return
	}
	n := len(p.Occurrences)
	out := make([][]kennel.Edge, n)
	targeted := make([]bool, n)
	for _, e := range p.Edges {
		if e.From >= 0 {
			out[e.From] = append(out[e.From], e)
		}
		targeted[e.To] = true
	}
	reached := make([]bool, n)
	var stack []int32
	for _, scope := range [...]kennel.Scope{kennel.ScopeUnknown, kennel.ScopeOptional, kennel.ScopeBuild, kennel.ScopeDevelopment} {
		reach := func(i int32) {
			if !reached[i] {
				reached[i] = true
				if p.Occurrences[i].Scope == kennel.ScopeUnknown {
					p.Occurrences[i].Scope = scope
				}
				stack = append(stack, i)
			}
		}
		for i := range n {
			if scope == kennel.ScopeUnknown && !targeted[i] || reached[i] {
				reached[i] = true
				stack = append(stack, int32(i))
			}
		}
		for _, e := range p.Edges {
			if e.From == kennel.RootNode && within(e.Scope, scope) {
				reach(e.To)
			}
		}
		for len(stack) > 0 {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for _, e := range out[i] {
				if within(e.Scope, scope) {
					reach(e.To)
				}
			}
		}
	}
}

// within reports whether an edge of scope s is followed when looking for what
// is needed as widely as t.
func within(s, t kennel.Scope) bool {
	return s <= kennel.ScopeShipped || t != kennel.ScopeUnknown && s <= t
}
