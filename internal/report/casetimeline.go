package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kennel-oss/kennel"
)

// Bounds of a timeline. The newest of everything is kept.
const (
	timelineYears  = 10
	timelineLanes  = 6 // keys that have a lane each
	timelinePeople = 5 // persons who have a colour each
	timelineFlags  = 24
	timelineMarks  = 600
)

// timelineScope is the time that a timeline shows, and who is drawn in which colour.
type timelineScope struct {
	tags       []kennel.TagMark
	shares     []kennel.Share
	cues       []*kennel.Cue // in the order of their numbers
	start, end time.Time
	earlier    int            // releases before start
	colour     map[string]int // person -> 1…timelinePeople
	people     []string       // by first appearance, the colour's order
	wrote      map[string]int // commits in the quarters shown
	commits    int
}

// newTimelineScope chooses what to show: the cues with at least two years
// before the first of them, and without cues the last ten years. It returns
// nil where a layer showed no releases and no shares.
func newTimelineScope(v *caseView) *timelineScope {
	s := &timelineScope{cues: v.cues, colour: make(map[string]int), wrote: make(map[string]int)}
	for i := range v.c.Outcomes {
		e := &v.c.Outcomes[i].Exhibit
		s.tags = append(s.tags, e.Tags...)
		s.shares = append(s.shares, e.Shares...)
	}
	if len(s.tags)+len(s.shares) == 0 {
		return nil
	}
	slices.SortStableFunc(s.tags, func(a, b kennel.TagMark) int { return a.Time.Compare(b.Time) })
	slices.SortStableFunc(s.shares, func(a, b kennel.Share) int { return a.Start.Compare(b.Start) })
	s.end = v.c.AsOf
	var first time.Time // of all that can be drawn
	see := func(t time.Time) {
		if s.end.IsZero() || v.c.AsOf.IsZero() && t.After(s.end) {
			s.end = t
		}
		if first.IsZero() || t.Before(first) {
			first = t
		}
	}
	for i := range s.tags {
		see(s.tags[i].Time)
	}
	for i := range s.shares {
		see(s.shares[i].Start)
	}
	s.start = s.end.AddDate(-timelineYears, 0, 0)
	var earliest time.Time
	for _, c := range s.cues {
		if c.At.IsZero() || c.At.After(s.end) {
			continue
		}
		if c.At.After(s.start) && (earliest.IsZero() || c.At.Before(earliest)) {
			earliest = c.At
		}
	}
	if !earliest.IsZero() {
		lead := max(s.end.Sub(earliest), 2*365*24*time.Hour)
		if from := earliest.Add(-lead); from.After(s.start) {
			s.start = from
		}
	}
	if first.After(s.start) {
		s.start = first
	}
	if least := s.end.AddDate(-1, 0, 0); s.start.After(least) {
		s.start = least
	}
	s.start = time.Date(s.start.Year(), (s.start.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	s.crop()
	s.choosePeople()
	return s
}

func (s *timelineScope) crop() {
	inside := func(t time.Time) bool { return !t.Before(s.start) && !t.After(s.end) }
	var tags []kennel.TagMark
	for i := range s.tags {
		switch {
		case inside(s.tags[i].Time):
			tags = append(tags, s.tags[i])
		case s.tags[i].Time.Before(s.start):
			s.earlier++
		}
	}
	if more := len(tags) - timelineMarks; more > 0 {
		tags = tags[more:]
		s.earlier += more
	}
	s.tags = tags
	s.shares = slices.DeleteFunc(slices.Clone(s.shares), func(q kennel.Share) bool { return !inside(q.Start) || q.Commits <= 0 })
	if more := len(s.shares) - 4*(timelineYears+1); more > 0 {
		s.shares = s.shares[more:]
	}
}

// choosePeople gives a colour to those who wrote most, and a fiftieth, in the order in which
// they came, so that a newcomer stands above whom he followed.
func (s *timelineScope) choosePeople() {
	var order []string
	for i := range s.shares {
		s.commits += s.shares[i].Commits
		for _, a := range s.shares[i].By {
			if a.Commits <= 0 {
				continue
			}
			if s.wrote[a.Name] == 0 {
				order = append(order, a.Name)
			}
			s.wrote[a.Name] += a.Commits
		}
	}
	top := slices.Clone(order)
	slices.SortStableFunc(top, func(a, b string) int { return cmp.Compare(s.wrote[b], s.wrote[a]) })
	top = top[:min(len(top), timelinePeople)]
	top = slices.DeleteFunc(top, func(name string) bool { return 50*s.wrote[name] < s.commits })
	for _, name := range order {
		if slices.Contains(top, name) {
			s.people = append(s.people, name)
			s.colour[name] = len(s.people)
		}
	}
}

// colourOf is the class of a person's colour, the rest's for anybody else.
func (s *timelineScope) colourOf(name string) string {
	if n := s.colour[name]; n > 0 {
		return "p" + strconv.Itoa(n)
	}
	return "p0"
}

// signer is a key with the releases that it signed.
type signer struct {
	key   string // "" for no signature
	label string
	tags  []kennel.TagMark
	by    []string // taggers, the most frequent first
	fresh bool     // its first release is shown, and another key signed before it
}

// signers groups releases by key, in the order in which the keys came; those
// that were not used for longest share a lane, and what is not signed is last.
func (s *timelineScope) signers(all []kennel.TagMark) []signer {
	first := make(map[string]time.Time) // of every key, shown or not
	var oldest string
	for i := range all {
		key := all[i].Signer
		if _, known := first[key]; !known && key != "" {
			if len(first) == 0 {
				oldest = key
			}
			first[key] = all[i].Time
		}
	}
	index := make(map[string]int)
	var out []signer
	for _, t := range s.tags {
		n, known := index[t.Signer]
		if !known {
			n = len(out)
			index[t.Signer] = n
			out = append(out, signer{key: t.Signer, label: clean(t.Signer), fresh: t.Signer != "" && t.Signer != oldest && first[t.Signer].Equal(t.Time)})
		}
		out[n].tags = append(out[n].tags, t)
	}
	var unsigned []signer
	out = slices.DeleteFunc(out, func(l signer) bool {
		if l.key == "" {
			l.label = "not signed"
			unsigned = append(unsigned, l)
		}
		return l.key == ""
	})
	if len(out) > timelineLanes {
		last := func(l signer) time.Time { return l.tags[len(l.tags)-1].Time }
		recent := slices.Clone(out)
		slices.SortStableFunc(recent, func(a, b signer) int { return last(b).Compare(last(a)) })
		aside := signer{key: "others", label: counted(len(out)-timelineLanes+1, "other key", "other keys")}
		keep := make(map[string]bool)
		for _, l := range recent[:timelineLanes-1] {
			keep[l.key] = true
		}
		for _, l := range out {
			if !keep[l.key] {
				aside.tags = append(aside.tags, l.tags...)
			}
		}
		slices.SortStableFunc(aside.tags, func(a, b kennel.TagMark) int { return a.Time.Compare(b.Time) })
		out = append(slices.DeleteFunc(out, func(l signer) bool { return !keep[l.key] }), aside)
	}
	out = append(out, unsigned...)
	for i := range out {
		out[i].by = taggers(out[i].tags)
	}
	return out
}

// taggers names who tagged, the most frequent first.
func taggers(tags []kennel.TagMark) []string {
	n := make(map[string]int)
	var names []string
	for _, t := range tags {
		if t.Tagger.Name == "" {
			continue
		}
		if n[t.Tagger.Name]++; n[t.Tagger.Name] == 1 {
			names = append(names, t.Tagger.Name)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(n[b], n[a]) })
	return names
}

func quarter(t time.Time) string {
	return strconv.Itoa(t.UTC().Year()) + " Q" + strconv.Itoa((int(t.UTC().Month())-1)/3+1)
}

// cut is a label for a drawing: clean, and at most most runes.
func cut(s string, most int) string { return cleanTo(strings.TrimSpace(s), most) }

func textWidth(s string) int { return utf8.RuneCountInString(s) * charWidth }
