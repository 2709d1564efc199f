// Package cargo reads Cargo.lock, versions 1 to 4, with the Cargo.toml files
// beside it for what a lock file does not say: which dependencies are for
// tests or building only, and the constraints they were asked for with.
package cargo

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

// New returns the extractor of Cargo.lock.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "cargo" }

// Match takes Cargo.lock, and Cargo.toml, which may lack one.
func (extractor) Match(f kennel.File) bool {
	p := f.Path()
	switch p[strings.LastIndexByte(p, '/')+1:] {
	case "Cargo.lock", "Cargo.toml":
		return true
	}
	return false
}

// newest is the newest lock file version whose meaning is known here.
// Source: https://doc.rust-lang.org/cargo/reference/resolver.html and the
// lockfile module of Cargo
const newest = 4

func (extractor) Extract(_ context.Context, f kennel.File) (kennel.Extraction, error) {
	if published(f) {
		return kennel.Extraction{}, nil
	}
	text, err := lockfile.Read(f)
	if err != nil {
		return kennel.Extraction{}, err
	}
	if path.Base(f.Path()) == "Cargo.toml" {
		return readUnlocked(f, text), nil
	}
	l, err := parse(text)
	if err != nil {
		return kennel.Extraction{}, lockfile.Explain(err, text)
	}
	var e kennel.Extraction
	gap := func(what, format string, args ...any) {
		e.Gaps = append(e.Gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: what, Why: fmt.Sprintf(format, args...)})
	}
	if l.version > newest {
		gap(f.Path(), "version %d is newer than the newest one known here (%d): read as that one", l.version, newest)
	}
	if l.full {
		gap(f.Path(), "only the first %d packages were read", lockfile.PackagesMax)
	}
	if l.twice > 0 {
		gap(f.Path(), "line %d: a key is there twice, which TOML forbids; the last one counts", l.twice)
	}
	w, err := readWorkspace(f.FS(), path.Dir(f.Path()))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		gap(path.Join(path.Dir(f.Path()), "Cargo.toml"), "it could not be read, so what is for tests only is not known: %v", err)
	}
	e.Projects = []kennel.Project{resolve(f, l, w, func(format string, args ...any) { gap(f.Path(), format, args...) })}
	return e, nil
}
