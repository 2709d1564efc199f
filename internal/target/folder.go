package target

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/archive"
)

// folder is a read-only file system over a folder of this machine. os.Root
// sees to it that no path and no symbolic link leaves it, even while somebody
// changes the tree. Devices, pipes and sockets are never opened, since opening
// alone can block or do something. A name that is no UTF-8 is shown with its
// bytes as \xNN, and opened by that spelling.
type folder struct {
	root   *os.Root
	limits archive.Limits
}

var (
	_ fs.ReadDirFS  = (*folder)(nil)
	_ fs.ReadFileFS = (*folder)(nil)
	_ fs.ReadLinkFS = (*folder)(nil)
	_ fs.StatFS     = (*folder)(nil)
)

var errSpecial = errors.New("not a regular file or folder")

func openFolder(path string, l archive.Limits) (*folder, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &folder{root: root, limits: l}, nil
}

func (d *folder) Open(name string) (fs.File, error) {
	f, size, err := d.open(name)
	if err != nil {
		return nil, err
	}
	if size < 0 {
		return &listing{File: f}, nil
	}
	return &content{f, size}, nil
}

// open opens a regular file, or a folder with a size of -1. Looking before
// opening keeps devices shut.
func (d *folder) open(name string) (*os.File, int64, error) {
	if !fs.ValidPath(name) {
		return nil, 0, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	raw := d.raw(name)
	i, err := d.root.Stat(raw)
	if err != nil {
		return nil, 0, err
	}
	if !i.Mode().IsRegular() && !i.IsDir() {
		return nil, 0, &fs.PathError{Op: "open", Path: name, Err: errSpecial}
	}
	return d.openSeen(raw)
}

// openSeen opens what was seen to be a regular file or folder. O_NONBLOCK and
// another look cover a pipe that took its place in between.
func (d *folder) openSeen(raw string) (*os.File, int64, error) {
	f, err := d.root.OpenFile(raw, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, err
	}
	i, err := f.Stat()
	switch {
	case err == nil && i.Mode().IsRegular():
		return f, i.Size(), nil
	case err == nil && i.IsDir():
		return f, -1, nil
	case err == nil:
		err = &fs.PathError{Op: "open", Path: archive.Printable(raw), Err: errSpecial}
	}
	return nil, 0, errors.Join(err, f.Close())
}

// head returns the first bytes of what was seen to be a regular file.
func (d *folder) head(name string) []byte {
	f, size, err := d.openSeen(d.raw(name))
	if err != nil {
		return nil
	}
	defer f.Close()
	return headOf(&content{f, size})
}

// ReadFile reads a whole file, up to the bound on one file.
func (d *folder) ReadFile(name string) ([]byte, error) {
	f, size, err := d.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size < 0 {
		return nil, &fs.PathError{Op: "read", Path: name, Err: syscall.EISDIR}
	}
	b, err := readAll(f, size, d.limits)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return b, nil
}

// readAll reads r, which says it has size bytes: more or fewer are no error,
// since files grow, and those of /proc say 0.
func readAll(r io.Reader, size int64, l archive.Limits) ([]byte, error) {
	if size > l.FileSize {
		return nil, l.TooLarge()
	}
	b := make([]byte, 0, size+1) // one more, so that the end shows without growing
	for {
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if int64(len(b)) > l.FileSize {
			return nil, l.TooLarge()
		}
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return nil, err
		}
		if len(b) == cap(b) {
			b = slices.Grow(b, 512)
		}
	}
}

// ReadDir lists a folder in the order of names.
func (d *folder) ReadDir(name string) ([]fs.DirEntry, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrInvalid}
	}
	list, err := d.entries(d.raw(name))
	spellAll(list)
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, err
}

func (d *folder) Stat(name string) (fs.FileInfo, error)  { return d.stat(name, d.root.Stat) }
func (d *folder) Lstat(name string) (fs.FileInfo, error) { return d.stat(name, d.root.Lstat) }

func (d *folder) stat(name string, stat func(string) (fs.FileInfo, error)) (fs.FileInfo, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrInvalid}
	}
	i, err := stat(d.raw(name))
	if err == nil && !utf8.ValidString(i.Name()) {
		i = spelled{i, archive.Printable(i.Name())}
	}
	return i, err
}

func (d *folder) ReadLink(name string) (string, error) {
	if !fs.ValidPath(name) {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	return d.root.Readlink(d.raw(name))
}

func (d *folder) Close() error { return d.root.Close() }

// content is an opened regular file.
type content struct {
	*os.File
	size int64
}

var _ kennel.Content = (*content)(nil)

func (c *content) Size() int64 { return c.size }

// listing is an opened folder.
type listing struct{ *os.File }

func (l *listing) ReadDir(n int) ([]fs.DirEntry, error) {
	list, err := l.File.ReadDir(n)
	spellAll(list)
	return list, err
}
