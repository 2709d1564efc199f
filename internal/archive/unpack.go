package archive

import (
	"compress/bzip2"
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"github.com/kennel-oss/kennel"
)

// decompress returns the plain stream of r. Memory is bounded: a zstd window
// and an xz dictionary may be as large as their tools make them without being
// forced, not what a header claims.
func decompress(f format, r io.Reader) (io.ReadCloser, error) {
	switch f {
	case gzipped:
		return gzip.NewReader(r)
	case zstded:
		d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	case xzed:
		d, err := xz.NewReader(r)
		return io.NopCloser(d), err
	case bzip2ed:
		return io.NopCloser(bzip2.NewReader(r)), nil
	}
	return nil, errors.New("not a compressed file")
}

// maxWindow is what zstd --long=27 and xz -9e at most need.
const maxWindow = 128 << 20

// budget is what is left of Limits.TotalSize.
type budget struct {
	left   atomic.Int64
	limits Limits
	packed bool // it is the ratio that bounds
}

func newBudget(l Limits) *budget {
	b := &budget{limits: l}
	b.left.Store(l.TotalSize)
	return b
}

// bound lowers what is left to what size packed bytes may unpack to, all files
// together: entries of a zip can share their bytes.
func (b *budget) bound(size int64) {
	if size < b.left.Load()/b.limits.Ratio {
		b.left.Store(min(b.left.Load(), max(ratioFrom, size*b.limits.Ratio)))
		b.packed = true
	}
}

func (b *budget) take(n int64) error {
	if b.left.Add(-n) < 0 {
		b.left.Add(n)
		if b.packed {
			return b.limits.tooPacked()
		}
		return b.limits.tooMuch()
	}
	return nil
}

// stream is the plain stream of a compressed input, with every bound kept.
type stream struct {
	ctx    context.Context
	in     *counter      // what is read of the input
	from   io.ReadCloser // the decompressor
	n      int64         // plain bytes so far
	plain  hash.Hash     // of them, or nil
	budget *budget
}

// openStream begins to decompress c. Both hashes, where they are not nil, get
// what they are named for.
func openStream(ctx context.Context, c kennel.Content, f format, b *budget, packed, plain hash.Hash) (*stream, error) {
	if f == xzed {
		if err := checkXZ(c); err != nil {
			return nil, err
		}
	}
	in := &counter{r: io.NewSectionReader(c, 0, c.Size()), hash: packed}
	d, err := decompress(f, in)
	if err != nil {
		return nil, err
	}
	return &stream{ctx: ctx, in: in, from: d, plain: plain, budget: b}, nil
}

// ratioFrom is how much has to be unpacked before the ratio counts: small
// files of zeros are no bombs.
const ratioFrom = 256 << 20

func (s *stream) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.from.Read(b)
	if err := s.budget.take(int64(n)); err != nil {
		return 0, err
	}
	if s.plain != nil {
		s.plain.Write(b[:n])
	}
	s.n += int64(n)
	if limit := s.budget.limits.Ratio; s.n > ratioFrom && s.n/limit > s.in.n {
		return 0, s.budget.limits.tooPacked()
	}
	return n, err
}

// drain reads to the end, for the sake of the hashes: what lies behind the
// compressed stream counts for that of the packed bytes.
func (s *stream) drain() error {
	if _, err := io.Copy(io.Discard, s); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, s.in)
	return err
}

// unpack decompresses c into a spool. What was unpacked before an error stays.
func unpack(ctx context.Context, c kennel.Content, f format, b *budget) (*spool, error) {
	d, err := openStream(ctx, c, f, b, nil, nil)
	if err != nil {
		return nil, err
	}
	defer d.from.Close()
	s, err := newSpool()
	if err != nil {
		return nil, err
	}
	return s, s.fill(d)
}

// counter counts and hashes what is read through it.
type counter struct {
	r    io.Reader
	n    int64
	hash hash.Hash
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	if c.hash != nil {
		c.hash.Write(b[:n])
	}
	return n, err
}

// spool is a temporary file that its folder does not name any more where the
// system allows that, so that nothing is left behind by a kill.
type spool struct {
	file *os.File
	size int64
	name string // to remove on Close, "" when gone already
}

func newSpool() (*spool, error) {
	f, err := os.CreateTemp("", "kennel-*.spool")
	if err != nil {
		return nil, fmt.Errorf("making a temporary file: %w", err)
	}
	s := &spool{file: f, name: f.Name()}
	if os.Remove(s.name) == nil {
		s.name = ""
	}
	return s, nil
}

// fill copies r to the spool. What was copied before an error stays.
func (s *spool) fill(r io.Reader) error {
	n, err := io.CopyBuffer(struct{ io.Writer }{s.file}, struct{ io.Reader }{r}, make([]byte, 256<<10))
	s.size += n
	if err != nil {
		return fmt.Errorf("unpacking: %w", err)
	}
	return nil
}

func (s *spool) ReadAt(b []byte, off int64) (int, error) { return s.file.ReadAt(b, off) }
func (s *spool) Size() int64                             { return s.size }

func (s *spool) Close() error {
	err := s.file.Close()
	if s.name != "" {
		err = errors.Join(err, os.Remove(s.name))
	}
	return err
}
