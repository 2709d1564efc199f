package npm

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// newest is the newest lock file version whose meaning is known here.
// Source: https://docs.npmjs.com/cli/configuring-npm/package-lock-json
const newest = 3

// depthMax and pathMax bound how deep folders may nest, as a count and in
// bytes of path, since finding a dependency climbs all the way up. Real trees
// stay under 40 and 400.
const (
	depthMax = 128
	pathMax  = 1024
)

// entry is one package of a lock file: where it is to be installed, what it
// is, what it asks for.
type entry struct {
	lockfile.Manifest
	path                string
	resolved, integrity string
	line                int
	link                bool
	dev, optional       bool // npm's own conclusion
	devOptional         bool
	node                int32 // in the graph
}

// lock is a lock file as read, before anything is resolved.
type lock struct {
	name, version string
	format        int
	packages      []entry // "packages", versions 2 and 3
	nested        []entry // "dependencies" of version 1, each with the path it gets
	hasPackages   bool
	full          bool // there were more
	gaps          []kennel.Gap
}

func readLock(f kennel.File, text []byte) (kennel.Extraction, error) {
	l, err := parse(text)
	if err != nil {
		return kennel.Extraction{}, lockfile.Explain(err, text)
	}
	if l.format > newest {
		l.gap("lockfileVersion %d is newer than the newest one known here (%d): read as that one", l.format, newest)
	}
	if l.full {
		l.gap("only the first %d packages were read", lockfile.PackagesMax)
	}
	if !l.hasPackages && l.format >= 2 {
		l.gap("lockfileVersion %d without \"packages\": read as version 1", l.format)
	}
	root := lockfile.Manifest{}
	entries := l.packages
	if !l.hasPackages {
		entries = l.nested
		root, err = lockfile.ReadManifest(f.FS(), path.Dir(f.Path()))
		if err != nil {
			root = lockfile.Manifest{}
			if !errors.Is(err, fs.ErrNotExist) {
				l.gap("package.json beside it cannot be read (%v): what the project asks for itself is not known", err)
			}
		}
	}
	p := resolve(f, root, entries, &l)
	for i := range l.gaps {
		l.gaps[i].What = f.Path()
	}
	return kennel.Extraction{Projects: []kennel.Project{p}, Gaps: l.gaps}, nil
}

func (l *lock) gap(format string, args ...any) {
	const enough = 20 // a file full of nonsense is one problem
	if len(l.gaps) < enough {
		l.gaps = append(l.gaps, kennel.Gap{Kind: kennel.GapUnresolved, Why: fmt.Sprintf(format, args...)})
	}
}

func parse(text []byte) (lock, error) {
	var l lock
	// Most packages lie in node_modules; growing step by step costs a tenth.
	l.packages = make([]entry, 0, 1+min(bytes.Count(text, []byte("\"node_modules/")), lockfile.PackagesMax))
	j := lockfile.NewJSON(text)
	if j.Kind() != '{' {
		if err := j.Skip(); err != nil {
			return l, err
		}
		return l, errors.New("not a JSON object")
	}
	err := j.Object(func(name string) (err error) {
		switch name {
		case "name":
			l.name, err = j.String()
		case "version":
			l.version, err = j.String()
		case "lockfileVersion":
			l.format, err = j.Int()
		case "packages":
			l.hasPackages = j.Kind() == '{'
			err = l.readPackages(j)
		case "dependencies":
			if l.hasPackages { // version 2 repeats itself for npm 6
				return j.Skip()
			}
			err = l.readNested(j, "", 0)
		default:
			err = j.Skip()
		}
		return err
	})
	if err == nil {
		err = j.End()
	}
	if err == nil && l.format == 0 && !l.hasPackages && len(l.nested) == 0 {
		err = errors.New("no lockfileVersion and no packages: it is no lock file of npm")
	}
	return l, err
}

func (l *lock) readPackages(j *lockfile.JSON) error {
	return j.Object(func(at string) error {
		if len(l.packages) >= lockfile.PackagesMax {
			l.full = true
			return j.Skip()
		}
		e := entry{path: at, line: j.Line()}
		err := j.Object(func(name string) error { return e.member(j, name) })
		if len(at) > pathMax || strings.Count(at, "/") > depthMax {
			l.gap("line %d: a path of %d bytes is left out", e.line, len(at))
			return err
		}
		l.packages = append(l.packages, e)
		return err
	})
}

func (e *entry) member(j *lockfile.JSON, name string) (err error) {
	switch name {
	case "resolved":
		e.resolved, err = j.String()
	case "integrity":
		e.integrity, err = j.String()
	case "link":
		e.link, err = j.Bool()
	case "dev":
		e.dev, err = j.Bool()
	case "optional":
		e.optional, err = j.Bool()
	case "devOptional":
		e.devOptional, err = j.Bool()
	default:
		read, err := e.Member(j, name)
		if err == nil && !read {
			err = j.Skip()
		}
		return err
	}
	return err
}

// readNested reads version 1: packages nest the way their folders will.
func (l *lock) readNested(j *lockfile.JSON, parent string, depth int) error {
	if depth > depthMax/2 {
		l.gap("line %d: packages nest more than %d deep: deeper ones are left out", j.Line(), depthMax/2)
		return j.Skip()
	}
	return j.Object(func(name string) error {
		at := path.Join(parent, folder, name)
		if name == "" || len(at) > pathMax || strings.Count(at, "/") > depthMax {
			l.gap("line %d: a package without a usable name is left out", j.Line())
			return j.Skip()
		}
		if len(l.nested) >= lockfile.PackagesMax {
			l.full = true
			return j.Skip()
		}
		e := entry{path: at, line: j.Line()}
		i := len(l.nested)
		l.nested = append(l.nested, e) // before those inside it
		err := j.Object(func(member string) (err error) {
			switch member {
			case "requires":
				err = j.Object(func(name string) error {
					constraint, err := j.String()
					if name != "" {
						e.Needs = append(e.Needs, lockfile.Need{Alias: name, Constraint: constraint, Scope: kennel.ScopeShipped})
					}
					return err
				})
			case "dependencies":
				err = l.readNested(j, at, depth+1)
			default:
				err = e.member(j, member)
			}
			return err
		})
		// The version may be an address: of an archive, a repository, a folder.
		if real, version, ok := lockfile.NodeAlias(e.Version); ok {
			e.Name, e.Version = real, version
		} else if origin, _ := lockfile.NodeOrigin(e.Version); origin != kennel.OriginRegistry {
			e.resolved, e.Version = e.Version, ""
			if origin == kennel.OriginLocal {
				for k := range e.Needs { // a member's, those for development among them
					e.Needs[k].Scope = kennel.ScopeUnknown
				}
			}
		}
		l.nested[i] = e
		return err
	})
}
