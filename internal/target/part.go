package target

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

// part shows some files of a target, below one folder of its own: the names in
// it begin with the base of that folder, so that whoever looks at a release
// sees an unpacked one. A link is listed as what it leads to, a file or a folder
// of the same part, or not at all. A link to a folder is followed once on the
// way to a file, so that circles end; what it leads to is listed where it is
// anyway.
type part struct {
	t      *Target
	folder string                 // in the target, "." for all of it
	keep   func(path string) bool // of a path in the target at or below folder
}

var (
	_ fs.ReadDirFS  = (*part)(nil)
	_ fs.ReadFileFS = (*part)(nil)
	_ fs.StatFS     = (*part)(nil)
)

// path returns where in the target a name of the part is.
func (p *part) path(op, name string) (string, error) {
	if !fs.ValidPath(name) {
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	at := join(path.Dir(p.folder), name)
	if name == "." {
		return path.Dir(p.folder), nil
	}
	if p.folder == "." || at == p.folder || strings.HasPrefix(at, p.folder+"/") {
		if p.keep(at) {
			return at, nil
		}
	}
	return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
}

func (p *part) Open(name string) (fs.File, error) {
	at, err := p.path("open", name)
	if err != nil {
		return nil, err
	}
	f, err := p.t.fsys.Open(at)
	if err != nil {
		return nil, err
	}
	if i, err := f.Stat(); err == nil && i.IsDir() {
		return &shown{f, p, name}, nil
	}
	return f, nil
}

func (p *part) ReadDir(name string) ([]fs.DirEntry, error) {
	at, err := p.path("readdir", name)
	if err != nil {
		return nil, err
	}
	if name == "." && p.folder != "." { // its parent may have thousands of others
		i, err := fs.Stat(p.t.fsys, p.folder)
		if err != nil {
			return nil, err
		}
		return []fs.DirEntry{fs.FileInfoToDirEntry(i)}, nil
	}
	entries, err := fs.ReadDir(p.t.fsys, at)
	return p.sift(name, entries), err
}

func (p *part) ReadFile(name string) ([]byte, error) {
	at, err := p.path("open", name)
	if err != nil {
		return nil, err
	}
	return fs.ReadFile(p.t.fsys, at)
}

func (p *part) Stat(name string) (fs.FileInfo, error) {
	at, err := p.path("stat", name)
	if err != nil {
		return nil, err
	}
	return fs.Stat(p.t.fsys, at)
}

// sift takes out what is not of the part, and shows links as what they lead to.
func (p *part) sift(dir string, entries []fs.DirEntry) []fs.DirEntry {
	kept := entries[:0]
	for _, e := range entries {
		at, err := p.path("readdir", join(dir, e.Name()))
		if err != nil {
			continue
		}
		if e.Type() == fs.ModeSymlink {
			i, err := fs.Stat(p.t.fsys, at)
			if err != nil || !i.Mode().IsRegular() && !(i.IsDir() && p.follows(at)) {
				continue
			}
			e = fs.FileInfoToDirEntry(i)
		}
		kept = append(kept, e)
	}
	return kept
}

// follows reports whether the link to a folder at a path is shown as a folder.
func (p *part) follows(at string) bool {
	dir := path.Dir(at)
	if real, err := resolve(p.t.fsys, dir); err != nil || real != dir {
		return false
	}
	real, err := resolve(p.t.fsys, at)
	return err == nil && strings.HasPrefix(real, p.folder+"/") && p.keep(real) && !strings.HasPrefix(dir+"/", real+"/")
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
