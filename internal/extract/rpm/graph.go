package rpm

import (
	"strings"

	"github.com/kennel-oss/kennel"
)

// edges resolves requirements among what is installed. Packages provide names,
// libraries ("libc.so.6(GLIBC_2.34)(64bit)") and files; which files matter is
// known from what is required.
func (d *database) edges() []kennel.Edge {
	provided := make(map[string]int32, 8*len(d.packages))
	files := make(map[string]int32)
	for _, p := range d.packages {
		for _, r := range p.requires {
			if strings.HasPrefix(r, "/") {
				files[r] = -1
			}
		}
	}
	for i, p := range d.packages {
		for _, name := range p.provides {
			if _, taken := provided[name]; !taken {
				provided[name] = int32(i)
			}
		}
		if len(files) == 0 {
			continue
		}
		for k, base := range p.baseNames {
			if k >= len(p.dirIndexes) || int(p.dirIndexes[k]) >= len(p.dirNames) {
				break
			}
			if to, wanted := files[p.dirNames[p.dirIndexes[k]]+base]; wanted && to < 0 {
				files[p.dirNames[p.dirIndexes[k]]+base] = int32(i)
			}
		}
	}
	var edges []kennel.Edge
	for i, p := range d.packages {
		first := len(edges)
		for k, name := range p.requires {
			to, ok := provided[name]
			if !ok {
				to, ok = files[name]
			}
			if !ok || to < 0 || to == int32(i) {
				continue
			}
			// Many requirements are libraries of one package: without a
			// constraint, one edge says it.
			constraint := p.constraint(k)
			if n := len(edges); constraint == "" && n > first && edges[n-1].To == to {
				continue
			}
			edges = append(edges, kennel.Edge{From: int32(i), To: to, Constraint: constraint})
		}
	}
	return edges
}

// constraint spells the version that the kth requirement asks for.
func (p *pkg) constraint(k int) string {
	if k >= len(p.requireFlags) || k >= len(p.requireVersions) || p.requireVersions[k] == "" {
		return ""
	}
	const less, greater, equal = 2, 4, 8
	op := ""
	if p.requireFlags[k]&less != 0 {
		op = "<"
	}
	if p.requireFlags[k]&greater != 0 {
		op += ">"
	}
	if p.requireFlags[k]&equal != 0 {
		op += "="
	}
	if op == "" {
		return ""
	}
	return op + " " + clean(p.requireVersions[k])
}
