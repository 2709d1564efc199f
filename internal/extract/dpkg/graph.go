package dpkg

import (
	"strings"

	"github.com/kennel-oss/kennel"
)

// edges resolves dependencies among what is installed. An alternative ("a | b")
// and a virtual package lead to what is installed of them; what is not
// installed at all, as dpkg allows when forced, leads nowhere.
func (d *database) edges() []kennel.Edge {
	names := make(map[string][]int32, 2*len(d.packages))
	for i, s := range d.packages {
		names[s.name] = append(names[s.name], int32(i))
	}
	virtual := make(map[string][]int32)
	for i, s := range d.packages {
		for one := range strings.SplitSeq(s.provides, ",") {
			if name, _, _ := cutDependency(one); name != "" {
				virtual[name] = append(virtual[name], int32(i))
			}
		}
	}
	var edges []kennel.Edge
	for i, s := range d.packages {
		for _, list := range [...]string{s.preDepends, s.depends} {
			if list == "" {
				continue
			}
			for clause := range strings.SplitSeq(list, ",") {
				if to, constraint, ok := d.resolve(clause, s.architecture, names, virtual); ok && to != int32(i) {
					edges = append(edges, kennel.Edge{From: int32(i), To: to, Constraint: constraint})
				}
			}
		}
	}
	return edges
}

// resolve finds the installed package that satisfies a clause of a dependency
// list, the first of its alternatives that there is, real before virtual.
func (d *database) resolve(clause, arch string, names, virtual map[string][]int32) (to int32, constraint string, ok bool) {
	for _, index := range [...]map[string][]int32{names, virtual} {
		for one := range strings.SplitSeq(clause, "|") {
			name, constraint, wanted := cutDependency(one)
			if candidates := index[name]; name != "" && len(candidates) > 0 {
				if wanted == "" || wanted == "any" || wanted == "native" {
					wanted = arch
				}
				return d.ofArchitecture(candidates, wanted), constraint, true
			}
		}
	}
	return 0, "", false
}

// maxCandidates bounds the search for one architecture among the installed
// ones of a name; dpkg knows a handful.
const maxCandidates = 16

func (d *database) ofArchitecture(candidates []int32, arch string) int32 {
	for _, c := range candidates[:min(len(candidates), maxCandidates)] {
		if d.packages[c].architecture == arch {
			return c
		}
	}
	return candidates[0]
}

// cutDependency splits "libc6:amd64 (>= 2.34)".
func cutDependency(one string) (name, constraint, arch string) {
	name, constraint, _ = strings.Cut(one, "(")
	constraint, _, _ = strings.Cut(constraint, ")")
	name, arch, _ = strings.Cut(strings.TrimSpace(name), ":")
	return name, strings.TrimSpace(constraint), arch
}
