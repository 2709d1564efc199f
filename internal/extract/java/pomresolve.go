package java

import (
	"io/fs"
	"path"
	"strings"
)

// Bounds of resolving one pom.xml: ancestors, models and bytes read in all, and
// steps, depth and length of replacing properties. The steps bound what properties that name
// each other many times could cost.
const (
	maxAncestors = 32
	maxModels    = 256
	maxSteps     = 200_000
	maxBytes     = 32 << 20
	maxNesting   = 32
	maxBOMs      = 8 // bills of materials that import others
	maxValue     = 1024
)

// workspace reads the models around one pom.xml. Each is read once.
type workspace struct {
	fsys   fs.FS
	models map[string]*model // nil: not there, or not readable
	boms   map[*model]bool   // imported already
	steps  int
	bytes  int // read so far
}

// load returns the model at name, nil when there is none.
func (w *workspace) load(name string) *model {
	if m, ok := w.models[name]; ok {
		return m
	}
	if len(w.models) >= maxModels || !fs.ValidPath(name) {
		return nil
	}
	w.models[name] = nil
	if data, err := fs.ReadFile(w.fsys, name); err == nil && w.bytes+len(data) <= maxBytes {
		w.bytes += len(data)
		if m, err := parsePOM(name, data); err == nil {
			w.models[name] = m
		}
	}
	return w.models[name]
}

// effective is a model with its local ancestors.
type effective struct {
	w     *workspace
	chain []*model // the model itself, then its parent, …
	// remote is the parent that is not among the files, "" when all are.
	remote string

	group, artifact, version string

	properties map[string]string         // flattened; nil until asked for
	managed    map[managedKey]dependency // versions and scopes by what they are for; nil until asked for
	// boms are the bills of materials that are not among the files.
	boms []string
}

type managedKey struct{ group, artifact, typ, classifier string }

func (d dependency) key() managedKey {
	k := managedKey{d.group, d.artifact, d.typ, d.classifier}
	if k.typ == "" {
		k.typ = "jar"
	}
	return k
}

// newEffective finds m's ancestors.
func newEffective(w *workspace, m *model) *effective {
	e := &effective{w: w, chain: []*model{m}}
	for len(e.chain) <= maxAncestors {
		last := e.chain[len(e.chain)-1]
		p := last.parent
		if p == nil {
			break
		}
		next := w.localParent(last)
		if next == nil || contains(e.chain, next) || len(e.chain) == maxAncestors {
			e.remote = p.group + ":" + p.artifact + ":" + p.version
			break
		}
		e.chain = append(e.chain, next)
	}
	e.group, e.version = m.group, m.version
	e.artifact = m.artifact
	if p := m.parent; p != nil {
		if e.group == "" {
			e.group = p.group
		}
		if e.version == "" {
			e.version = p.version
		}
	}
	e.group, _ = e.interpolate(e.group)
	e.version, _ = e.interpolate(e.version)
	return e
}

// localParent returns the file that m's parent element points to, if it is
// that parent: Maven too looks in repositories otherwise.
func (w *workspace) localParent(m *model) *model {
	p := m.parent
	if p.relativePath == "" {
		return nil
	}
	name := path.Join(path.Dir(m.name), strings.ReplaceAll(p.relativePath, `\`, "/"))
	if !strings.HasSuffix(name, ".xml") {
		name = path.Join(name, "pom.xml")
	}
	found := w.load(name)
	if found == nil || found.artifact != p.artifact {
		return nil
	}
	group, version := found.group, found.version
	if found.parent != nil {
		if group == "" {
			group = found.parent.group
		}
		if version == "" {
			version = found.parent.version
		}
	}
	if group != p.group || version != p.version && !strings.Contains(version+p.version, "${") {
		return nil
	}
	return found
}

func contains(chain []*model, m *model) bool {
	for _, c := range chain {
		if c == m {
			return true
		}
	}
	return false
}

// property looks up what ${name} stands for. The nearest model wins; a profile
// that is active by default goes before its model, any other after all.
func (e *effective) property(name string) (string, bool) {
	bare := strings.TrimPrefix(strings.TrimPrefix(name, "project."), "pom.")
	if bare != name || name == "version" || name == "groupId" || name == "artifactId" {
		m := e.chain[0]
		switch bare {
		case "version":
			return firstNonEmpty(m.version, parentVersion(m)), true
		case "groupId":
			return firstNonEmpty(m.group, parentGroup(m)), true
		case "artifactId":
			return m.artifact, true
		case "parent.version":
			return parentVersion(m), m.parent != nil
		case "parent.groupId":
			return parentGroup(m), m.parent != nil
		case "parent.artifactId":
			if m.parent != nil {
				return m.parent.artifact, true
			}
		}
	}
	if e.properties == nil {
		e.properties = e.flatten()
	}
	value, found := e.properties[name]
	return value, found
}

// flatten joins the properties of a model and its ancestors, so that looking
// one up costs the same however many profiles there are. What profiles that
// are not active by default disagree about is left out.
func (e *effective) flatten() map[string]string {
	all := make(map[string]string)
	put := func(properties map[string]string) {
		for name, value := range properties {
			if _, taken := all[name]; !taken {
				all[name] = value
			}
		}
	}
	for _, m := range e.chain {
		for i := range m.profiles {
			if m.profiles[i].byDefault {
				put(m.profiles[i].properties)
			}
		}
		put(m.properties)
	}
	others, torn := make(map[string]string), make(map[string]bool)
	for _, m := range e.chain {
		for i := range m.profiles {
			for name, value := range m.profiles[i].properties {
				if was, ok := others[name]; ok && was != value {
					torn[name] = true
				}
				others[name] = value
			}
		}
	}
	for name := range torn {
		delete(others, name)
	}
	put(others)
	return all
}

func firstNonEmpty(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func parentVersion(m *model) string {
	if m.parent == nil {
		return ""
	}
	return m.parent.version
}

func parentGroup(m *model) string {
	if m.parent == nil {
		return ""
	}
	return m.parent.group
}

// interpolate replaces ${…}. ok is false when a name is not known here, or a
// bound was met; the value then still holds the placeholder.
func (e *effective) interpolate(value string) (string, bool) {
	if !strings.Contains(value, "${") {
		return value, true
	}
	var out strings.Builder
	ok := e.expand(&out, value, 0)
	if !ok {
		return value, false
	}
	return out.String(), true
}

func (e *effective) expand(out *strings.Builder, value string, depth int) bool {
	for {
		before, rest, found := strings.Cut(value, "${")
		if out.Len()+len(before) > maxValue {
			return false
		}
		out.WriteString(before)
		if !found {
			return true
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || depth >= maxNesting {
			return false
		}
		if e.w.steps++; e.w.steps > maxSteps {
			return false
		}
		inner, known := e.property(name)
		if !known || !e.expand(out, inner, depth+1) {
			return false
		}
		value = after
	}
}

// manages returns what dependency management says of a dependency. The nearest
// declaration wins; imported bills of materials come after those written out
// in the same model.
func (e *effective) manages(k managedKey) (dependency, bool) {
	if e.managed == nil {
		e.managed = make(map[managedKey]dependency)
		e.collect(e.managed, 0)
	}
	d, ok := e.managed[k]
	return d, ok
}

func (e *effective) collect(into map[managedKey]dependency, depth int) {
	var imports []dependency
	put := func(list []dependency) {
		for _, d := range list {
			d.group, _ = e.interpolate(d.group)
			d.artifact, _ = e.interpolate(d.artifact)
			if d.scope == "import" {
				imports = append(imports, d)
				continue
			}
			d.classifier, _ = e.interpolate(d.classifier)
			if v, ok := e.interpolate(d.version); ok {
				d.version = v
			}
			if _, taken := into[d.key()]; !taken {
				into[d.key()] = d
			}
		}
	}
	for _, m := range e.chain {
		put(m.managed)
		for i := range m.profiles {
			put(m.profiles[i].managed)
		}
	}
	for _, d := range imports {
		version, _ := e.interpolate(d.version)
		m := e.localModule(d.group, d.artifact)
		if m == nil || depth >= maxBOMs {
			e.boms = append(e.boms, d.group+":"+d.artifact+":"+version)
			continue
		}
		if e.w.boms[m] { // the first import won; one that imports itself ends here too
			continue
		}
		e.w.boms[m] = true
		bom := newEffective(e.w, m)
		bom.collect(into, depth+1)
		if bom.remote != "" && bom.remote != e.remote {
			e.boms = append(e.boms, bom.remote)
		}
		e.boms = append(e.boms, bom.boms...)
	}
}

// localModule finds the model of a module of the same build: a folder named
// after it, or a module that an ancestor lists, beside this model or one of
// its ancestors.
func (e *effective) localModule(group, artifact string) *model {
	if !e.sharesGroup(group) {
		return nil
	}
	for _, m := range e.chain {
		if e.w.steps += 1 + len(m.modules); e.w.steps > maxSteps {
			return nil
		}
		dir := path.Dir(m.name)
		candidates := []string{artifact}
		for _, module := range m.modules {
			base := path.Base(strings.ReplaceAll(module, `\`, "/"))
			if base != artifact && (strings.HasSuffix(artifact, base) || strings.Contains(base, "bom")) {
				candidates = append(candidates, module)
			}
		}
		for _, c := range candidates {
			found := e.w.load(path.Join(dir, c, "pom.xml"))
			if found != nil && found.artifact == artifact && firstNonEmpty(found.group, parentGroup(found)) == group {
				return found
			}
		}
	}
	return nil
}

// sharesGroup reports whether a group is that of the build: only then is it
// worth looking for the module among the files.
func (e *effective) sharesGroup(group string) bool {
	for _, m := range e.chain {
		if own := firstNonEmpty(m.group, parentGroup(m)); own != "" && (group == own || strings.HasPrefix(group, own+".")) {
			return true
		}
	}
	return false
}
