package cargo

import (
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// resolve builds the project of a lock file.
func resolve(f kennel.File, l *lock, w workspace, gap func(string, ...any)) kennel.Project {
	byName := make(map[string][]int32, len(l.packages))
	asked := make([]bool, len(l.packages))
	for i := range l.packages {
		byName[l.packages[i].name] = append(byName[l.packages[i].name], int32(i))
	}
	needs := make([][]int32, len(l.packages)) // parallel to Dependencies; -1 where not found
	unresolved := 0
	for i := range l.packages {
		e := &l.packages[i]
		needs[i] = make([]int32, len(e.dependencies))
		for k, d := range e.dependencies {
			to := l.find(byName, d)
			if needs[i][k] = to; to < 0 {
				unresolved++
			} else if int(to) != i {
				asked[to] = true
			}
		}
	}
	if unresolved > 0 {
		gap("%d dependencies name a package that the lock file does not hold", unresolved)
	}

	root := l.root(w, asked)
	g := lockfile.Graph{Occurrences: make([]kennel.Occurrence, 0, len(l.packages))}
	node := make([]int32, len(l.packages))
	nameless := 0
	for i := range l.packages {
		e := &l.packages[i]
		switch {
		case i == root:
			node[i] = kennel.RootNode
		case e.name == "":
			node[i] = none
			nameless++
		default:
			node[i] = g.Add(l.occurrence(f, e))
		}
	}
	if nameless > 0 {
		gap("%d packages without a name were left out", nameless)
	}
	for i := range l.packages {
		if node[i] == none {
			continue
		}
		e := &l.packages[i]
		var m *manifest
		if e.source == "" {
			m = w.members[e.name]
		}
		for _, to := range needs[i] {
			if to >= 0 && node[to] >= 0 {
				edge(&g, node[i], node[to], &l.packages[to], m, len(byName[l.packages[to].name]) > 1)
			}
		}
		if own := e.source == "" && node[i] >= 0; own && (w.root == nil && !asked[i] || m != nil && m.member) {
			g.Need(kennel.RootNode, node[i], "", kennel.ScopeShipped)
		}
	}
	g.Resolve()
	p := kennel.Project{
		Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: kennel.Cargo,
		Occurrences: g.Occurrences, Edges: g.Edges, Graph: unresolved == 0,
	}
	if root >= 0 {
		p.Name, p.Version = l.packages[root].name, l.packages[root].version
	}
	return p
}

const none int32 = -2

// find returns the package that a dependency names: "name", "name version" or
// "name version (source)", as much as it takes to be unambiguous.
func (l *lock) find(byName map[string][]int32, dependency string) int32 {
	name, rest, _ := strings.Cut(dependency, " ")
	version, source, _ := strings.Cut(rest, " ")
	source = strings.TrimSuffix(strings.TrimPrefix(source, "("), ")")
	const enough = 200 // versions of one package in one lock file; real ones have three
	same := byName[name]
	for _, i := range same[:min(enough, len(same))] {
		e := &l.packages[i]
		// A git source is named without its commit in some versions.
		if (version == "" || e.version == version) && (source == "" || e.source == source || strings.HasPrefix(e.source, source+"#")) {
			return i
		}
	}
	return -1
}

// root returns the package of the Cargo.toml beside the lock file, which is
// the project itself. Without that file, the only local package can be nothing
// else; of several, any may be a member like the others.
func (l *lock) root(w workspace, asked []bool) int {
	root, local := -1, 0
	for i := range l.packages {
		e := &l.packages[i]
		if e.source != "" {
			continue
		}
		local++
		if asked[i] {
			continue // a root that another member asks for stays a node
		}
		if w.root != nil && e.name == w.root.name && e.name != "" {
			return i
		}
		root = i
	}
	if w.root == nil && local == 1 {
		return root
	}
	return -1
}

func (l *lock) occurrence(f kennel.File, e *entry) kennel.Occurrence {
	o := kennel.Occurrence{
		Component: kennel.Component{
			Package: kennel.Package{Ecosystem: kennel.Cargo, Name: e.name},
			Version: e.version,
		},
		Locations: []kennel.Location{{Path: f.Path(), Line: e.line, Layer: f.Layer()}},
	}
	kind, rest, _ := strings.Cut(e.source, "+")
	switch kind {
	case "":
		o.Origin = kennel.OriginLocal
	case "registry", "sparse":
		o.Origin = kennel.OriginRegistry
	case "git":
		o.Origin = kennel.OriginVCS
		_, o.Commit, _ = strings.Cut(rest, "#")
	case "path", "directory", "local-registry":
		o.Origin = kennel.OriginLocal
	}
	if sum := l.sum(e); sum != "" {
		o.Hashes = []kennel.Hash{{Algorithm: "SHA-256", Value: sum}}
	}
	return o
}

// edge records that from asks for to: as m says where there is a manifest, and
// else without a constraint, since a lock file keeps none.
func edge(g *lockfile.Graph, from, to int32, target *entry, m *manifest, several bool) {
	said := false
	if m != nil {
		const enough = 10 // lines that ask for one package
		needs := m.needs[target.name]
		for _, n := range needs[:min(enough, len(needs))] {
			if several && n.constraint != "" {
				// Of several versions of one name, the one the line admits.
				if ok, err := ecosystem.Admits(kennel.Cargo, n.constraint, target.version); err == nil && !ok {
					continue
				}
			}
			g.Need(from, to, n.constraint, n.scope)
			said = true
		}
	}
	if !said {
		g.Need(from, to, "", kennel.ScopeUnknown)
	}
}
