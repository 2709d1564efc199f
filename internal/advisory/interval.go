package advisory

import (
	"cmp"
	"slices"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
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

// event is one event of a range.
type event struct {
	kind    eventKind
	version string
}

type eventKind uint8

const (
	introduced eventKind = iota
	fixed
	lastAffected
	limit
)

// versionTable is the versions of one package while a database is compiled.
type versionTable struct {
	keys      []ecosystem.Version // sorted, distinct
	spelled   []string            // one spelling of each
	index     map[string]int      // spelling -> index in keys; -1: no order
	unordered []string            // versions that have no order, sorted
}

// makeTable sorts the versions of a package. Where several spellings rank
// equal, the one of a fix is kept, since a fix is shown to people and typed
// by them; among equals the shortest, then the least.
func makeTable(e kennel.Ecosystem, entries []*affected) *versionTable {
	type row struct {
		key     ecosystem.Version
		spelled string
		fix     bool
	}
	t := &versionTable{index: make(map[string]int)}
	fixes := make(map[string]bool)
	var rows []row
	add := func(v string, fix bool) {
		if fix {
			fixes[v] = true
		}
		if _, seen := t.index[v]; seen {
			return
		}
		key, err := ecosystem.Parse(e, v)
		if err != nil {
			t.index[v] = -1
			t.unordered = append(t.unordered, v)
			return
		}
		t.index[v] = 0
		rows = append(rows, row{key: key, spelled: v})
	}
	for _, a := range entries {
		if len(a.custom) > 0 {
			add(noRelease, false)
		}
		for _, list := range [][][]event{a.ranges, a.custom} {
			for _, events := range list {
				for _, ev := range events {
					if !ev.everything() {
						add(ev.version, ev.kind == fixed)
					}
				}
			}
		}
		for _, v := range a.versions {
			add(v, false)
		}
	}
	for i := range rows {
		rows[i].fix = fixes[rows[i].spelled]
	}
	slices.SortFunc(rows, func(a, b row) int {
		if c := a.key.Compare(b.key); c != 0 {
			return c
		}
		if a.fix != b.fix {
			if a.fix {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(len(a.spelled), len(b.spelled)), cmp.Compare(a.spelled, b.spelled))
	})
	for _, r := range rows {
		if n := len(t.keys); n == 0 || t.keys[n-1] != r.key {
			t.keys = append(t.keys, r.key)
			t.spelled = append(t.spelled, r.spelled)
		}
		t.index[r.spelled] = len(t.keys) - 1
	}
	slices.Sort(t.unordered)
	return t
}

// everything reports whether the event's version is no version: "0" begins
// before all, "*" is a limit that is none.
func (ev event) everything() bool {
	return ev.kind == introduced && ev.version == "0" || ev.kind == limit && ev.version == "*"
}

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

// clip keeps the part of each interval from lo to below above.
func clip(in []interval, lo, above uint32, end endKind) []interval {
	var out []interval
	for _, v := range in {
		v.lo = max(v.lo, lo)
		if v.hi >= above {
			if above == 0 {
				continue
			}
			v.hi, v.end = above-1, end
		}
		if v.lo <= v.hi {
			out = append(out, v)
		}
	}
	return out
}

// union sorts intervals and joins those that overlap or touch.
func union(in []interval) []interval {
	slices.SortFunc(in, func(a, b interval) int { return cmp.Or(cmp.Compare(a.lo, b.lo), cmp.Compare(a.hi, b.hi)) })
	var out []interval
	for _, v := range in {
		if n := len(out); n > 0 && v.lo <= out[n-1].hi+1 {
			if v.hi > out[n-1].hi || v.hi == out[n-1].hi && v.end == endFixed {
				out[n-1].hi, out[n-1].end = v.hi, v.end
			}
			continue
		}
		out = append(out, v)
	}
	return out
}

// intersect keeps what is in both. An end comes from the list that ends first.
func intersect(a, b []interval) []interval {
	var out []interval
	for _, v := range a {
		for _, w := range b {
			x := interval{max(v.lo, w.lo), min(v.hi, w.hi), w.end}
			if v.hi < w.hi {
				x.end = v.end
			}
			if x.lo <= x.hi {
				out = append(out, x)
			}
		}
	}
	return union(out)
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

// noRelease is what every version of a Go module without releases is below:
// they are called 0.0.0-date-commit.
const noRelease = "0.0.0"

// closeWith reads Go's custom ranges beside the standard ones. Custom bounds
// are versions that a project publishes and the module proxy does not know.
//
// Where the standard range has no end, they say where it ends: among releases
// when they name releases, and among commits without a release when they name
// such commits. Where it has an
// end, it holds for what the proxy knows, and closed custom ranges are added
// above it: versions such as 3.5.0 of a program whose module is at 0.305.0.
func (t *versionTable) closeWith(standard, custom []interval) []interval {
	top := uint32(0)
	for _, v := range standard {
		if v.end == endOpen {
			return t.endWith(standard, custom)
		}
		top = max(top, v.hi+1)
	}
	out := slices.Clone(standard)
	for _, v := range clip(custom, top+1, t.last()+1, endOpen) {
		if v.end != endOpen {
			out = append(out, v)
		}
	}
	return union(out)
}

// endWith lets custom ranges end standard ones.
func (t *versionTable) endWith(standard, custom []interval) []interval {
	out := intersect(standard, custom)
	if len(out) == 0 {
		return standard
	}
	release := uint32(2*t.index[noRelease] + 1)
	commits, releases := false, false // which of them the custom bounds name
	for _, v := range custom {
		for _, bound := range [2]uint32{v.lo, v.hi + 1} {
			commits = commits || 0 < bound && bound < release
			releases = releases || release < bound && bound <= t.last()
		}
	}
	if !commits {
		out = append(out, clip(standard, 0, release, endOpen)...)
	}
	if !releases {
		out = append(out, clip(standard, release, t.last()+1, endOpen)...)
	}
	return union(out)
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
