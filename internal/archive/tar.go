package archive

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/kennel-oss/kennel"
)

// entry is what a tar says of one name.
type entry struct {
	name string // clean
	hard string // the clean name that a hard link stands for, "" for all others
	node *node
}

// listing is what a tar holds, in its order, and what of it was left out.
type listing struct {
	entries []entry
	gaps    []kennel.Gap
	err     error // why the list ends early
}

// list reads the headers of a tar that lies plain in r, and skips its contents.
func (t *Tree) list(ctx context.Context, r io.ReaderAt, size int64) listing {
	in := io.NewSectionReader(r, 0, size)
	at := func() (int64, error) { return in.Seek(0, io.SeekCurrent) }
	return t.read(ctx, in, at, region{in}, nil)
}

// read reads a tar. at tells how far in is read; src is where contents are
// read from, counted so; keep, which may be nil, is shown every regular file
// with a content.
func (t *Tree) read(ctx context.Context, in io.Reader, at func() (int64, error), src source, keep func(entry, io.Reader) error) (out listing) {
	tr := tar.NewReader(in)
	for {
		if out.err = ctx.Err(); out.err != nil {
			return out
		}
		h, err := tr.Next()
		if err == io.EOF {
			return out
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			out.err = err
			return out
		}
		if len(out.entries) >= t.limits.Entries {
			out.err = t.limits.tooMany()
			return out
		}
		// The reader of archive/tar takes whole headers from its input and not a
		// byte more, so this is where the content begins.
		start, err := at()
		if err != nil {
			out.err = err
			return out
		}
		e, err := t.entry(h, start, src)
		if err != nil {
			if len(out.gaps) < gapsMax {
				out.gaps = append(out.gaps, kennel.Gap{Kind: kennel.GapUnreadable, What: Printable(short(h.Name)), Why: fmt.Sprintf("the entry was left out: %v", err)})
			}
			continue
		}
		if e.node == nil || e.name == "." {
			continue
		}
		out.entries = append(out.entries, e)
		if keep != nil && e.node.src == src && e.node.size > 0 {
			if out.err = keep(e, tr); out.err != nil {
				return out
			}
		}
	}
}

// short cuts a name that is too long to be shown.
func short(name string) string {
	if len(name) > 200 {
		return name[:200] + "…"
	}
	return name
}

// entry makes an entry of a header; its node is nil for what is no file.
func (t *Tree) entry(h *tar.Header, at int64, src source) (entry, error) {
	name, err := t.clean(h.Name)
	if err != nil {
		return entry{}, err
	}
	n := &node{mode: fs.FileMode(h.Mode) & fs.ModePerm}
	e := entry{name: name, node: n}
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeCont: // the reader makes TypeReg of the older marks
		if strings.HasSuffix(h.Name, "/") { // how archives before POSIX write folders
			n.mode |= fs.ModeDir
			n.children = make(map[string]*node)
			break
		}
		n.size, n.offset, n.src = h.Size, at, src
		if sparse(h) {
			n.src = broken("it is stored as a sparse file, which is not read")
		}
	case tar.TypeGNUSparse:
		n.size, n.src = h.Size, broken("it is stored as a sparse file, which is not read")
	case tar.TypeDir:
		n.mode |= fs.ModeDir
		n.children = make(map[string]*node)
	case tar.TypeSymlink:
		if len(h.Linkname) > maxName {
			return entry{}, errors.New("the path it links to is too long")
		}
		n.mode |= fs.ModeSymlink
		n.link = h.Linkname
	case tar.TypeLink:
		if e.hard, err = t.clean(h.Linkname); err != nil {
			return entry{}, fmt.Errorf("the hard link's other name: %w", err)
		}
	case tar.TypeChar, tar.TypeBlock:
		n.mode |= fs.ModeDevice
	case tar.TypeFifo:
		n.mode |= fs.ModeNamedPipe
	default: // global headers and what vendors invented: no files
		e.node = nil
	}
	return e, nil
}

// sparse reports the newer sparse formats, which look like regular files.
func sparse(h *tar.Header) bool {
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// The names that mark deletions in a layer.
// Source: https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
const (
	whiteout = ".wh."
	opaque   = ".wh..wh..opq"
	aufs     = ".wh..wh." // other bookkeeping of AUFS, which means nothing here
)

// lay puts a layer onto the tree: first its deletions, which concern only what
// lies below it, then its files. A folder that the layer does not name but
// needs may be a link below it, which is followed, as containerd does.
func (t *Tree) lay(in listing, layer int32) {
	for _, e := range in.entries {
		dir, base := split(e.name)
		if !strings.HasPrefix(base, whiteout) {
			continue
		}
		parent, err := t.lookup(dir, true)
		if err != nil || !parent.mode.IsDir() {
			continue // nothing below to delete
		}
		switch {
		case base == opaque:
			parent.children = make(map[string]*node)
		case !strings.HasPrefix(base, aufs):
			delete(parent.children, base[len(whiteout):])
		}
	}
	t.addAll(in, layer, true)
}

// addAll adds the entries of a tar. In a layer, names of deletions are none of
// files.
func (t *Tree) addAll(in listing, layer int32, whiteouts bool) {
	for _, e := range in.entries {
		if _, base := split(e.name); whiteouts && strings.HasPrefix(base, whiteout) {
			continue
		}
		if e.hard != "" {
			t.share(&e)
		}
		if err := t.put(e.name, e.node, layer); err != nil {
			t.gap(e.name, "the entry was left out: %v", err)
			if limit := (*LimitError)(nil); errors.As(err, &limit) && limit.Option == "max-entries" {
				break
			}
		}
	}
	t.gaps = append(t.gaps, in.gaps...)
}

// share gives a hard link the content that its other name has at this moment.
func (t *Tree) share(e *entry) {
	other, err := t.lookup(e.hard, false)
	switch {
	case err != nil:
		e.node.src = broken("it is a hard link to " + e.hard + ", which the archive lacks")
	case other.mode.IsDir():
		e.node.src = broken("it is a hard link to a folder")
	default:
		n := *other
		e.node = &n
	}
}
