package authority

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

// shares tells of the first quarter in which a newcomer wrote more commits than
// anybody else, the project's main author among them: whoever wrote most of
// the two years before the newcomer came, and at least a third of it. A crowd
// has no such author and nobody to take over from.
func (c *cues) shares() {
	quarters := c.quarters
	told := map[int32]bool{}
	for _, q := range slices.Sorted(maps.Keys(quarters)) {
		top, most := int32(-1), 0
		for who, n := range quarters[q].by {
			if n > most || n == most && who < top {
				top, most = who, n
			}
		}
		end := startOf(q + 1)
		if end.After(c.asOf) {
			end = c.asOf
		}
		name := c.people.name(top)
		if most < busy || told[top] || strings.Contains(name, "[bot]") || !c.isNewcomer(top, end) {
			continue
		}
		main, wrote, of := int32(-1), 0, 0
		from := quarterOf(c.first[top])
		sum := map[int32]int{}
		for earlier := from - 8; earlier < from; earlier++ {
			if quarters[earlier] != nil {
				of += quarters[earlier].total
				for who, n := range quarters[earlier].by {
					if sum[who] += n; sum[who] > wrote || sum[who] == wrote && who < main {
						main, wrote = who, sum[who]
					}
				}
			}
		}
		if main < 0 || main == top || wrote*3 < of {
			continue
		}
		told[top] = true
		if end.Before(c.asOf.Add(-window)) {
			continue
		}
		c.add(kennel.Finding{
			Rule: "share", Severity: kennel.SeverityLow, Confidence: kennel.ConfidenceMedium, At: end,
			Title: fmt.Sprintf("%s, a newcomer, wrote %d of the %d commits from %s on, more than anybody else; %s wrote %d of them",
				name, most, quarters[q].total, startOf(q).Format(time.DateOnly), c.people.name(main), quarters[q].by[main]),
			Innocent: "a new maintainer took up the work, which is what most projects wish for",
			Evidence: []kennel.Evidence{
				evidence("commits", name, fmt.Sprintf("%d of %d commits from %s until %s; %s", most, quarters[q].total, startOf(q).Format(time.DateOnly), end.Format(time.DateOnly), c.sinceFirst(top, end))),
				evidence("commits", c.people.name(main), fmt.Sprintf("%d of %d commits in the two years before that", wrote, of)),
			},
		}, fmt.Sprintf("%s:%s", startOf(q).Format(time.DateOnly), name))
	}
}

// quarter is who wrote how many commits in three months.
type quarter struct {
	total int
	by    map[int32]int
}

// byQuarter counts the commits of each quarter that has any.
func (r *record) byQuarter() map[int]*quarter {
	quarters := map[int]*quarter{}
	for _, b := range r.commits {
		q := quarterOf(time.Unix(b.at, 0).UTC())
		if quarters[q] == nil {
			quarters[q] = &quarter{by: map[int32]int{}}
		}
		quarters[q].total++
		quarters[q].by[b.author]++
	}
	return quarters
}

// quarterOf numbers the quarters of years.
func quarterOf(t time.Time) int { return t.Year()*4 + (int(t.Month())-1)/3 }

func startOf(quarter int) time.Time {
	return time.Date(quarter/4, time.Month(quarter%4*3+1), 1, 0, 0, 0, 0, time.UTC)
}

// dormancy tells of a release after a silence.
func (c *cues) dormancy() {
	var gaps []time.Duration
	var before time.Time
	for i, t := range c.releases {
		gap := t.at.Sub(before)
		if i > 0 && gap > silenceMin && len(gaps) >= settled {
			usual := slices.Sorted(slices.Values(gaps))[len(gaps)/2]
			if gap > silenceTimes*usual && t.at.After(c.asOf.Add(-window)) {
				c.add(kennel.Finding{
					Rule: "dormant", Severity: kennel.SeverityLow, Confidence: kennel.ConfidenceHigh, At: t.at,
					Title:    fmt.Sprintf("%s came after %d days without a release", t.Name, int(gap/day)),
					Innocent: "finished software is released rarely",
					Evidence: []kennel.Evidence{tagEvidence(t), tagEvidence(c.releases[i-1])},
				}, t.Name)
			}
		}
		if i > 0 && gap > 0 {
			gaps = append(gaps, gap)
		}
		before = t.at
	}
}
