package advisory

import (
	"encoding/binary"
	"slices"

	kennel "github.com/kennel-oss/kennel"
)

// affected is what one entry of a record says of one package, while a
// database is compiled.
type affected struct {
	record   uint64 // offset of the record's header
	kind     kennel.AdvisoryKind
	name     string
	release  string
	ranges   [][]event
	custom   [][]event // Go's custom ranges
	versions []string
	sound    bool     // false when part of it could not be read
	ids      []string // the record's id and aliases
}

// encodeBlock makes the block of one package from all that speaks of it:
//
//	checksum
//	name key, spelled names, releases ("" first)
//	n, n+1 offsets of keys, n+1 offsets of spellings, keys, spellings
//	versions without order
//	entries: record, kind and soundness, name, release, intervals, runs, unordered
func encodeBlock(e kennel.Ecosystem, key string, entries []*affected) []byte {
	t := makeTable(e, entries)
	var names []string
	releases := []string{""}
	for _, a := range entries {
		names = append(names, a.name)
		releases = append(releases, a.release)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	slices.Sort(releases)
	releases = slices.Compact(releases)

	b := make([]byte, 4, 256)
	b = appendString(b, key)
	b = appendStrings(b, names)
	b = appendStrings(b, releases)
	b = t.append(b)
	b = appendUvarint(b, uint64(len(entries)))
	said := make([]statement, len(entries))
	for i, a := range entries {
		said[i].intervals, said[i].sound = t.affects(a)
	}
	for i, a := range entries {
		intervals, sound := said[i].intervals, said[i].sound || covered(entries, said, i)
		runs, unordered := t.runs(a.versions)
		flags := byte(a.kind) << 1
		if !sound {
			flags |= 1
		}
		b = append(appendUvarint(b, a.record), flags)
		b = appendUvarint(b, uint64(index(names, a.name)))
		b = appendUvarint(b, uint64(index(releases, a.release)))
		b = appendUvarint(b, uint64(len(intervals)))
		for _, v := range intervals {
			b = appendUvarint(b, uint64(v.lo))
			b = appendUvarint(b, uint64(v.hi-v.lo)<<2|uint64(v.end))
		}
		b = appendUvarint(b, uint64(len(runs)))
		next := uint32(0)
		for _, r := range runs {
			b = appendUvarint(b, uint64(r.first-next))
			b = appendUvarint(b, uint64(r.count))
			next = r.first + r.count
		}
		b = appendUvarint(b, uint64(len(unordered)))
		for _, i := range unordered {
			b = appendUvarint(b, uint64(i))
		}
	}
	return b
}

// statement is what an entry comes to.
type statement struct {
	intervals []interval
	sound     bool
}

// covered reports whether a sound entry of another record speaks of the same
// problem in the same release as entry i. A bound that nobody can order (the
// "fixed: 2.2." of one database) then takes nothing away, and need not make
// the package one that could not be looked at.
func covered(entries []*affected, said []statement, i int) bool {
	a := entries[i]
	for j, b := range entries {
		if said[j].sound && b.record != a.record && b.release == a.release && b.name == a.name &&
			slices.ContainsFunc(b.ids, func(id string) bool { return slices.Contains(a.ids, id) }) {
			return true
		}
	}
	return false
}

func index(sorted []string, s string) int {
	i, _ := slices.BinarySearch(sorted, s)
	return i
}

func (t *versionTable) append(b []byte) []byte {
	b = appendUvarint(b, uint64(len(t.keys)))
	at := uint32(0)
	b = binary.LittleEndian.AppendUint32(b, at)
	for _, k := range t.keys {
		at += uint32(len(k.Key()))
		b = binary.LittleEndian.AppendUint32(b, at)
	}
	b = binary.LittleEndian.AppendUint32(b, at)
	for _, s := range t.spelled {
		at += uint32(len(s))
		b = binary.LittleEndian.AppendUint32(b, at)
	}
	for _, k := range t.keys {
		b = append(b, k.Key()...)
	}
	for _, s := range t.spelled {
		b = append(b, s...)
	}
	return appendStrings(b, t.unordered)
}
