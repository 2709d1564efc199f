package report

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/kennel-oss/kennel"
)

// pennant is a cue on the line of time.
type pennant struct {
	X, Y, W     int // of the cloth; the pole stands at X
	Number      int
	Label       string
	Class, Link string
	Title       string
}

// flags puts the cues above all else. Each stands on its pole, which no
// other's cloth hides: a flag on the left of another flies higher.
func (d *timeline) flags(link string, narrow bool) int {
	dated := d.scope.cues
	type numbered struct {
		n   int
		cue *kennel.Cue
	}
	var list []numbered
	for i, cue := range dated {
		if !cue.At.IsZero() && !cue.At.Before(d.scope.start) && !cue.At.After(d.scope.end) {
			list = append(list, numbered{i + 1, cue})
		}
	}
	if len(list) > timelineFlags { // those for a person, then the newest
		slices.SortStableFunc(list, func(a, b numbered) int {
			return cmp.Or(cmp.Compare(btoi(a.cue.Verdict == kennel.Allow), btoi(b.cue.Verdict == kennel.Allow)), b.cue.At.Compare(a.cue.At))
		})
		list = list[:timelineFlags]
		slices.SortFunc(list, func(a, b numbered) int { return cmp.Compare(a.n, b.n) })
	}
	if len(list) == 0 {
		return 6
	}
	layout := func(labels bool) int {
		d.Flags = nil
		level := make([]int, len(list))
		highest := 0
		for i := len(list) - 1; i >= 0; i-- {
			n := list[i]
			f := pennant{X: d.x(n.cue.At), Number: n.n, Class: "flag " + n.cue.Verdict.String(), Link: link + strconv.Itoa(n.n),
				Title: strconv.Itoa(n.n) + ". " + when(n.cue) + ": " + prose(n.cue.Title, 200)}
			f.W = 12 + textWidth(strconv.Itoa(n.n))
			if labels {
				f.Label = cut(n.cue.Rule, 18)
				f.W += textWidth(f.Label) + 6
			}
			for k, other := range d.Flags {
				if j := len(list) - 1 - k; other.X < f.X+f.W+3 && level[j] >= level[i] {
					level[i] = level[j] + 1
				}
			}
			highest = max(highest, level[i])
			d.Flags = append(d.Flags, f)
		}
		slices.Reverse(d.Flags)
		highest = min(highest, flagLevels-1)
		for i := range d.Flags {
			d.Flags[i].Y = 2 + (highest-min(level[i], highest))*(flagHeight+3)
		}
		return highest
	}
	labels := !narrow
	least := (d.Left + d.Width) / 2
	highest := 0
	for range 4 { // cloth that leaves the picture moves all that stands by time
		highest = layout(labels)
		if highest >= flagLevels-1 && labels {
			labels = false
			continue
		}
		over := 0
		for _, f := range d.Flags {
			over = max(over, f.X+f.W+2-d.Width)
		}
		if over <= 0 {
			break
		}
		d.Right = max(d.Right-over, least)
	}
	return 2 + (highest+1)*(flagHeight+3) + 8
}

// TextX and TextY are where a flag's number begins, on its base line.
func (f pennant) TextX() int { return f.X + 5 }
func (f pennant) TextY() int { return f.Y + 14 }

// NameX is where the label stands, behind the number.
func (f pennant) NameX() int { return f.X + 9 + textWidth(strconv.Itoa(f.Number)) }
