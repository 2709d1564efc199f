package advisory

import (
	"strings"

	kennel "github.com/kennel-oss/kennel"
)

// wayOut is the least published fix above a version that is free of the
// package's other problems, and that is the same whichever record asks.
type wayOut struct {
	version string
	known   bool
	blocked bool // fixes are published above, and all are affected
}

// wayOut walks the fixes that any record of the package publishes, upwards
// from a position. One that another record affects is passed over, except
// where that record affects the installed version too and has no end: there is
// no getting away from it, and it must not hide the fix of everything else.
// Notices neither publish fixes nor stand in the way.
func (d *block) wayOut(about []*entry, at uint32, ordered bool) wayOut {
	var w wayOut
	if !ordered {
		return w
	}
	var fixes []bool // by version index, from the installed one
	base := at / 2
	for _, e := range about {
		if e.kind.Informational() {
			continue
		}
		for _, v := range e.intervals {
			if i := (v.hi + 1) / 2; v.end == endFixed && 2*i+1 > at {
				if fixes == nil {
					fixes = make([]bool, uint32(d.n)-base+1)
				}
				fixes[i-base] = true
			}
		}
	}
	if fixes == nil {
		return w
	}
	covered := d.coverage(about, at, base)
	depth := int32(0)
	for i, fix := range fixes {
		depth += covered[i]
		if !fix {
			continue
		}
		if depth == 0 && int(base)+i < d.n {
			return wayOut{version: d.spelled(int(base) + i), known: true}
		}
		w.blocked = true
	}
	return w
}

// coverage counts, as differences from one version to the next, how many
// records affect each version from base on.
func (d *block) coverage(about []*entry, at, base uint32) []int32 {
	diff := make([]int32, uint32(d.n)-base+2)
	add := func(first, last uint32) { // indexes of versions, both affected
		first = max(first, base)
		if first <= last && last < uint32(d.n) {
			diff[first-base]++
			diff[last-base+1]--
		}
	}
	for _, e := range about {
		if e.kind.Informational() {
			continue
		}
		for _, v := range e.intervals {
			if v.hi == uint32(2*d.n) && v.lo <= at {
				continue // no way out of this one
			}
			if v.hi > 0 {
				add(v.lo/2, (v.hi-1)/2) // the versions with lo <= 2i+1 <= hi
			}
		}
		for _, r := range e.runs {
			if r.count > 0 {
				add(r.first, r.first+r.count-1)
			}
		}
	}
	return diff
}

// fix says what the way out means for one record. A Go version keeps the "v"
// that the component has and Go's records leave out.
func (w wayOut) fix(h hit, q *query) kennel.Fix {
	switch {
	case h.open:
		return kennel.Fix{State: kennel.FixNone}
	case w.known:
		v := w.version
		if q.Ecosystem == kennel.Go && strings.HasPrefix(q.version, "v") && !strings.HasPrefix(v, "v") {
			v = "v" + v
		}
		return kennel.Fix{State: kennel.FixKnown, Version: v}
	case w.blocked && h.end == endFixed:
		return kennel.Fix{State: kennel.FixNone}
	}
	return kennel.Fix{State: kennel.FixUnknown}
}
