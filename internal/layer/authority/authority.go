// Package authority is the layer that asks of a source repository who can
// release, and whether that changed. It looks at git alone, as of a moment, and
// gives cues for a reviewer: what changed, when, the commits and tags to look
// at, and the ordinary innocent explanation. It accuses nobody: a change of
// hands is what healthy projects do, and it is also how a project is taken over.
//
//	tag-signer        a tag signed with a key that no tag before it was signed with
//	unsigned          a release whose tag is not signed, after many that were
//	tagger            a tag made by a person who made none before it
//	share             a newcomer writes more than everybody else, the former main author too
//	fixtures          binary test files arrive without code, hours before a release
//	contact           a newcomer changes where to report, whom to pay or who reviews
//	checks            a newcomer who releases changes what is checked automatically
//	dead-probe        the source of a feature probe became one that no compiler takes
//	ignored-build     .gitignore newly names a build file
//	dormant           a release after a long silence
//
// Severity says what a policy can go by: medium and high are worth a person's
// look before the release is let in (a new signer who is a newcomer, fixtures, a dead probe); low
// is what that person then wants beside it. A cue counts fully for the release
// it came with; later releases have it as background.
//
// All dates and names are what git was told, and can be forged; keys cannot be
// forged as long as somebody verifies the signatures, which this layer does not.
// Who shares a name or address counts as one person, so it does not see an
// impostor who takes a maintainer's name, only his new key.
package authority

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

const name = "authority"

const day = 24 * time.Hour

// Thresholds. Where one stems from a single case it is said to be so; the
// measured rates of the whole are in docs/evaluation/authority.md.
const (
	// window is how far back cues are told. In the one long campaign whose
	// history is public, two years and two weeks went from the first commit to
	// the attack, and eleven months from the change of signer.
	window = 730 * day
	// newcomer is how long a person counts as one after their first commit: that
	// campaign's length, and half as much again.
	newcomer = 3 * 365 * day
	// established is how old a project is before anybody is a newcomer to it.
	established = 2 * 365 * day
	// settled is how many tags must have been signed (or made) before a signer
	// (or tagger) is a change.
	settled = 3
	// habit is how many signed releases in a row make an unsigned one a change.
	habit = 10
	// lead is the time before a release in which fixtures without code are a
	// cue: of 638 tags of eight projects, three had any within a day.
	lead = day
	// recent is how long a cue counts as new for a release whose predecessor
	// came just before it, as when several branches are released on one day.
	recent = 7 * day
	// busy is how many commits in a quarter make the one who writes most of
	// them the main author; fewer are noise.
	busy = 30
	// silenceMin is the least gap before a release that is a silence, if it is
	// also silenceTimes the usual gap.
	silenceMin   = 2 * 365 * day
	silenceTimes = 4
	// maxListed is how many pieces of evidence a cue lists.
	maxListed = 8
)

// New returns the layer.
func New() kennel.Layer { return layer{} }

type layer struct{}

func (layer) Name() string       { return name }
func (layer) Needs() kennel.Need { return kennel.NeedHistory }

// Examine returns the cues of the repository's history as of s.AsOf, in time
// order. The release examined is that of s.Component, where the history has a
// tag of its version, else the newest.
func (l layer) Examine(ctx context.Context, s kennel.Subject) ([]kennel.Finding, error) {
	found, _, err := l.Illustrate(ctx, s)
	return found, err
}

// Illustrate is Examine, with the releases by signer and the shares of commits
// over time, out of the same pass over the history.
func (layer) Illustrate(ctx context.Context, s kennel.Subject) ([]kennel.Finding, kennel.Exhibit, error) {
	h, err := s.History()
	if err != nil {
		return nil, kennel.Exhibit{}, err
	}
	r, err := collect(ctx, h, s.Component, s.AsOf)
	if err != nil {
		return nil, kennel.Exhibit{}, err
	}
	if len(r.releases) == 0 {
		return nil, kennel.Exhibit{}, &kennel.CouldNotLook{Reason: "the repository has no tag of a release at that time: who releases cannot be told"}
	}
	c := cues{record: r, history: h, quarters: r.byQuarter()}
	c.signers()
	c.shares()
	c.dormancy()
	c.contacts()
	var gaps []error
	for _, look := range []func() error{c.fixtures, c.probes, c.ignores} {
		if err := ctx.Err(); err != nil {
			return nil, kennel.Exhibit{}, err
		}
		if err := look(); err != nil {
			gaps = append(gaps, err)
		}
	}
	for i := range c.found {
		c.found[i].Layer, c.found[i].Component = name, s.Component
	}
	slices.SortStableFunc(c.found, func(a, b kennel.Finding) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	if len(gaps) > 0 {
		return c.found, c.exhibit(), &kennel.CouldNotLook{Reason: "part of the history could not be looked at", Err: errors.Join(gaps...)}
	}
	return c.found, c.exhibit(), nil
}

// cues is one examination.
type cues struct {
	*record
	history  kennel.History
	quarters map[int]*quarter
	found    []kennel.Finding
	// holders are the newcomers whose key or name first released within the
	// window, and the tag with which they did.
	holders map[int32]kennel.Tag
}

func (c *cues) add(f kennel.Finding, what string) {
	f.ID = f.Rule + ":" + what
	if n := len(f.Evidence); n > maxListed {
		f.Evidence = f.Evidence[:maxListed]
	}
	c.found = append(c.found, f)
}

// fresh reports whether at falls to the release examined: after the one before
// it, or shortly before it.
func (c *cues) fresh(at time.Time) bool {
	last := c.releases[len(c.releases)-1].at
	since := last.Add(-recent)
	for i := len(c.releases) - 2; i >= 0; i-- {
		if before := c.releases[i].at; before.Before(last) {
			if before.Before(since) {
				since = before
			}
			break
		}
	}
	return at.After(since)
}

// asFresh is the severity s for a cue of the release examined, and low for one
// that came earlier.
func (c *cues) asFresh(at time.Time, s kennel.Severity) kennel.Severity {
	if c.fresh(at) {
		return s
	}
	return kennel.SeverityLow
}
