package authority

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

// Bounds of what is drawn: the newest are kept.
const (
	maxMarks    = 600
	maxQuarters = 40
	maxAuthors  = 6 // of a quarter
)

// exhibit shows the releases with who signed and made them, and who wrote the
// commits of each quarter. A key has one spelling, whether its signatures hold
// its fingerprint or its id; one that a signature does not name is called by
// the signature's kind.
func (c *cues) exhibit() kennel.Exhibit {
	first, last := c.releases[0], c.releases[len(c.releases)-1]
	e := kennel.Exhibit{Note: fmt.Sprintf("%d releases from %s (%s) to %s (%s); what is more than two years before the last is told as of then: --as-of",
		len(c.releases), first.Name, first.at.Format(time.DateOnly), last.Name, last.at.Format(time.DateOnly))}
	for _, t := range c.releases[max(0, len(c.releases)-maxMarks):] {
		e.Tags = append(e.Tags, kennel.TagMark{
			Tag: t.Name, Time: t.at, Signer: cmp.Or(keyID(t.Signature), t.Signature.Kind), Tagger: t.Tagger,
		})
	}
	order := slices.Sorted(maps.Keys(c.quarters))
	for _, q := range order[max(0, len(order)-maxQuarters):] {
		by := make([]kennel.Authored, 0, len(c.quarters[q].by))
		for who, n := range c.quarters[q].by {
			by = append(by, kennel.Authored{Name: c.people.name(who), Commits: n})
		}
		slices.SortFunc(by, func(a, b kennel.Authored) int {
			return cmp.Or(b.Commits-a.Commits, cmp.Compare(a.Name, b.Name))
		})
		by = slices.Clone(by[:min(len(by), maxAuthors)]) // not the crowd's
		e.Shares = append(e.Shares, kennel.Share{Start: startOf(q), Commits: c.quarters[q].total, By: by})
	}
	return e
}
