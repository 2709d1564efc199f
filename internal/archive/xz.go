package archive

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/kennel-oss/kennel"
)

// checkXZ walks through the structure of an xz file, without decompressing it,
// and refuses it when a block asks for a larger dictionary than maxWindow: the
// decoder would allocate up to 4 GiB because a header says so. Every block is
// found by the sizes that its LZMA2 chunks have, as the decoder finds it, not
// by the index, which may lie.
// Source: https://tukaani.org/xz/xz-file-format.txt
func checkXZ(c kennel.Content) error {
	x := &xzWalk{r: bufio.NewReaderSize(io.NewSectionReader(c, 0, c.Size()), 64<<10)}
	for first := true; ; first = false {
		err := x.stream()
		if err == io.EOF && !first {
			return nil
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return fmt.Errorf("xz: %w", err)
		}
	}
}

type xzWalk struct {
	r  *bufio.Reader
	at int64
}

var errXZ = errors.New("the structure is damaged")

// stream walks one stream, and returns io.EOF when there is none.
func (x *xzWalk) stream() error {
	head := make([]byte, 4)
	for { // padding between streams
		if _, err := io.ReadFull(x.r, head); err != nil {
			return err
		}
		if binary.LittleEndian.Uint32(head) != 0 {
			break
		}
	}
	x.at = 4
	rest, err := x.read(8)
	if err != nil {
		return err
	}
	if string(head)+string(rest[:2]) != "\xfd7zXZ\x00" {
		return errXZ
	}
	check := [16]int64{0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64}[rest[3]&15]
	for {
		size, err := x.byte()
		if err != nil {
			return err
		}
		if size == 0 {
			return x.index()
		}
		if err := x.block(4*(int64(size)+1)-1, check); err != nil {
			return err
		}
	}
}

// block walks a block, of whose header the first byte is read.
func (x *xzWalk) block(header, check int64) error {
	h, err := x.read(header)
	if err != nil {
		return err
	}
	flags, h := h[0], h[1:]
	for _, present := range []byte{0x40, 0x80} { // compressed, uncompressed size
		if flags&present != 0 {
			_, n := binary.Uvarint(h)
			if n <= 0 {
				return errXZ
			}
			h = h[n:]
		}
	}
	if flags&3 != 0 || len(h) < 3 || h[0] != 0x21 || h[1] != 1 {
		return errors.New("only the LZMA2 filter is understood")
	}
	if bits := h[2]; bits >= 40 || (2|int64(bits&1))<<(bits/2+11) > maxWindow {
		return &LimitError{What: "its dictionary", Bound: Size(maxWindow)}
	}
	for {
		control, err := x.byte()
		if err != nil {
			return err
		}
		if control == 0 {
			break
		}
		if err := x.chunk(control); err != nil {
			return err
		}
	}
	return x.skip(-x.at&3 + check)
}

// chunk skips an LZMA2 chunk, of which the first byte is read.
func (x *xzWalk) chunk(control byte) error {
	n := int64(2)
	switch {
	case control >= 0x80:
		n = 4
	case control > 2:
		return errXZ
	}
	h, err := x.read(n)
	if err != nil {
		return err
	}
	size := int64(binary.BigEndian.Uint16(h[n-2:])) + 1
	if control >= 0xc0 {
		size++ // the properties
	}
	return x.skip(size)
}

// index skips the index, of which the first byte is read, and the footer.
func (x *xzWalk) index() error {
	count, err := binary.ReadUvarint(x)
	if err != nil {
		return err
	}
	for range count {
		for range 2 {
			if _, err := binary.ReadUvarint(x); err != nil {
				return err
			}
		}
	}
	return x.skip(-x.at&3 + 4 + 12)
}

func (x *xzWalk) byte() (byte, error) {
	b, err := x.r.ReadByte()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	x.at++
	return b, err
}

// ReadByte makes the walk an io.ByteReader.
func (x *xzWalk) ReadByte() (byte, error) { return x.byte() }

func (x *xzWalk) read(n int64) ([]byte, error) {
	b := make([]byte, n) // at most 1 KiB
	_, err := io.ReadFull(x.r, b)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	x.at += n
	return b, err
}

func (x *xzWalk) skip(n int64) error {
	_, err := x.r.Discard(int(n))
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	x.at += n
	return err
}
