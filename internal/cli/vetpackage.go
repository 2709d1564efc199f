package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
	"github.com/kennel-oss/kennel/internal/fetch"
	"github.com/kennel-oss/kennel/internal/layer/authority"
	"github.com/kennel-oss/kennel/internal/layer/content"
	"github.com/kennel-oss/kennel/internal/layer/publisher"
	"github.com/kennel-oss/kennel/internal/layer/source"
)

// listed makes the case of a release that a registry lists: the release, the
// one before it, what the registry tells, and the source repository.
func (v *vetting) listed(ctx context.Context, purl string) (kennel.Case, error) {
	component, err := ecosystem.FromPurl(purl)
	if err != nil {
		return kennel.Case{}, usage("vet %s: %v", printable(purl), err)
	}
	component.Origin = kennel.OriginRegistry
	registries, err := v.registries()
	if err != nil {
		return kennel.Case{}, err
	}
	grants := registries.grants
	grants.Refused = map[kennel.Need]error{}
	bar := v.progress(v.f.quiet)
	defer bar.done()
	bar.show("asking the registry for %s", printable(component.Name))
	listing, err := registries.Listing(ctx, component.Package)
	if err != nil {
		return kennel.Case{}, &exit{exitFailed, unlisted(component, err)}
	}
	released, previous, err := choose(listing, component.Version)
	if err != nil {
		return kennel.Case{}, &exit{exitFailed, err}
	}
	component.Version, component.Commit = released.Version, cmp.Or(v.f.ref, released.Commit)
	before := component
	before.Version, before.Commit = previous, ""
	bar.show("fetching %s", printable(component.Name+" "+component.Version))
	done := v.fetchBoth(ctx, registries.Registries, component, before, &grants)
	defer done()
	if err := v.sourceOf(ctx, registries.Registries, bar, released, &grants); err != nil {
		grants.Refused[kennel.NeedHistory] = err
	}
	s := kennel.NewSubject(component, v.asOf, grants)
	if previous != "" {
		s.Before = before
	}
	layers := append(registries.layers, v.nameLayer(), publisher.New(), source.New(), authority.New(), content.New())
	bar.show("looking at %s", printable(component.Name+" "+component.Version))
	c, err := v.one(ctx, purl, s, layers...)
	c.Previous, c.Gaps = previous, registries.gaps
	return c, err
}

// unlisted words why a registry did not list a package.
func unlisted(c kennel.Component, err error) error {
	var noClient *fetch.NoClient
	switch {
	case errors.As(err, &noClient):
		return fmt.Errorf("%w: npm and Go packages can be vetted by name; of others name the release's file: kennel vet name-1.2.3.tar.gz --source ./name.git", err)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the registry knows no package %s of %s: look at the spelling", c.Name, c.Ecosystem)
	}
	return fmt.Errorf("the registry could not be asked for %s: %w", c.Name, err)
}

// settled is how long a release has been out when it is taken for the one to
// compare with: whoever takes a package over publishes more than once, and the
// second is not to be compared with the first. Of ten incidents eight were found
// within a week.
const settled = 7 * 24 * time.Hour

// choose finds the release that is asked for ("" for the newest that is no
// pre-release and was not withdrawn) and the version of the one before it: the
// highest below it that was not withdrawn, a pre-release only before one, and
// that was settled when this one came, where the registry's dates tell and there
// is such a one.
func choose(l kennel.Listing, version string) (kennel.Release, string, error) {
	order := func(a, b kennel.Release) int { return ecosystem.Order(l.Package.Ecosystem, a.Version, b.Version) }
	releases := slices.SortedFunc(slices.Values(l.Releases), order)
	at := -1
	for i, r := range releases {
		if version == r.Version || version == "" && !r.Withdrawn && (!preRelease(r.Version) || at < 0) {
			at = i
		}
	}
	if at < 0 && len(releases) == 0 {
		return kennel.Release{}, "", fmt.Errorf("the registry lists no release of %s: look at the spelling", l.Package.Name)
	}
	if at < 0 {
		return kennel.Release{}, "", fmt.Errorf("the registry has no %s %s; its newest is %s", l.Package.Name, version, releases[len(releases)-1].Version)
	}
	pre, fallback := preRelease(releases[at].Version), ""
	for i := at - 1; i >= 0; i-- {
		r := releases[i]
		if r.Withdrawn || !pre && preRelease(r.Version) {
			continue
		}
		if l.Mirrored || r.Published.IsZero() || releases[at].Published.Sub(r.Published) >= settled {
			return releases[at], r.Version, nil
		}
		fallback = cmp.Or(fallback, r.Version)
	}
	return releases[at], fallback, nil
}

// preRelease reports whether a version of npm or Go is a pre-release: both
// write semantic versions.
func preRelease(version string) bool {
	numbers, _, _ := strings.Cut(version, "+")
	return strings.Contains(numbers, "-")
}

// sourceOf opens the repository that the release, or --source, names.
func (v *vetting) sourceOf(ctx context.Context, r *fetch.Registries, bar *bar, released kennel.Release, g *kennel.Grants) error {
	folder := v.f.source
	var held io.Closer
	if folder == "" {
		if released.Source == "" {
			return &kennel.CouldNotLook{Reason: "the registry names no source repository for this release"}
		}
		address, err := fetch.RepositoryAddress(released.Source)
		if err != nil {
			return &kennel.CouldNotLook{Reason: "the source repository that the release names cannot be fetched", Err: err}
		}
		bar.show("fetching %s", printable(address))
		folder, held, err = r.Repository(ctx, address, func(done, _ int64) { bar.show("fetching %s: %d MiB", printable(address), done>>20) })
		if err != nil {
			return &kennel.CouldNotLook{Reason: "the source repository could not be fetched; a copy of it can be named with --source", Err: err, Retry: true}
		}
	}
	repository, err := v.history(ctx, folder)
	if held != nil { // until the repository was closed
		v.opened = append(v.opened, held)
	}
	if err != nil {
		return &kennel.CouldNotLook{Reason: "the source repository could not be read", Err: err}
	}
	g.History = repository
	return nil
}
