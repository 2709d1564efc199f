package target

import (
	"fmt"
	"io"
	"io/fs"
	"sync"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/archive"
)

// headSize is how much of a file File.Head shows.
const headSize = 4096

// file is one file of a target, as extractors see it. Nothing is asked of the
// file system before an extractor asks for it, and its head is read at most
// once.
type file struct {
	t     *Target
	path  string
	entry fs.DirEntry

	// byName says that the file is a symbolic link which has not been followed
	// yet. Only its name may speak for it: what it leads to is visited anyway.
	byName bool
	// near is set while extractors are asked about a plain file on disk.
	near *near

	stat, peek sync.Once
	size       int64
	mode       fs.FileMode
	head       []byte
}

var _ kennel.File = (*file)(nil)

func (f *file) Path() string { return f.path }
func (f *file) FS() fs.FS    { return f.t.fsys }

func (f *file) Size() int64 {
	f.describe()
	return f.size
}

func (f *file) Mode() fs.FileMode {
	f.describe()
	return f.mode
}

func (f *file) describe() {
	if f.byName {
		return
	}
	f.stat.Do(func() {
		stat := f.entry.Info
		if !f.entry.Type().IsRegular() { // a link that is followed by now
			stat = func() (fs.FileInfo, error) { return fs.Stat(f.t.fsys, f.path) }
		} else if f.near != nil {
			if d := f.near.folder(); d != nil {
				stat = func() (fs.FileInfo, error) { return d.Lstat(f.entry.Name()) }
			}
		}
		if i, err := stat(); err == nil {
			f.size, f.mode = i.Size(), i.Mode()
		}
	})
}

func (f *file) Head() []byte {
	if f.byName {
		return nil
	}
	f.peek.Do(func() {
		if f.near != nil {
			if d := f.near.folder(); d != nil {
				f.head = d.head(f.entry.Name())
				return
			}
		}
		if t, ok := f.t.fsys.(*archive.Tree); ok {
			if b, err := t.Head(f.path, headSize); err == nil {
				f.head = b
			}
			return
		}
		c, err := f.Open()
		if err != nil {
			return
		}
		defer c.Close()
		f.head = headOf(c)
	})
	return f.head
}

// headOf reads the first bytes. A file that says it is empty is asked all the
// same: those of /proc say so.
func headOf(c kennel.Content) []byte {
	size := c.Size()
	if size == 0 {
		size = headSize
	}
	b := make([]byte, min(headSize, size))
	n, err := c.ReadAt(b, 0)
	if err != nil && err != io.EOF {
		return nil
	}
	return b[:n:n]
}

// near is the folder of files that are being asked about, opened when the
// first of them has to show its head: from there it is one step to each.
type near struct {
	in   *folder
	dir  string
	once sync.Once
	sub  *folder
}

// folder returns the open folder, nil when it cannot be had.
func (n *near) folder() *folder {
	n.once.Do(func() {
		if root, err := n.in.root.OpenRoot(n.in.raw(n.dir)); err == nil {
			n.sub = &folder{root, n.in.limits}
		}
	})
	return n.sub
}

func (n *near) Close() error {
	n.once.Do(func() {})
	if n.sub == nil {
		return nil
	}
	return n.sub.Close()
}

func (f *file) Bytes() ([]byte, error) {
	return fs.ReadFile(f.t.fsys, f.path)
}

func (f *file) Open() (kennel.Content, error) {
	o, err := f.t.fsys.Open(f.path)
	if err != nil {
		return nil, err
	}
	if c, ok := o.(kennel.Content); ok {
		return c, nil
	}
	o.Close()
	return nil, fmt.Errorf("%s: a folder", f.path)
}

func (f *file) Layer() string {
	if f.t.tree == nil {
		return ""
	}
	return f.t.tree.Layer(f.path)
}
