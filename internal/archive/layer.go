package archive

import (
	"bufio"
	"context"
	"hash"
	"io"
	"sync"

	"github.com/kennel-oss/kennel"
)

// keepBelow is the size up to which files of a compressed layer are kept
// unasked: extractors read more than they match, and it is mostly small.
const keepBelow = 128 << 10

// headSize is how much of a file Options.Wanted sees.
const headSize = 4096

// streamed is a source of the contents of a compressed layer.
type streamed struct {
	again func() (*spool, error) // unpacks the whole layer
	once  sync.Once
	whole *spool
	err   error
}

// open unpacks the layer once more: the content was not wanted before. n's
// offset counts in the plain tar.
func (s *streamed) open(n *node) (kennel.Content, error) {
	s.once.Do(func() { s.whole, s.err = s.again() })
	if s.err != nil {
		return nil, s.err
	}
	return section{io.NewSectionReader(s.whole, n.offset, n.size)}, nil
}

func (s *streamed) Close() error {
	s.once.Do(func() { s.err = errClosed })
	if s.whole == nil {
		return nil
	}
	return s.whole.Close()
}

// keeper writes wanted contents to a spool.
type keeper struct {
	wanted func(e entry, head []byte) bool
	spool  *spool
	out    *bufio.Writer
	size   int64
}

// keep copies an entry's content from r when it is wanted, and lets its node
// read it from there.
func (k *keeper) keep(e entry, r io.Reader) error {
	n := e.node
	var head []byte
	if n.size > keepBelow {
		head = make([]byte, headSize)
		if _, err := io.ReadFull(r, head); err != nil {
			return err
		}
		if !k.wanted(e, head) {
			return nil
		}
	}
	if k.spool == nil {
		s, err := newSpool()
		if err != nil {
			return err
		}
		k.spool, k.out = s, bufio.NewWriterSize(s.file, 256<<10)
	}
	if _, err := k.out.Write(head); err != nil {
		return err
	}
	if _, err := io.CopyN(k.out, r, n.size-int64(len(head))); err != nil {
		return err
	}
	n.src, n.offset = region{k.spool}, k.size
	k.size += n.size
	return nil
}

// listStream is list for a compressed layer. It returns what is to be closed
// with the tree.
func (t *Tree) listStream(ctx context.Context, c kennel.Content, f format, b *budget, o Options, packed, plain hash.Hash) (out listing, closers []io.Closer) {
	d, err := openStream(ctx, c, f, b, packed, plain)
	if err != nil {
		out.err = err
		return out, nil
	}
	defer d.from.Close()
	late := &streamed{again: func() (*spool, error) {
		s, err := unpack(context.WithoutCancel(ctx), c, f, newBudget(t.limits))
		if err != nil && s != nil {
			s.Close()
		}
		return s, err
	}}
	closers = append(closers, late)
	k := &keeper{wanted: func(e entry, head []byte) bool {
		return o.Wanted == nil || o.Wanted(e.name, e.node.mode, e.node.size, head)
	}}
	in := bufio.NewReaderSize(d, 64<<10)
	out = t.read(ctx, in, func() (int64, error) { return d.n - int64(in.Buffered()), nil }, late, k.keep)
	if out.err == nil {
		out.err = d.drain()
	}
	if k.spool != nil {
		closers = append(closers, k.spool)
		if err := k.out.Flush(); err != nil && out.err == nil {
			out.err = err
		}
		k.spool.size = k.size
	}
	return out, closers
}
