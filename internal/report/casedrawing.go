package report

import (
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

// LabelY is the base line of what stands above a mark.
func (m mark) LabelY() int { return m.Y - 13 }
