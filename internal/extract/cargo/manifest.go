package cargo

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/pelletier/go-toml/v2"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// manifestsMax bounds how many Cargo.toml files of one workspace are read, and
// globsMax how many patterns name them.
const (
	manifestsMax = 5000
	globsMax     = 100
)

// manifest is a Cargo.toml, as far as it matters here.
// Source: https://doc.rust-lang.org/cargo/reference/manifest.html
type manifest struct {
	Package struct {
		Name    string `toml:"name"`
		Version any    `toml:"version"` // or {workspace = true}
		License any    `toml:"license"`
	} `toml:"package"`
	Workspace struct {
		Members      []string       `toml:"members"`
		Exclude      []string       `toml:"exclude"`
		Dependencies map[string]any `toml:"dependencies"`
	} `toml:"workspace"`
	tables
	Target map[string]tables `toml:"target"`

	needs  map[string][]need // by the real name of the package
	member bool // of the workspace, and not there for another's sake alone
}

// tables are the kinds of dependencies.
type tables struct {
	Normal map[string]any `toml:"dependencies"`
	Dev    map[string]any `toml:"dev-dependencies"`
	Build  map[string]any `toml:"build-dependencies"`
	Dev2   map[string]any `toml:"dev_dependencies"` // the older spelling
	Build2 map[string]any `toml:"build_dependencies"`
}

// need is one dependency: the real name of the package, what is asked of it,
// and where it lies when that is a folder.
type need struct {
	name, constraint, folder string
	scope                    kennel.Scope
}

// workspace is the manifests that a lock file belongs to.
type workspace struct {
	root    *manifest            // nil when there is none
	members map[string]*manifest // package name -> manifest
}

func readWorkspace(target fs.FS, dir string) (workspace, error) {
	w := workspace{members: make(map[string]*manifest)}
	root, err := readManifest(target, dir, nil)
	if err != nil {
		return w, err
	}
	w.root = root
	queue := []string{}
	if globs := root.Workspace.Members; len(globs) > 0 {
		for _, glob := range globs[:min(globsMax, len(globs))] {
			glob = path.Join(dir, glob)
			if !strings.ContainsAny(glob, "*?[{") {
				queue = append(queue, glob)
				continue
			}
			found, err := doublestar.Glob(target, glob+"/Cargo.toml", doublestar.WithNoFollow())
			if err != nil {
				continue // a pattern that fits nothing
			}
			for _, at := range found {
				queue = append(queue, path.Dir(at))
			}
		}
	}
	excluded := func(at string) bool {
		return slices.ContainsFunc(root.Workspace.Exclude, func(x string) bool { return path.Join(dir, x) == at })
	}
	seen := map[string]bool{dir: true}
	follow := func(at string, m *manifest) {
		if m.Package.Name != "" {
			w.members[m.Package.Name] = m
		}
		for _, name := range slices.Sorted(maps.Keys(m.needs)) {
			for _, n := range m.needs[name] {
				if n.folder != "" {
					queue = append(queue, path.Join(at, n.folder))
				}
			}
		}
	}
	named := make(map[string]bool, len(queue))
	for _, at := range queue {
		named[at] = true
	}
	root.member = true
	follow(dir, root)
	for len(queue) > 0 && len(seen) < manifestsMax {
		at := queue[0]
		queue = queue[1:]
		if seen[at] || excluded(at) || !fs.ValidPath(at) {
			continue
		}
		seen[at] = true
		m, err := readManifest(target, at, root)
		if err != nil {
			continue // its dependencies keep an unknown scope
		}
		m.member = named[at]
		follow(at, m)
	}
	return w, nil
}

func readManifest(target fs.FS, dir string, root *manifest) (*manifest, error) {
	text, err := fs.ReadFile(target, path.Join(dir, "Cargo.toml"))
	if err != nil {
		return nil, err
	}
	if err := checkDepth(text); err != nil {
		return nil, err
	}
	m := &manifest{needs: make(map[string][]need)}
	if err := toml.Unmarshal(lockfile.TrimBOM(text), m); err != nil {
		return nil, lockfile.Explain(err, text)
	}
	if root == nil {
		root = m
	}
	m.collect(root, m.tables, false)
	for _, t := range m.Target {
		m.collect(root, t, true)
	}
	return m, nil
}

// collect lists the dependencies of one set of tables. Those of some platforms
// only, and those behind a feature, are optional.
func (m *manifest) collect(root *manifest, t tables, platform bool) {
	add := func(deps map[string]any, scope kennel.Scope) {
		for name, spec := range deps {
			n := need{name: name, scope: scope}
			n.read(spec)
			if table, ok := spec.(map[string]any); ok {
				if inherit, _ := table["workspace"].(bool); inherit {
					n.read(root.Workspace.Dependencies[name])
				}
				if optional, _ := table["optional"].(bool); optional && scope == kennel.ScopeShipped {
					n.scope = kennel.ScopeOptional
				}
			}
			if platform && n.scope == kennel.ScopeShipped {
				n.scope = kennel.ScopeOptional
			}
			m.needs[n.name] = append(m.needs[n.name], n)
		}
	}
	add(t.Normal, kennel.ScopeShipped)
	add(t.Dev, kennel.ScopeDevelopment)
	add(t.Dev2, kennel.ScopeDevelopment)
	add(t.Build, kennel.ScopeBuild)
	add(t.Build2, kennel.ScopeBuild)
}

// read takes the constraint from "1.0" or {version = "1.0", package = "real"}.
func (n *need) read(spec any) {
	switch spec := spec.(type) {
	case string:
		n.constraint = spec
	case map[string]any:
		if v, ok := spec["version"].(string); ok {
			n.constraint = v
		}
		if v, ok := spec["package"].(string); ok && v != "" {
			n.name = v
		}
		if v, ok := spec["path"].(string); ok {
			n.folder = v
		}
		if v, ok := spec["git"].(string); ok && n.constraint == "" {
			n.constraint = v
		}
	}
}
