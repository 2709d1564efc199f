// Package bun reads bun.lock, Bun's lock file as text.
package bun

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// New returns the extractor of bun.lock.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "bun" }

// Match takes lock files outside node_modules: one that a dependency was
// published with locks nothing here. The older binary form is taken too, to
// say that it was not read.
func (extractor) Match(f kennel.File) bool {
	p := f.Path()
	switch p[strings.LastIndexByte(p, '/')+1:] {
	case "bun.lock", "bun.lockb":
		return !strings.HasPrefix(p, "node_modules/") && !strings.Contains(p, "/node_modules/")
	}
	return false
}

// newest is the newest lock file version whose meaning is known here.
// Source: https://bun.sh/docs/install/lockfile
const newest = 1

func (extractor) Extract(_ context.Context, f kennel.File) (kennel.Extraction, error) {
	if path.Ext(f.Path()) == ".lockb" {
		if _, err := fs.Stat(f.FS(), strings.TrimSuffix(f.Path(), "b")); err == nil {
			return kennel.Extraction{}, nil // bun.lock beside it counts, for Bun as well
		}
		return kennel.Extraction{}, errors.New(`the binary lock file is not read: run "bun install --save-text-lockfile" and scan bun.lock`)
	}
	text, err := lockfile.Read(f)
	if err != nil {
		return kennel.Extraction{}, err
	}
	l, err := parse(text)
	if err != nil {
		return kennel.Extraction{}, lockfile.Explain(err, text)
	}
	p := l.resolve(f)
	for i := range l.gaps {
		l.gaps[i].What = f.Path()
	}
	return kennel.Extraction{Projects: []kennel.Project{p}, Gaps: l.gaps}, nil
}

// lock is a bun.lock as read.
type lock struct {
	format     int
	workspaces []member
	packages   []entry
	full       bool // there were more
	gaps       []kennel.Gap
}

// member is the root (folder "") or a member of the workspace.
type member struct {
	lockfile.Manifest
	folder string
	line   int
}

// entry is one package: where it is installed, what it is, what it asks for.
type entry struct {
	lockfile.Manifest
	key, id, integrity string
	line               int
	node               int32
}

func (l *lock) gap(format string, args ...any) {
	const enough = 20
	if len(l.gaps) < enough {
		l.gaps = append(l.gaps, kennel.Gap{Kind: kennel.GapUnresolved, Why: fmt.Sprintf(format, args...)})
	}
}

func parse(text []byte) (*lock, error) {
	l := &lock{format: -1}
	j := lockfile.NewJSON(strict(text))
	err := j.Object(func(name string) (err error) {
		switch name {
		case "lockfileVersion":
			l.format, err = j.Int()
		case "workspaces":
			err = j.Object(func(folder string) error {
				m := member{folder: folder, line: j.Line()}
				err := j.Object(func(name string) error { return info(j, &m.Manifest, name) })
				l.workspaces = append(l.workspaces, m)
				return err
			})
		case "packages":
			err = j.Object(func(key string) error {
				if len(l.packages) >= lockfile.PackagesMax {
					l.full = true
					return j.Skip()
				}
				e := entry{key: key, line: j.Line()}
				err := e.read(j)
				l.packages = append(l.packages, e)
				return err
			})
		default:
			err = j.Skip()
		}
		return err
	})
	if err == nil {
		err = j.End()
	}
	switch {
	case err != nil:
	case l.format < 0:
		err = errors.New("no lockfileVersion: not a lock file of Bun")
	case l.full:
		l.gap("only the first %d packages were read", lockfile.PackagesMax)
	case l.format > newest:
		l.gap("lockfileVersion %d is newer than the newest one known here (%d): read as that one", l.format, newest)
	}
	return l, err
}

// read takes ["name@version", "registry", {…}, "sha512-…"]; what does not come
// from a registry has no second element.
func (e *entry) read(j *lockfile.JSON) error {
	return j.Array(func(i int) (err error) {
		switch {
		case i == 0:
			e.id, err = j.String()
		case j.Kind() == '{':
			err = j.Object(func(name string) error { return info(j, &e.Manifest, name) })
		default:
			var s string
			if s, err = j.String(); strings.HasPrefix(s, "sha") {
				e.integrity = s
			}
		}
		return err
	})
}

// info reads one member of a package's description.
func info(j *lockfile.JSON, m *lockfile.Manifest, name string) error {
	if name == "optionalPeers" {
		return m.OptionalPeers(j)
	}
	read, err := m.Member(j, name)
	if err == nil && !read {
		err = j.Skip()
	}
	return err
}

// strict turns Bun's JSON, which has comments and trailing commas, into JSON
// of the same length and lines.
func strict(text []byte) []byte {
	out := make([]byte, len(text))
	copy(out, text)
	comma := -1 // the last comma with nothing but blanks behind it
	for i := 0; i < len(out); i++ {
		switch c := out[i]; {
		case c == '"':
			for i++; i < len(out) && out[i] != '"'; i++ {
				if out[i] == '\\' {
					i++
				}
			}
			comma = -1
		case c == '/' && i+1 < len(out) && out[i+1] == '/':
			for ; i < len(out) && out[i] != '\n'; i++ {
				out[i] = ' '
			}
		case c == '/' && i+1 < len(out) && out[i+1] == '*':
			closed := false
			for ; i < len(out) && !closed; i++ {
				closed = out[i] == '*' && i+1 < len(out) && out[i+1] == '/'
				if closed {
					out[i+1] = ' '
					out[i] = ' '
				} else if out[i] != '\n' {
					out[i] = ' '
				}
			}
		case c == ',':
			comma = i
		case (c == '}' || c == ']') && comma >= 0:
			out[comma] = ' '
			comma = -1
		case c != ' ' && c != '\t' && c != '\r' && c != '\n':
			comma = -1
		}
	}
	return out
}
