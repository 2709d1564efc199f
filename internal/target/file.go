package target

import (
	"fmt"
	"io"
	"io/fs"
	"sync"

	"github.com/kennel-oss/kennel"
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
		if i, err := fs.Stat(f.t.fsys, f.path); err == nil {
			f.size, f.mode = i.Size(), i.Mode()
		}
	})
}

func (f *file) Head() []byte {
	if f.byName {
		return nil
	}
	f.peek.Do(func() {
		c, err := f.Open()
		if err != nil {
			return
		}
		defer c.Close()
		b := make([]byte, min(headSize, max(c.Size(), 512)))
		if n, err := c.ReadAt(b, 0); err == nil || err == io.EOF {
			f.head = b[:n:n]
		}
	})
	return f.head
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
	if l, ok := f.t.fsys.(interface{ Layer(string) string }); ok {
		return l.Layer(f.path)
	}
	return ""
}
