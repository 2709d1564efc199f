package archive

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/kennel-oss/kennel"
)

var (
	_ fs.ReadDirFS  = (*Tree)(nil)
	_ fs.ReadFileFS = (*Tree)(nil)
	_ fs.ReadLinkFS = (*Tree)(nil)
	_ fs.StatFS     = (*Tree)(nil)

	_ kennel.Content = (*file)(nil)
	_ io.Seeker      = (*file)(nil)
)

func (t *Tree) find(op, name string, follow bool) (*node, error) {
	n, err := t.lookup(name, follow)
	if err != nil {
		return nil, &fs.PathError{Op: op, Path: name, Err: err}
	}
	return n, nil
}

// Open opens a file or folder. An opened regular file is a [kennel.Content]
// and an io.Seeker.
func (t *Tree) Open(name string) (fs.File, error) {
	n, err := t.find("open", name, true)
	if err != nil {
		return nil, err
	}
	at := info{base(name), n}
	if n.mode.IsDir() {
		return &folder{info: at}, nil
	}
	c, err := n.content()
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &file{SectionReader: io.NewSectionReader(c, 0, n.size), info: at, content: c}, nil
}

func (n *node) content() (kennel.Content, error) {
	if !n.mode.IsRegular() {
		return nil, errors.New("not a regular file")
	}
	if n.src == nil {
		return nil, errors.New("it has no content")
	}
	return n.src.open(n)
}

// Head returns up to n first bytes of a file, n being 4096 at most, for less
// than opening it costs.
func (t *Tree) Head(name string, n int) ([]byte, error) {
	at, err := t.find("read", name, true)
	if err != nil {
		return nil, err
	}
	n = min(n, headSize)
	b := make([]byte, min(int64(n), at.size))
	switch s := at.src.(type) {
	case member:
		return s.head(int64(n))
	case *partial:
		_, err := s.head.r.ReadAt(b, s.at)
		return b, err
	}
	c, err := at.content()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	_, err = io.ReadFull(io.NewSectionReader(c, 0, at.size), b)
	return b, err
}

// ReadFile reads a whole file, up to the bound on one file.
func (t *Tree) ReadFile(name string) ([]byte, error) {
	n, err := t.find("read", name, true)
	if err != nil {
		return nil, err
	}
	b, err := n.read(t.limits)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return b, nil
}

func (n *node) read(l Limits) ([]byte, error) {
	if n.size > l.FileSize {
		return nil, l.TooLarge()
	}
	c, err := n.content()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	b := make([]byte, n.size)
	if _, err := io.ReadFull(io.NewSectionReader(c, 0, n.size), b); err != nil {
		return nil, err
	}
	return b, nil
}

// ReadDir lists a folder in the order of names.
func (t *Tree) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := t.find("readdir", name, true)
	if err != nil {
		return nil, err
	}
	if !n.mode.IsDir() {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: syscall.ENOTDIR}
	}
	return n.list(), nil
}

func (n *node) list() []fs.DirEntry {
	list := make([]fs.DirEntry, 0, len(n.children))
	for name, child := range n.children {
		list = append(list, info{name, child})
	}
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list
}

// Stat describes what the path leads to, Lstat the path's own end.
func (t *Tree) Stat(name string) (fs.FileInfo, error)  { return t.stat(name, true) }
func (t *Tree) Lstat(name string) (fs.FileInfo, error) { return t.stat(name, false) }

func (t *Tree) stat(name string, follow bool) (fs.FileInfo, error) {
	n, err := t.find("stat", name, follow)
	if err != nil {
		return nil, err
	}
	return info{base(name), n}, nil
}

// ReadLink returns where a symbolic link leads, as written: an absolute one
// starts at the tree's root.
func (t *Tree) ReadLink(name string) (string, error) {
	n, err := t.find("readlink", name, false)
	if err != nil {
		return "", err
	}
	if n.mode&fs.ModeSymlink == 0 {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	return n.link, nil
}

func base(name string) string {
	_, b := split(name)
	return b
}

// info describes a node: it is its fs.FileInfo and fs.DirEntry. There are no
// times: nothing that was examined depends on them.
type info struct {
	name string
	node *node
}

func (i info) Name() string               { return i.name }
func (i info) Size() int64                { return i.node.size }
func (i info) Mode() fs.FileMode          { return i.node.mode }
func (i info) Type() fs.FileMode          { return i.node.mode.Type() }
func (i info) ModTime() time.Time         { return time.Time{} }
func (i info) IsDir() bool                { return i.node.mode.IsDir() }
func (i info) Sys() any                   { return nil }
func (i info) Info() (fs.FileInfo, error) { return i, nil }
func (i info) String() string             { return fs.FormatDirEntry(i) }

type file struct {
	*io.SectionReader
	info    info
	content kennel.Content
}

func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *file) Close() error               { return f.content.Close() }

// folder is an opened folder.
type folder struct {
	info info
	list []fs.DirEntry
	read bool
}

func (f *folder) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *folder) Close() error               { return nil }
func (f *folder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: f.info.name, Err: syscall.EISDIR}
}

func (f *folder) ReadDir(n int) ([]fs.DirEntry, error) {
	if !f.read {
		f.list, f.read = f.info.node.list(), true
	}
	if n <= 0 || n > len(f.list) {
		if n > 0 && len(f.list) == 0 {
			return nil, io.EOF
		}
		n = len(f.list)
	}
	list := f.list[:n:n]
	f.list = f.list[n:]
	return list, nil
}
