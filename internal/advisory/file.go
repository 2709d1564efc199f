package advisory

import (
	"encoding/binary"
	"fmt"

	"github.com/cespare/xxhash/v2"
	"golang.org/x/exp/mmap"

	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// The format. A reader refuses files of a newer major number; a newer minor
// one may have sections that an older reader does not look at.
const (
	formatMajor = 1
	formatMinor = 0

	// magic holds a carriage return and a line feed, so that a transfer which
	// changes line ends is seen at once.
	magic      = "KENNEL\r\n"
	headerSize = 512
	sectionMax = 16
)

// Sections of an advisory file.
const (
	secTexts     = iota // compressed blocks of whole records
	secTextIndex        // where each block begins
	secRecords          // record headers
	secPackages         // package blocks
	secNamePages        // table: hash of a name key -> package block
	secNameIndex
	secIDPages // table: hash of an id or alias -> record header
	secIDIndex
	secMeta // JSON: what the file is
	advisorySections
)

// Sections of a signals file.
const (
	secKEVPages = iota
	secKEVIndex
	secEPSSPages
	secEPSSIndex
	signalSections
)

// span is a part of a file.
type span struct{ offset, length uint64 }

// file is an open file of a database: mapped into memory, or held in it.
type file struct {
	name  string
	m     *mmap.ReaderAt
	mem   []byte
	spans [sectionMax]span
	sums  [sectionMax]uint64
	count int
}

// openFile maps path and checks what can be checked in constant time: length,
// magic, version, header checksum and the bounds of the sections.
func openFile(path string, length int64) (*file, error) {
	m, err := mmap.Open(path)
	if err != nil {
		return nil, fmt.Errorf("advisory database: %w", err)
	}
	f := &file{name: path, m: m}
	if err := f.open(length); err != nil {
		m.Close()
		return nil, err
	}
	return f, nil
}

func openMemory(name string, b []byte) (*file, error) {
	f := &file{name: name, mem: b}
	return f, f.open(int64(len(b)))
}

func (f *file) len() int64 {
	if f.m != nil {
		return int64(f.m.Len())
	}
	return int64(len(f.mem))
}

func (f *file) open(length int64) error {
	if f.len() != length {
		return f.damaged(fmt.Sprintf("it has %d bytes instead of %d", f.len(), length))
	}
	var h [headerSize]byte
	if err := f.read(h[:], 0); err != nil {
		return err
	}
	if string(h[:8]) != magic {
		return f.damaged("it does not begin as an advisory file does")
	}
	if binary.LittleEndian.Uint64(h[headerSize-8:]) != xxhash.Sum64(h[:headerSize-8]) {
		return f.damaged("its header has the wrong checksum")
	}
	if major := binary.LittleEndian.Uint16(h[8:]); major != formatMajor {
		return wrongFormat(f.name, int(major))
	}
	if k := binary.LittleEndian.Uint16(h[12:]); k != ecosystem.KeyFormat {
		return fmt.Errorf("advisory database %s orders versions in another way (%d) than this kennel (%d); %s", f.name, k, ecosystem.KeyFormat, remedy)
	}
	f.count = int(binary.LittleEndian.Uint16(h[14:]))
	if f.count > sectionMax || binary.LittleEndian.Uint64(h[16:]) != uint64(length) {
		return f.damaged("its header does not fit its length")
	}
	for i := range f.count {
		p := h[24+i*24:]
		s := span{binary.LittleEndian.Uint64(p), binary.LittleEndian.Uint64(p[8:])}
		if s.offset > uint64(length) || s.length > uint64(length)-s.offset {
			return f.damaged("a section lies outside")
		}
		f.spans[i], f.sums[i] = s, binary.LittleEndian.Uint64(p[16:])
	}
	return nil
}

func (f *file) close() error {
	if f == nil || f.m == nil {
		return nil
	}
	return f.m.Close()
}

// read fills p from offset.
func (f *file) read(p []byte, offset uint64) error {
	if n := uint64(f.len()); offset > n || uint64(len(p)) > n-offset {
		return f.damaged("a reference points outside")
	}
	if f.m == nil {
		copy(p, f.mem[offset:])
		return nil
	}
	_, err := f.m.ReadAt(p, int64(offset))
	return err
}

// section reads a whole section and checks it.
func (f *file) section(i int) ([]byte, error) {
	b := make([]byte, f.spans[i].length)
	if err := f.read(b, f.spans[i].offset); err != nil {
		return nil, err
	}
	if xxhash.Sum64(b) != f.sums[i] {
		return nil, f.damaged("a section has the wrong checksum")
	}
	return b, nil
}

// remedy ends every error about the files of a database.
const remedy = "run `kennel db update` to make it anew"

func (f *file) damaged(how string) error {
	return fmt.Errorf("advisory database %s is %w: %s; %s", f.name, errDamaged, how, remedy)
}

func wrongFormat(name string, major int) error {
	if major > formatMajor {
		return fmt.Errorf("advisory database %s has format %d, and this kennel reads format %d: update kennel", name, major, formatMajor)
	}
	return fmt.Errorf("advisory database %s has format %d, which is too old for this kennel; %s", name, major, remedy)
}
