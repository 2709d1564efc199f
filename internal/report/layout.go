package report

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kennel-oss/kennel"
)

// Measures of a drawing, in SVG user units. Labels are monospaced.
const (
	nodeHeight = 26
	nodeGap    = 12
	charWidth  = 7
	columnGap  = 44
	margin     = 8
)

type node struct {
	X, Y, W, H int
	Label      string // may be cut
	Title      string // whole
	Class      string // "target", "direct" or "between"

	id, column int32
}

type edge struct {
	X1, Y1, C1, C2, X2, Y2 int // a cubic Bézier curve with level ends
	Title, Class           string
}

// place puts the nodes into columns by their distance to the target and
// orders each column by where its neighbours are, which untangles most
// crossings.
func (g *drawing) place(project *kennel.Project, into [][]int32, distance map[int32]int32, target int32) {
	last := int32(0)
	for _, at := range distance {
		last = max(last, at)
	}
	columns := make([][]int32, last+1)
	ids := make([]int32, 0, len(distance))
	for n := range distance {
		ids = append(ids, n)
	}
	slices.Sort(ids)
	for _, n := range ids {
		c := last - distance[n]
		columns[c] = append(columns[c], n)
	}
	rank := untangle(project, into, columns)
	tallest := 0
	for _, c := range columns {
		tallest = max(tallest, len(c))
	}
	named := make(map[string]int)
	for _, n := range ids {
		named[project.Occurrences[n].Name]++
	}
	g.Height = 2*margin + tallest*(nodeHeight+nodeGap) - nodeGap
	x := margin
	for c, column := range columns {
		width := 0
		slices.SortFunc(column, func(a, b int32) int { return cmp.Or(cmp.Compare(rank[a], rank[b]), cmp.Compare(a, b)) })
		y := margin + (tallest-len(column))*(nodeHeight+nodeGap)/2
		for _, n := range column {
			o := &project.Occurrences[n]
			v := node{X: x, Y: y, H: nodeHeight, Title: label(&o.Component), Class: "between", id: n, column: int32(c)}
			v.Label = tail(o.Name, graphLabel)
			if n == target || named[o.Name] > 1 {
				v.Label += " " + cleanTo(o.Version, graphLabel/2)
			}
			v.W = utf8.RuneCountInString(v.Label)*charWidth + 18
			switch {
			case n == target && o.Direct == kennel.Direct:
				v.Class = "target direct"
			case n == target:
				v.Class = "target"
			case o.Direct == kennel.Direct:
				v.Class = "direct"
			}
			width = max(width, v.W)
			y += nodeHeight + nodeGap
			g.Nodes = append(g.Nodes, v)
		}
		x += width + columnGap
	}
	g.Width = x - columnGap + margin
}

// tail is a name cut in front: its end tells more ("…http2-common").
func tail(name string, most int) string {
	r := []rune(clean(name))
	if len(r) <= most {
		return string(r)
	}
	return "…" + string(r[len(r)-most+1:])
}

// untangle gives every node a rank within its column by four sweeps of the
// barycentre rule.
func untangle(project *kennel.Project, into [][]int32, columns [][]int32) map[int32]float64 {
	rank := make(map[int32]float64)
	for _, c := range columns {
		for _, n := range c {
			rank[n] = float64(n)
		}
	}
	beside := make(map[int32][]int32, len(rank))
	for n := range rank {
		for _, e := range into[n] {
			if from := project.Edges[e].From; from != n {
				if _, drawn := rank[from]; drawn {
					beside[from] = append(beside[from], n)
					beside[n] = append(beside[n], from)
				}
			}
		}
	}
	spread := func(column []int32) {
		slices.SortStableFunc(column, func(a, b int32) int { return cmp.Compare(rank[a], rank[b]) })
		for i, n := range column {
			rank[n] = float64(i) - float64(len(column)-1)/2
		}
	}
	for _, c := range columns {
		spread(c)
	}
	for sweep := range 4 {
		for i := range columns {
			c := columns[i]
			if sweep%2 == 0 {
				c = columns[len(columns)-1-i]
			}
			for _, n := range c {
				sum := 0.0
				for _, m := range beside[n] {
					sum += rank[m]
				}
				if len(beside[n]) > 0 {
					rank[n] = sum / float64(len(beside[n]))
				}
			}
			spread(c)
		}
	}
	return rank
}

// connect draws the edges that lead on towards the target. Of those that lead
// away, to one of its more distant dependants, it draws only a few: many would
// tangle the others.
func (g *drawing) connect(project *kennel.Project, into [][]int32) {
	at := make(map[int32]*node, len(g.Nodes))
	for i := range g.Nodes {
		at[g.Nodes[i].id] = &g.Nodes[i]
	}
	var back []edge
	for i := range g.Nodes {
		to := &g.Nodes[i]
		for _, e := range into[to.id] {
			from, drawn := at[project.Edges[e].From]
			if !drawn || from == to {
				continue
			}
			if len(g.Edges) >= graphEdges {
				g.Aside++
				continue
			}
			title := from.Title + " needs " + to.Title
			if c := project.Edges[e].Constraint; c != "" {
				title += " (" + clean(c) + ")"
			}
			line := edge{X1: from.X + from.W, Y1: from.Y + from.H/2, X2: to.X, Y2: to.Y + to.H/2, Title: title, Class: "edge"}
			bend := max(columnGap, (line.X2-line.X1)/2)
			line.C1, line.C2 = line.X1+bend, line.X2-bend
			if from.column >= to.column {
				line.Class = "edge back"
				back = append(back, line)
				continue
			}
			g.Edges = append(g.Edges, line)
		}
	}
	if len(back) <= graphBack {
		g.Edges = append(back, g.Edges...)
	} else {
		g.Aside += len(back)
	}
}

// Alt says in words what the drawing shows.
func (g *drawing) Alt() string {
	return counted(len(g.Nodes), "package", "packages") + " through which this one comes in"
}

// Left says what is not drawn, "" for nothing.
func (g *drawing) Left() string {
	var parts []string
	if g.Missing > 0 {
		parts = append(parts, counted(g.Missing, "more dependant", "more dependants"))
	}
	if g.Aside > 0 {
		parts = append(parts, counted(g.Aside, "way round", "ways round"))
	}
	return strings.Join(parts, " and ")
}

// TextX and TextY are where a node's label begins, on its base line.
func (n node) TextX() int { return n.X + 9 }
func (n node) TextY() int { return n.Y + n.H/2 + 4 }
