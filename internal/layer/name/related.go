package name

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

// What has been there for long, in many releases, is no trap laid for the
// name's next mistyper: those that were found had few releases and days.
const (
	longThere    = 3 * 365 * 24 * time.Hour
	manyReleases = 20
)

// finding tells the likeness, unless the registry explains it.
func (k likeness) finding(ctx context.Context, s kennel.Subject) ([]kennel.Finding, error) {
	name := s.Component.Name
	why := fmt.Sprintf("in the list of names in use: %d of %d sources", k.uses, k.sources)
	if k.byHand {
		why += ", and kept by hand"
	}
	f := kennel.Finding{
		Rule: k.rule, Severity: k.severity, Confidence: kennel.ConfidenceLow,
		Title:    fmt.Sprintf("%s is near to %s: %s", name, k.name, k.says),
		Innocent: "two projects came upon like names, or one is named after the other, as forks and plug-ins are",
		Evidence: []kennel.Evidence{
			{Kind: "name", What: name, Says: k.says + ": " + k.name},
			{Kind: "name", What: k.name, Says: why},
		},
	}
	if k.severity < kennel.SeverityMedium {
		return []kennel.Finding{f}, nil // nothing rests on more
	}
	registry, err := s.Registry()
	if err != nil {
		return []kennel.Finding{f}, nil // the name is what was looked at
	}
	is, err := registry.Listing(ctx, s.Component.Package)
	if errors.Is(err, fs.ErrNotExist) {
		f.Evidence = append(f.Evidence, kennel.Evidence{Kind: "registry", What: name, Says: "the registry has no such package now"})
		return []kennel.Finding{f}, nil
	}
	if err == nil {
		var meant kennel.Listing
		if meant, err = registry.Listing(ctx, kennel.Package{Ecosystem: k.ecosystem, Name: k.name}); err == nil {
			if related(is, meant) {
				return nil, nil
			}
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return []kennel.Finding{f}, &kennel.CouldNotLook{Reason: "the registry could not be asked who publishes a name that is near to another", Retry: true, Err: err}
	}
	released := slices.DeleteFunc(slices.Clone(is.Releases), func(r kennel.Release) bool { return r.Withdrawn })
	says := fmt.Sprintf("%d releases", len(released))
	if len(released) > 0 && !released[0].Published.IsZero() && !is.Mirrored {
		f.At = released[0].Published
		says += ", the first " + f.At.Format(time.DateOnly)
	}
	f.Evidence = append(f.Evidence, kennel.Evidence{Kind: "registry", What: name, Says: says})
	if len(released) >= manyReleases || !f.At.IsZero() && s.AsOf.Sub(f.At) >= longThere {
		f.Severity = kennel.SeverityLow
	}
	return []kennel.Finding{f}, nil
}

// related reports whether two packages have a maintainer in common. That both
// name one source repository says nothing: anybody can write it, and who
// imitates a package does.
func related(a, b kennel.Listing) bool {
	for _, x := range a.Maintainers {
		if slices.ContainsFunc(b.Maintainers, func(y kennel.Person) bool { return same(x, y) }) {
			return true
		}
	}
	return false
}

func same(a, b kennel.Person) bool {
	if a.Name != "" && b.Name != "" {
		return strings.EqualFold(a.Name, b.Name) // the account; an address can be written into any package
	}
	return a.Email != "" && strings.EqualFold(a.Email, b.Email)
}
