package known

import (
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

// problem is the records that are about one problem of a component.
type problem struct {
	id      string
	aliases []string // sorted, without id
	cves    []string // the CVEs it is about; empty when it has none
	matches []*kennel.Match
}

// group tells which records are about one problem.
//
// A CVE id is the surest name, so records that name one CVE are grouped by it,
// and two CVEs are two problems whatever else they share: closing alias sets
// over everything would merge different CVEs and hide problems. Records that
// name none join by any id they share, and join the problem of a CVE when
// they lead to one. A record that names several CVEs connects nothing: it
// counts as evidence for the problems of its CVEs, and the CVEs that no other
// record stands for are one problem of its own.
func group(matches []kennel.Match) []*problem {
	records := make([]record, len(matches))
	for i := range matches {
		records[i] = newRecord(&matches[i])
	}
	byCVE := make(map[string]*problem)
	var out []*problem
	for _, r := range records {
		if len(r.cves) != 1 {
			continue
		}
		g := byCVE[r.cves[0]]
		if g == nil {
			g = &problem{cves: r.cves}
			byCVE[r.cves[0]] = g
			out = append(out, g)
		}
		g.matches = append(g.matches, r.match)
	}
	byID := make(map[string][]*problem) // which CVE problems name an id
	for _, r := range records {
		if len(r.cves) != 1 {
			continue
		}
		for _, id := range r.ids {
			if g := byCVE[r.cves[0]]; !slices.Contains(byID[id], g) {
				byID[id] = append(byID[id], g)
			}
		}
	}
	out = append(out, several(records, byCVE)...)
	for _, cluster := range clusters(records) {
		if g := leadsTo(cluster, byID); g != nil {
			for _, r := range cluster {
				g.matches = append(g.matches, r.match)
			}
			continue
		}
		g := new(problem)
		for _, r := range cluster {
			g.matches = append(g.matches, r.match)
		}
		out = append(out, g)
	}
	for _, g := range out {
		g.name()
	}
	return out
}

// record is a match with its names.
type record struct {
	match *kennel.Match
	ids   []string // its own and its aliases
	cves  []string // those that are CVEs, sorted
}

func newRecord(m *kennel.Match) record {
	r := record{match: m, ids: append([]string{m.Advisory.ID}, m.Advisory.Aliases...)}
	for _, id := range r.ids {
		if isCVE(id) && !slices.Contains(r.cves, id) {
			r.cves = append(r.cves, id)
		}
	}
	slices.Sort(r.cves)
	return r
}

func isCVE(id string) bool { return strings.HasPrefix(id, "CVE-") }

// several places the records that name several CVEs. Those that leave the
// same CVEs over are about the same.
func several(records []record, byCVE map[string]*problem) []*problem {
	var out []*problem
	for _, r := range records {
		if len(r.cves) < 2 {
			continue
		}
		var left []string
		for _, cve := range r.cves {
			if g := byCVE[cve]; g != nil {
				g.matches = append(g.matches, r.match)
			} else {
				left = append(left, cve)
			}
		}
		if len(left) == 0 {
			continue
		}
		i := slices.IndexFunc(out, func(g *problem) bool { return slices.Equal(g.cves, left) })
		if i < 0 {
			out = append(out, &problem{cves: left})
			i = len(out) - 1
		}
		out[i].matches = append(out[i].matches, r.match)
	}
	return out
}

// clusters joins the records without a CVE by the ids they share.
func clusters(records []record) [][]record {
	var out [][]record
	place := make(map[string]int) // id -> index in out
	for _, r := range records {
		if len(r.cves) > 0 {
			continue
		}
		to := -1
		for _, id := range r.ids {
			at, ok := place[id]
			if !ok || at == to {
				continue
			}
			if to < 0 {
				to = at
				continue
			}
			for _, moved := range out[at] {
				for _, id := range moved.ids {
					place[id] = to
				}
			}
			out[to] = append(out[to], out[at]...)
			out[at] = nil
		}
		if to < 0 {
			to = len(out)
			out = append(out, nil)
		}
		out[to] = append(out[to], r)
		for _, id := range r.ids {
			place[id] = to
		}
	}
	return slices.DeleteFunc(out, func(c []record) bool { return len(c) == 0 })
}

// leadsTo returns the problem that a cluster belongs to, nil when it is one of
// its own. Where it leads to several it proves nothing of either, and goes to
// the first.
func leadsTo(cluster []record, byID map[string][]*problem) *problem {
	var found *problem
	for _, r := range cluster {
		for _, id := range r.ids {
			for _, g := range byID[id] {
				if found == nil || g.cves[0] < found.cves[0] {
					found = g
				}
			}
		}
	}
	return found
}

// name chooses the problem's id (CVE, then GHSA, then others, the least of
// each) and its aliases. Of a record with several CVEs only those that the
// problem is about are its names.
func (g *problem) name() {
	var ids []string
	for _, m := range g.matches {
		ids = append(ids, m.Advisory.ID)
		for _, id := range m.Advisory.Aliases {
			if g.speaksOf(id) && (!isCVE(id) || len(g.cves) > 0) {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	g.id = slices.MinFunc(ids, func(a, b string) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	g.aliases = slices.DeleteFunc(ids, func(id string) bool { return id == g.id })
}

func rank(id string) int {
	switch {
	case isCVE(id):
		return 0
	case strings.HasPrefix(id, "GHSA-"):
		return 1
	case strings.HasPrefix(id, "MAL-"):
		return 2
	}
	return 3
}

// speaksOf reports whether an id can be one of the problem's: any but a CVE
// of another problem. A problem without CVEs takes signals of any, since they
// come by way of what its records derive from.
func (g *problem) speaksOf(id string) bool {
	return !isCVE(id) || len(g.cves) == 0 || slices.Contains(g.cves, id)
}
