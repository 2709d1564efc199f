package archive

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strings"

	"github.com/kennel-oss/kennel"
)

// inMemory is up to which size a compressed file of a zip is unpacked into
// memory; a larger one goes to a temporary file.
const inMemory = 8 << 20

// directoryBytes bounds the directory of a zip, for each entry that is
// allowed: a header has 46 bytes, and names are short.
const directoryBytes = 256

// Zip returns the tree of a zip: a jar, a wheel, a package. Files that are
// stored plain are read in place, others are unpacked when they are opened.
// The tree reads from c, which stays the caller's.
func Zip(c kennel.Content, l Limits) (*Tree, error) {
	t := newTree(l)
	in := &metered{r: c, left: directoryBytes * (int64(t.limits.Entries) + 1024)}
	z, err := zip.NewReader(in, c.Size())
	if in.left < 0 {
		return nil, t.limits.tooMany()
	}
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, err
	}
	in.unmetered = true
	b := newBudget(t.limits)
	b.bound(c.Size())
	for _, f := range z.File {
		// Some tools of Windows write paths as theirs.
		name, err := t.clean(strings.ReplaceAll(f.Name, `\`, "/"))
		if err == nil {
			err = t.put(name, t.zipped(f, b), 0)
		}
		if err != nil {
			t.gap(short(f.Name), "the entry was left out: %v", err)
		}
	}
	return t, nil
}

func (t *Tree) zipped(f *zip.File, b *budget) *node {
	mode := f.Mode()
	switch {
	case mode.IsDir() || strings.HasSuffix(f.Name, "/"):
		n := newFolder()
		n.mode = fs.ModeDir | mode.Perm()
		return n
	case mode&fs.ModeSymlink != 0:
		return t.zippedLink(f)
	case !mode.IsRegular():
		return &node{mode: mode.Type()}
	}
	n := &node{mode: mode.Perm(), size: int64(f.UncompressedSize64), src: member{f, b}}
	if n.size < 0 || f.CompressedSize64 > 1<<62 {
		n.size, n.src = 0, broken("its size is none")
	}
	if f.Flags&1 != 0 {
		n.src = broken("it is encrypted")
	}
	return n
}

// zippedLink reads where a symbolic link leads, which is its content.
func (t *Tree) zippedLink(f *zip.File) *node {
	r, err := f.Open()
	if err != nil {
		return &node{src: broken(err.Error())}
	}
	defer r.Close()
	to, err := io.ReadAll(io.LimitReader(r, maxName+1))
	if err != nil || len(to) > maxName {
		return &node{src: broken("the symbolic link cannot be read")}
	}
	return &node{mode: fs.ModeSymlink | 0o777, link: string(to)}
}

// member is the source of a file in a zip.
type member struct {
	file   *zip.File
	budget *budget
}

func (m member) open(n *node) (kennel.Content, error) {
	if m.file.Method == zip.Store {
		raw, err := m.file.OpenRaw()
		if err != nil {
			return nil, err
		}
		in, ok := raw.(io.ReaderAt) // an *io.SectionReader, since c is read so
		if !ok || m.file.CompressedSize64 != m.file.UncompressedSize64 {
			return nil, zip.ErrFormat
		}
		return section{io.NewSectionReader(in, 0, n.size)}, nil
	}
	if err := m.budget.take(n.size); err != nil {
		return nil, err
	}
	r, err := m.file.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if n.size <= inMemory {
		// The size is a claim: memory is taken as bytes come.
		var b bytes.Buffer
		if _, err := io.Copy(&b, io.LimitReader(r, n.size+1)); err != nil {
			return nil, err
		}
		if int64(b.Len()) != n.size {
			return nil, zip.ErrFormat
		}
		return section{io.NewSectionReader(bytes.NewReader(b.Bytes()), 0, n.size)}, nil
	}
	return m.spool(r, n.size)
}

// head reads the first bytes without unpacking the rest.
func (m member) head(n int64) ([]byte, error) {
	r, err := m.file.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, n))
}

func (m member) spool(r io.Reader, size int64) (kennel.Content, error) {
	s, err := newSpool()
	if err != nil {
		return nil, err
	}
	got, err := io.Copy(s.file, io.LimitReader(r, size+1))
	if err == nil && got != size {
		err = zip.ErrFormat
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.size = size
	return s, nil
}

// metered bounds how much of a zip is read for its directory.
type metered struct {
	r         io.ReaderAt
	left      int64
	unmetered bool
}

func (m *metered) ReadAt(b []byte, off int64) (int, error) {
	if m.unmetered {
		return m.r.ReadAt(b, off)
	}
	if m.left -= int64(len(b)); m.left < 0 {
		return 0, errors.New("the directory is too large")
	}
	return m.r.ReadAt(b, off)
}
