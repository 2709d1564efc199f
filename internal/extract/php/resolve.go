package php

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// maxProviders bounds how many packages a need of a virtual package may mean.
const maxProviders = 32

func (l *list) project(f kennel.File) kennel.Extraction {
	installed := isInstalled(f.Path())
	p := kennel.Project{Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: kennel.Packagist, Installed: installed}
	if installed {
		vendor := path.Dir(p.Root)
		p.Root, p.Manifest = path.Dir(vendor), vendor
	}
	var g lockfile.Graph
	g.Occurrences = make([]kennel.Occurrence, 0, len(l.packages))
	nodes := make(map[string][]int32, len(l.packages)) // folded name -> packages, then those that stand in for it
	index := make([]int32, len(l.packages))
	nameless := 0
	for i := range l.packages {
		q := &l.packages[i]
		if index[i] = -2; q.Name == "" {
			nameless++
			continue
		}
		q.Origin = q.origin()
		if q.Origin != kennel.OriginVCS {
			q.Commit = "" // what was resolved is the archive, which the repository only led to
		}
		slices.Sort(q.Licenses)
		q.Licenses = slices.Compact(q.Licenses)
		name := strings.ToLower(q.Name)
		// Composer lists apart what only require-dev leads to, so the graph need
		// not say it.
		scope := kennel.ScopeShipped
		if q.dev || l.dev[name] {
			scope = kennel.ScopeDevelopment
		}
		index[i] = g.Add(kennel.Occurrence{Component: q.Component, Scope: scope,
			Locations: []kennel.Location{{Path: f.Path(), Line: q.line, Layer: f.Layer()}}})
		nodes[name] = append(nodes[name], index[i])
	}
	for i := range l.packages {
		for _, virtual := range l.packages[i].provides {
			if name := strings.ToLower(virtual); index[i] >= 0 {
				nodes[name] = append(nodes[name], index[i])
			}
		}
	}
	link := func(from int32, n need, scope kennel.Scope) {
		same := nodes[strings.ToLower(n.name)]
		for _, to := range same[:min(len(same), maxProviders)] {
			if to != from {
				g.Need(from, to, n.constraint, scope)
			}
		}
	}
	for i := range l.packages {
		for _, n := range l.packages[i].needs {
			if index[i] >= 0 {
				link(index[i], n, kennel.ScopeUnknown)
			}
		}
	}
	m, found, err := readManifest(f, p.Root)
	p.Name, p.Version = m.name, m.version
	for _, n := range m.needs {
		link(kennel.RootNode, n, kennel.ScopeShipped)
	}
	for _, n := range m.devNeeds {
		link(kennel.RootNode, n, kennel.ScopeDevelopment)
	}
	direct(&g, found)
	p.Occurrences, p.Edges, p.Graph = g.Occurrences, g.Edges, found
	e := kennel.Extraction{Projects: []kennel.Project{p}}
	if err != nil {
		e.Gaps = append(e.Gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: f.Path(),
			Why: "the composer.json beside it cannot be read, so what is direct is unknown: " + err.Error()})
	}
	if l.left > 0 {
		e.Gaps = append(e.Gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: f.Path(),
			Why: fmt.Sprintf("only the first %d packages were read, %d are left out", lockfile.PackagesMax, l.left)})
	}
	if nameless > 0 {
		e.Gaps = append(e.Gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: f.Path(),
			Why: fmt.Sprintf("%d packages have no name and are left out", nameless)})
	}
	return e
}

// direct marks what the project asks for itself. Scopes stay as the lists say.
// Without a composer.json, what no other package asks for must be direct, and
// of the rest nothing is known.
func direct(g *lockfile.Graph, rooted bool) {
	asked := make([]bool, len(g.Occurrences))
	for _, e := range g.Edges {
		o := &g.Occurrences[e.To]
		switch {
		case e.From == kennel.RootNode, g.Occurrences[e.From].Origin == kennel.OriginLocal:
			o.Direct = kennel.Direct
		default:
			asked[e.To] = true
		}
	}
	for i := range g.Occurrences {
		o := &g.Occurrences[i]
		switch {
		case o.Direct == kennel.Direct:
		case rooted:
			o.Direct = kennel.Transitive
		case !asked[i]:
			o.Direct = kennel.Direct
			g.Need(kennel.RootNode, int32(i), "", o.Scope)
		}
	}
}
