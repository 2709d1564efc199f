package python

import (
	"slices"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/toml"
)

// readPoetry reads poetry.lock. Since lock version 2.1 it names the groups of
// each package; before, the pyproject.toml and the graph must say.
// Source: https://python-poetry.org/docs/basic-usage/#installing-dependencies
func readPoetry(f kennel.File, text []byte) (kennel.Extraction, error) {
	p := poetry{lock: lock{file: f}, reader: toml.New(text), files: map[string][]string{}}
	p.expect(text, "[[package]]")
	if err := p.reader.Walk(p.open, p.leaf); err != nil {
		return kennel.Extraction{}, err
	}
	p.known(p.format, "0", "1", "2")
	p.finish()
	p.pyproject()
	return p.project(), nil
}

type poetry struct {
	lock
	reader *toml.Reader
	format string

	compared int // extras with needs so far

	facts []fact              // by package
	files map[string][]string // digests by package name, where lock versions before 2 keep them
}

// fact is what poetry.lock says of a package in its own words.
type fact struct {
	optional bool
	groups   []string
	source   string // the kind of it; "" is the public index
}

func (p *poetry) open(path []string, element bool) error {
	switch {
	case is(path, "package") && element:
		p.add(p.reader.Line())
		p.facts = append(p.facts, fact{})
	case len(path) == 3 && path[0] == "package" && path[1] == "dependencies":
		last := p.last()
		last.needs = append(last.needs, need{name: path[2]})
	}
	return nil
}

func (p *poetry) leaf(path []string) error {
	r := p.reader
	switch {
	case is(path, "metadata", "lock-version"):
		return set(r, &p.format)
	case len(path) >= 3 && path[0] == "metadata" && (path[1] == "files" || path[1] == "hashes") &&
		(len(path) == 3 || path[3] == "hash"):
		s, err := r.String()
		p.files[path[2]] = append(p.files[path[2]], s)
		return err
	case len(path) < 2 || path[0] != "package" || len(p.packages) == 0:
		return nil
	}
	last, said := p.last(), &p.facts[len(p.facts)-1]
	switch path[1] {
	case "name":
		return set(r, &last.Name)
	case "version":
		return set(r, &last.Version)
	case "optional":
		yes, err := r.Bool()
		said.optional = yes
		return err
	case "category", "groups": // before and since lock version 2
		return add(r, &said.groups)
	case "files":
		if len(path) == 3 && path[2] == "hash" {
			s, err := r.String()
			last.hash(s)
			return err
		}
	case "source":
		switch {
		case is(path[2:], "type"):
			return set(r, &said.source)
		case is(path[2:], "resolved_reference"):
			return set(r, &last.Commit)
		}
	case "dependencies":
		return p.dependency(path[2:], last)
	case "extras":
		return p.extra(path[2:], last)
	}
	return nil
}

// dependency reads what stands under [package.dependencies].
func (p *poetry) dependency(path []string, last *pkg) error {
	switch {
	case len(path) == 1: // name = ">=1"
		last.needs = append(last.needs, need{name: path[0]})
		return set(p.reader, &last.needs[len(last.needs)-1].constraint)
	case len(path) != 2 || len(last.needs) == 0:
		return nil
	}
	n := &last.needs[len(last.needs)-1]
	switch path[1] {
	case "version":
		return set(p.reader, &n.constraint)
	case "extras":
		return add(p.reader, &n.extras)
	case "markers":
		s, err := p.reader.String()
		n.when = extrasOf(s)
		return err
	case "optional":
		yes, err := p.reader.Bool()
		n.optional = yes
		return err
	}
	return nil
}

// extra notes which optional dependencies an extra of the package brings, as
// in socks = ["pysocks (>=1)"]. Older locks say it nowhere else.
func (p *poetry) extra(path []string, last *pkg) error {
	const enough = 10_000_000 // comparisons in one file; real ones take some 10,000
	if p.compared += len(last.needs); len(path) != 1 || p.compared > enough {
		return nil
	}
	s, err := p.reader.String()
	if r, ok := parseRequirement(s); ok {
		for i := range last.needs {
			n := &last.needs[i]
			if n.optional && !slices.Contains(n.when, path[0]) && key(n.name) == key(r.name) {
				n.when = append(n.when, path[0])
			}
		}
	}
	return err
}

// finish concludes from all that was read.
func (p *poetry) finish() {
	for i := range p.packages {
		last, said := &p.packages[i], &p.facts[i]
		last.scope = groupScope(said.groups, said.optional)
		switch said.source {
		case "", "legacy": // the public index, another one
			last.Origin = kennel.OriginRegistry
		case "git":
			last.Origin = kennel.OriginVCS
		case "url":
			last.Origin = kennel.OriginURL
		case "directory", "file":
			last.Origin = kennel.OriginLocal
		}
		if last.Origin != kennel.OriginVCS {
			last.Commit = ""
		}
		for _, digest := range p.files[last.Name] {
			last.hash(digest)
		}
	}
}
