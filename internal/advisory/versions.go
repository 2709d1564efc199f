package advisory

import (
	"cmp"
	"slices"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
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
