package archive

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
)

// ErrUnknown is the error of [Open] for what is no archive.
var ErrUnknown = errors.New("not an archive")

// Options say how to open an archive.
type Options struct {
	Limits Limits
	// Platform chooses from an image that is there for several: "linux/arm64".
	// The default is linux/amd64, or else the first.
	Platform string
	// Wanted, which may be nil for "everything", says whether the content of a
	// file in a compressed layer will be read, of which head is the beginning.
	// What it wants is kept at hand while the layer is unpacked. The rest can be
	// read too, but the first such read unpacks its layer once more. It must be
	// safe for concurrent use.
	Wanted func(name string, mode fs.FileMode, size int64, head []byte) bool
}

// Open opens an archive: tar, zip, either of "docker save" and OCI layout, or
// one of these compressed by gzip, zstd, xz or bzip2. A compressed file that
// holds no tar is a tree of that one file. name is the archive's own, for gaps
// and for that. The tree reads from c until it is closed; c stays the
// caller's.
func Open(ctx context.Context, name string, c kennel.Content, o Options) (_ *Tree, err error) {
	o.Limits = o.Limits.Resolved()
	b := newBudget(o.Limits)
	var closers []io.Closer
	defer func() {
		if err != nil {
			for _, c := range closers {
				c.Close()
			}
		}
	}()
	head, err := headOf(c, c.Size())
	if err != nil {
		return nil, err
	}
	f := sniff(head)
	if f >= gzipped {
		s, err := unpack(ctx, c, f, b)
		if s != nil {
			closers = append(closers, s)
		}
		if err != nil {
			return nil, err
		}
		if head, err = headOf(s, s.size); err != nil {
			return nil, err
		}
		c, name = s, strings.TrimSuffix(name, path.Ext(name))
		if f = sniff(head); f != plainTar {
			t := newTree(o.Limits)
			t.closers = closers
			t.root.children[Printable(name)] = &node{mode: 0o644, size: s.size, src: region{s}}
			return t, nil
		}
	}
	switch f {
	case plainTar:
		t := newTree(o.Limits)
		t.closers = closers
		l := t.list(ctx, c, c.Size())
		if l.err != nil && (len(l.entries) == 0 || ctx.Err() != nil) {
			return nil, l.err
		}
		if l.err != nil {
			t.gap(name, "the archive could not be read to its end: %v", l.err)
		}
		t.addAll(l, 0, false)
		return t.image(ctx, o)
	case plainZip:
		return Zip(c, o.Limits)
	}
	return nil, ErrUnknown
}

// image returns the image inside of an archive, or the archive when it holds
// none.
func (t *Tree) image(ctx context.Context, o Options) (*Tree, error) {
	img, err := openImage(ctx, t, o)
	if errors.Is(err, errNoImage) {
		return t, nil
	}
	if err != nil {
		return nil, err
	}
	img.gaps = append(img.gaps, t.gaps...)
	img.closers = append(img.closers, t.closers...)
	return img, nil
}

// OpenStream is [Open] for what can be read but once: it is spooled first.
func OpenStream(ctx context.Context, name string, r io.Reader, o Options) (*Tree, error) {
	o.Limits = o.Limits.Resolved()
	s, err := newSpool()
	if err != nil {
		return nil, err
	}
	if err := s.fill(&stream{ctx: ctx, in: &counter{n: math.MaxInt64}, from: io.NopCloser(r), budget: newBudget(o.Limits)}); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	t, err := Open(ctx, name, s, o)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	t.closers = append(t.closers, s)
	return t, nil
}

// OpenLayout opens the image in a folder: an OCI layout, or what "docker save"
// writes, unpacked. It returns [ErrUnknown] when the folder is neither. The
// tree reads from fsys until it is closed; fsys stays the caller's.
//
// A folder that holds more than an image is none: else a project could hide
// behind a small image at its top.
func OpenLayout(ctx context.Context, fsys fs.FS, o Options) (*Tree, error) {
	o.Limits = o.Limits.Resolved()
	t, err := openImage(ctx, fsys, o)
	if errors.Is(err, errNoImage) || err != nil && ctx.Err() == nil && len(others(fsys, nil)) > 0 {
		return nil, ErrUnknown
	}
	if err == nil && len(t.extra) > 0 {
		return nil, errors.Join(ErrUnknown, t.Close())
	}
	return t, err
}
