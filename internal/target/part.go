package target

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
)

// ErrNotInstalled says that a place is none of an installed release.
var ErrNotInstalled = errors.New("no installed release is there")

// recordMax bounds how many files a RECORD may list.
const recordMax = 200_000

// HoldsInstalled reports whether the target is a folder of installed packages,
// or has one at its top: node_modules, site-packages, a virtual environment.
func (t *Target) HoldsInstalled() bool {
	if t.within != "" {
		return true
	}
	for _, name := range append([]string{"pyvenv.cfg"}, installations...) {
		if _, err := fs.Stat(t.fsys, name); err == nil {
			return true
		}
	}
	return false
}

// IsInstalled reports whether [Target.Installed] can tell the files of what is
// installed at a location.
func IsInstalled(at kennel.Location) bool {
	_, ok := installed(at)
	return ok
}

// installed returns the folder of a package, or of a distribution's metadata.
func installed(at kennel.Location) (folder string, ok bool) {
	folder, base := path.Split(at.Path)
	folder = strings.TrimSuffix(folder, "/")
	switch base {
	case "package.json":
		return folder, strings.Contains("/"+folder, "/node_modules/")
	case "METADATA":
		return folder, strings.HasSuffix(folder, ".dist-info")
	}
	return "", false
}

// Installed returns the files of the release that is installed at a location
// of an installed tree, as an extractor gave it: an npm package's folder
// without the packages nested in it, which have locations of their own, or the
// files that a Python distribution's RECORD lists. The error is or wraps
// [ErrNotInstalled] when the location is neither.
func (t *Target) Installed(at kennel.Location) (fs.FS, error) {
	folder, ok := installed(at)
	if !ok {
		return nil, fmt.Errorf("%s: %w", at.Path, ErrNotInstalled)
	}
	if strings.HasSuffix(folder, ".dist-info") && path.Base(at.Path) == "METADATA" {
		return t.recorded(folder)
	}
	inner, err := fs.Sub(t.fsys, folder)
	if err != nil {
		return nil, err
	}
	return &part{inner, func(name string) bool { return name != "node_modules" && !strings.HasPrefix(name, "node_modules/") }}, nil
}

// recorded returns the files of a Python distribution, below the folder that
// it is installed in.
// Source: https://packaging.python.org/en/latest/specifications/recording-installed-packages/
func (t *Target) recorded(info string) (fs.FS, error) {
	f, err := t.fsys.Open(path.Join(info, "RECORD"))
	if err != nil {
		return nil, fmt.Errorf("which files are the distribution's cannot be told: %w", err)
	}
	defer f.Close()
	site := path.Dir(info)
	keep := map[string]bool{".": true}
	rows := csv.NewReader(bufio.NewReader(f))
	rows.FieldsPerRecord, rows.ReuseRecord, rows.LazyQuotes = -1, true, true
	for n := 0; ; n++ {
		row, err := rows.Read()
		if row == nil && err != nil {
			break // the end, or nothing readable behind
		}
		if n == recordMax {
			return nil, fmt.Errorf("%s/RECORD lists more than %d files", info, recordMax)
		}
		// Scripts are listed outside ("../../bin/x") and made by the installer.
		for name := path.Clean(row[0]); fs.ValidPath(name) && !keep[name]; name = path.Dir(name) {
			keep[name] = true
		}
	}
	inner, err := fs.Sub(t.fsys, site)
	if err != nil {
		return nil, err
	}
	return &part{inner, func(name string) bool { return keep[name] }}, nil
}

// part shows some files of a file system.
type part struct {
	fsys fs.FS
	keep func(name string) bool
}

var (
	_ fs.ReadDirFS  = (*part)(nil)
	_ fs.ReadFileFS = (*part)(nil)
	_ fs.StatFS     = (*part)(nil)
)

func (p *part) absent(op, name string) error {
	if !fs.ValidPath(name) {
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	if !p.keep(name) {
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return nil
}

func (p *part) Open(name string) (fs.File, error) {
	if err := p.absent("open", name); err != nil {
		return nil, err
	}
	f, err := p.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	if i, err := f.Stat(); err == nil && i.IsDir() {
		return &shown{f, p, name}, nil
	}
	return f, nil
}

func (p *part) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := p.absent("readdir", name); err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(p.fsys, name)
	return p.sift(name, entries), err
}

func (p *part) ReadFile(name string) ([]byte, error) {
	if err := p.absent("open", name); err != nil {
		return nil, err
	}
	return fs.ReadFile(p.fsys, name)
}

func (p *part) Stat(name string) (fs.FileInfo, error) {
	if err := p.absent("stat", name); err != nil {
		return nil, err
	}
	return fs.Stat(p.fsys, name)
}

func (p *part) sift(dir string, entries []fs.DirEntry) []fs.DirEntry {
	kept := entries[:0]
	for _, e := range entries {
		if p.keep(join(dir, e.Name())) {
			kept = append(kept, e)
		}
	}
	return kept
}

// shown is an open folder of a part.
type shown struct {
	fs.File
	p    *part
	name string
}

func (s *shown) ReadDir(n int) ([]fs.DirEntry, error) {
	d, ok := s.File.(fs.ReadDirFile)
	if !ok {
		return nil, &fs.PathError{Op: "readdir", Path: s.name, Err: errors.ErrUnsupported}
	}
	for {
		entries, err := d.ReadDir(n)
		kept := s.p.sift(s.name, entries)
		if n <= 0 || err != nil || len(kept) > 0 || len(entries) == 0 {
			return kept, err
		}
	}
}
