package java

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

// readPOM reads what a pom.xml asks for, with what its local ancestors and
// local bills of materials say. Remote ones are not fetched: what only they
// could answer is one gap for the file.
func readPOM(f kennel.File) (kennel.Extraction, error) {
	data, err := f.Bytes()
	if err != nil {
		return kennel.Extraction{}, err
	}
	m, err := parsePOM(f.Path(), data)
	if err != nil {
		return kennel.Extraction{}, err
	}
	w := &workspace{fsys: f.FS(), models: map[string]*model{f.Path(): m}, boms: make(map[*model]bool)}
	e := newEffective(w, m)
	r := pomReader{f: f, e: e, seen: make(map[managedKey]bool)}
	for _, m := range e.chain {
		r.add(m.dependencies, false)
		for i := range m.profiles {
			r.add(m.profiles[i].dependencies, !m.profiles[i].byDefault)
		}
	}
	p := kennel.Project{
		Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: kennel.Maven,
		Occurrences: r.found,
	}
	if own := (coordinates{e.group, e.artifact, e.version}); own.complete() {
		p.Name, p.Version = own.name(), own.version
	}
	for i := range p.Occurrences {
		p.Edges = append(p.Edges, kennel.Edge{From: kennel.RootNode, To: int32(i), Constraint: r.constraints[i], Scope: p.Occurrences[i].Scope})
	}
	return kennel.Extraction{Projects: []kennel.Project{p}, Gaps: r.gaps()}, nil
}

type pomReader struct {
	f    kennel.File
	e    *effective
	seen map[managedKey]bool

	found       []kennel.Occurrence
	constraints []string // as written, by occurrence
	open        []string // dependencies without a version
	ranges      []string // dependencies with a range
	nameless    int
}

// add takes a model's dependencies; those of a nearer model win.
func (r *pomReader) add(list []dependency, conditional bool) {
	for _, d := range list {
		var ok, ok2 bool
		d.group, ok = r.e.interpolate(d.group)
		d.artifact, ok2 = r.e.interpolate(d.artifact)
		d.classifier, _ = r.e.interpolate(d.classifier)
		d.typ, _ = r.e.interpolate(d.typ)
		name := coordinates{d.group, d.artifact, "0"}
		if !ok || !ok2 || !name.complete() {
			r.nameless++
			continue
		}
		if r.seen[d.key()] {
			continue
		}
		r.seen[d.key()] = true
		managed, _ := r.e.manages(d.key())
		if d.version == "" {
			d.version = managed.version
		}
		if d.scope == "" {
			d.scope = managed.scope
		}
		if d.optional == "" {
			d.optional = managed.optional
		}
		r.found = append(r.found, r.occurrence(d, conditional))
		constraint, _ := r.e.interpolate(d.version)
		r.constraints = append(r.constraints, constraint)
	}
}

func (r *pomReader) occurrence(d dependency, conditional bool) kennel.Occurrence {
	o := kennel.Occurrence{
		Component: kennel.Component{
			Package: kennel.Package{Ecosystem: kennel.Maven, Name: d.group + ":" + d.artifact},
			Origin:  kennel.OriginRegistry,
		},
		Scope:     pomScope(d, conditional),
		Direct:    kennel.Direct,
		Locations: []kennel.Location{{Path: d.from, Line: d.line, Layer: r.f.Layer()}},
	}
	o.Version = r.version(d)
	if d.classifier != "" {
		o.Qualifiers = append(o.Qualifiers, kennel.Qualifier{Key: "classifier", Value: d.classifier})
	}
	if d.typ != "" && d.typ != "jar" {
		o.Qualifiers = append(o.Qualifiers, kennel.Qualifier{Key: "type", Value: d.typ})
	}
	if d.scope == "system" || d.group == r.e.group && o.Version == r.e.version && r.e.localModule(d.group, d.artifact) != nil {
		o.Origin = kennel.OriginLocal
	}
	return o
}

// version returns the one version that a dependency asks for, or "" after
// noting why there is none.
func (r *pomReader) version(d dependency) string {
	name := d.group + ":" + d.artifact
	v, ok := r.e.interpolate(d.version)
	if !ok || v == "" {
		r.open = append(r.open, name)
		return ""
	}
	if pinned := strings.TrimSuffix(strings.TrimPrefix(v, "["), "]"); len(pinned) == len(v)-2 && !strings.Contains(pinned, ",") {
		v = pinned // [1.0] admits exactly one
	}
	if strings.ContainsAny(v, "[](),") || v == "LATEST" || v == "RELEASE" {
		r.ranges = append(r.ranges, name+" "+v)
		return ""
	}
	if !(coordinates{d.group, d.artifact, v}).complete() {
		r.open = append(r.open, name)
		return ""
	}
	return v
}

// pomScope maps Maven's scopes. What the container provides is there when the
// code is compiled and is not part of the product.
// Source: https://maven.apache.org/guides/introduction/introduction-to-dependency-mechanism.html#dependency-scope
func pomScope(d dependency, conditional bool) kennel.Scope {
	switch d.scope {
	case "test":
		return kennel.ScopeDevelopment
	case "provided", "system":
		return kennel.ScopeBuild
	case "", "compile", "runtime":
		if d.optional == "true" || conditional {
			return kennel.ScopeOptional
		}
		return kennel.ScopeShipped
	}
	return kennel.ScopeUnknown
}

// gaps says what this file alone cannot answer.
func (r *pomReader) gaps() []kennel.Gap {
	var gaps []kennel.Gap
	add := func(format string, args ...any) {
		gaps = append(gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: r.f.Path(), Why: fmt.Sprintf(format, args...)})
	}
	if len(r.found) > 0 {
		add("a pom.xml names only direct dependencies, not what they bring along; scan the built archive, a Gradle lock file, or an SBOM made by the build")
	}
	if n := len(r.open); n > 0 {
		// Which ones they are, the components without a version say. Left out
		// here, the modules of one parent share one sentence in a report.
		if from := r.missing(); from != "" {
			add("some dependencies have no version here%s", from)
		} else {
			add("%s without a version here (%s)", dependencies(n), firstOnes(r.open))
		}
	}
	if n := len(r.ranges); n > 0 {
		add("%s with a range or a moving version, which the build resolves (%s)", dependencies(n), firstOnes(r.ranges))
	}
	if r.nameless > 0 {
		add("%s whose name is not a group and an artifact that are known here%s", dependencies(r.nameless), r.missing())
	}
	return gaps
}

// missing names the remote models that could answer.
func (r *pomReader) missing() string {
	var from []string
	if r.e.remote != "" {
		from = append(from, "parent "+r.e.remote)
	}
	for _, bom := range r.e.boms {
		from = append(from, "BOM "+bom)
	}
	if from = slices.Compact(from); len(from) == 0 {
		return ""
	}
	return ": it needs the remote " + firstOnes(from)
}

func dependencies(n int) string {
	if n == 1 {
		return "1 dependency"
	}
	return fmt.Sprintf("%d dependencies", n)
}

// firstOnes lists up to three, shortened.
func firstOnes(names []string) string {
	short := make([]string, 0, 3)
	for _, name := range names[:min(3, len(names))] {
		if len(name) > 200 {
			name = name[:200] + "…"
		}
		short = append(short, strings.ToValidUTF8(name, "_"))
	}
	return examples(short, len(names))
}
