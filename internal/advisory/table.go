package advisory

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// A table is a static map from 64-bit keys to 64-bit values; a key may have
// several. Entries are sorted by key and cut into pages by the key's top bits,
// about tablePage entries a page whatever the size, so that a look-up reads
// one line of the index and one page. A page ends in its checksum.
//
// The keys must be evenly spread (hashes, or [spread] numbers). Whoever
// chooses keys that are not can make pages long and look-ups slow, not wrong.
const (
	tableEntry = 16
	tablePage  = 12
)

type tableRow struct{ key, value uint64 }

// spread makes an evenly spread key of a number, one to one.
func spread(v uint64) uint64 {
	v ^= v >> 32
	v *= 0xD6E8FEB86659FD93 // odd, so that multiplying loses nothing
	v ^= v >> 32
	v *= 0xD6E8FEB86659FD93
	v ^= v >> 32
	return v
}

// tableBits is how many top bits select the page of a table of n rows.
func tableBits(n int) int { return bits.Len(uint(n / tablePage)) }

// encodeTable returns the pages and their index. It sorts rows.
func encodeTable(rows []tableRow) (pages, index []byte) {
	slices.SortFunc(rows, func(a, b tableRow) int {
		if a.key != b.key {
			if a.key < b.key {
				return -1
			}
			return 1
		}
		if a.value < b.value {
			return -1
		} else if a.value > b.value {
			return 1
		}
		return 0
	})
	rows = slices.Compact(rows)
	width := tableBits(len(rows))
	n := 1 << width
	pages = make([]byte, 0, len(rows)*tableEntry+n*4)
	index = make([]byte, 0, (n+1)*4)
	next := 0
	for page := range n {
		index = binary.LittleEndian.AppendUint32(index, uint32(next))
		start := len(pages)
		for ; next < len(rows) && pageOf(rows[next].key, width) == page; next++ {
			pages = binary.LittleEndian.AppendUint64(pages, rows[next].key)
			pages = binary.LittleEndian.AppendUint64(pages, rows[next].value)
		}
		pages = binary.LittleEndian.AppendUint32(pages, check(pages[start:], uint64(page)))
	}
	return pages, binary.LittleEndian.AppendUint32(index, uint32(next))
}

func pageOf(key uint64, width int) int {
	return int(key >> (64 - width)) // a shift by 64 gives 0: the one page
}

// table reads an encoded table in a file.
type table struct {
	file         *file
	pages, index span
	width        int
}

func openTable(f *file, pages, index int) (table, error) {
	t := table{file: f, pages: f.spans[pages], index: f.spans[index]}
	n := t.index.length/4 - 1
	if t.index.length%4 != 0 || t.index.length < 8 || bits.OnesCount64(n) != 1 {
		return t, f.damaged("its index has an impossible length")
	}
	t.width = bits.TrailingZeros64(n)
	return t, nil
}

// find appends the values of key to buf.
func (t *table) find(key uint64, buf []uint64) ([]uint64, error) {
	if t.file == nil {
		return buf, nil
	}
	page := uint64(pageOf(key, t.width))
	var ends [8]byte
	if err := t.file.read(ends[:], t.index.offset+page*4); err != nil {
		return buf, err
	}
	first := uint64(binary.LittleEndian.Uint32(ends[:]))
	last := uint64(binary.LittleEndian.Uint32(ends[4:]))
	start, end := first*tableEntry+page*4, last*tableEntry+page*4+4
	if last < first || end > t.pages.length {
		return buf, t.file.damaged("its index points outside")
	}
	var small [640]byte
	var p []byte
	if n := end - start; n <= uint64(len(small)) {
		p = small[:n]
	} else {
		p = make([]byte, n)
	}
	if err := t.file.read(p, t.pages.offset+start); err != nil {
		return buf, err
	}
	p, sum := p[:len(p)-4], binary.LittleEndian.Uint32(p[len(p)-4:])
	if check(p, page) != sum {
		return buf, t.file.damaged("a page of its index has the wrong checksum")
	}
	for ; len(p) > 0; p = p[tableEntry:] {
		if k := binary.LittleEndian.Uint64(p); k == key {
			buf = append(buf, binary.LittleEndian.Uint64(p[8:]))
		} else if k > key {
			break
		}
	}
	return buf, nil
}
