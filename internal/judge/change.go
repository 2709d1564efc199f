package judge

import (
	"cmp"
	"net/url"
	"path"
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

// Changes returns what is in the second inventory and not in the first. A
// release is the same when its version, origin and commit are, and its hashes
// agree; without a hash, its address too. A member of the workspace is nobody's
// release and left out, unless it takes the place of one.
//
// A release that no hash ties to what a registry has, and whose address is not
// where a registry would have it, or on a host that the first inventory never
// named, is given the origin "url": what the registry has under its name says
// nothing of it.
func Changes(before, after kennel.Inventory) []Change {
	old, hosts := releases(before), hosts(before)
	var out []Change
	for key, list := range releases(after) {
		was := old[key]
		for _, c := range list {
			if held(was, c.Component) || c.Component.Origin == kennel.OriginLocal && !slices.ContainsFunc(was, fromElsewhere) {
				continue
			}
			c.Before = predecessor(was, list, c.Component)
			if c.Component.Origin == kennel.OriginRegistry && len(c.Component.Hashes) == 0 && strange(c.Component, hosts) {
				c.Component.Origin = kennel.OriginURL
			}
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b Change) int {
		x, y := a.Component, b.Component
		return cmp.Or(strings.Compare(string(x.Ecosystem), string(y.Ecosystem)), strings.Compare(x.Name, y.Name), ecosystem.Order(x.Ecosystem, x.Version, y.Version),
			cmp.Compare(x.Origin, y.Origin), strings.Compare(x.Commit, y.Commit), strings.Compare(x.Address, y.Address), slices.CompareFunc(x.Hashes, y.Hashes, compareHashes))
	})
	return out
}

func fromElsewhere(c Change) bool { return c.Component.Origin != kennel.OriginLocal }

func compareHashes(a, b kennel.Hash) int {
	return cmp.Or(strings.Compare(a.Algorithm, b.Algorithm), strings.Compare(a.Value, b.Value))
}

// releases are the components of an inventory by package, each once.
func releases(inv kennel.Inventory) map[kennel.Package][]Change {
	out := map[kennel.Package][]Change{}
	for i := range inv.Projects {
		p := &inv.Projects[i]
		for _, o := range p.Occurrences {
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

// hosts are those that the addresses of an inventory name.
func hosts(inv kennel.Inventory) map[string]bool {
	out := map[string]bool{}
	for i := range inv.Projects {
		for _, o := range inv.Projects[i].Occurrences {
			if u, err := url.Parse(o.Address); err == nil && u.Host != "" {
				out[strings.ToLower(u.Host)] = true
			}
		}
	}
	return out
}

// strange reports whether an address is not of the form in which npm's
// registries name the release ("/name/-/base-1.2.3.tgz"), or on a host that is
// not among the known ones, where there are any.
func strange(c kennel.Component, known map[string]bool) bool {
	if c.Address == "" {
		return false
	}
	u, err := url.Parse(c.Address)
	if err != nil || len(known) > 0 && !known[strings.ToLower(u.Host)] {
		return true
	}
	return c.Ecosystem == kennel.NPM && !strings.HasSuffix(u.Path, "/"+c.Name+"/-/"+path.Base(c.Name)+"-"+c.Version+".tgz")
}

// held reports whether a list holds c as it is, hashes and origin too.
func held(list []Change, c kennel.Component) bool {
	return slices.ContainsFunc(list, func(o Change) bool { return same(o.Component, c) })
}

func same(a, b kennel.Component) bool {
	return a.Version == b.Version && a.Origin == b.Origin && a.Commit == b.Commit && agree(a, b) &&
		(len(a.Hashes) > 0 || a.Address == b.Address)
}

// agree reports whether two sets of hashes may be of one release. An npm
// release is one file: the hashes of an algorithm that both have are the same
// ones. Elsewhere lock files list several files of a release, and not always
// the same ones: one in common is enough. Having none agrees with none.
func agree(a, b kennel.Component) bool {
	if len(a.Hashes) == 0 || len(b.Hashes) == 0 {
		return len(a.Hashes) == len(b.Hashes)
	}
	if a.Ecosystem != kennel.NPM {
		return slices.ContainsFunc(a.Hashes, func(h kennel.Hash) bool { return slices.Contains(b.Hashes, h) })
	}
	shared := false
	for _, algorithm := range []string{"SHA-512", "SHA-384", "SHA-256", "SHA-1"} {
		x, y := of(a.Hashes, algorithm), of(b.Hashes, algorithm)
		if len(x) > 0 && len(y) > 0 {
			if shared = true; !slices.Equal(x, y) {
				return false
			}
		}
	}
	return shared
}

// of returns the values of an algorithm, sorted.
func of(hashes []kennel.Hash, algorithm string) []string {
	var out []string
	for _, h := range hashes {
		if h.Algorithm == algorithm {
			out = append(out, h.Value)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
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
