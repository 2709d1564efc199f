package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kennel-oss/kennel"
)

// timeline is a timeline laid out in SVG user units, which are CSS pixels.
type timeline struct {
	ID             string
	Class          string // "broad" or "slim"
	Width, Height  int
	Title, Desc    string
	Left, Right    int // of the plot
	Top, Bottom    int // of what is drawn by time
	Ticks          []tick
	Lanes          []lane
	Flags          []pennant
	Bars           []bar
	Shares, Legend []svgText
	Swatches       []bar
	Frame          *bar // around the shares
	TickY          int

	scope *timelineScope
}

type tick struct {
	X            int
	Label, Class string
}

type svgText struct {
	X, Y        int
	Text, Class string
}

type lane struct {
	Y, X1, X2 int
	Class     string
	Texts     []svgText
	Marks     []mark
}

type mark struct {
	X, Y  int
	Title string
	Fresh bool
}

// pennant is a cue on the line of time.
type pennant struct {
	X, Y, W     int // of the cloth; the pole stands at X
	Number      int
	Label       string
	Class, Link string
	Title       string
}

type bar struct {
	X, Y, W, H   int
	Class, Title string
}

const (
	wideDrawing   = 1076
	narrowDrawing = 330
	flagHeight    = 20
	flagLevels    = 7
	barsHeight    = 116
)

// draw lays the scope out for a wide page or a phone. link is where the cards
// of the cues are: "#cue-" and their number.
func (s *timelineScope) draw(c *kennel.Case, id, link string, narrow bool) *timeline {
	d := &timeline{ID: id, Class: "broad", Width: wideDrawing, Left: 214, Right: wideDrawing - 8, scope: s}
	if narrow {
		d.Class, d.Width, d.Left, d.Right = "slim", narrowDrawing, 6, narrowDrawing-8
	}
	y := d.flags(link, narrow)
	d.Top = y
	y = d.lanes(c, y, narrow)
	y = d.ticks(y, narrow)
	y = d.bars(y, narrow)
	d.Bottom = y
	d.Height = y + 4
	if len(d.Shares) > 0 {
		d.Height += 14
	}
	d.Title = "Releases by signing key, and who wrote the commits, from " + day(s.start) + " to " + day(s.end)
	d.describe()
	return d
}

// x is where a moment is drawn.
func (d *timeline) x(t time.Time) int {
	span := d.scope.end.Sub(d.scope.start)
	at := t.Sub(d.scope.start)
	if span <= 0 {
		return d.Left
	}
	at = min(max(at, 0), span)
	return d.Left + int(float64(at)/float64(span)*float64(d.Right-d.Left)+0.5)
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

func (d *timeline) lanes(c *kennel.Case, y int, narrow bool) int {
	var all []kennel.TagMark
	for i := range c.Outcomes {
		all = append(all, c.Outcomes[i].Exhibit.Tags...)
	}
	for _, s := range d.scope.signers(all) {
		l := lane{X1: d.x(s.tags[0].Time), X2: d.x(s.tags[len(s.tags)-1].Time), Class: "lane"}
		name := "unknown tagger"
		if len(s.by) > 0 {
			name = cut(s.by[0], 24)
			l.Class += " " + d.scope.colourOf(s.by[0])
		} else {
			l.Class += " p0"
		}
		if len(s.by) > 1 {
			name = cut(s.by[0], 18) + " and " + number(len(s.by)-1) + " more"
		}
		if s.key == "" {
			l.Class += " unsigned"
		}
		detail := cut(s.label, 18) + " · " + number(len(s.tags))
		if s.key == "" {
			name, detail = "not signed", counted(len(s.tags), "release", "releases")
		}
		if narrow {
			l.Texts = []svgText{{d.Left, y + 13, name, "name"}, {d.Width - 4, y + 13, detail, "key end"}}
			l.Y = y + 30
			y += 46
		} else {
			l.Y = y + 22
			l.Texts = []svgText{{0, l.Y - 3, name, "name"}, {0, l.Y + 12, detail, "key"}}
			y += 44
		}
		for i, t := range s.tags {
			m := mark{X: d.x(t.Time), Y: l.Y, Fresh: s.fresh && i == 0}
			by := ""
			if t.Tagger.Name != "" {
				by = ", tagged by " + prose(t.Tagger.Name, 80)
			}
			signed := ", not signed"
			if t.Signer != "" {
				signed = ", signed with " + clean(t.Signer)
			}
			m.Title = clean(t.Tag) + ", " + day(t.Time) + signed + by
			if m.Fresh {
				m.Title += ": a key not seen before"
			}
			l.Marks = append(l.Marks, m)
		}
		d.Lanes = append(d.Lanes, l)
	}
	return y
}

// ticks marks the years, or the quarters of a short time.
func (d *timeline) ticks(y int, narrow bool) int {
	s := d.scope
	years := s.end.Sub(s.start).Hours() / 24 / 365
	step := 12
	switch {
	case years < 2.6 && !narrow:
		step = 3
	case years < 5 && !narrow || years < 2.6:
		step = 6
	case years > 6 && narrow:
		step = 24
	}
	at := time.Date(s.start.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	for ; !at.After(s.end); at = at.AddDate(0, step, 0) {
		if at.Before(s.start) {
			continue
		}
		t := tick{X: d.x(at), Label: strconv.Itoa(at.Year()), Class: "tick year"}
		if at.Month() != time.January {
			t.Label, t.Class = at.Format("Jan"), "tick"
		}
		d.Ticks = append(d.Ticks, t)
	}
	d.TickY = y + 12
	return y + 22
}

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

// describe says in words what the drawing shows.
func (d *timeline) describe() {
	var said []string
	for _, l := range d.Lanes {
		text := l.Texts[0].Text + ", " + l.Texts[1].Text
		if len(l.Marks) > 0 && l.Marks[0].Fresh {
			text += ", a key not seen before"
		}
		said = append(said, text)
	}
	for _, f := range d.Flags {
		said = append(said, "cue "+f.Title)
	}
	d.Desc = strings.Join(said, "; ")
}

// TextX and TextY are where a flag's number begins, on its base line.
func (f pennant) TextX() int { return f.X + 5 }
func (f pennant) TextY() int { return f.Y + 14 }

// NameX is where the label stands, behind the number.
func (f pennant) NameX() int { return f.X + 9 + textWidth(strconv.Itoa(f.Number)) }

// LabelY is the base line of what stands above a mark.
func (m mark) LabelY() int { return m.Y - 13 }
