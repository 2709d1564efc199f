// Package publisher is the layer that asks of a release, from what its registry
// lists, who published it and how, and whether that changed with it. What the
// source repository says of its people is layer authority's.
//
//	publisher     published by somebody who published none before it, and could not
//	maintainers   nobody who could publish the release before could publish this one
//	trust         the releases before came from a build pipeline or were attested, this one did not
//	hooks         it runs something when it is installed, and the release before did not
//	dependency    it newly needs a package that was first published days before it
//	dormant       the first release after a long silence
//	moved         it names another source repository than the release before
//	withdrawn     it was withdrawn since
//
// Each of them happens every day for good reasons and is told as low. What
// healthy projects rarely do is several at once: somebody new who publishes, and
// with the same release other people, no pipeline, an install hook, a dependency
// nobody knows. Then the first cue is medium, and names the others.
//
// A registry that mirrors another has dates of its own: there the order is the
// versions' own, and ages and silences could not be looked at; nor could people,
// where a registry does not say who publishes.
//
// How often healthy releases are raised has not been measured: the registry that
// this was built beside names no publishers. See docs/evaluation/name.md.
package publisher

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

const day = 24 * time.Hour

const (
	// settled is how many releases make a habit that can change.
	settled = 3
	// silence is a gap that is one, if it is also silenceTimes the usual gap.
	silence      = 365 * day
	silenceTimes = 4
	// young is how long a package is new. Eight of ten incidents of one count
	// were found within seven days, and attackers publish a dependency hours
	// to days before what needs it.
	young = 14 * day
	// maxAsked bounds the new dependencies that a registry is asked about.
	maxAsked = 16
	// maxNamed bounds the people that evidence names.
	maxNamed = 8
)

// New returns the layer.
func New() kennel.Layer { return layer{} }

type layer struct{}

func (layer) Name() string       { return "publisher" }
func (layer) Needs() kennel.Need { return kennel.NeedRegistry }

// Examine returns what changed with the release of s.Component, as far as
// s.AsOf. It could not look when the registry could not be asked or does not
// list the release.
func (layer) Examine(ctx context.Context, s kennel.Subject) ([]kennel.Finding, error) {
	if s.Component.Name == "" || s.Component.Version == "" {
		return nil, &kennel.CouldNotLook{Reason: "there is no package at a version to ask a registry for"}
	}
	registry, err := s.Registry()
	if err != nil {
		return nil, err
	}
	listing, err := registry.Listing(ctx, s.Component.Package)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &kennel.CouldNotLook{Reason: "the registry does not list the package", Err: err}
	case errors.Is(err, errors.ErrUnsupported):
		return nil, &kennel.CouldNotLook{Reason: err.Error(), Beyond: true}
	case err != nil:
		return nil, &kennel.CouldNotLook{Reason: "the registry could not be asked", Retry: true, Err: err}
	}
	c, ok := open(listing, s)
	if !ok {
		return nil, &kennel.CouldNotLook{Reason: "the registry does not list the release", Beyond: s.Component.Ecosystem == kennel.Go}
	}
	c.withdrawn()
	if c.before == nil {
		return c.findings(), nil // the first one: nothing changed with it
	}
	c.publishers()
	c.maintainers()
	c.trust()
	c.hooks()
	c.moved()
	c.dormant()
	err = c.dependencies(ctx, registry)
	return c.findings(), cmp.Or(err, c.gap())
}

// gap says what the registry does not tell: nothing found there is no answer.
func (c *change) gap() error {
	people := func(r kennel.Release) bool { return call(r.Publisher) != "" || len(r.Maintainers) > 0 }
	switch {
	case !people(c.now) && !slices.ContainsFunc(c.earlier, people):
		return &kennel.CouldNotLook{Reason: "the registry does not say who publishes", Beyond: true}
	case c.Mirrored:
		return &kennel.CouldNotLook{Reason: "the registry's dates are when it took releases in: ages and silences could not be looked at", Part: true, Beyond: true}
	}
	return nil
}

// change is one examination.
type change struct {
	kennel.Listing
	subject kennel.Component
	earlier []kennel.Release // in order, without the withdrawn
	before  *kennel.Release  // the one before, nil for the first
	now     kennel.Release
	found   []kennel.Finding
	told    map[string]bool
}

// open finds the release and those before it: by date as of the moment, or by
// version where dates say nothing. The one before is of the same line, the
// nearest lower version, if there is one: fixes of an old line are published
// after the new one's.
func open(l kennel.Listing, s kennel.Subject) (*change, bool) {
	c := &change{Listing: l, subject: s.Component, told: map[string]bool{}}
	e := s.Component.Ecosystem
	at := slices.IndexFunc(l.Releases, func(r kennel.Release) bool { return r.Version == s.Component.Version })
	if at < 0 {
		return nil, false
	}
	c.now = l.Releases[at]
	if !l.Mirrored && c.now.Published.After(s.AsOf) {
		return nil, false // not yet
	}
	var nearest *kennel.Release
	for i, r := range l.Releases {
		if i == at || r.Withdrawn {
			continue
		}
		order, err := ecosystem.Compare(e, r.Version, c.now.Version)
		lower := err == nil && order < 0
		if !l.Mirrored && i < at || l.Mirrored && lower {
			c.earlier = append(c.earlier, r)
		} else {
			continue
		}
		if lower && (nearest == nil || ecosystem.Order(e, nearest.Version, r.Version) < 0) {
			nearest = &l.Releases[i]
		}
	}
	if l.Mirrored {
		slices.SortStableFunc(c.earlier, func(a, b kennel.Release) int { return ecosystem.Order(e, a.Version, b.Version) })
	}
	if c.before = nearest; nearest == nil && len(c.earlier) > 0 {
		c.before = &c.earlier[len(c.earlier)-1]
	}
	return c, true
}

// add tells of a change; what names what of it differs from others of its rule.
func (c *change) add(rule, what, title, innocent string, evidence ...kennel.Evidence) {
	c.told[rule] = true
	f := kennel.Finding{
		Layer: "publisher", Rule: rule, ID: rule + ":" + what, Component: c.subject,
		Severity: kennel.SeverityLow, Confidence: kennel.ConfidenceMedium,
		Title: title, Innocent: innocent, Evidence: evidence,
	}
	if !c.Mirrored {
		f.At = c.now.Published
	}
	c.found = append(c.found, f)
}

// findings returns the cues, the first raised to medium when together they are
// what healthy projects rarely do.
func (c *change) findings() []kennel.Finding {
	t := c.told
	strange := t["hooks"] || t["dependency"]
	raise := t["publisher"] && (t["maintainers"] || t["trust"] || t["dormant"] || strange) ||
		(t["maintainers"] || t["trust"]) && strange
	if raise {
		first := &c.found[slices.IndexFunc(c.found, func(f kennel.Finding) bool {
			return f.Rule == "publisher" || f.Rule == "maintainers" || f.Rule == "trust"
		})]
		first.Severity = kennel.SeverityMedium
		var with []string
		for _, f := range c.found {
			if f.Rule != first.Rule && f.Rule != "withdrawn" {
				with = append(with, f.Title)
				first.Evidence = append(first.Evidence, f.Evidence...)
			}
		}
		first.Title += "; with the same release: " + strings.Join(with, "; ")
	}
	return c.found
}

// evidence names a release and what it says.
func evidence(r kennel.Release, says string) kennel.Evidence {
	if !r.Published.IsZero() {
		says += ", published " + r.Published.Format("2006-01-02 15:04Z")
	}
	return kennel.Evidence{Kind: "release", What: r.Version, Says: says}
}

// same reports whether two are one account: by name, or by address where the
// registry gives no name.
func same(a, b kennel.Person) bool {
	if a.Name != "" && b.Name != "" {
		return strings.EqualFold(a.Name, b.Name)
	}
	return a.Email != "" && strings.EqualFold(a.Email, b.Email)
}

func among(who kennel.Person, people []kennel.Person) bool {
	return slices.ContainsFunc(people, func(p kennel.Person) bool { return same(who, p) })
}

func call(p kennel.Person) string { return cmp.Or(p.Name, p.Email) }

func names(people []kennel.Person) string {
	var all []string
	for _, p := range people[:min(len(people), maxNamed)] {
		all = append(all, call(p))
	}
	if more := len(people) - maxNamed; more > 0 {
		all = append(all, fmt.Sprintf("%d more", more))
	}
	return strings.Join(all, ", ")
}
