package python

import (
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/toml"
)

// readPylock reads the lock file that the packaging standards define.
// Source: https://packaging.python.org/specifications/pylock-toml/
func readPylock(f kennel.File, text []byte) (kennel.Extraction, error) {
	p := pylock{lock: lock{file: f}, reader: toml.New(text)}
	p.expect(text, "[[packages]]")
	if err := p.reader.Walk(p.open, p.leaf); err != nil {
		return kennel.Extraction{}, err
	}
	p.known(p.format, "1")
	for i := range p.packages {
		last := &p.packages[i]
		if last.Origin == kennel.OriginUnknown {
			last.Origin = kennel.OriginRegistry
		}
		last.scope = p.scopes[i]
	}
	p.pyproject()
	return p.project(), nil
}

type pylock struct {
	lock
	reader *toml.Reader
	format string
	scopes []kennel.Scope // by package, from its marker
}

func (p *pylock) open(path []string, element bool) error {
	switch {
	case is(path, "packages") && element:
		p.add(p.reader.Line())
		p.scopes = append(p.scopes, kennel.ScopeUnknown)
	case is(path, "packages", "dependencies") && element && len(p.packages) > 0:
		p.last().needs = append(p.last().needs, need{})
	}
	return nil
}

func (p *pylock) leaf(path []string) error {
	r := p.reader
	switch {
	case is(path, "lock-version"):
		return set(r, &p.format)
	case len(path) < 2 || path[0] != "packages" || len(p.packages) == 0:
		return nil
	}
	last := p.last()
	switch path[1] {
	case "name":
		return set(r, &last.Name)
	case "version":
		return set(r, &last.Version)
	case "marker":
		s, err := r.String()
		p.scopes[len(p.scopes)-1] = markerScope(s)
		return err
	case "vcs":
		last.Origin = kennel.OriginVCS
		if is(path[2:], "commit-id") {
			return set(r, &last.Commit)
		}
	case "directory":
		last.Origin = kennel.OriginLocal
		if is(path[2:], "path") {
			s, err := r.String()
			last.root = s == "."
			return err
		}
	case "archive":
		last.Origin = kennel.OriginURL
	case "dependencies":
		if len(path) == 3 && len(last.needs) > 0 {
			switch n := &last.needs[len(last.needs)-1]; path[2] {
			case "name":
				return set(r, &n.name)
			case "version":
				return set(r, &n.version)
			}
		}
		return nil
	}
	if len(path) == 4 && path[2] == "hashes" { // of vcs, archive, sdist and wheels
		s, err := r.String()
		last.digest(path[3], s)
		return err
	}
	return nil
}

// markerScope reads what a marker says of groups and extras: the widest of its
// alternatives.
func markerScope(marker string) kennel.Scope {
	if !strings.Contains(marker, " in dependency_groups") && !strings.Contains(marker, " in extras") {
		return kennel.ScopeUnknown
	}
	scope := kennel.ScopeDevelopment
	for clause := range strings.SplitSeq(marker, " or ") {
		switch {
		case strings.Contains(clause, " in extras"):
			scope = scope.Widen(kennel.ScopeOptional)
		case !strings.Contains(clause, " in dependency_groups") || strings.Contains(clause, "'default'") || strings.Contains(clause, `"default"`):
			scope = kennel.ScopeShipped
		}
	}
	return scope
}
