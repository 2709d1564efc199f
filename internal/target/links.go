package target

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
)

// follow decides about the symbolic links that some extractor knows by name.
// One is read as if it were the file it leads to, unless that file is read
// under its own name by the same extractor: nothing counts twice. Links to
// folders are not followed, since the folder is visited where it is.
func (w *walk) follow() {
	type read struct {
		path string
		by   int
	}
	taken := make(map[read]bool)
	for _, m := range w.matches {
		if !m.file.byName {
			taken[read{m.file.path, m.by}] = true
		}
	}
	kept := w.matches[:0]
	for _, m := range w.matches {
		if !m.file.byName {
			kept = append(kept, m)
			continue
		}
		real, err := resolve(w.t.fsys, m.file.path)
		if err != nil {
			w.gap(m.file.path, "the symbolic link cannot be followed: %v", reason(err))
			continue
		}
		i, err := fs.Stat(w.t.fsys, real)
		if err != nil {
			w.gap(m.file.path, "the symbolic link cannot be followed: %v", reason(err))
			continue
		}
		if at := (read{real, m.by}); i.Mode().IsRegular() && !taken[at] {
			taken[at] = true
			kept = append(kept, m)
		}
	}
	w.matches = kept
	for _, m := range kept {
		m.file.byName = false
	}
	if n := len(w.outside); n > 0 {
		w.gaps = append(w.gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: w.outside[0],
			Why: fmt.Sprintf("symbolic links lead out of the target and were not followed: %d, this one the first; what they lead to can be scanned by its own path", n)})
	}
}

var errOutside = errors.New("it leads out of the target")

// maxLinks bounds the symbolic links in one path, as Linux does.
const maxLinks = 40

// resolve returns the path without symbolic links that name leads to.
func resolve(fsys fs.FS, name string) (string, error) {
	_, onDisk := fsys.(*folder)
	at, rest, links := ".", name, 0
	for rest != "" {
		var first string
		first, rest, _ = strings.Cut(rest, "/")
		switch first {
		case "", ".":
			continue
		case "..":
			if at == "." && onDisk {
				return "", errOutside
			}
			at = path.Dir(at)
			continue
		}
		next := join(at, first)
		i, err := fs.Lstat(fsys, next)
		if err != nil {
			return "", err
		}
		if i.Mode()&fs.ModeSymlink == 0 {
			at = next
			continue
		}
		to, err := fs.ReadLink(fsys, next)
		if err != nil {
			return "", err
		}
		if links++; links > maxLinks {
			return "", errors.New("too many symbolic links")
		}
		if path.IsAbs(to) {
			if onDisk {
				return "", errOutside
			}
			at = "."
		}
		rest = to + "/" + rest
	}
	return at, nil
}
