package advisory

import (
	"bufio"
	"encoding/binary"
	"hash"
	"io"
	"os"

	"github.com/cespare/xxhash/v2"

	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// fileWriter writes a file section by section.
type fileWriter struct {
	f      output
	w      *bufio.Writer
	offset uint64
	header [headerSize]byte
	count  int
	sum    hash.Hash64
	start  uint64
}

// output is where a file is written: on disk, or in memory for the starter.
type output interface {
	io.Writer
	io.WriterAt
}

func newFileWriter(f output) *fileWriter {
	size := 1 << 18
	if _, ok := f.(*memory); ok {
		size = 4 << 10
	}
	w := &fileWriter{f: f, w: bufio.NewWriterSize(f, size), sum: xxhash.New()}
	w.w.Write(w.header[:])
	w.offset, w.start = headerSize, headerSize
	return w
}

// Write adds to the section under way.
func (w *fileWriter) Write(p []byte) (int, error) {
	w.sum.Write(p)
	w.offset += uint64(len(p))
	return w.w.Write(p)
}

// end closes the section under way.
func (w *fileWriter) end() {
	p := w.header[24+w.count*24:]
	binary.LittleEndian.PutUint64(p, w.start)
	binary.LittleEndian.PutUint64(p[8:], w.offset-w.start)
	binary.LittleEndian.PutUint64(p[16:], w.sum.Sum64())
	w.count++
	w.sum.Reset()
	w.start = w.offset
}

// finish writes the header. The caller syncs and closes the output.
func (w *fileWriter) finish() error {
	if err := w.w.Flush(); err != nil {
		return err
	}
	h := w.header[:]
	copy(h, magic)
	binary.LittleEndian.PutUint16(h[8:], formatMajor)
	binary.LittleEndian.PutUint16(h[10:], formatMinor)
	binary.LittleEndian.PutUint16(h[12:], ecosystem.KeyFormat)
	binary.LittleEndian.PutUint16(h[14:], uint16(w.count))
	binary.LittleEndian.PutUint64(h[16:], w.offset)
	binary.LittleEndian.PutUint64(h[headerSize-8:], xxhash.Sum64(h[:headerSize-8]))
	_, err := w.f.WriteAt(h, 0)
	return err
}

// memory is an output that stays in memory.
type memory struct{ b []byte }

func (m *memory) Write(p []byte) (int, error) { m.b = append(m.b, p...); return len(p), nil }

func (m *memory) WriteAt(p []byte, off int64) (int, error) {
	if off < 0 || off+int64(len(p)) > int64(len(m.b)) {
		return 0, io.ErrShortWrite
	}
	return copy(m.b[off:], p), nil
}

var _ output = (*os.File)(nil)
