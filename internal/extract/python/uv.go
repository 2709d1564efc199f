package python

import (
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/toml"
)

// readUV reads uv.lock. The project and the members of its workspace are
// packages in it, so the lock alone says what is direct.
// Source: https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile
func readUV(f kennel.File, text []byte) (kennel.Extraction, error) {
	u := uv{lock: lock{file: f, rooted: true}, reader: toml.New(text)}
	u.expect(text, "[[package]]")
	if err := u.reader.Walk(u.open, u.leaf); err != nil {
		return kennel.Extraction{}, err
	}
	u.known(u.format, "1")
	u.finish()
	return u.project(), nil
}

type uv struct {
	lock
	reader  *toml.Reader
	format  string
	members []string // of the workspace
	asked   [][]need // by package: what its manifest asks for, with constraints
}

func (u *uv) open(path []string, element bool) error {
	switch {
	case is(path, "package") && element:
		u.add(u.reader.Line())
		u.asked = append(u.asked, nil)
	case len(path) < 2 || path[0] != "package" || len(u.packages) == 0:
	case is(path[1:], "dependencies") && element:
		u.need(need{})
	case len(path) == 3 && path[1] == "optional-dependencies" && element:
		u.need(need{when: []string{path[2]}, scope: kennel.ScopeOptional})
	case len(path) == 3 && (path[1] == "dev-dependencies" || path[1] == "dependency-groups") && element:
		u.need(need{scope: kennel.ScopeDevelopment})
	case is(path[1:], "metadata", "requires-dist") && element:
		u.ask(need{})
	case len(path) == 4 && is(path[1:3], "metadata", "requires-dev") && element:
		u.ask(need{scope: kennel.ScopeDevelopment})
	}
	return nil
}

func (u *uv) need(n need) { u.last().needs = append(u.last().needs, n) }

func (u *uv) ask(n need) {
	last := &u.asked[len(u.asked)-1]
	*last = append(*last, n)
}

func (u *uv) leaf(path []string) error {
	r := u.reader
	switch {
	case is(path, "version"):
		start, err := r.Word()
		u.format = start
		return err
	case is(path, "manifest", "members"):
		return add(r, &u.members)
	case len(path) < 2 || path[0] != "package" || len(u.packages) == 0:
		return nil
	}
	last := u.last()
	switch path[1] {
	case "name":
		return set(r, &last.Name)
	case "version":
		return set(r, &last.Version)
	case "source":
		if len(path) == 3 {
			return u.source(path[2], last)
		}
	case "sdist", "wheels":
		if len(path) == 3 && path[2] == "hash" {
			s, err := r.String()
			last.hash(s)
			return err
		}
	case "dependencies":
		if len(path) == 3 && len(last.needs) > 0 {
			return u.member(path[2], &last.needs[len(last.needs)-1])
		}
	case "optional-dependencies", "dev-dependencies", "dependency-groups":
		if len(path) == 4 && len(last.needs) > 0 {
			return u.member(path[3], &last.needs[len(last.needs)-1])
		}
	case "metadata":
		asked := u.asked[len(u.asked)-1]
		if len(path) >= 4 && len(asked) > 0 {
			return u.member(path[len(path)-1], &asked[len(asked)-1])
		}
	}
	return nil
}

// member reads one member of {name = "…", version = "…", extra = […]}.
func (u *uv) member(name string, n *need) error {
	switch name {
	case "name":
		return set(u.reader, &n.name)
	case "version":
		return set(u.reader, &n.version)
	case "specifier":
		return set(u.reader, &n.constraint)
	case "extra", "extras":
		return add(u.reader, &n.extras)
	}
	return nil
}

func (u *uv) source(kind string, last *pkg) error {
	s, err := u.reader.String()
	switch kind {
	case "registry":
		last.Origin = kennel.OriginRegistry
	case "git": // address?rev=asked#commit
		last.Origin = kennel.OriginVCS
		_, last.Commit, _ = strings.Cut(s, "#")
	case "url":
		last.Origin = kennel.OriginURL
	case "editable", "virtual", "directory", "path":
		last.Origin = kennel.OriginLocal
		last.root = s == "." && (kind == "editable" || kind == "virtual")
	}
	return err
}

// finish gives the project's own dependencies the constraints that its
// manifest wrote, and makes the members of a workspace roots.
func (u *uv) finish() {
	for i := range u.packages {
		p, constraint := &u.packages[i], make(map[string]string, len(u.asked[i]))
		for _, n := range u.asked[i] {
			constraint[n.name] = n.constraint
		}
		for j := range p.needs {
			n := &p.needs[j]
			n.constraint = constraint[n.name]
			if p.Origin == kennel.OriginLocal && n.scope == kennel.ScopeUnknown && len(n.when) == 0 {
				n.scope = kennel.ScopeShipped
			}
		}
		if p.Origin == kennel.OriginLocal && !p.root && slices.Contains(u.members, p.Name) {
			u.roots = append(u.roots, need{name: p.Name, scope: kennel.ScopeShipped})
		}
	}
}
