package lockfile

import (
	"io/fs"
	"strings"

	"github.com/kennel-oss/kennel"
)

// Manifest is what a package.json says, and what each entry of a
// package-lock.json repeats of it.
type Manifest struct {
	Name, Version string
	Licenses      []string
	Needs         []Need
	Workspaces    []string // globs of member folders
	Private       bool

	optionalPeers map[string]bool
}

// Need is one line of a manifest's dependencies. Alias is the name it is
// installed under.
type Need struct {
	Alias, Constraint string
	Scope             kennel.Scope
	Peer              bool // the host is asked to bring it
}

// Member reads the value of one member of a package.json, if it is one that
// Manifest holds, and reports whether it did; the value is unread otherwise.
func (m *Manifest) Member(j *JSON, name string) (read bool, err error) {
	switch name {
	case "name":
		m.Name, err = j.String()
	case "version":
		m.Version, err = j.String()
	case "private":
		m.Private, err = j.Bool()
	case "license", "licenses":
		err = m.license(j)
	case "dependencies":
		err = m.needs(j, kennel.ScopeShipped, false)
	case "devDependencies":
		err = m.needs(j, kennel.ScopeDevelopment, false)
	case "optionalDependencies":
		err = m.needs(j, kennel.ScopeOptional, false)
	case "peerDependencies":
		err = m.needs(j, kennel.ScopeShipped, true)
	case "peerDependenciesMeta":
		err = m.peersMeta(j)
	case "workspaces":
		err = m.workspaces(j)
	default:
		return false, nil
	}
	return true, err
}

func (m *Manifest) needs(j *JSON, scope kennel.Scope, peer bool) error {
	return j.Object(func(name string) error {
		constraint, err := j.String()
		if scope := scope; err == nil && name != "" {
			if peer && m.optionalPeers[name] {
				scope = kennel.ScopeOptional
			}
			m.Needs = append(m.Needs, Need{name, constraint, scope, peer})
		}
		return err
	})
}

// peersMeta reads npm's {"peer": {"optional": true}}: peers that are used when
// somebody else brings them.
func (m *Manifest) peersMeta(j *JSON) error {
	var optional []string
	err := j.Object(func(peer string) error {
		return j.Object(func(name string) error {
			if name != "optional" {
				return j.Skip()
			}
			yes, err := j.Bool()
			if yes {
				optional = append(optional, peer)
			}
			return err
		})
	})
	m.markOptional(optional)
	return err
}

// OptionalPeers reads Bun's list of the same.
func (m *Manifest) OptionalPeers(j *JSON) error {
	var optional []string
	err := j.Array(func(int) error {
		peer, err := j.String()
		optional = append(optional, peer)
		return err
	})
	m.markOptional(optional)
	return err
}

// markOptional works once, so that a text cannot make it go through all the
// peers again and again.
func (m *Manifest) markOptional(peers []string) {
	if m.optionalPeers != nil || len(peers) == 0 {
		return
	}
	m.optionalPeers = make(map[string]bool, len(peers))
	for _, peer := range peers {
		m.optionalPeers[peer] = true
	}
	for i := range m.Needs {
		if n := &m.Needs[i]; n.Peer && m.optionalPeers[n.Alias] {
			n.Scope = kennel.ScopeOptional
		}
	}
}

// license reads today's "license": "MIT" and yesterday's {"type": "MIT"} and
// lists of either.
func (m *Manifest) license(j *JSON) error {
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" {
			m.Licenses = append(m.Licenses, s)
		}
	}
	switch j.Kind() {
	case '[':
		return j.Array(func(i int) error {
			if j.Kind() == '[' {
				return j.Skip()
			}
			return m.license(j)
		})
	case '{':
		return j.Object(func(name string) error {
			if name != "type" && name != "name" {
				return j.Skip()
			}
			s, err := j.String()
			add(s)
			return err
		})
	}
	s, err := j.String()
	add(s)
	return err
}

// globsMax and globMax bound the patterns of a workspace, in number and bytes.
const globsMax, globMax = 100, 256

// workspaces reads the list of globs, also in Yarn's {"packages": […]}.
func (m *Manifest) workspaces(j *JSON) error {
	list := func() error {
		return j.Array(func(int) error {
			s, err := j.String()
			if s != "" && len(s) <= globMax && len(m.Workspaces) < globsMax {
				m.Workspaces = append(m.Workspaces, strings.TrimSuffix(strings.TrimPrefix(s, "./"), "/"))
			}
			return err
		})
	}
	if j.Kind() != '{' {
		return list()
	}
	return j.Object(func(name string) error {
		if name == "packages" {
			return list()
		}
		return j.Skip()
	})
}

// ParseManifest reads a package.json.
func ParseManifest(text []byte) (Manifest, error) {
	var m Manifest
	j := NewJSON(text)
	err := j.Object(func(name string) error {
		read, err := m.Member(j, name)
		if err == nil && !read {
			err = j.Skip()
		}
		return err
	})
	if err == nil {
		err = j.End()
	}
	return m, Explain(err, text)
}

// ReadManifest reads the package.json in dir of a target.
func ReadManifest(target fs.FS, dir string) (Manifest, error) {
	name := "package.json"
	if dir != "." && dir != "" {
		name = dir + "/" + name
	}
	text, err := fs.ReadFile(target, name)
	if err != nil {
		return Manifest{}, err
	}
	return ParseManifest(text)
}
