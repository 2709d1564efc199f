package sbom

import (
	"cmp"
	"crypto/sha1"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// Tool names the program that writes.
type Tool struct{ Name, Version string }

// outline is what both writers share: the references of everything in a
// judgement, and the dependencies between them.
type outline struct {
	inv      *kennel.Inventory
	root     string     // reference of what the document describes
	project  []string   // references of the projects; with one project, that is the root
	refs     [][]string // by project and occurrence
	purls    [][]string
	outgoing [][][]kennel.Edge // by project and 1 + origin (0 is the project), in order
}

// newOutline gives every occurrence a reference: its purl, in front of it the
// project where there are several, as spell writes it. References hold no
// spaces.
func newOutline(inv *kennel.Inventory, spell func(string) string) *outline {
	o := &outline{inv: inv, root: spell("target")}
	taken := map[string]bool{o.root: true}
	unique := func(ref string) string {
		ref = spell(ref)
		for n, base := 2, ref; taken[ref]; n++ {
			ref = fmt.Sprintf("%s-%d", base, n)
		}
		taken[ref] = true
		return ref
	}
	for i := range inv.Projects {
		p := &inv.Projects[i]
		project, prefix := o.root, ""
		if len(inv.Projects) > 1 {
			project = unique("project:" + p.ID())
			prefix = "project:" + p.ID() + "#"
		}
		o.project = append(o.project, project)
		refs, purls := make([]string, len(p.Occurrences)), make([]string, len(p.Occurrences))
		for k := range p.Occurrences {
			c := &p.Occurrences[k].Component
			purls[k] = ecosystem.Purl(*c)
			name := purls[k]
			if name == "" {
				name = fmt.Sprintf("component:%s/%s@%s", c.Ecosystem, c.Name, c.Version)
			}
			refs[k] = unique(prefix + name)
		}
		o.refs, o.purls = append(o.refs, refs), append(o.purls, purls)
		outgoing := make([][]kennel.Edge, 1+len(p.Occurrences))
		for _, e := range p.Edges {
			if e.From >= kennel.RootNode && int(e.From) < len(p.Occurrences) && e.To >= 0 && int(e.To) < len(p.Occurrences) {
				outgoing[e.From+1] = append(outgoing[e.From+1], e)
			}
		}
		o.outgoing = append(o.outgoing, outgoing)
	}
	return o
}

// name is what the document describes: the one project, or the target.
func (o *outline) name() (name, version string) {
	target := strings.Trim(o.inv.Target, ".-/ ") // "." and "-" name nothing
	if len(o.inv.Projects) == 1 {
		p := &o.inv.Projects[0]
		return cmp.Or(p.Name, target, "project"), p.Version
	}
	return cmp.Or(target, "target"), ""
}

// projectPurl is how the ecosystem of a project knows it, if it does.
func projectPurl(p *kennel.Project) string {
	if p.Name == "" || p.Ecosystem == "" {
		return ""
	}
	return ecosystem.Purl(kennel.Component{Package: kennel.Package{Ecosystem: p.Ecosystem, Name: p.Name}, Version: p.Version})
}

// own lists what the formats have no field for, as Kennel's own properties:
// what the purl does not carry, the exact scope and directness.
func (o *outline) own(project, occurrence int) []ownProperty {
	p := &o.inv.Projects[project]
	c := p.Occurrences[occurrence]
	props := []ownProperty{{"scope", c.Scope.String()}, {"direct", c.Direct.String()}}
	if len(o.inv.Projects) > 1 {
		props = append(props, ownProperty{"member", o.project[project]})
	}
	if c.Origin != kennel.OriginUnknown {
		props = append(props, ownProperty{"origin", c.Origin.String()})
	}
	if c.Commit != "" {
		props = append(props, ownProperty{"commit", c.Commit})
	}
	back, err := ecosystem.FromPurl(o.purls[project][occurrence])
	if err != nil || back.Package != c.Package {
		props = append(props, ownProperty{"ecosystem", string(c.Ecosystem)}, ownProperty{"name", c.Name})
	}
	if err != nil || back.Release != c.Release {
		props = append(props, ownProperty{"release", c.Release})
	}
	if err != nil && c.Source != (kennel.SourcePackage{}) || err == nil && back.Source != c.Source {
		props = append(props, ownProperty{"source", c.Source.Name + " " + c.Source.Version})
	}
	return append(props, o.ownEdges(project, occurrence+1)...)
}

// ownEdges lists the edges that say more than their ends.
func (o *outline) ownEdges(project, origin int) []ownProperty {
	var props []ownProperty
	edges := o.outgoing[project][origin]
	for _, e := range edges {
		telling := slices.ContainsFunc(edges, func(f kennel.Edge) bool {
			return f.To == e.To && (f.Constraint != "" || f.Scope != kennel.ScopeUnknown)
		})
		if telling {
			constraint := strings.NewReplacer("\r", " ", "\n", " ").Replace(e.Constraint)
			props = append(props, ownProperty{"edge", o.refs[project][e.To] + " " + e.Scope.String() + " " + constraint})
		}
	}
	return props
}

// ownProperty is a name, without the prefix, and a value.
type ownProperty struct{ name, value string }

// targets lists the references that an origin depends on, distinct, in order.
func (o *outline) targets(project, origin int) []string {
	edges := o.outgoing[project][origin]
	to := make([]string, len(edges))
	for i, e := range edges {
		to[i] = o.refs[project][e.To]
	}
	slices.Sort(to)
	return slices.Compact(to)
}

// uuid derives an RFC 4122 version 5 UUID from content, so that the same
// content has the same name.
func uuid(content []byte) string {
	h := sha1.New()
	h.Write([]byte("kennel-oss/kennel/internal/sbom\x00"))
	h.Write(content)
	u := h.Sum(nil)[:16]
	u[6], u[8] = u[6]&0x0f|0x50, u[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// timestamp writes a moment as both formats want it; "" for the zero time.
func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// lists reports whether a finding belongs among vulnerabilities: notices about
// care and soundness do not.
func lists(f *kennel.Finding) bool {
	return f.Rule != "unmaintained" && f.Rule != "unsound" && f.Rule != "notice"
}

// holds reports whether a result speaks of an occurrence that there is.
func (o *outline) holds(r *kennel.Result) bool {
	return r.Project >= 0 && r.Project < len(o.refs) && r.Occurrence >= 0 && r.Occurrence < len(o.refs[r.Project])
}
