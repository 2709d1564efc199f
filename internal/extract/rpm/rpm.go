// Package rpm reads the package databases of Red Hat, Fedora, SUSE, Amazon and
// what derives from them, in each of the three formats that rpm has kept them
// in: a Berkeley DB hash (Packages), its own (Packages.db) and SQLite
// (rpmdb.sqlite).
//
// Only what holds the package headers is read, straight from the bytes. The
// public readers hand the file to a database engine, which needs a path on
// this machine, or crash on hostile pages where nothing can recover.
package rpm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/osrelease"
)

// New returns the extractor for rpm databases.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "rpm" }

func (extractor) Match(f kennel.File) bool {
	_, ok := rootOf(f.Path())
	return ok
}

// rootOf returns the folder that the database is the root file system's of.
func rootOf(name string) (root string, ok bool) {
	switch path.Base(name) {
	case "Packages", "Packages.db", "rpmdb.sqlite":
	default:
		return "", false
	}
	dir := path.Dir(name)
	for _, place := range [...]string{"var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"} {
		if rest, ok := strings.CutSuffix(dir, place); ok && (rest == "" || strings.HasSuffix(rest, "/")) {
			return path.Clean(strings.TrimSuffix(rest, "/")), true
		}
	}
	return "", false
}

// Bounds of one database. The largest distributions have some 70,000 packages
// in all; an installed system has a few thousand.
const (
	maxPackages = 100_000
	maxHeader   = 64 << 20 // bytes of one package's header
	maxOwned    = 4_000_000
)

// errStop ends the reading of a store; what was read until then counts.
var errStop = errors.New("stop")

func (extractor) Extract(ctx context.Context, f kennel.File) (kennel.Extraction, error) {
	c, err := f.Open()
	if err != nil {
		return kennel.Extraction{}, err
	}
	defer c.Close()
	root, _ := rootOf(f.Path())
	d := database{f: f, root: root, system: osrelease.Read(f.FS(), root, "rpm")}
	err = readStore(c, c.Size(), func(blob []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return d.add(blob)
	})
	if ctx.Err() != nil {
		return kennel.Extraction{}, ctx.Err()
	}
	if err != nil && len(d.packages) == 0 {
		return kennel.Extraction{}, err
	}
	p := kennel.Project{
		Root: root, Manifest: f.Path(), Ecosystem: d.system.Ecosystem,
		Occurrences: d.occurrences(), Edges: d.edges(), Graph: err == nil && d.broken == 0, Installed: true,
	}
	e := kennel.Extraction{Projects: []kennel.Project{p}, Owned: d.owned}
	gap := func(kind kennel.GapKind, why string) {
		e.Gaps = append(e.Gaps, kennel.Gap{Kind: kind, What: f.Path(), Why: why})
	}
	if err != nil {
		gap(kennel.GapUnreadable, fmt.Sprintf("only its first %d packages could be read: %v", len(d.packages), err))
	}
	if d.broken > 0 {
		gap(kennel.GapUnreadable, fmt.Sprintf("%d of its packages have a broken header", d.broken))
	}
	if wal, err := fs.Stat(f.FS(), f.Path()+"-wal"); err == nil && wal.Size() > 0 {
		gap(kennel.GapUnresolved, "its last changes are in a write-ahead log beside it, which is not read; run rpm once in the image, for example rpm --rebuilddb")
	}
	if g, ok := d.system.Gap(f.Path()); ok {
		e.Gaps = append(e.Gaps, g)
	}
	return e, nil
}

// readStore calls see with each package's header in a database of any format.
// The blob is see's to keep.
func readStore(r io.ReaderAt, size int64, see func(blob []byte) error) error {
	var head [64]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return errors.New("too short for an rpm database")
	}
	s := store{r: r, size: size, budget: 4*size + 1<<20, see: see}
	switch {
	case string(head[:16]) == "SQLite format 3\x00":
		return s.readSQLite(head[:])
	case string(head[:4]) == "RpmP":
		return s.readNDB(head[:])
	case isBerkeley(head[:]):
		return s.readBerkeley(head[:])
	}
	return errors.New("not an rpm database: neither SQLite, nor Berkeley DB, nor rpm's own format")
}

// store reads a database by offsets.
type store struct {
	r      io.ReaderAt
	size   int64
	budget int64 // bytes still to be read; pages that lie on each other could ask for any number
	see    func([]byte) error
}

// at returns n bytes at offset.
func (s *store) at(offset, n int64) ([]byte, error) {
	if offset < 0 || n < 0 || n > s.size || offset > s.size-n {
		return nil, errors.New("it points outside of itself, or is cut short")
	}
	if s.budget -= n; s.budget < 0 {
		return nil, errors.New("its pages lie on each other")
	}
	b := make([]byte, n)
	_, err := s.r.ReadAt(b, offset)
	if err == io.EOF {
		err = nil // at the very end
	}
	return b, err
}

// database is what was read of one database.
type database struct {
	f        kennel.File
	root     string
	system   osrelease.System
	packages []pkg
	owned    []string
	broken   int
}

// add reads one package's header.
func (d *database) add(blob []byte) error {
	p, err := readHeader(blob)
	switch {
	case err != nil || p.name == "" || p.version == "":
		d.broken++
		return nil
	case p.name == "gpg-pubkey": // a key of the vendor's, kept as if it were a package
		return nil
	case len(d.packages) == maxPackages:
		return fmt.Errorf("more than %d packages", maxPackages)
	}
	for i, base := range p.baseNames {
		if i >= len(p.dirIndexes) || int(p.dirIndexes[i]) >= len(p.dirNames) {
			d.broken++
			break
		}
		name := strings.TrimPrefix(p.dirNames[p.dirIndexes[i]], "/") + base
		if !fs.ValidPath(name) {
			continue
		}
		if d.root != "." {
			name = d.root + "/" + name
		}
		if len(d.owned) == maxOwned {
			return fmt.Errorf("its packages own more than %d files", maxOwned)
		}
		d.owned = append(d.owned, name)
	}
	d.packages = append(d.packages, p)
	return nil
}

func (d *database) occurrences() []kennel.Occurrence {
	found := make([]kennel.Occurrence, len(d.packages))
	for i, p := range d.packages {
		epoch := ""
		if p.epoch != 0 {
			epoch = strconv.FormatUint(uint64(p.epoch), 10) + ":"
		}
		o := kennel.Occurrence{
			Component: kennel.Component{
				Package: kennel.Package{Ecosystem: d.system.Ecosystem, Name: p.name},
				Version: epoch + p.version + "-" + p.release,
				Release: d.system.Release,
				Source:  kennel.SourcePackage{Name: p.name},
			},
			Scope:     kennel.ScopeShipped,
			Locations: []kennel.Location{{Path: d.f.Path(), Layer: d.f.Layer()}},
		}
		o.Source.Version = o.Version
		if name, version, ok := splitSource(p.source); ok {
			o.Source = kennel.SourcePackage{Name: name, Version: epoch + version}
		}
		if p.arch != "" {
			o.Qualifiers = append(o.Qualifiers, kennel.Qualifier{Key: "arch", Value: p.arch})
		}
		if p.module != "" {
			o.Qualifiers = append(o.Qualifiers, kennel.Qualifier{Key: "rpmmod", Value: p.module})
		}
		if p.license != "" {
			o.Licenses = []string{p.license}
		}
		found[i] = o
	}
	return found
}

// splitSource splits "openssl-3.0.7-24.el9.src.rpm" into name and
// version-release. A source package shares the epoch of what is built from it.
func splitSource(file string) (name, version string, ok bool) {
	file, ok = strings.CutSuffix(file, ".rpm")
	if !ok {
		return "", "", false
	}
	file = strings.TrimSuffix(strings.TrimSuffix(file, ".src"), ".nosrc")
	release := strings.LastIndexByte(file, '-')
	if release <= 0 {
		return "", "", false
	}
	at := strings.LastIndexByte(file[:release], '-')
	if at <= 0 {
		return "", "", false
	}
	return file[:at], file[at+1:], true
}
