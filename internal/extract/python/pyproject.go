package python

import (
	"errors"
	"io/fs"
	"path"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/toml"
)

// pyproject completes a lock file with what the pyproject.toml beside it says:
// the project's name, and what it asks for itself, in which scope. Without one
// the lock stays unrooted; one that cannot be read is a gap.
func (l *lock) pyproject() {
	text, err := fs.ReadFile(l.file.FS(), path.Join(path.Dir(l.file.Path()), "pyproject.toml"))
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	m := manifest{reader: toml.New(text)}
	if err == nil {
		err = m.reader.Walk(m.open, m.leaf)
	}
	if err != nil {
		l.gap("the pyproject.toml beside it cannot be read, so what is direct is unknown: %v", err)
		return
	}
	l.name, l.version = m.name, m.version
	l.roots, l.rooted = append(l.roots, m.needs...), true
}

// manifest is a pyproject.toml being read, of whichever tool.
type manifest struct {
	reader        *toml.Reader
	name, version string
	needs         []need
}

// open begins one more need where a table stands for one, as Poetry writes
// name = {version = "…"}.
func (m *manifest) open(path []string, _ bool) error {
	if name, scope, rest := poetryNeed(path); name != "" && len(rest) == 0 {
		m.needs = append(m.needs, need{name: name, scope: scope})
	}
	return nil
}

func (m *manifest) leaf(path []string) error {
	if name, scope, rest := poetryNeed(path); name != "" {
		return m.poetry(name, scope, rest)
	}
	switch {
	case is(path, "project", "name"), is(path, "tool", "poetry", "name") && m.name == "":
		return set(m.reader, &m.name)
	case is(path, "project", "version"), is(path, "tool", "poetry", "version") && m.version == "":
		return set(m.reader, &m.version)
	case is(path, "project", "dependencies"):
		return m.standard(kennel.ScopeShipped)
	case len(path) == 3 && path[0] == "project" && path[1] == "optional-dependencies":
		return m.standard(kennel.ScopeOptional)
	case len(path) == 2 && path[0] == "dependency-groups",
		len(path) == 4 && is(path[:3], "tool", "pdm", "dev-dependencies"),
		is(path, "tool", "uv", "dev-dependencies"):
		return m.standard(kennel.ScopeDevelopment)
	}
	return nil
}

// standard reads a requirement of PEP 508.
func (m *manifest) standard(scope kennel.Scope) error {
	s, err := m.reader.String()
	if r, ok := parseRequirement(s); ok {
		m.needs = append(m.needs, r.need(scope))
	}
	return err
}

// need is a requirement as an edge.
func (r *requirement) need(scope kennel.Scope) need {
	return need{name: r.name, constraint: r.spec, extras: r.extras, when: extrasOf(r.marker), scope: scope}
}

// poetryNeed tells whether path lies in one of Poetry's tables of
// dependencies: of which package, in which scope, and what of it.
// Source: https://python-poetry.org/docs/pyproject/
func poetryNeed(path []string) (name string, scope kennel.Scope, rest []string) {
	if len(path) < 4 || path[0] != "tool" || path[1] != "poetry" {
		return "", 0, nil
	}
	scope = kennel.ScopeDevelopment
	switch {
	case path[2] == "dependencies":
		scope = kennel.ScopeShipped
		name, rest = path[3], path[4:]
	case path[2] == "dev-dependencies":
		name, rest = path[3], path[4:]
	case path[2] == "group" && len(path) >= 6 && path[4] == "dependencies":
		if path[3] == "main" {
			scope = kennel.ScopeShipped
		}
		name, rest = path[5], path[6:]
	}
	if name == "python" { // the interpreter
		return "", 0, nil
	}
	return name, scope, rest
}

func (m *manifest) poetry(name string, scope kennel.Scope, rest []string) error {
	if len(rest) == 0 { // name = "^1.0"
		m.needs = append(m.needs, need{name: name, scope: scope})
		return set(m.reader, &m.needs[len(m.needs)-1].constraint)
	}
	if n := len(m.needs); n == 0 || m.needs[n-1].name != name { // name.version = "^1.0"
		m.needs = append(m.needs, need{name: name, scope: scope})
	}
	n := &m.needs[len(m.needs)-1]
	switch rest[0] {
	case "version":
		return set(m.reader, &n.constraint)
	case "extras":
		return add(m.reader, &n.extras)
	case "optional":
		yes, err := m.reader.Bool()
		if yes && n.scope == kennel.ScopeShipped {
			n.scope = kennel.ScopeOptional
		}
		return err
	}
	return nil
}

func is(path []string, want ...string) bool {
	if len(path) != len(want) {
		return false
	}
	for i := range want {
		if path[i] != want[i] {
			return false
		}
	}
	return true
}

func set(r *toml.Reader, to *string) (err error) {
	*to, err = r.String()
	return err
}

func add(r *toml.Reader, to *[]string) error {
	s, err := r.String()
	if s != "" {
		*to = append(*to, s)
	}
	return err
}
