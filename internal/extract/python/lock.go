package python

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// lock is a lock file as read, of whichever tool, before anything is resolved.
type lock struct {
	file          kennel.File
	name, version string // of the project
	packages      []pkg
	roots         []need // what the project asks for
	rooted        bool   // roots are all of them
	flat          bool   // the file knows no edges between packages
	gaps          []kennel.Gap
	spare         pkg // what is read into beyond the bound
	left          int // packages left out for it
}

// pkg is one locked package.
type pkg struct {
	kennel.Component
	file  string // where it stands, "" for the lock file itself
	line  int
	scope kennel.Scope // what the lock says itself; unknown leaves it to the graph
	needs []need
	root  bool // the project itself
}

// need is one dependency of a package or of the project.
type need struct {
	name       string
	version    string   // the locked version meant, where the lock says which
	constraint string   // as written
	extras     []string // extras of name that are asked for
	when       []string // extras of the dependant any of which brings this; none is always
	optional   bool     // brought by extras only
	scope      kennel.Scope
}

// expect makes room for as many packages as text has marks, within reason.
func (l *lock) expect(text []byte, mark string) {
	l.packages = make([]pkg, 0, min(bytes.Count(text, []byte(mark)), 100_000))
}

// add begins a package on a line and returns it.
func (l *lock) add(line int) *pkg {
	if len(l.packages) >= lockfile.PackagesMax {
		l.left, l.spare = l.left+1, pkg{}
		return &l.spare
	}
	l.packages = append(l.packages, pkg{Component: kennel.Component{Package: kennel.Package{Ecosystem: kennel.PyPI}}, line: line})
	return &l.packages[len(l.packages)-1]
}

// last is the package being read.
func (l *lock) last() *pkg {
	if len(l.packages) == 0 || l.left > 0 {
		return &l.spare
	}
	return &l.packages[len(l.packages)-1]
}

func (l *lock) gap(format string, args ...any) {
	const enough = 20 // a file full of nonsense is one problem
	if len(l.gaps) < enough {
		l.gaps = append(l.gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: l.file.Path(), Why: fmt.Sprintf(format, args...)})
	}
}

// known makes a gap of a lock version that is not one of those understood, in
// ascending order; the file is then read as the last of them. "2" covers "2.1".
func (l *lock) known(version string, understood ...string) {
	if !slices.ContainsFunc(understood, func(v string) bool { return v == version || strings.HasPrefix(version, v+".") }) {
		l.gap("lock version %.20q is not known here: read as %s", version, understood[len(understood)-1])
	}
}

// key is a name under which a need finds its packages.
func key(name string) string {
	return ecosystem.NameKey(kennel.Package{Ecosystem: kennel.PyPI, Name: name})
}

// maxSame bounds how many locked versions of one name a need may mean. Real
// locks hold a handful, one for each range of Python versions.
const maxSame = 16

// project resolves the needs and gives the graph.
func (l *lock) project() kennel.Extraction {
	var g lockfile.Graph
	g.Occurrences = make([]kennel.Occurrence, 0, len(l.packages))
	first := make(map[string]int32, len(l.packages)) // key -> package
	same := make([]int32, len(l.packages))           // package -> the next of its name, or -1
	node := make([]int32, len(l.packages))
	where := l.file.Path()
	places := make([]kennel.Location, len(l.packages)) // one allocation for all
	nameless := 0
	for i := len(l.packages) - 1; i >= 0; i-- {
		same[i], node[i] = -1, -1
		if p := &l.packages[i]; p.Name != "" {
			k := key(p.Name)
			if next, ok := first[k]; ok {
				same[i] = next
			}
			first[k] = int32(i)
		}
	}
	for i := range l.packages {
		switch p := &l.packages[i]; {
		case p.Name == "":
			nameless++
		case p.root:
			node[i] = kennel.RootNode
			l.name, l.version = cmp.Or(l.name, p.Name), cmp.Or(l.version, p.Version)
		default:
			places[i] = kennel.Location{Path: cmp.Or(p.file, where), Line: p.line, Layer: l.file.Layer()}
			sortHashes(p)
			node[i] = g.Add(kennel.Occurrence{Component: p.Component, Scope: p.scope, Locations: places[i : i+1 : i+1]})
		}
	}
	if l.left > 0 {
		l.gap("only the first %d packages were read, %d are left out", lockfile.PackagesMax, l.left)
	}
	if nameless > 0 {
		l.gap("%d packages have no name and are left out", nameless)
	}

	wanted := make(map[[2]string]bool) // package key and extra that somebody asks for
	for i := range l.packages {
		want(wanted, l.packages[i].needs)
	}
	want(wanted, l.roots)

	link := func(from int32, n *need) {
		at, ok := first[key(n.name)]
		if !ok {
			// A lock leaves out what no environment of the project needs, and
			// the extras nobody asked for.
			return
		}
		for range maxSame {
			if p := &l.packages[at]; node[at] != kennel.RootNode && node[at] != from && (n.version == "" || n.version == p.Version) {
				g.Need(from, node[at], n.constraint, n.scope)
			}
			if at = same[at]; at < 0 {
				return
			}
		}
		l.gap("more than %d versions of %.80q: edges to the others are left out", maxSame, n.name)
	}
	for i := range l.packages {
		p := &l.packages[i]
		if p.Name == "" {
			continue
		}
		k := key(p.Name)
		for j := range p.needs {
			n := &p.needs[j]
			switch {
			case len(n.when) == 0:
			case !p.root && anyWanted(wanted, k, n.when):
				n.scope = kennel.ScopeUnknown // as much part of p as the rest
			case p.root || p.Origin == kennel.OriginLocal:
				n.scope = kennel.ScopeOptional // its users' choice
			default:
				continue // nobody asks for this extra, though the lock may list it
			}
			link(node[i], n)
		}
	}
	for i := range l.roots {
		link(kennel.RootNode, &l.roots[i])
	}
	if !l.rooted && !l.flat {
		orphans(&g)
	}
	g.Resolve()
	for i, n := range node {
		if n < 0 {
			continue
		}
		o := &g.Occurrences[n]
		if said := l.packages[i].scope; said != kennel.ScopeUnknown || !l.rooted {
			o.Scope = said
		}
		switch {
		case !l.rooted && o.Direct == kennel.Transitive:
			o.Direct = kennel.DirectUnknown // the project may ask for it too
		case l.rooted && o.Direct == kennel.DirectUnknown:
			o.Direct = kennel.Transitive
		}
	}
	return kennel.Extraction{Gaps: l.gaps, Projects: []kennel.Project{{
		Root: path.Dir(where), Manifest: where, Ecosystem: kennel.PyPI, Name: l.name, Version: l.version,
		Occurrences: g.Occurrences, Edges: g.Edges, Graph: l.rooted && !l.flat,
	}}}
}

func want(wanted map[[2]string]bool, needs []need) {
	for i := range needs {
		for _, extra := range needs[i].extras {
			wanted[[2]string{key(needs[i].name), extra}] = true
		}
	}
}

func anyWanted(wanted map[[2]string]bool, k string, extras []string) bool {
	return slices.ContainsFunc(extras, func(e string) bool { return wanted[[2]string{k, e}] })
}

// orphans links the root to what no other package asks for: nobody but the
// project can have asked for that.
func orphans(g *lockfile.Graph) {
	asked := make([]bool, len(g.Occurrences))
	for _, e := range g.Edges {
		asked[e.To] = true
	}
	for i, yes := range asked {
		if !yes {
			g.Need(kennel.RootNode, int32(i), "", kennel.ScopeUnknown)
		}
	}
}

// groupScope is the scope of what belongs to the named groups: Poetry's main
// group and PDM's default one are the product, the others its developers'.
func groupScope(groups []string, optional bool) kennel.Scope {
	switch {
	case len(groups) == 0:
		return kennel.ScopeUnknown
	case !slices.Contains(groups, "main") && !slices.Contains(groups, "default"):
		return kennel.ScopeDevelopment
	case optional:
		return kennel.ScopeOptional
	}
	return kennel.ScopeShipped
}
