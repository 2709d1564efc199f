// Package origin is the layer that asks of a dependency update whether the
// lock file still says honestly where a release comes from: who can edit a lock
// file can point a well-known name at another archive, and few people read one.
//
//	origin-changed   a registry's package now comes from an address or a repository
//	digest-changed   the same version has another hash than before
//	digest-mismatch  the hash is not the one that the registry states
//	digest-gone      there is no hash any more
//
// Source of the technique: "Why npm lockfiles can be a security blindspot for
// injecting malicious modules", Liran Tal, 2019.
package origin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// New returns the layer.
func New() kennel.Layer { return layer{} }

type layer struct{}

func (layer) Name() string       { return "origin" }
func (layer) Needs() kennel.Need { return kennel.NeedRegistry }

func (layer) Examine(ctx context.Context, s kennel.Subject) ([]kennel.Finding, error) {
	var found []kennel.Finding
	add := func(rule string, severity kennel.Severity, title, innocent string, evidence ...kennel.Evidence) {
		found = append(found, kennel.Finding{
			Rule: rule, ID: rule, Component: s.Component, Severity: severity, Confidence: kennel.ConfidenceHigh,
			Title: title, Innocent: innocent, Evidence: evidence,
		})
	}
	now, before := s.Component, s.Before
	if before.Name != "" && before.Origin == kennel.OriginRegistry && (now.Origin == kennel.OriginURL || now.Origin == kennel.OriginVCS) {
		add("origin-changed", kennel.SeverityMedium,
			fmt.Sprintf("%s came from a registry and now comes from %s", now.Name, map[kennel.Origin]string{kennel.OriginURL: "an address", kennel.OriginVCS: "a repository"}[now.Origin]),
			"a fix that is not released yet is often taken from a repository for a while",
			lines(before)[0], lines(now)[0])
	}
	same := before.Name != "" && before.Version == now.Version && before.Commit == now.Commit
	switch {
	case !same:
	case len(before.Hashes) > 0 && len(now.Hashes) == 0:
		add("digest-gone", kennel.SeverityLow, fmt.Sprintf("%s %s has no hash any more", now.Name, now.Version),
			"an older or another client writes lock files without hashes", lines(before)...)
	case comparable(before.Hashes, now.Hashes):
		add("digest-changed", kennel.SeverityHigh, fmt.Sprintf("%s %s is the same version with another hash", now.Name, now.Version),
			"a registry that rebuilds or re-signs what it mirrors; a version that was published again", append(lines(before), lines(now)...)...)
	}
	if now.Origin != kennel.OriginRegistry || len(now.Hashes) == 0 {
		return found, nil
	}
	theirs, err := registered(ctx, s)
	if err != nil {
		return found, err
	}
	if comparable(now.Hashes, theirs) {
		add("digest-mismatch", kennel.SeverityHigh, fmt.Sprintf("the hash of %s %s is not the one that the registry states", now.Name, now.Version),
			"a private registry that rebuilds what it mirrors, and another one asked here",
			append(lines(now), kennel.Evidence{Kind: "hash", What: "registry", Says: theirs[0].Algorithm + " " + theirs[0].Value})...)
	}
	return found, nil
}

// comparable reports whether two lists of hashes share an algorithm and no
// hash, so that they cannot be of one artifact.
func comparable(a, b []kennel.Hash) bool {
	shared := false
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return false
			}
			shared = shared || x.Algorithm == y.Algorithm
		}
	}
	return shared
}

// lines is what a lock file says of a component, as evidence.
func lines(c kennel.Component) []kennel.Evidence {
	out := []kennel.Evidence{{Kind: "component", What: c.Name + " " + c.Version, Says: "from " + c.Origin.String()}}
	if c.Commit != "" {
		out[0].Says += " at " + c.Commit
	}
	for _, h := range c.Hashes[:min(len(c.Hashes), 3)] {
		out = append(out, kennel.Evidence{Kind: "hash", What: c.Name + " " + c.Version, Says: h.Algorithm + " " + h.Value})
	}
	return out
}

// registered returns the hashes that the registry states for the release.
func registered(ctx context.Context, s kennel.Subject) ([]kennel.Hash, error) {
	registry, err := s.Registry()
	if err != nil {
		return nil, err
	}
	listing, err := registry.Listing(ctx, s.Component.Package)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &kennel.CouldNotLook{Reason: "the registry has no such package, so its hash cannot be compared", Err: err}
	}
	if err != nil {
		return nil, &kennel.CouldNotLook{Reason: "the registry could not be asked for the hash", Retry: true, Err: err}
	}
	at := slices.IndexFunc(listing.Releases, func(r kennel.Release) bool { return r.Version == s.Component.Version })
	if at < 0 {
		return nil, &kennel.CouldNotLook{Reason: "the registry has no such release, so its hash cannot be compared"}
	}
	return stated(listing.Releases[at].Digest), nil
}

// stated reads a digest as registries write it: a subresource integrity string,
// or Go's h1.
func stated(digest string) []kennel.Hash {
	if value, ok := strings.CutPrefix(digest, "h1:"); ok {
		if hexadecimal, ok := lockfile.Base64ToHex(value, 32); ok {
			return []kennel.Hash{{Algorithm: "h1", Value: hexadecimal}}
		}
	}
	return lockfile.Integrity(digest)
}
