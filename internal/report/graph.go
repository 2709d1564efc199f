package report

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kennel-oss/kennel"
)

// Bounds of one drawing: beyond them a graph tells less than its ten shortest
// paths.
const (
	graphNodes = 40
	graphEdges = 90
	graphLabel = 26 // runes
	graphBack  = 8  // edges that lead away from the target
	graphDepth = 5  // steps from the target, unless a shortest path is longer
)

// Measures of a drawing, in SVG user units. Labels are monospaced.
const (
	nodeHeight = 26
	nodeGap    = 12
	charWidth  = 7
	columnGap  = 44
	margin     = 8
)

// drawing is the dependants' subgraph of one occurrence, laid out from left,
// where the project asks, to right, where the occurrence stands.
type drawing struct {
	Width, Height int
	Nodes         []node
	Edges         []edge
	Missing       int // dependants that are not drawn
	Aside         int // edges that lead away from the target, not drawn either
}

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

// dependants finds who needs what, for each project once.
type dependants struct {
	j    *kennel.Judgement
	into [][][]int32 // project, occurrence -> edges into it, as indexes
}

func newDependants(j *kennel.Judgement) *dependants {
	return &dependants{j: j, into: make([][][]int32, len(j.Inventory.Projects))}
}

func (d *dependants) of(p int) [][]int32 {
	if d.into[p] != nil {
		return d.into[p]
	}
	project := &d.j.Inventory.Projects[p]
	n := len(project.Occurrences)
	start := make([]int32, n+1)
	inside := func(e kennel.Edge) bool {
		return e.To >= 0 && int(e.To) < n && e.From >= kennel.RootNode && int(e.From) < n
	}
	for _, e := range project.Edges {
		if inside(e) {
			start[e.To+1]++
		}
	}
	for i := range n {
		start[i+1] += start[i]
	}
	all := make([]int32, start[n])
	fill := slices.Clone(start)
	for i, e := range project.Edges {
		if inside(e) {
			all[fill[e.To]] = int32(i)
			fill[e.To]++
		}
	}
	into := make([][]int32, n)
	for i := range n {
		into[i] = all[start[i]:start[i+1]]
	}
	d.into[p] = into
	return into
}

// draw lays out who brings in r's component, or returns nil where the input
// has no graph of it or nothing stands between.
func (d *dependants) draw(r *kennel.Result) *drawing {
	p, o := place(d.j, r)
	if o == nil {
		return nil
	}
	target := int32(r.Occurrence)
	into := d.of(p)
	if len(into[target]) == 0 {
		return nil
	}
	project := &d.j.Inventory.Projects[p]
	distance, missing := d.choose(into, project, r, target)
	missing += prune(project, into, distance, target)
	if len(distance) < 2 {
		return nil
	}
	out := &drawing{Missing: missing}
	out.place(project, into, distance, target)
	out.connect(project, into)
	return out
}

// choose picks the nodes to draw with their distance to the target: the
// shortest paths first, then whoever is nearest.
func (d *dependants) choose(into [][]int32, project *kennel.Project, r *kennel.Result, target int32) (map[int32]int32, int) {
	distance := map[int32]int32{target: 0}
	for _, path := range r.Via.Paths {
		if len(distance)+len(path) > graphNodes {
			break
		}
		for i, n := range path {
			if n < 0 || int(n) >= len(into) {
				break
			}
			if at, known := distance[n]; !known || at > int32(len(path)-1-i) {
				distance[n] = int32(len(path) - 1 - i)
			}
		}
	}
	distance[target] = 0
	deepest := int32(graphDepth)
	for _, at := range distance {
		deepest = max(deepest, at)
	}
	const look = 20_000 // nodes to count at most
	steps := map[int32]int32{target: 0}
	queue := []int32{target}
	missing := 0
	for len(queue) > 0 && len(steps) < look {
		n := queue[0]
		queue = queue[1:]
		for _, e := range into[n] {
			from := project.Edges[e].From
			if _, seen := steps[from]; seen || from == kennel.RootNode {
				continue
			}
			steps[from] = steps[n] + 1
			queue = append(queue, from)
			_, drawn := distance[from]
			if drawn || len(distance) < graphNodes && steps[from] <= deepest {
				distance[from] = steps[from]
			} else {
				missing++
			}
		}
	}
	return distance, missing
}

// prune takes out of a drawing what leads nowhere in it: nodes that no direct
// dependency reaches. It keeps all where the input does not say what is
// direct, and returns how many it took.
func prune(project *kennel.Project, into [][]int32, distance map[int32]int32, target int32) int {
	out := make(map[int32][]int32, len(distance))
	var queue []int32
	reached := make(map[int32]bool, len(distance))
	for n := range distance {
		direct := project.Occurrences[n].Direct == kennel.Direct
		for _, e := range into[n] {
			if from := project.Edges[e].From; from == kennel.RootNode {
				direct = true
			} else if _, drawn := distance[from]; drawn {
				out[from] = append(out[from], n)
			}
		}
		if direct {
			queue = append(queue, n)
			reached[n] = true
		}
	}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		for _, to := range out[n] {
			if !reached[to] {
				reached[to] = true
				queue = append(queue, to)
			}
		}
	}
	if !reached[target] {
		return 0
	}
	before := len(distance)
	for n := range distance {
		if !reached[n] {
			delete(distance, n)
		}
	}
	return before - len(distance)
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
