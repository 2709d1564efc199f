package target

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
)

// ErrNotInstalled says that a place is none of an installed release, or that
// which files are its own cannot be told.
var ErrNotInstalled = errors.New("no installed release is there")

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

// IsInstalled reports whether [Places.Files] can tell the files of what is
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

// Places are where releases are installed in a target. Each file of an
// installed tree is of one of them, or [Places.Unowned] tells of it. They are
// safe for concurrent use.
type Places struct {
	t        *Target
	packages map[string]bool // folders of npm packages
	infos    []string        // folders of metadata of Python distributions
}

// Places returns the places at some locations, as extractors gave them.
func (t *Target) Places(at []kennel.Location) *Places {
	p := &Places{t: t, packages: make(map[string]bool, len(at))}
	for _, l := range at {
		switch folder, ok := installed(l); {
		case !ok:
		case path.Base(l.Path) == "METADATA":
			p.infos = append(p.infos, folder)
		default:
			p.packages[folder] = true
		}
	}
	return p
}

// Files returns the files of the release that is installed at a location,
// below a folder: those of an npm package's folder without the packages nested
// in it which have places of their own, or those that a Python distribution's
// RECORD lists. The error is or wraps [ErrNotInstalled] when the location is
// neither, or a RECORD cannot be read to its end.
func (p *Places) Files(at kennel.Location) (fs.FS, error) {
	folder, ok := installed(at)
	if !ok {
		return nil, fmt.Errorf("%s: %w", at.Path, ErrNotInstalled)
	}
	if path.Base(at.Path) == "METADATA" {
		keep := map[string]bool{}
		err := p.t.recorded(folder, func(name string) {
			for ; name != "." && !keep[name]; name = path.Dir(name) {
				keep[name] = true
			}
		})
		if err != nil {
			return nil, err
		}
		site := path.Dir(folder)
		keep[site] = true
		return &part{p.t, site, func(name string) bool { return keep[name] }}, nil
	}
	return &part{p.t, folder, func(name string) bool {
		return p.owner(name) == folder && !p.ignored(name)
	}}, nil
}

// owner returns the folder of the npm package that a path is in, the innermost,
// "" for none.
func (p *Places) owner(name string) string {
	for !p.packages[name] {
		i := strings.LastIndexByte(name, '/')
		if i < 0 {
			return ""
		}
		name = name[:i]
	}
	return name
}

// ignored reports whether the user wants a path left out.
func (p *Places) ignored(name string) bool {
	return len(p.t.ignore) > 0 && (p.t.ignore.match(name, true) || p.t.ignore.match(name, false))
}

// Bounds on a RECORD.
const (
	recordRows = 200_000
	recordSize = 64 << 20 // bytes
)

// recorded calls keep with the path of each file that the RECORD of a Python
// distribution lists in the folder that it is installed in. Scripts are listed
// outside ("../../bin/x") and made by the installer; absolute paths may be of
// any machine. Whatever is not listed so, [Places.Unowned] tells of.
// Source: https://packaging.python.org/en/latest/specifications/recording-installed-packages/
func (t *Target) recorded(info string, keep func(path string)) error {
	f, err := t.fsys.Open(path.Join(info, "RECORD"))
	if err != nil {
		return fmt.Errorf("which files are the distribution's cannot be told: %w: %w", ErrNotInstalled, err)
	}
	defer f.Close()
	names, err := parseRecord(f)
	if err != nil {
		return fmt.Errorf("%s/RECORD: %w: %w", info, ErrNotInstalled, err)
	}
	site := path.Dir(info)
	for _, name := range names {
		if at, ok := below(site, name); ok {
			keep(at)
		}
	}
	return nil
}

// below returns the path in the target of what a RECORD in site lists, if it is
// below site.
func below(site, name string) (string, bool) {
	at := path.Join(site, name)
	return at, !strings.HasPrefix(name, "/") && at != site && fs.ValidPath(at) && (site == "." || strings.HasPrefix(at, site+"/"))
}

// parseRecord returns the paths of a RECORD as it has them. One that is not
// CSV to its end is an error: what stands behind the fault would be lost.
func parseRecord(r io.Reader) ([]string, error) {
	bounded := &io.LimitedReader{R: r, N: recordSize + 1}
	rows := csv.NewReader(bufio.NewReader(bounded))
	rows.FieldsPerRecord, rows.ReuseRecord = -1, true
	var names []string
	for {
		row, err := rows.Read()
		switch {
		case bounded.N == 0:
			return nil, fmt.Errorf("it has more than %d MiB", recordSize>>20)
		case err == io.EOF:
			return names, nil
		case err != nil:
			return nil, err
		case len(names) == recordRows:
			return nil, fmt.Errorf("it lists more than %d files", recordRows)
		}
		names = append(names, strings.Clone(row[0]))
	}
}
