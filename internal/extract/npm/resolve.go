package npm

import (
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// tree is the folders a lock file asks for, by path.
type tree struct {
	entries []entry
	at      map[string]int32 // path -> entry; the last one counts, as in npm
	key     []byte           // scratch
}

// resolve builds the project: npm finds what a package asks for the way Node
// does, in the node_modules folders upwards from it.
func resolve(f kennel.File, root lockfile.Manifest, entries []entry, l *lock) kennel.Project {
	t := tree{entries: entries, at: make(map[string]int32, len(entries))}
	for i := range entries {
		if old, twice := t.at[entries[i].path]; twice {
			l.gap("line %d: %q is there twice; this one counts, as in npm", entries[i].line, entries[i].path)
			entries[old].path, entries[old].node = "", none
		}
		t.at[entries[i].path] = int32(i)
	}
	g := lockfile.Graph{Occurrences: make([]kennel.Occurrence, 0, len(entries))}
	rootAt, hasRoot := t.at[""]
	if hasRoot && l.hasPackages {
		root = entries[rootAt].Manifest
	} else {
		hasRoot = false
	}
	for i := range entries {
		e := &entries[i]
		if e.path == "" { // the project itself, or a replaced duplicate
			e.node = kennel.RootNode
			if !hasRoot || int32(i) != rootAt {
				e.node = none
			}
			continue
		}
		if e.realName() == "" {
			l.gap("line %d: %q has no name and is left out", e.line, e.path)
			e.node = none
			continue
		}
		if e.link && t.target(e) != none {
			e.node = none // stands for its target
			continue
		}
		e.node = g.Add(e.occurrence(f))
	}
	for i := range entries {
		if e := &entries[i]; e.node >= 0 {
			t.needs(&g, e.path, e.node, e.Needs)
		}
	}
	t.needs(&g, "", kennel.RootNode, root.Needs)
	t.members(&g, root)

	p := kennel.Project{
		Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: kennel.NPM,
		Name: l.name, Version: l.version, Graph: true,
	}
	if root.Name != "" {
		p.Name, p.Version = root.Name, root.Version
	}
	if !hasRoot && len(root.Needs) == 0 {
		unrooted(&g)
	} else {
		g.Resolve()
	}
	p.Occurrences, p.Edges = g.Occurrences, g.Edges
	return p
}

const none int32 = -2

// occurrence says what e is. Its scope is npm's own conclusion until the graph
// knows better.
func (e *entry) occurrence(f kennel.File) kennel.Occurrence {
	o := kennel.Occurrence{
		Component: kennel.Component{
			Package:  kennel.Package{Ecosystem: kennel.NPM, Name: e.realName()},
			Version:  e.Version,
			Hashes:   lockfile.Integrity(e.integrity),
			Licenses: e.Licenses,
		},
		Locations: []kennel.Location{{Path: f.Path(), Line: e.line, Layer: f.Layer()}},
	}
	o.Origin, o.Commit = e.origin()
	o.Address = lockfile.Address(e.resolved)
	switch {
	case e.dev, e.devOptional:
		o.Scope = kennel.ScopeDevelopment
	case e.optional:
		o.Scope = kennel.ScopeOptional
	}
	return o
}

// realName is the name in the package's own manifest, which differs from its
// folder's when it is installed under an alias.
func (e *entry) realName() string {
	if e.Name != "" {
		return e.Name
	}
	if i := strings.LastIndex(e.path, folder+"/"); i >= 0 {
		return e.path[i+len(folder)+1:]
	}
	return path.Base(e.path)
}

func (e *entry) origin() (kennel.Origin, string) {
	switch {
	case e.link, !strings.Contains(e.path, folder+"/"):
		return kennel.OriginLocal, ""
	case e.resolved == "":
		// npm can be told to leave registry addresses out, and a bundled package
		// has none: it came inside its parent and counts as what it calls itself.
		return kennel.OriginRegistry, ""
	}
	origin, commit := lockfile.NodeOrigin(e.resolved)
	if origin == kennel.OriginURL {
		// A registry's archive, unless a dependant asks for the address itself.
		origin = kennel.OriginRegistry
	}
	return origin, commit
}

// needs adds an edge for each dependency that is there.
func (t *tree) needs(g *lockfile.Graph, from string, node int32, needs []lockfile.Need) {
	for _, n := range needs {
		to := t.find(from, n.Alias)
		if to == none || to == node {
			continue
		}
		constraint := n.Constraint
		if o := &g.Occurrences[to]; o.Origin == kennel.OriginRegistry && strings.Contains(constraint, "://") {
			if origin, _ := lockfile.NodeOrigin(constraint); origin == kennel.OriginURL {
				o.Origin = origin
			}
		}
		g.Need(node, to, constraint, n.Scope)
	}
}

// find returns the node that name means to the package in folder from.
func (t *tree) find(from, name string) int32 {
	for {
		t.key = t.key[:0]
		if from != "" {
			t.key = append(append(t.key, from...), '/')
		}
		t.key = append(append(t.key, folder+"/"...), name...)
		if i, ok := t.at[string(t.key)]; ok {
			return t.follow(i)
		}
		if from == "" {
			return none
		}
		from = from[:max(strings.LastIndexByte(from, '/'), 0)]
		for from == folder || strings.HasSuffix(from, "/"+folder) {
			from = strings.TrimSuffix(from[:len(from)-len(folder)], "/")
		}
	}
}

// target returns the entry a link leads to, or none when it leaves the lock
// file.
func (t *tree) target(e *entry) int32 {
	i, ok := t.at[strings.TrimPrefix(e.resolved, "./")]
	if !ok || t.entries[i].link || t.entries[i].path == "" {
		return none
	}
	return i
}

func (t *tree) follow(i int32) int32 {
	e := &t.entries[i]
	if e.link && e.node == none {
		if i = t.target(e); i == none {
			return none
		}
		e = &t.entries[i]
	}
	if e.node < 0 {
		return none
	}
	return e.node
}

// members makes the root ask for the workspace members, and for whatever local
// folder nobody asks for.
func (t *tree) members(g *lockfile.Graph, root lockfile.Manifest) {
	asked := make([]bool, len(g.Occurrences))
	for _, e := range g.Edges {
		asked[e.To] = true
	}
	for i := range t.entries {
		e := &t.entries[i]
		if e.node < 0 || g.Occurrences[e.node].Origin != kennel.OriginLocal {
			continue
		}
		if !asked[e.node] || member(root.Workspaces, e.path) {
			g.Need(kennel.RootNode, e.node, "", kennel.ScopeShipped)
		}
	}
}

func member(globs []string, folder string) bool {
	in := false
	for _, glob := range globs {
		glob, not := strings.CutPrefix(glob, "!")
		if ok, _ := doublestar.Match(glob, folder); ok {
			in = !not
		}
	}
	return in
}

// unrooted handles a lock file that does not say what the project asks for
// (version 1 without its package.json): what nobody else asks for is direct,
// since npm keeps nothing that is not needed; of the rest it is unknown.
func unrooted(g *lockfile.Graph) {
	asked := make([]bool, len(g.Occurrences))
	for _, e := range g.Edges {
		asked[e.To] = true
	}
	for i := range g.Occurrences {
		if !asked[i] {
			g.Occurrences[i].Direct = kennel.Direct
			g.Need(kennel.RootNode, int32(i), "", g.Occurrences[i].Scope)
		}
	}
}
