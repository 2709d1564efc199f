package kennel

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Inventory is the open source found in a target, and what could not be found
// out about it.
type Inventory struct {
	Target   string // as the user named it
	Projects []Project
	Gaps     []Gap
	Ignored  int // files and folders left out because configuration said so
	Owned    int // language packages left out because an OS package brought their files and counts for them
}

// Project is one dependency graph: a lock file, an installed tree, an OS
// package database, an SBOM. Its nodes are its occurrences.
type Project struct {
	Root      string    // folder, slash-separated, relative to the target; "." for the top
	Manifest  string    // the file or folder the graph was read from, relative to the target
	Ecosystem Ecosystem // "" when it mixes several, as SBOMs do
	Name      string    // what the project calls itself, may be ""
	Version   string

	Occurrences []Occurrence
	Edges       []Edge
	// Graph says that Edges hold every dependency: without it, nothing follows
	// from the absence of an edge.
	Graph bool
	// Installed says that this is what lies on a disk (node_modules,
	// dist-info), not what a lock file asks for.
	Installed bool

	id string // set by Normalize
}

// ID names the project in reports. It is unique in an inventory that
// [Inventory.Normalize] has seen.
func (p *Project) ID() string { return cmp.Or(p.id, p.Manifest, p.Root, ".") }

// Occurrence is a component in a project.
type Occurrence struct {
	Component
	Scope     Scope
	Direct    Directness
	Locations []Location
}

// RootNode stands for the project itself as the origin of an edge.
const RootNode int32 = -1

// Edge says that one occurrence needs another. From and To index the
// project's Occurrences; From may be [RootNode].
type Edge struct {
	From, To   int32
	Constraint string // as the dependant wrote it, "" when unknown
	Scope      Scope  // how the dependant asks for it; ScopeUnknown when it does not say
}

// Gap is something that was not looked at, or not understood, and why.
type Gap struct {
	Kind GapKind
	What string // a path, a package, an ecosystem
	Why  string // one sentence for a person, with the next step where there is one
}

// GapKind says what a gap means for the answer.
type GapKind uint8

const (
	GapUnreadable GapKind = iota // a recognised input could not be read
	GapUnresolved                // something in a readable input could not be resolved (a remote parent POM)
	GapNotJudged                 // known, but not judged in full (an unordered version, an ecosystem without advisories, an old database)
	GapDatabase                  // no advisory database answered but the starter set
)

func (k GapKind) String() string {
	return pick(int(k), "unreadable", "unresolved", "not judged", "database")
}

// CompareGaps orders by kind, then by what and why: the order of every list of
// gaps.
func CompareGaps(a, b Gap) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(a.What, b.What), strings.Compare(a.Why, b.Why))
}

// Normalize puts an inventory into its one canonical form: projects with the
// same manifest and ecosystem become one, an installed tree joins the lock
// file of its folder, equal components of a project become one occurrence,
// edges are sorted and distinct, and everything is in a stable order.
// The same input gives the same inventory whatever order it was read in.
func (inv *Inventory) Normalize() {
	inv.Projects = mergeProjects(inv.Projects)
	taken := make(map[string]bool, len(inv.Projects))
	for i := range inv.Projects {
		p := &inv.Projects[i]
		p.normalize()
		p.id = ""
		id := p.ID()
		if taken[id] { // another ecosystem from the same manifest, or another root
			id += "#" + cmp.Or(string(p.Ecosystem), "mixed")
		}
		for n := 2; taken[id]; n++ {
			id = fmt.Sprintf("%s#%d", (&Project{Manifest: p.Manifest, Root: p.Root}).ID(), n)
		}
		p.id, taken[id] = id, true
	}
	slices.SortFunc(inv.Gaps, CompareGaps)
	inv.Gaps = slices.Compact(inv.Gaps)
}

func mergeProjects(in []Project) []Project {
	slices.SortStableFunc(in, func(a, b Project) int {
		return cmp.Or(strings.Compare(a.Manifest, b.Manifest), cmp.Compare(a.Ecosystem, b.Ecosystem), strings.Compare(a.Root, b.Root))
	})
	type place struct {
		root      string
		ecosystem Ecosystem
	}
	locked := make(map[place]int) // folder and ecosystem -> first lock file there
	out := in[:0]
	for _, p := range in {
		if n := len(out); n > 0 && out[n-1].Manifest == p.Manifest && out[n-1].Ecosystem == p.Ecosystem && out[n-1].Root == p.Root {
			out[n-1].absorb(p)
			continue
		}
		if at := (place{p.Root, p.Ecosystem}); !p.Installed && p.Ecosystem != "" {
			if _, taken := locked[at]; !taken {
				locked[at] = len(out)
			}
		}
		out = append(out, p)
	}
	kept := make([]Project, 0, len(out))
	moved := make([]int, len(out)) // index in out -> index in kept
	for i, p := range out {
		_, joins := locked[place{p.Root, p.Ecosystem}]
		if p.Installed && joins {
			continue
		}
		moved[i] = len(kept)
		kept = append(kept, p)
	}
	for _, p := range out {
		if i, joins := locked[place{p.Root, p.Ecosystem}]; p.Installed && joins {
			kept[moved[i]].absorb(p)
		}
	}
	return kept
}

// absorb adds q's occurrences and edges to p.
func (p *Project) absorb(q Project) {
	if q.Installed && !p.Installed {
		q.Occurrences = p.believe(q.Occurrences)
	}
	base := int32(len(p.Occurrences))
	p.Occurrences = append(p.Occurrences, q.Occurrences...)
	for _, e := range q.Edges {
		if e.From != RootNode {
			e.From += base
		}
		e.To += base
		p.Edges = append(p.Edges, e)
	}
	p.Graph = p.Graph && (q.Graph || q.Installed)
	p.Name = cmp.Or(p.Name, q.Name)
	p.Version = cmp.Or(p.Version, q.Version)
}

// believe takes over, for what is installed, what p's lock file knows of the
// same package and an installed tree cannot tell: scope, directness, origin.
func (p *Project) believe(installed []Occurrence) []Occurrence {
	type release struct {
		Package
		version string
	}
	locked := make(map[release]*Occurrence, len(p.Occurrences))
	for i := range p.Occurrences {
		o := &p.Occurrences[i]
		locked[release{o.Package, o.Version}] = o
	}
	out := slices.Clone(installed)
	for i := range out {
		o := &out[i]
		known, ok := locked[release{o.Package, o.Version}]
		if !ok {
			continue
		}
		if o.Scope == ScopeUnknown {
			o.Scope = known.Scope
		}
		if o.Direct == DirectUnknown {
			o.Direct = known.Direct
		}
		if o.Origin == OriginUnknown || o.Origin == OriginRegistry {
			o.Origin = known.Origin
		}
	}
	return out
}

func (p *Project) normalize() {
	order := make([]int32, len(p.Occurrences))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int {
		return CompareKeys(p.Occurrences[a].Key(), p.Occurrences[b].Key())
	})
	place := make([]int32, len(p.Occurrences)) // old index -> new index
	merged := make([]Occurrence, 0, len(p.Occurrences))
	for _, old := range order {
		o := p.Occurrences[old]
		if n := len(merged); n > 0 && merged[n-1].Key() == o.Key() {
			merged[n-1].absorb(o)
		} else {
			o.Locations = slices.Clone(o.Locations)
			slices.SortFunc(o.Locations, compareLocations)
			merged = append(merged, o)
		}
		place[old] = int32(len(merged) - 1)
	}
	edges := p.Edges[:0]
	for _, e := range p.Edges {
		if e.To < 0 || int(e.To) >= len(place) || e.From < RootNode || int(e.From) >= len(place) {
			continue
		}
		if e.From != RootNode {
			e.From = place[e.From]
		}
		e.To = place[e.To]
		edges = append(edges, e)
	}
	slices.SortFunc(edges, func(a, b Edge) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), strings.Compare(a.Constraint, b.Constraint), cmp.Compare(a.Scope, b.Scope))
	})
	p.Occurrences, p.Edges = merged, slices.Compact(edges)
}

// absorb joins what another mention of the same component says.
func (o *Occurrence) absorb(q Occurrence) {
	o.Scope = o.Scope.Widen(q.Scope)
	if q.Direct == Direct || o.Direct == DirectUnknown {
		o.Direct = q.Direct
	}
	o.Locations = union(o.Locations, q.Locations, compareLocations)
	o.Hashes = union(o.Hashes, q.Hashes, func(a, b Hash) int {
		return cmp.Or(strings.Compare(a.Algorithm, b.Algorithm), strings.Compare(a.Value, b.Value))
	})
	o.Licenses = union(o.Licenses, q.Licenses, strings.Compare)
	// One value a key: a library that is installed for two architectures is one
	// component, and its purl names one of them.
	o.Qualifiers = union(o.Qualifiers, q.Qualifiers, func(a, b Qualifier) int { return strings.Compare(a.Key, b.Key) })
	o.Commit = cmp.Or(o.Commit, q.Commit)
}
