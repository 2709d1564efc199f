package name

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	kennel "github.com/kennel-oss/kennel"
)

// matching returns the first pattern of internal names that name matches, "" for none.
func (l layer) matching(name string) string {
	name = strings.ToLower(name)
	for _, p := range l.internal {
		if match(p, name) {
			return p
		}
	}
	return ""
}

// match reports whether name is pattern, in which each "*" stands for any text.
// It takes time linear in both for every "*".
func match(pattern, name string) bool {
	first, rest, open := strings.Cut(pattern, "*")
	name, ok := strings.CutPrefix(name, first)
	if !ok || !open {
		return ok && name == ""
	}
	for {
		part, more, open := strings.Cut(rest, "*")
		if !open {
			return strings.HasSuffix(name, part)
		}
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name, rest = name[i+len(part):], more
	}
}

// confusion asks whether a name that the organisation calls its own is listed by
// a registry that others can publish to: a package manager that asks that one
// first, or takes the higher version, then installs a stranger's. When the
// registry could not be asked, it could not look: no answer is not "not listed".
func confusion(ctx context.Context, s kennel.Subject, pattern string) ([]kennel.Finding, error) {
	registry, err := s.Registry()
	if err != nil {
		return nil, &kennel.CouldNotLook{Reason: "whether a public registry lists an internal name was not asked", Err: err}
	}
	name := s.Component.Name
	listing, err := registry.Listing(ctx, s.Component.Package)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, &kennel.CouldNotLook{Reason: "whether a public registry lists an internal name could not be asked", Retry: true, Err: err}
	case listing.Private:
		return nil, nil
	}
	says := fmt.Sprintf("%d releases", len(listing.Releases))
	for i, m := range listing.Maintainers[:min(len(listing.Maintainers), 8)] {
		says += [...]string{", maintained by ", ", "}[min(i, 1)] + cmp.Or(m.Name, m.Email)
	}
	f := kennel.Finding{
		Rule: "internal", Severity: kennel.SeverityHigh, Confidence: kennel.ConfidenceMedium,
		Title:    fmt.Sprintf("%s is an internal name (%s), and a registry lists it that is not set up as the organisation's own", name, pattern),
		Innocent: "the organisation publishes it itself, holds the name against others, or the registry asked is its own without being set up for this scope",
		Evidence: []kennel.Evidence{
			{Kind: "configuration", What: "names.internal", Says: pattern},
			{Kind: "registry", What: name, Says: says},
			{Kind: "resolution", What: name, Says: "the examined one was resolved from: " + s.Component.Origin.String()},
		},
	}
	if n := len(listing.Releases); n > 0 && !listing.Mirrored {
		f.At = listing.Releases[n-1].Published
		if f.At.After(s.AsOf) {
			f.At = s.AsOf
		}
	}
	return []kennel.Finding{f}, nil
}
