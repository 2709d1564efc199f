package judge

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// Change is a release that a dependency update brings in.
type Change struct {
	Component kennel.Component
	// Before is what it takes the place of: the nearest older version that went,
	// else the nearest that was there, else the nearest newer one (a downgrade).
	// Its version is the component's own when only where it comes from or its
	// hash changed. Zero for a package that is new.
	Before   kennel.Component
	Projects []string // that hold it, sorted
}

// New reports whether the package was not there before.
func (c Change) New() bool { return c.Before.Name == "" }

// Changes returns what is in the second inventory and not in the first, by
// package and version. Local components (workspace members) are nobody's
// release and left out.
func Changes(before, after kennel.Inventory) []Change {
	old := releases(before)
	var out []Change
	for key, list := range releases(after) {
		was := old[key]
		for _, c := range list {
			if held(was, c.Component) {
				continue
			}
			c.Before = predecessor(was, list, c.Component)
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Component.Ecosystem, b.Component.Ecosystem), strings.Compare(a.Component.Name, b.Component.Name),
			ecosystem.Order(a.Component.Ecosystem, a.Component.Version, b.Component.Version))
	})
	return out
}

// releases are the components of an inventory by package, each once.
func releases(inv kennel.Inventory) map[kennel.Package][]Change {
	out := map[kennel.Package][]Change{}
	for i := range inv.Projects {
		p := &inv.Projects[i]
		for _, o := range p.Occurrences {
			if o.Origin == kennel.OriginLocal || o.Version == "" && o.Commit == "" {
				continue
			}
			key := kennel.Package{Ecosystem: o.Ecosystem, Name: ecosystem.NameKey(o.Package)}
			at := slices.IndexFunc(out[key], func(c Change) bool { return same(c.Component, o.Component) })
			if at < 0 {
				at = len(out[key])
				out[key] = append(out[key], Change{Component: o.Component})
			}
			held := &out[key][at].Projects
			if n, found := slices.BinarySearch(*held, p.ID()); !found {
				*held = slices.Insert(*held, n, p.ID())
			}
		}
	}
	return out
}

// held reports whether a list holds c as it is, hashes and origin too.
func held(list []Change, c kennel.Component) bool {
	return slices.ContainsFunc(list, func(o Change) bool { return same(o.Component, c) })
}

func same(a, b kennel.Component) bool {
	return a.Version == b.Version && a.Origin == b.Origin && a.Commit == b.Commit && agree(a.Hashes, b.Hashes)
}

// agree reports whether two sets of hashes may be of one artifact or set of
// artifacts: they share one, or both have none. Lock files list the hashes of
// several artifacts of a release, and not always of the same ones.
func agree(a, b []kennel.Hash) bool {
	if len(a) == 0 || len(b) == 0 {
		return len(a) == len(b)
	}
	return slices.ContainsFunc(a, func(h kennel.Hash) bool { return slices.Contains(b, h) })
}

func predecessor(was, now []Change, c kennel.Component) kennel.Component {
	var best kennel.Component
	rank := func(o kennel.Component) int {
		order := ecosystem.Order(c.Ecosystem, o.Version, c.Version)
		switch {
		case order == 0:
			return 4 // the same version, from elsewhere
		case order < 0 && !held(now, o):
			return 3
		case order < 0:
			return 2
		}
		return 1
	}
	for _, w := range was {
		o := w.Component
		switch {
		case best.Name == "", rank(o) > rank(best):
			best = o
		case rank(o) == rank(best):
			// The nearest: the highest of the older, the lowest of the newer.
			order := ecosystem.Order(c.Ecosystem, o.Version, best.Version)
			if rank(o) == 1 && order < 0 || rank(o) > 1 && order > 0 {
				best = o
			}
		}
	}
	return best
}
