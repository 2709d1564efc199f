package advisory

import (
	"strings"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// block is a decoded package block. Its strings share one copy of the bytes.
type block struct {
	key       string
	names     []string
	releases  []string
	n         int    // versions
	ends      string // 2(n+1) offsets into texts
	texts     string // keys, then spellings
	unordered []string
	entries   []entry
}

// entry is what a record says of the package in one release.
type entry struct {
	record    uint64
	kind      kennel.AdvisoryKind
	sound     bool
	name      int
	release   int
	intervals []interval
	runs      []run
	unordered []int
}

// decodeBlock reads a block behind its checksum. It allocates no more than a
// small multiple of the block's length.
func decodeBlock(b []byte) (*block, bool) {
	c := read(b)
	d := &block{key: c.string(), names: c.strings(), releases: c.strings()}
	d.n = c.count(8)
	d.ends = c.take(8 * (d.n + 1))
	if c.bad || len(d.names) == 0 || len(d.releases) == 0 {
		return nil, false
	}
	d.texts = c.take(int(d.end(2*d.n + 1)))
	for i := range 2*d.n + 1 {
		if d.end(i) > d.end(i+1) {
			return nil, false
		}
	}
	d.unordered = c.strings()
	n := c.count(7)
	d.entries = make([]entry, n)
	top := uint64(2 * d.n)
	// Shared by all entries, and cut as they are read.
	intervals := make([]interval, 0, n+n/4)
	runs := make([]run, 0, n/2)
	for i := range d.entries {
		e := &d.entries[i]
		e.record = c.uvarint()
		flags := c.byte()
		e.sound, e.kind = flags&1 == 0, kennel.AdvisoryKind(flags>>1)
		name, release := c.uvarint(), c.uvarint()
		if name >= uint64(len(d.names)) || release >= uint64(len(d.releases)) {
			return nil, false
		}
		e.name, e.release = int(name), int(release)
		start := len(intervals)
		for range c.count(2) {
			lo, w := c.uvarint(), c.uvarint()
			if lo > top || w>>2 > top-lo {
				return nil, false
			}
			intervals = append(intervals, interval{uint32(lo), uint32(lo + w>>2), endKind(w & 3)})
		}
		e.intervals = intervals[start:len(intervals):len(intervals)]
		next := uint64(0)
		start = len(runs)
		for range c.count(2) {
			first, count := next+c.uvarint(), c.uvarint()
			if first >= uint64(d.n) || count > uint64(d.n)-first {
				return nil, false
			}
			runs = append(runs, run{uint32(first), uint32(count)})
			next = first + count
		}
		e.runs = runs[start:len(runs):len(runs)]
		if k := c.count(1); k > 0 {
			e.unordered = make([]int, k)
			for j := range e.unordered {
				u := c.uvarint()
				if u >= uint64(len(d.unordered)) {
					return nil, false
				}
				e.unordered[j] = int(u)
			}
		}
	}
	return d, !c.bad
}

func (d *block) end(i int) uint32 {
	p := d.ends[4*i : 4*i+4]
	return uint32(p[0]) | uint32(p[1])<<8 | uint32(p[2])<<16 | uint32(p[3])<<24
}

func (d *block) versionKey(i int) string { return d.texts[d.end(i):d.end(i+1)] }

func (d *block) spelled(i int) string { return d.texts[d.end(d.n+1+i):d.end(d.n+2+i)] }

// position finds a version's place among the positions.
func (d *block) position(v ecosystem.Version) uint32 {
	key := v.Key()
	lo, hi := 0, d.n
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		switch c := strings.Compare(d.versionKey(mid), key); {
		case c == 0:
			return uint32(2*mid + 1)
		case c < 0:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return uint32(2 * lo)
}

// holds returns the interval that has a position.
func (e *entry) holds(p uint32) (interval, bool) {
	for _, v := range e.intervals {
		if v.lo <= p && p <= v.hi {
			return v, true
		}
	}
	return interval{}, false
}

// lists reports whether the entry lists the version at a position.
func (e *entry) lists(p uint32) bool {
	if p&1 == 0 {
		return false
	}
	i := p / 2
	for _, r := range e.runs {
		if r.first <= i && i < r.first+r.count {
			return true
		}
	}
	return false
}

// everything reports whether the entry affects all versions, known or not.
func (d *block) everything(e *entry) bool {
	return len(e.intervals) > 0 && e.intervals[0].lo == 0 && e.intervals[0].hi == uint32(2*d.n)
}

// words says an interval as a person would check it.
func (d *block) words(v interval) string {
	last := uint32(2 * d.n)
	var parts []string
	switch {
	case v.lo == 0:
	case v.lo&1 == 1:
		parts = append(parts, ">= "+d.spelled(int(v.lo/2)))
	default:
		parts = append(parts, "> "+d.spelled(int(v.lo/2)-1))
	}
	switch {
	case v.hi == last:
	case v.hi&1 == 1:
		if v.lo == v.hi {
			return "= " + d.spelled(int(v.hi/2))
		}
		parts = append(parts, "<= "+d.spelled(int(v.hi/2)))
	default:
		parts = append(parts, "< "+d.spelled(int(v.hi/2)))
	}
	if len(parts) == 0 {
		return "all versions"
	}
	return strings.Join(parts, ", ")
}
