package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/kennel-oss/kennel"
)

// Tree is a read-only file system over an archive or an image. It is safe for
// concurrent use. Symbolic links are resolved inside of it, an absolute one
// from its root, as the image would see it.
type Tree struct {
	root    *node
	limits  Limits
	count   int
	layers  []string // digests; node.layer indexes it, 0 is ""
	gaps    []kennel.Gap
	closers []io.Closer
	is      *Image   // nil for other archives
	extra   []string // what lies beside the image
}

// node is a file or folder of a tree. Its name is its key in its folder.
type node struct {
	mode     fs.FileMode
	layer    int32
	size     int64
	offset   int64 // of the content in src
	src      source
	link     string           // where a symbolic link leads, as written
	children map[string]*node // of a folder
}

// source opens a node's content.
type source interface {
	open(n *node) (kennel.Content, error)
}

// region is a source of contents that lie plain in r.
type region struct{ r io.ReaderAt }

func (s region) open(n *node) (kennel.Content, error) {
	return section{io.NewSectionReader(s.r, n.offset, n.size)}, nil
}

type section struct{ *io.SectionReader }

func (section) Close() error { return nil }

var errClosed = errors.New("the archive is closed")

// broken is the source of a file whose content cannot be had, and says why.
type broken string

func (s broken) open(*node) (kennel.Content, error) { return nil, errors.New(string(s)) }

func newTree(l Limits) *Tree {
	return &Tree{root: newFolder(), limits: l.Resolved(), layers: []string{""}}
}

func newFolder() *node {
	return &node{mode: fs.ModeDir | 0o755, children: make(map[string]*node)}
}

// Memory returns a tree that holds one file.
func Memory(name string, content []byte) *Tree {
	t := newTree(Limits{FileSize: int64(len(content)) + 1})
	t.root.children[Printable(name)] = &node{mode: 0o644, size: int64(len(content)), src: region{bytes.NewReader(content)}}
	return t
}

// Gaps lists what of the archive could not be read. The caller must not change
// it.
func (t *Tree) Gaps() []kennel.Gap { return t.gaps }

// Layer returns the digest of the image layer that brought the file, "" when
// there is none.
func (t *Tree) Layer(name string) string {
	n, err := t.lookup(name, false)
	if err != nil {
		return ""
	}
	return t.layers[n.layer]
}

// Close removes what was unpacked. Files of the tree must not be read after.
func (t *Tree) Close() error {
	var errs []error
	for _, c := range t.closers {
		errs = append(errs, c.Close())
	}
	t.closers = nil
	return errors.Join(errs...)
}

// gapsMax bounds how many gaps one archive can cause.
const gapsMax = 100

func (t *Tree) gap(what, format string, args ...any) {
	switch {
	case len(t.gaps) < gapsMax:
		t.gaps = append(t.gaps, kennel.Gap{Kind: kennel.GapUnreadable, What: Printable(what), Why: fmt.Sprintf(format, args...)})
	case len(t.gaps) == gapsMax:
		t.gaps = append(t.gaps, kennel.Gap{Kind: kennel.GapUnreadable, What: "the archive", Why: "more of its entries could not be read than are listed"})
	}
}

// clean makes an entry's name a path of the tree. A leading "/" or "./" means
// the root; ".." is refused, since an archive that needs it wants out.
func (t *Tree) clean(name string) (string, error) {
	if len(name) > maxName {
		return "", errors.New("its name is longer than a path may be")
	}
	if strings.IndexByte(name, 0) >= 0 {
		return "", errors.New("its name holds a NUL")
	}
	parts := strings.Split(name, "/")
	kept := parts[:0]
	for _, p := range parts {
		switch p {
		case "", ".":
		case "..":
			return "", errors.New("its name leads out of the archive")
		default:
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 {
		return ".", nil
	}
	if len(kept) > t.limits.Depth {
		return "", t.limits.tooDeep()
	}
	return Printable(strings.Join(kept, "/")), nil
}

// Printable writes the bytes of a name that are no UTF-8 as \xNN, since
// fs.ValidPath refuses them.
func Printable(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); {
		r, n := utf8.DecodeRuneInString(name[i:])
		if r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&b, `\x%02x`, name[i])
		} else {
			b.WriteString(name[i : i+n])
		}
		i += n
	}
	return b.String()
}

// resolve walks a path. Symbolic links on its way are followed, and that at its
// end when follow says so; ".." in a link stops at the root, as in a system. A
// missing folder is an error where missing is nil, and else made by it.
func (t *Tree) resolve(name string, follow bool, missing func(in *node, name string) (*node, error)) (*node, error) {
	at, links, rest := t.root, 0, name
	var above []*node
	for rest != "" {
		var first string
		first, rest, _ = strings.Cut(rest, "/")
		switch first {
		case "", ".":
			continue
		case "..":
			if len(above) > 0 {
				at, above = above[len(above)-1], above[:len(above)-1]
			}
			continue
		}
		next := at.children[first] // no file has children
		if next != nil && next.mode&fs.ModeSymlink != 0 && (follow || rest != "") {
			if links++; links > maxLinks || len(next.link)+len(rest) > maxName {
				return nil, syscall.ELOOP
			}
			if strings.HasPrefix(next.link, "/") {
				at, above = t.root, above[:0]
			}
			rest = next.link + "/" + rest
			continue
		}
		if next == nil && missing == nil {
			return nil, fs.ErrNotExist
		}
		if missing != nil && (next == nil || !next.mode.IsDir()) {
			if len(above) >= t.limits.Depth {
				return nil, t.limits.tooDeep()
			}
			var err error
			if next, err = missing(at, first); err != nil {
				return nil, err
			}
		}
		at, above = next, append(above, at)
	}
	return at, nil
}

// lookup finds the node of a path.
func (t *Tree) lookup(name string, follow bool) (*node, error) {
	if !fs.ValidPath(name) {
		return nil, fs.ErrInvalid
	}
	return t.resolve(name, follow, nil)
}

// folder returns the folder at a clean path, made where it is missing; a file
// in the way gives way.
func (t *Tree) folder(name string, layer int32) (*node, error) {
	return t.resolve(name, true, func(in *node, name string) (*node, error) {
		n := newFolder()
		return n, t.add(in, name, n, layer)
	})
}

// add puts n into a folder, in the place of what has that name, except that a
// folder onto a folder keeps the content.
func (t *Tree) add(in *node, name string, n *node, layer int32) error {
	n.layer = layer
	if old := in.children[name]; old != nil {
		if old.mode.IsDir() && n.mode.IsDir() {
			old.mode, old.layer = n.mode, layer
			return nil
		}
	} else if t.count++; t.count > t.limits.Entries {
		return t.limits.tooMany()
	}
	in.children[name] = n
	return nil
}

// put adds n at a clean path.
func (t *Tree) put(name string, n *node, layer int32) error {
	if name == "." {
		return nil
	}
	dir, base := split(name)
	in, err := t.folder(dir, layer)
	if err != nil {
		return err
	}
	return t.add(in, base, n, layer)
}

func split(name string) (dir, base string) {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return ".", name
}
