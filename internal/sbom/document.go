package sbom

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// document gathers what a bill of materials says, in whatever order it says
// it, and makes an extraction of it.
type document struct {
	path    string
	name    string // of what the document describes
	version string
	distro  string // "debian 12", from an operating system component

	node   map[string]int32 // reference -> index into nodes
	nodes  []node
	links  []link
	listed []kennel.Occurrence
	owner  []int32 // parallel to listed: 0, or 1 + the index of its part
	byKey  map[member]int32
	parts  []part

	inRoot     bool // what is added now lies inside the component that the document describes
	exact      bool // Kennel wrote it: scopes and directness are stated, not inferred
	graph      bool // the exact document says that its graph is whole
	incomplete bool // the document says that its graph is not
	vexOnly    bool // it holds vulnerabilities and no inventory

	here           []kennel.Location // the document, shared by all occurrences
	gaps           []kennel.Gap
	components     int // of any kind
	noPurl         names
	badPurl, noVer names
	lost           int // references to nowhere
}

// entry is one component as a document describes it.
type entry struct {
	ref, kind   string
	group, name string
	version     string
	purl        string
	scope       kennel.Scope
	direct      kennel.Directness
	origin      kennel.Origin
	commit      string
	source      kennel.SourcePackage
	hashes      []kennel.Hash
	licenses    []string
	hasChildren bool

	// What only Kennel writes.
	own      bool
	part     string // the part it belongs to
	isPart   bool
	manifest string // of a part
	graph    bool
	edges    []ownEdge
	exactly  kennel.Package // where the purl loses it
	release  string
}

// node is anything that a reference can point to.
type node struct {
	occurrence int32 // index into listed, or RootNode, structure, unknown
	part       int32 // of a part: 1 + its index
	declared   bool  // the document says what it depends on
	unnamed    bool  // an application without a purl; a loss unless it only holds others
	name       string
}

const (
	structure int32 = -2 // known, no package: a file, an operating system, a container
	unknown   int32 = -3 // referred to and never defined
)

// link is a dependency between two nodes.
type link struct {
	from, to   int32
	scope      kennel.Scope
	own        bool // Kennel wrote what it says
	constraint string
}

// member is a component in a part: what is equal in these is one occurrence.
type member struct {
	kennel.Key
	part int32
}

func newDocument(path string) *document {
	return &document{path: path, here: []kennel.Location{{Path: path}}, node: make(map[string]int32), byKey: make(map[member]int32)}
}

func (d *document) gap(kind kennel.GapKind, why string) {
	d.gaps = append(d.gaps, kennel.Gap{Kind: kind, What: d.path, Why: why})
}

// refer returns the node of a reference, making one for what is not defined
// yet. An empty reference has no node.
func (d *document) refer(ref string) (int32, bool) {
	if ref == "" {
		return 0, false
	}
	if n, ok := d.node[ref]; ok {
		return n, true
	}
	n := int32(len(d.nodes))
	d.node[ref] = n
	d.nodes = append(d.nodes, node{occurrence: unknown})
	return n, true
}

// define says what a reference stands for. The first definition counts.
func (d *document) define(ref string, what int32, name string) *node {
	n, ok := d.refer(ref)
	if !ok {
		return nil
	}
	if d.nodes[n].occurrence == unknown {
		d.nodes[n].occurrence, d.nodes[n].name = what, name
	}
	return &d.nodes[n]
}

// describes takes what the document is about: the project itself.
func (d *document) describes(e entry) {
	d.name, d.version = fullName(e.group, e.name), e.version
	d.define(e.ref, kennel.RootNode, e.name)
	d.takeOwn(e)
	d.graph = e.graph
}

// takeOwn takes what only Kennel writes.
func (d *document) takeOwn(e entry) {
	d.exact = d.exact || e.own
	from, ok := d.refer(e.ref)
	for _, edge := range e.edges {
		if to, has := d.refer(edge.to); ok && has && from != to {
			scope := named(edge.scope, kennel.ScopeUnknown, kennel.ScopeDevelopment)
			d.links = append(d.links, link{from, to, scope, true, edge.constraint})
		}
	}
}

// depends records that one node needs another.
func (d *document) depends(from, to string, scope kennel.Scope) {
	f, ok1 := d.refer(from)
	t, ok2 := d.refer(to)
	if ok1 && ok2 && f != t {
		d.links = append(d.links, link{from: f, to: t, scope: scope})
	}
}

// declares records that the document names all dependencies of a node.
func (d *document) declares(ref string) {
	if n, ok := d.refer(ref); ok {
		d.nodes[n].declared = true
	}
}

// notPackages are the CycloneDX types and SPDX purposes that no package
// ecosystem speaks of.
const notPackages = " file operating-system container device firmware device-driver data cryptographic-asset" +
	" machine-learning-model "

// add takes one component.
func (d *document) add(e entry) {
	d.components++
	d.takeOwn(e)
	switch {
	case e.isPart:
		d.addPart(e)
		return
	case e.purl == "" && strings.HasPrefix(e.ref, "pkg:"):
		e.purl = e.ref // many generators use the purl as the reference
	}
	if e.kind == "operating-system" && e.name != "" && d.distro == "" {
		d.distro = strings.ToLower(e.name) + " " + e.version
	}
	if e.purl == "" && e.exactly.Name == "" {
		n := d.define(e.ref, structure, label(e))
		switch {
		case strings.Contains(notPackages, " "+e.kind+" "):
		case n != nil && e.kind == "application": // perhaps a lock file or a product, which only holds others
			n.unnamed = !e.hasChildren
		default:
			d.noPurl.add(label(e))
			d.incomplete = true
		}
		return
	}
	ownCode := d.inRoot && strings.Contains(e.purl, "?type=package") // cyclonedx-gomod's packages of the main module
	if e.kind == "operating-system" || e.kind == "file" || isImage(e.purl) || ownCode {
		d.define(e.ref, structure, e.name)
		return
	}
	c, err := ecosystem.FromPurl(e.purl)
	if err != nil && e.exactly.Name == "" {
		d.badPurl.add(e.purl)
		d.define(e.ref, structure, e.name)
		return
	}
	if e.exactly.Name != "" {
		c.Package = e.exactly
	} else {
		c.Name = spelled(c.Name, e)
	}
	c.Release = cmp.Or(c.Release, e.release)
	if at := strings.LastIndexByte(c.Name, '@'); at > 0 && c.Version == "" && c.Name[at-1] != '/' &&
		(e.version == "" || e.version == c.Name[at+1:]) {
		c.Name, c.Version = c.Name[:at], c.Name[at+1:] // some escape the @ before the version
	}
	c.Version = cmp.Or(c.Version, e.version)
	if c.Version == "" {
		d.noVer.add(c.Name)
	}
	if e.origin != kennel.OriginUnknown {
		c.Origin = e.origin
	}
	if e.source.Name != "" && (e.own || c.Source.Name == "") {
		c.Source = e.source
	}
	c.Commit = cmp.Or(c.Commit, e.commit)
	slices.Sort(e.licenses)
	slices.SortFunc(e.hashes, func(a, b kennel.Hash) int {
		return cmp.Or(strings.Compare(a.Algorithm, b.Algorithm), strings.Compare(a.Value, b.Value))
	})
	c.Hashes, c.Licenses = e.hashes, slices.Compact(e.licenses)
	d.define(e.ref, d.list(c, e), e.name)
}

// isImage reports whether a purl names a container image, which is what other
// packages lie in.
func isImage(purl string) bool {
	return strings.HasPrefix(purl, "pkg:oci/") || strings.HasPrefix(purl, "pkg:docker/")
}

// list adds a component to the occurrences and returns its index.
func (d *document) list(c kennel.Component, e entry) int32 {
	at := member{c.Key(), d.partOf(e.part)}
	if i, ok := d.byKey[at]; ok {
		o := &d.listed[i]
		o.Scope = o.Scope.Widen(e.scope)
		if e.direct == kennel.Direct {
			o.Direct = kennel.Direct
		}
		return i
	}
	i := int32(len(d.listed))
	d.byKey[at] = i
	d.owner = append(d.owner, at.part)
	d.listed = append(d.listed, kennel.Occurrence{
		Component: c, Scope: e.scope, Direct: e.direct, Locations: d.here,
	})
	return i
}

// spelled returns the document's own spelling of a name where purl's
// normalisation folded its case.
func spelled(name string, e entry) string {
	for _, s := range [...]string{e.name, e.group + "/" + e.name, e.group + ":" + e.name} {
		if s != name && strings.EqualFold(s, name) {
			return s
		}
	}
	return name
}

func fullName(group, name string) string {
	if group == "" {
		return name
	}
	return group + "/" + name
}

func label(e entry) string {
	s := cmp.Or(fullName(e.group, e.name), e.ref, "one without a name")
	if e.version != "" {
		s += "@" + e.version
	}
	return s
}

// finish makes the extraction.
func (d *document) finish() kennel.Extraction {
	for _, l := range d.links {
		d.nodes[l.from].unnamed = false
	}
	for _, n := range d.nodes {
		if n.unnamed {
			d.noPurl.add(n.name)
			d.incomplete = true
		}
	}
	projects := d.projects()
	d.report()
	if d.components > 0 && len(d.listed) == 0 && len(d.gaps) == 0 && !d.exact && !d.vexOnly {
		d.gap(kennel.GapNotJudged, "lists no component of a package ecosystem")
	}
	return kennel.Extraction{Projects: projects, Gaps: d.gaps}
}

// report turns what was counted into gaps.
func (d *document) report() {
	for _, r := range []struct {
		kind  kennel.GapKind
		names *names
		what  string
	}{
		{kennel.GapNotJudged, &d.noPurl, "without a purl: not judged"},
		{kennel.GapUnresolved, &d.badPurl, "with a purl that cannot be read: not judged"},
		{kennel.GapUnresolved, &d.noVer, "without a version"},
	} {
		if r.names.count > 0 {
			d.gap(r.kind, fmt.Sprintf("%s %s (%s)", plural(r.names.count, "component"), r.what, r.names))
		}
	}
	if d.lost > 0 {
		d.gap(kennel.GapUnresolved, plural(d.lost, "dependency reference")+" to components that the document does not hold")
	}
}

// names counts, and keeps the first few for a person.
type names struct {
	count int
	first []string
}

const namesKept = 5

func (n *names) add(s string) {
	n.count++
	if len(n.first) < namesKept && !slices.Contains(n.first, s) {
		if len(s) > 120 {
			s = s[:117] + "..."
		}
		n.first = append(n.first, s)
	}
}

func (n *names) String() string {
	s := strings.ToValidUTF8(strings.Join(n.first, ", "), "\ufffd")
	if more := n.count - len(n.first); more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
