package cargo

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
	"github.com/kennel-oss/kennel/internal/toml"
)

// manifest is a Cargo.toml, as far as it matters here.
// Source: https://doc.rust-lang.org/cargo/reference/manifest.html
type manifest struct {
	name             string
	members, exclude []string          // of the workspace that it is the root of
	inherited        map[string]*need  // [workspace.dependencies]
	needs            map[string][]need // by the real name of the package
	folders          []string          // path dependencies, relative
	member           bool              // of the workspace, and not there for another's sake alone
}

// need is one dependency: what it is called here, what it really is, what is
// asked of it, and where it lies when that is a folder.
type need struct {
	alias, name, constraint, git, folder string
	scope                                kennel.Scope
	inherit, optional                    bool
}

func readManifest(target fs.FS, dir string, root *manifest) (*manifest, error) {
	text, err := fs.ReadFile(target, path.Join(dir, "Cargo.toml"))
	if err != nil {
		return nil, err
	}
	m, needs, err := parseManifest(text)
	if err != nil {
		return nil, lockfile.Explain(err, text)
	}
	if root == nil {
		root = m
	}
	for _, name := range slices.Sorted(maps.Keys(m.inherited)) { // their folders are relative to the root's
		if folder := m.inherited[name].folder; folder != "" {
			m.folders = append(m.folders, folder)
		}
	}
	for _, n := range needs {
		if from := root.inherited[n.alias]; n.inherit && from != nil {
			n.name, n.constraint, n.git = from.name, from.constraint, from.git
		}
		if n.optional && n.scope == kennel.ScopeShipped {
			n.scope = kennel.ScopeOptional
		}
		if n.name == "" {
			n.name = n.alias
		}
		if n.constraint == "" {
			n.constraint = n.git
		}
		if n.folder != "" {
			m.folders = append(m.folders, n.folder)
		}
		m.needs[n.name] = append(m.needs[n.name], *n)
	}
	return m, nil
}

// pathMax bounds the length of a dependency's place in a Cargo.toml, in parts:
// [target.'cfg(windows)'.dev-dependencies.name.features] has five.
const pathMax = 8

var errDeep = errors.New("nested too deep")

// parseManifest reads a Cargo.toml, in whichever of TOML's spellings.
func parseManifest(text []byte) (*manifest, []*need, error) {
	m := &manifest{needs: make(map[string][]need), inherited: make(map[string]*need)}
	var needs []*need
	type place struct {
		table, platform, name string
	}
	at := make(map[place]*need)
	// find returns the dependency that a path leads to, and what is left of it.
	find := func(p []string) (*need, []string) {
		var where place
		if len(p) > 3 && p[0] == "target" {
			where.platform, p = p[1], p[2:]
		}
		if len(p) > 2 && p[0] == "workspace" {
			where.platform, p = "\x00workspace", p[1:]
		}
		if len(p) < 2 {
			return nil, nil
		}
		scope, ok := scopeOf(p[0])
		if !ok {
			return nil, nil
		}
		where.table, where.name = p[0], p[1]
		n := at[where]
		if n == nil {
			// What only some platforms have is optional.
			if where.platform != "" && scope == kennel.ScopeShipped {
				scope = kennel.ScopeOptional
			}
			n = &need{alias: p[1], scope: scope}
			at[where] = n
			if where.platform == "\x00workspace" {
				m.inherited[p[1]] = n
			} else {
				needs = append(needs, n)
			}
		}
		return n, p[2:]
	}
	r := toml.New(text)
	err := r.Walk(func(p []string, _ bool) error {
		if len(p) > pathMax {
			return errDeep
		}
		find(p)
		return nil
	}, func(p []string) (err error) {
		var n *need
		var rest []string
		switch {
		case len(p) > pathMax:
			return errDeep
		case len(p) == 2 && p[0] == "package" && p[1] == "name":
			m.name, err = r.String()
		case len(p) == 2 && p[0] == "workspace" && p[1] == "members":
			m.members, err = appendString(m.members, r)
		case len(p) == 2 && p[0] == "workspace" && p[1] == "exclude":
			m.exclude, err = appendString(m.exclude, r)
		default:
			n, rest = find(p)
		}
		switch {
		case n == nil:
		case len(rest) == 0:
			n.constraint, err = r.String()
		case len(rest) == 1:
			switch rest[0] {
			case "version":
				n.constraint, err = r.String()
			case "package":
				n.name, err = r.String()
			case "path":
				n.folder, err = r.String()
			case "git":
				n.git, err = r.String()
			case "workspace":
				n.inherit, err = r.Bool()
			case "optional":
				n.optional, err = r.Bool()
			}
		}
		return err
	})
	return m, needs, err
}

// scopeOf knows the tables of dependencies, with their older spellings.
func scopeOf(table string) (kennel.Scope, bool) {
	switch table {
	case "dependencies":
		return kennel.ScopeShipped, true
	case "dev-dependencies", "dev_dependencies":
		return kennel.ScopeDevelopment, true
	case "build-dependencies", "build_dependencies":
		return kennel.ScopeBuild, true
	}
	return 0, false
}

func appendString(list []string, r *toml.Reader) ([]string, error) {
	s, err := r.String()
	if s != "" {
		list = append(list, s)
	}
	return list, err
}
