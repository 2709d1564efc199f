package java

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// entry is one file in a zip's central directory.
type entry struct {
	name         string
	method       uint16
	encrypted    bool
	packed, size int64
	header       int64 // where its local header lies
}

// Formats from the zip specification (APPNOTE.TXT 6.3.10, 4.3.7 to 4.3.16).
const (
	localSize, centralSize, endSize, end64Size, locator64Size = 30, 46, 22, 56, 20

	stored, deflated = 0, 8
)

var errNotZip = errors.New("not a zip archive, or cut short: its directory is missing")

// scanDirectory calls see for each entry of the central directory of the zip
// in r, in its order, and returns the directory's size in bytes. The name that
// see gets is valid during the call only; block is scratch of windowSize bytes.
//
// archive/zip would allocate some 300 bytes for every entry of archives that
// have tens of thousands, of which a few matter here; this keeps none.
func scanDirectory(r io.ReaderAt, size int64, block []byte, see func(name []byte, e entry) error) (int64, error) {
	at, length, base, err := findDirectory(r, size)
	if err != nil {
		return 0, err
	}
	read := window{r: r, at: base + at, end: base + at + length, buf: block}
	for read.left() >= centralSize {
		h, err := read.next(centralSize)
		if err != nil {
			return length, err
		}
		if binary.LittleEndian.Uint32(h) != 0x02014b50 {
			return length, errors.New("broken zip directory")
		}
		flags := binary.LittleEndian.Uint16(h[8:])
		e := entry{
			method:    binary.LittleEndian.Uint16(h[10:]),
			encrypted: flags&1 != 0,
			packed:    int64(binary.LittleEndian.Uint32(h[20:])),
			size:      int64(binary.LittleEndian.Uint32(h[24:])),
			header:    int64(binary.LittleEndian.Uint32(h[42:])),
		}
		nameLen := int(binary.LittleEndian.Uint16(h[28:]))
		extraLen := int(binary.LittleEndian.Uint16(h[30:]))
		commentLen := int(binary.LittleEndian.Uint16(h[32:]))
		rest, err := read.next(nameLen + extraLen + commentLen)
		if err != nil {
			return length, err
		}
		if !e.widen(rest[nameLen : nameLen+extraLen]) {
			return length, errors.New("broken zip64 sizes in the directory")
		}
		e.header += base
		if err := see(rest[:nameLen], e); err != nil {
			return length, err
		}
	}
	return length, nil
}

// widen replaces the fields that say "see zip64" by those of the extra field.
func (e *entry) widen(extra []byte) bool {
	const full = 1<<32 - 1
	if e.size != full && e.packed != full && e.header != full {
		return true
	}
	for len(extra) >= 4 {
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if extra = extra[4:]; n > len(extra) {
			return false
		}
		if id != 1 {
			extra = extra[n:]
			continue
		}
		field := extra[:n]
		for _, v := range []*int64{&e.size, &e.packed, &e.header} {
			if *v != full {
				continue
			}
			if len(field) < 8 {
				return false
			}
			if *v = int64(binary.LittleEndian.Uint64(field)); *v < 0 {
				return false
			}
			field = field[8:]
		}
		return true
	}
	return false
}

// findDirectory returns where the central directory lies: offset at and
// length, counted from base, which is not 0 when something was put before the
// zip, as the launch script of an executable jar.
func findDirectory(r io.ReaderAt, size int64) (at, length, base int64, err error) {
	const most = endSize + 1<<16 // the end record and the longest comment
	tail := make([]byte, min(size, most))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return 0, 0, 0, err
	}
	i := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	for ; i >= 0; i = bytes.LastIndex(tail[:i], []byte("PK\x05\x06")) {
		if i+endSize <= len(tail) && i+endSize+int(binary.LittleEndian.Uint16(tail[i+20:])) <= len(tail) {
			break
		}
	}
	if i < 0 {
		return 0, 0, 0, errNotZip
	}
	end := size - int64(len(tail)) + int64(i)
	length = int64(binary.LittleEndian.Uint32(tail[i+12:]))
	at = int64(binary.LittleEndian.Uint32(tail[i+16:]))
	if length == 1<<32-1 || at == 1<<32-1 || binary.LittleEndian.Uint16(tail[i+10:]) == 1<<16-1 {
		if a, l, e, ok := findDirectory64(r, end); ok {
			at, length, end = a, l, e
		}
	}
	base = end - length - at
	if at < 0 || length < 0 || length > end || at > end || base < 0 || base+at+length > size {
		return 0, 0, 0, errNotZip
	}
	return at, length, base, nil
}

// findDirectory64 reads the zip64 end record, whose locator lies before the
// end record at offset end.
func findDirectory64(r io.ReaderAt, end int64) (at, length, at64 int64, ok bool) {
	var locator [locator64Size]byte
	if end < locator64Size {
		return 0, 0, 0, false
	}
	if _, err := r.ReadAt(locator[:], end-locator64Size); err != nil || binary.LittleEndian.Uint32(locator[:]) != 0x07064b50 {
		return 0, 0, 0, false
	}
	// The locator's offset is wrong by base when something was put before the
	// zip; the record itself has a fixed size and lies right before it then.
	var record [end64Size]byte
	for _, at64 = range []int64{int64(binary.LittleEndian.Uint64(locator[8:])), end - locator64Size - end64Size} {
		if at64 < 0 || at64 > end {
			continue
		}
		if _, err := r.ReadAt(record[:], at64); err == nil && binary.LittleEndian.Uint32(record[:]) == 0x06064b50 {
			return int64(binary.LittleEndian.Uint64(record[48:])), int64(binary.LittleEndian.Uint64(record[40:])), at64, true
		}
	}
	return 0, 0, 0, false
}

// section returns the packed bytes of e.
func (e entry) section(r io.ReaderAt, size int64) (*io.SectionReader, error) {
	switch {
	case e.encrypted:
		return nil, errors.New("it is encrypted")
	case e.method != stored && e.method != deflated:
		return nil, fmt.Errorf("it is packed by zip method %d, which is not read", e.method)
	case e.header < 0 || e.header > size-localSize:
		return nil, errors.New("it lies outside of its archive")
	}
	var local [localSize]byte
	if _, err := r.ReadAt(local[:], e.header); err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint32(local[:]) != 0x04034b50 {
		return nil, errors.New("its header is broken")
	}
	at := e.header + localSize + int64(binary.LittleEndian.Uint16(local[26:])) + int64(binary.LittleEndian.Uint16(local[28:]))
	if e.packed < 0 || at > size || e.packed > size-at {
		return nil, errors.New("it lies outside of its archive")
	}
	return io.NewSectionReader(r, at, e.packed), nil
}

// windowSize holds what a directory entry can measure at most, 3*65535 bytes,
// and some more.
const windowSize = 1 << 18

// window reads a part of r from its begin in blocks.
type window struct {
	r        io.ReaderAt
	at, end  int64
	buf      []byte
	from, to int
}

func (w *window) left() int64 { return w.end - w.at + int64(w.to-w.from) }

// next returns the next n bytes, at most len(buf), valid until it is called
// again.
func (w *window) next(n int) ([]byte, error) {
	if w.to-w.from < n {
		if w.left() < int64(n) {
			return nil, io.ErrUnexpectedEOF
		}
		copy(w.buf, w.buf[w.from:w.to])
		w.to, w.from = w.to-w.from, 0
		more := min(int64(len(w.buf)-w.to), w.end-w.at)
		if _, err := w.r.ReadAt(w.buf[w.to:w.to+int(more)], w.at); err != nil && err != io.EOF {
			return nil, err
		}
		w.to += int(more)
		w.at += more
	}
	out := w.buf[w.from : w.from+n]
	w.from += n
	return out, nil
}
