package archive

import (
	"bytes"
	"io"
)

// format is a container or compression told by its first bytes.
type format uint8

const (
	unknown format = iota
	plainTar
	plainZip
	gzipped // from here on, compressed streams
	zstded
	xzed
	bzip2ed
)

// sniffSize is how much sniff looks at: one tar header.
const sniffSize = 512

// sniff tells the format from the first bytes of a file.
func sniff(head []byte) format {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b, 8}):
		return gzipped
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return zstded
	case bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")):
		return xzed
	case bytes.HasPrefix(head, []byte("BZh")) && len(head) > 9 && bytes.Equal(head[4:10], []byte{0x31, 0x41, 0x59, 0x26, 0x53, 0x59}):
		return bzip2ed
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return plainZip
	case isTar(head):
		return plainTar
	}
	return unknown
}

// isTar reports whether head is a tar header: its checksum tells, since old
// archives have no magic.
func isTar(head []byte) bool {
	if len(head) < 512 {
		return false
	}
	var want, sum int64
	field := bytes.Trim(head[148:156], " \x00")
	if len(field) == 0 {
		return false
	}
	for _, c := range field {
		if c < '0' || c > '7' {
			return false
		}
		want = want*8 + int64(c-'0')
	}
	for i, c := range head[:512] {
		if i >= 148 && i < 156 {
			c = ' '
		}
		sum += int64(c)
	}
	return sum == want
}

// IsArchive reports whether a file that begins with head may be an archive or
// a compressed file that [Open] reads.
func IsArchive(head []byte) bool { return sniff(head) != unknown }

// IsZip reports whether a file that begins with head is a zip, as jars and
// wheels are.
func IsZip(head []byte) bool { return sniff(head) == plainZip }

// headOf reads the first bytes of an input.
func headOf(r io.ReaderAt, size int64) ([]byte, error) {
	b := make([]byte, min(size, sniffSize))
	n, err := r.ReadAt(b, 0)
	if err == io.EOF {
		err = nil
	}
	return b[:n], err
}
