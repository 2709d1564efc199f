package advisory

import (
	"cmp"
	"slices"
)

// Everything that the records of a package say about versions is put into one
// table of distinct versions, sorted by the ecosystem's order. With n versions
// there are 2n+1 positions: 2i+1 is exactly version i, 2i is the gap below it
// (every version between i-1 and i), 2n is the gap above all. What a record
// affects is then intervals of positions, and a version found in a product is
// parsed once, searched once, and asked of every record as an integer.

// interval is the positions lo to hi, both affected.
type interval struct {
	lo, hi uint32
	end    endKind
}

// endKind says why an interval ends where it does.
type endKind uint8

const (
	endOpen  endKind = iota // nothing later is known to be free
	endFixed                // at a published fix
	endLast                 // behind the last version known to be affected
	endLimit                // where the range's limit is
)

// last is the position above all versions.
func (t *versionTable) last() uint32 { return uint32(2 * len(t.keys)) }

// intervals evaluates a range as the OSV specification says: sorted by
// version, each event that a version has reached says whether it is affected;
// a version is affected only below one of the limits. A version that is both
// introduced and fixed leaves things as they were, so that "fixed 2,
// introduced 2" goes on and "introduced 3, fixed 3" is empty, in whatever
// order they stand. ok is false when a bound has no order.
// Source: https://ossf.github.io/osv-schema/#evaluation
func (t *versionTable) intervals(events []event) (out []interval, ok bool) {
	type step struct {
		at   uint32 // the first position that has reached the event
		kind eventKind
	}
	steps := make([]step, 0, len(events))
	var below uint32 // first position at or above the highest limit
	limited := false
	for _, ev := range events {
		at := uint32(0)
		if !ev.everything() {
			i := t.index[ev.version]
			if i < 0 {
				return nil, false
			}
			at = uint32(2*i + 1)
		}
		switch ev.kind {
		case limit:
			if ev.everything() {
				at = t.last() + 1
			}
			below, limited = max(below, at), true
			continue
		case lastAffected:
			at++
		}
		steps = append(steps, step{at, ev.kind})
	}
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Compare(a.at, b.at) })
	open, lo := false, uint32(0)
	for i := 0; i < len(steps); {
		at := steps[i].at
		begins, ends, end := false, false, endOpen
		for ; i < len(steps) && steps[i].at == at; i++ {
			switch steps[i].kind {
			case introduced:
				begins = true
			case fixed:
				ends, end = true, endFixed
			case lastAffected:
				if !ends {
					ends, end = true, endLast
				}
			}
		}
		switch {
		case begins == ends:
		case begins && !open:
			open, lo = true, at
		case ends && open:
			open = false
			if at > lo {
				out = append(out, interval{lo, at - 1, end})
			}
		}
	}
	if open {
		out = append(out, interval{lo, t.last(), endOpen})
	}
	if limited {
		out = clip(out, 0, below, endLimit)
	}
	return out, true
}

// affects makes the intervals of one entry of a record. sound is false when
// some of its bounds have no order, so that it cannot be evaluated in full.
func (t *versionTable) affects(a *affected) (out []interval, sound bool) {
	sound = a.sound
	all := func(ranges [][]event) (list []interval) {
		for _, events := range ranges {
			v, ok := t.intervals(events)
			sound = sound && ok
			list = append(list, v...)
		}
		return union(list)
	}
	standard := all(a.ranges)
	custom := all(a.custom)
	if len(custom) == 0 {
		return standard, sound
	}
	return t.closeWith(standard, custom), sound
}

// run is count listed versions, from index first of the table.
type run struct{ first, count uint32 }

// runs turns listed versions into runs, and indexes of those without order.
func (t *versionTable) runs(versions []string) (runs []run, unordered []int) {
	var list []int
	for _, v := range versions {
		if i := t.index[v]; i >= 0 {
			list = append(list, i)
		} else if j, ok := slices.BinarySearch(t.unordered, v); ok {
			unordered = append(unordered, j)
		}
	}
	slices.Sort(list)
	for _, i := range slices.Compact(list) {
		if n := len(runs); n > 0 && runs[n-1].first+runs[n-1].count == uint32(i) {
			runs[n-1].count++
			continue
		}
		runs = append(runs, run{uint32(i), 1})
	}
	slices.Sort(unordered)
	return runs, slices.Compact(unordered)
}
