package archive

import (
	"bufio"
	"bytes"
	"context"
	"errors"
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

// partial is the source of a content of which only the head was kept, so that
// whoever asks once more what the file is need not unpack the layer.
type partial struct {
	*streamed
	head region
	at   int64
}

// keeper writes wanted contents to a spool.
type keeper struct {
	late   *streamed
	wanted func(e entry, head []byte) bool
	spool  *spool
	out    *bufio.Writer
	size   int64
}

// keep copies an entry's content from r when it is wanted, and lets its node
// read it from there.
func (k *keeper) keep(e entry, r io.Reader) error {
	if k.spool == nil {
		s, err := newSpool()
		if err != nil {
			return err
		}
		k.spool, k.out = s, bufio.NewWriterSize(s.file, 256<<10)
	}
	n, start := e.node, k.size
	var head []byte
	if n.size > keepBelow {
		head = make([]byte, headSize)
		if _, err := io.ReadFull(r, head); err != nil {
			return err
		}
		if err := k.write(bytes.NewReader(head), headSize); err != nil {
			return err
		}
		if !k.wanted(e, head) {
			n.src = &partial{k.late, region{k.spool}, start}
			return nil
		}
	}
	if err := k.write(r, n.size-int64(len(head))); err != nil {
		return err
	}
	n.src, n.offset = region{k.spool}, start
	return nil
}

func (k *keeper) write(r io.Reader, n int64) error {
	n, err := io.CopyN(k.out, r, n)
	k.size += n
	return err
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
			return nil, errors.Join(err, s.Close())
		}
		return s, err
	}}
	closers = append(closers, late)
	k := &keeper{late: late, wanted: func(e entry, head []byte) bool {
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
