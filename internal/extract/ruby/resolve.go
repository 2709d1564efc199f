package ruby

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// maxSame bounds how many locked versions of one name a need may mean. Bundler
// locks one, or a few for platforms that differ.
const maxSame = 16

func (l *lock) project(f kennel.File) (kennel.Project, []kennel.Gap) {
	p := kennel.Project{Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: kennel.RubyGems, Graph: true}
	var g lockfile.Graph
	g.Occurrences = make([]kennel.Occurrence, 0, len(l.gems))
	nodes := make(map[string][]int32, len(l.gems))
	for i := range l.gems {
		m := &l.gems[i]
		if m.root {
			p.Name, p.Version = cmp.Or(p.Name, m.Name), cmp.Or(p.Version, m.Version)
			nodes[m.Name] = append(nodes[m.Name], kennel.RootNode)
			continue
		}
		o := kennel.Occurrence{Component: m.Component, Locations: make([]kennel.Location, len(m.lines))}
		for i, line := range m.lines {
			o.Locations[i] = kennel.Location{Path: f.Path(), Line: line, Layer: f.Layer()}
		}
		if len(m.platforms) == 1 && m.platforms[0] != "ruby" {
			o.Qualifiers = []kennel.Qualifier{{Key: "platform", Value: m.platforms[0]}}
		}
		slices.SortFunc(o.Hashes, func(a, b kennel.Hash) int {
			return cmp.Or(strings.Compare(a.Algorithm, b.Algorithm), strings.Compare(a.Value, b.Value))
		})
		nodes[m.Name] = append(nodes[m.Name], g.Add(o))
	}
	link := func(from int32, n need, scope kennel.Scope) {
		same := nodes[n.name] // none: a gem that Ruby brings, or of another platform
		for _, to := range same[:min(len(same), maxSame)] {
			if to != from && to != kennel.RootNode {
				g.Need(from, to, n.constraint, scope)
			}
		}
	}
	order := make(map[string]int, len(l.gems)) // name -> how many of its nodes have been seen
	for i := range l.gems {
		m := &l.gems[i]
		from := nodes[m.Name][order[m.Name]]
		order[m.Name]++
		scope := kennel.ScopeUnknown
		if m.root {
			scope = kennel.ScopeShipped
		}
		for _, n := range m.needs {
			link(from, n, scope)
		}
	}
	scopeOf, gaps := readGemfile(f)
	for _, n := range l.direct {
		link(kennel.RootNode, n, scopeOf(n.name))
	}
	g.Resolve()
	for i := range g.Occurrences {
		if o := &g.Occurrences[i]; o.Direct == kennel.DirectUnknown {
			o.Direct = kennel.Transitive // all that is direct stands under DEPENDENCIES
		}
	}
	p.Occurrences, p.Edges = g.Occurrences, g.Edges
	return p, gaps
}
