package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kennel-oss/kennel"
)

// bars stacks each quarter's shares, the first to come at the bottom.
func (d *timeline) bars(y int, narrow bool) int {
	s := d.scope
	if len(s.shares) == 0 {
		return y
	}
	others := s.commits
	names := slices.Clone(s.people)
	for _, n := range names {
		others -= s.wrote[n]
	}
	row := func(i int, text, class string) {
		if narrow {
			d.Swatches = append(d.Swatches, bar{d.Left, y + 2, 10, 10, class, ""})
			d.Legend = append(d.Legend, svgText{d.Left + 16, y + 11, text, "name"})
			y += 17
			return
		}
		d.Swatches = append(d.Swatches, bar{0, y + 22 + 17*i, 10, 10, class, ""})
		d.Legend = append(d.Legend, svgText{16, y + 31 + 17*i, text, "name"})
	}
	heading := svgText{0, y + 10, "commits by quarter", "key"}
	if narrow {
		heading.X, heading.Y = d.Left, y+10
		y += 16
	}
	d.Legend = append(d.Legend, heading)
	slices.Reverse(names) // as the bars are stacked
	i := 0
	if others > 0 {
		row(i, "others "+percentage(others, s.commits), "p0")
		i++
	}
	for _, n := range names {
		row(i, cut(n, 20)+" "+percentage(s.wrote[n], s.commits), s.colourOf(n))
		i++
	}
	top := y + 4
	d.Frame = &bar{X: d.Left, Y: top, W: d.Right - d.Left, H: barsHeight}
	for q := range s.shares {
		d.quarter(&s.shares[q], top, narrow)
	}
	return top + max(barsHeight, btoi(!narrow)*(22+17*i))
}

func (d *timeline) quarter(q *kennel.Share, top int, narrow bool) {
	s := d.scope
	x1, x2 := d.x(q.Start), d.x(q.Start.AddDate(0, 3, 0))
	w := max(x2-x1-2, 1)
	by := make(map[string]int)
	left := q.Commits
	var said []string
	for _, a := range q.By {
		n := min(max(a.Commits, 0), left) // a list that claims more than there is
		left -= n
		if s.colour[a.Name] > 0 {
			by[a.Name] += n
		}
		if n > 0 && len(said) < 4 {
			said = append(said, cut(a.Name, 40)+" "+number(n))
		}
	}
	title := quarter(q.Start) + ", " + counted(q.Commits, "commit", "commits") + ": " + strings.Join(said, ", ")
	done := 0
	stack := func(n int, class string) {
		if n <= 0 {
			return
		}
		from, to := done*barsHeight/q.Commits, (done+n)*barsHeight/q.Commits
		done += n
		if to > from {
			d.Bars = append(d.Bars, bar{x1 + 1, top + barsHeight - to, w, to - from, class, title})
		}
	}
	for _, name := range s.people {
		stack(by[name], s.colourOf(name))
	}
	stack(q.Commits-done, "p0")
	if count := number(q.Commits); textWidth(count) <= x2-x1 && !narrow {
		d.Shares = append(d.Shares, svgText{(x1 + x2) / 2, top + barsHeight + 13, count, "count"})
	}
}

func percentage(n, of int) string {
	if of <= 0 {
		return ""
	}
	return strconv.Itoa((100*n+of/2)/of) + "%"
}
