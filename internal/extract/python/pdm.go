package python

import (
	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/toml"
)

// readPDM reads pdm.lock.
// Source: https://pdm-project.org/latest/usage/lockfile/
func readPDM(f kennel.File, text []byte) (kennel.Extraction, error) {
	p := pdm{lock: lock{file: f}, reader: toml.New(text), files: map[string][]string{}}
	p.expect(text, "[[package]]")
	if err := p.reader.Walk(p.open, p.leaf); err != nil {
		return kennel.Extraction{}, err
	}
	p.known(p.format, "2", "3", "4")
	for i := range p.packages {
		last := &p.packages[i]
		last.scope = groupScope(p.groups[i], false)
		for _, digest := range p.files[last.Name+" "+last.Version] {
			last.hash(digest)
		}
	}
	p.pyproject()
	return p.project(), nil
}

type pdm struct {
	lock
	reader *toml.Reader
	format string
	groups [][]string          // by package
	files  map[string][]string // digests by "name version", where lock versions before 4.3 keep them
}

func (p *pdm) open(path []string, element bool) error {
	if is(path, "package") && element {
		p.add(p.reader.Line()).Origin = kennel.OriginRegistry
		p.groups = append(p.groups, nil)
	}
	return nil
}

func (p *pdm) leaf(path []string) error {
	r := p.reader
	switch {
	case is(path, "metadata", "lock_version"):
		return set(r, &p.format)
	case len(path) == 4 && is(path[:2], "metadata", "files") && path[3] == "hash":
		s, err := r.String()
		p.files[path[2]] = append(p.files[path[2]], s)
		return err
	case len(path) < 2 || path[0] != "package" || len(p.packages) == 0:
		return nil
	}
	last := p.last()
	switch path[1] {
	case "name":
		return set(r, &last.Name)
	case "version":
		return set(r, &last.Version)
	case "groups":
		return add(r, &p.groups[len(p.groups)-1])
	case "git":
		last.Origin = kennel.OriginVCS
	case "revision":
		return set(r, &last.Commit)
	case "url":
		last.Origin = kennel.OriginURL
	case "path":
		last.Origin = kennel.OriginLocal
	case "files":
		if is(path[2:], "hash") {
			s, err := r.String()
			last.hash(s)
			return err
		}
	case "dependencies":
		s, err := r.String()
		// A package with an extra is listed apart and needs itself without it.
		if q, ok := parseRequirement(s); ok && key(q.name) != key(last.Name) {
			last.needs = append(last.needs, q.need(kennel.ScopeUnknown))
		}
		return err
	}
	return nil
}
