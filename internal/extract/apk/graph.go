package apk

import (
	"strings"

	"github.com/kennel-oss/kennel"
)

// provides maps what can be asked for to the package that gives it: names
// first, then what packages provide besides, shared libraries ("so:…") and
// commands ("cmd:…") among it.
func provides(packages []entry) map[string]int32 {
	index := make(map[string]int32, 8*len(packages))
	for i, e := range packages {
		if _, taken := index[e.name]; !taken {
			index[e.name] = int32(i)
		}
	}
	for i, e := range packages {
		for one := range strings.FieldsSeq(e.provides) {
			name, _ := cutConstraint(one)
			if _, taken := index[name]; !taken {
				index[name] = int32(i)
			}
		}
	}
	return index
}

// edges resolves dependencies among what is installed. A conflict ("!name")
// is none.
func edges(packages []entry, provided map[string]int32) []kennel.Edge {
	var all []kennel.Edge
	for i, e := range packages {
		for one := range strings.FieldsSeq(e.depends) {
			name, constraint := cutConstraint(one)
			if to, ok := provided[name]; ok && to != int32(i) {
				all = append(all, kennel.Edge{From: int32(i), To: to, Constraint: constraint})
			}
		}
	}
	return all
}

// markWorld tells what a person asked for, by etc/apk/world, from what came
// along.
func markWorld(p *kennel.Project, world string, provided map[string]int32) {
	for i := range p.Occurrences {
		p.Occurrences[i].Direct = kennel.Transitive
	}
	for one := range strings.FieldsSeq(world) {
		name, constraint := cutConstraint(one)
		if to, ok := provided[name]; ok {
			p.Occurrences[to].Direct = kennel.Direct
			p.Edges = append(p.Edges, kennel.Edge{From: kennel.RootNode, To: to, Constraint: constraint})
		}
	}
}

// cutConstraint splits "openssl>=3.1", "so:libc.musl-x86_64.so.1", and
// "name@tag", which pins a repository.
func cutConstraint(one string) (name, constraint string) {
	at := strings.IndexAny(one, "<>=~@")
	if at < 0 {
		return one, ""
	}
	if one[at] == '@' {
		return one[:at], ""
	}
	constraint, _, _ = strings.Cut(one[at:], "@")
	return one[:at], constraint
}
