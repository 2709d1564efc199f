package report

import (
	"slices"

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

// drawing is the dependants' subgraph of one occurrence, laid out from left,
// where the project asks, to right, where the occurrence stands.
type drawing struct {
	Width, Height int
	Nodes         []node
	Edges         []edge
	Missing       int // dependants that are not drawn
	Aside         int // edges that lead away from the target, not drawn either
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
