package report

import (
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// components gives every occurrence of an inventory its component: what reads
// the same to a user (the same purl from the same kind of place) is one,
// whatever number of projects holds it.
type components struct {
	list []component
	of   [][]int32 // project, occurrence -> index into list
	refs []ref
}

type component struct {
	id    string // stable: the same component has it in every report
	purl  string // "" where purl has no type for the ecosystem
	first int32  // its first occurrence, an index into refs
	last  int32
}

// ref is an occurrence's place.
type ref struct{ project, occurrence, next int32 }

func indexComponents(inv *kennel.Inventory) *components {
	total := 0
	for i := range inv.Projects {
		total += len(inv.Projects[i].Occurrences)
	}
	c := &components{
		of:   make([][]int32, len(inv.Projects)),
		refs: make([]ref, 0, total),
		list: make([]component, 0, total),
	}
	byID := make(map[string]int32, total)
	byKey := make(map[kennel.Key]int32)
	many := len(inv.Projects) > 1 // occurrences of one project are distinct already
	for p := range inv.Projects {
		occurrences := inv.Projects[p].Occurrences
		c.of[p] = make([]int32, len(occurrences))
		for o := range occurrences {
			k := occurrences[o].Key()
			n, known := int32(0), false
			if many {
				n, known = byKey[k]
			}
			if !known {
				n = c.add(byID, occurrences[o].Component)
				if many {
					byKey[k] = n
				}
			}
			c.of[p][o] = n
			at := int32(len(c.refs))
			c.refs = append(c.refs, ref{int32(p), int32(o), -1})
			if c.list[n].first < 0 {
				c.list[n].first = at
			} else {
				c.refs[c.list[n].last].next = at
			}
			c.list[n].last = at
		}
	}
	return c
}

func (c *components) add(byID map[string]int32, k kennel.Component) int32 {
	purl := ecosystem.Purl(k)
	id := componentID(k, purl)
	if n, known := byID[id]; known {
		return n
	}
	n := int32(len(c.list))
	c.list = append(c.list, component{id: id, purl: purl, first: -1, last: -1})
	byID[id] = n
	return n
}

// componentID names a component by nothing but itself: its purl, and where it
// came from when that is no registry, since a local package is not its public
// namesake.
func componentID(k kennel.Component, purl string) string {
	id := purl
	if id == "" {
		id = string(k.Ecosystem) + "/" + k.Name + "@" + k.Version
	}
	switch k.Origin {
	case kennel.OriginUnknown, kennel.OriginRegistry:
		return id
	}
	return id + "#" + k.Origin.String()
}

// sorted returns the order of the components by id.
func (c *components) sorted() []int32 {
	order := make([]int32, len(c.list))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return strings.Compare(c.list[a].id, c.list[b].id) })
	return order
}

// occurrences calls f for each place of component n.
func (c *components) occurrences(n int32, f func(ref)) {
	for at := c.list[n].first; at >= 0; at = c.refs[at].next {
		f(c.refs[at])
	}
}

// projectIDs names the projects; a normalised inventory has no two alike.
func projectIDs(inv *kennel.Inventory) []string {
	ids := make([]string, len(inv.Projects))
	for i := range inv.Projects {
		ids[i] = inv.Projects[i].ID()
	}
	return ids
}
