// Package origin is the layer that asks of a dependency update whether the
// lock file still says honestly where a release comes from: who can edit a lock
// file can point a well-known name at another archive, and few people read one.
//
//	origin-changed   a registry's package now comes from an address, a repository
//	                 or a file of the project
//	address          a new package comes from an address or a repository
//	digest-changed   the same version has another hash than before
//	digest-mismatch  the registry's file is not the one that the lock file names
//	downgrade        an older version takes the place of a newer one
//	digest-several   any of several different files is taken for the release
//	digest-gone      there is no hash any more
//
// An address counts where no hash ties the release to what the registry has:
// with one, wherever it comes from, it is the same file.
//
// Source of the technique: "Why npm lockfiles can be a security blindspot for
// injecting malicious modules", Liran Tal, 2019.
package origin

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// New returns the layer.
func New() kennel.Layer { return layer{} }

type layer struct{}

func (layer) Name() string       { return "origin" }
func (layer) Needs() kennel.Need { return kennel.NeedRelease }

func (layer) Examine(ctx context.Context, s kennel.Subject) ([]kennel.Finding, error) {
	var found []kennel.Finding
	add := func(rule string, severity kennel.Severity, title, innocent string, evidence ...kennel.Evidence) {
		found = append(found, kennel.Finding{
			Rule: rule, ID: rule, Component: s.Component, Severity: severity, Confidence: kennel.ConfidenceHigh,
			Title: title, Innocent: innocent, Evidence: evidence,
		})
	}
	now, before := s.Component, s.Before
	elsewhere := map[kennel.Origin]string{kennel.OriginURL: "an address", kennel.OriginVCS: "a repository", kennel.OriginLocal: "a file of the project"}[now.Origin]
	switch {
	case elsewhere == "":
	case before.Origin == kennel.OriginRegistry:
		add("origin-changed", kennel.SeverityMedium, fmt.Sprintf("%s came from a registry and now comes from %s", now.Name, elsewhere),
			"a fix that is not released yet is often taken from a repository or a copy for a while", append(lines(before), lines(now)...)...)
	case before.Name == "" && now.Origin != kennel.OriginLocal:
		severity := kennel.SeverityLow
		if now.Origin == kennel.OriginURL && len(now.Hashes) == 0 {
			severity = kennel.SeverityMedium // whoever answers there decides what is installed
		}
		add("address", severity, fmt.Sprintf("%s is new and comes from %s, not from a registry", now.Name, elsewhere),
			"packages that are not published are named by address", lines(now)...)
	}
	if before.Name != "" && ecosystem.Order(now.Ecosystem, now.Version, before.Version) < 0 && now.Version != "" {
		add("downgrade", kennel.SeverityLow, fmt.Sprintf("%s goes back from %s to %s", now.Name, before.Version, now.Version),
			"a release that broke something is taken back; the old and the new lock file changed places", lines(now)[0])
	}
	if n := several(now); n > 1 {
		add("digest-several", kennel.SeverityMedium, fmt.Sprintf("%d different files are taken for %s %s", n, now.Name, now.Version),
			"two lock files were merged by hand", lines(now)...)
	}
	same := before.Name != "" && before.Version == now.Version && before.Commit == now.Commit
	switch {
	case len(before.Hashes) > 0 && len(now.Hashes) == 0 && now.Origin == before.Origin:
		add("digest-gone", kennel.SeverityLow, fmt.Sprintf("%s %s has no hash any more", now.Name, now.Version),
			"an older or another client writes lock files without hashes", lines(before)...)
	case same && comparable(before.Hashes, now.Hashes):
		add("digest-changed", kennel.SeverityHigh, fmt.Sprintf("%s %s is the same version with another hash", now.Name, now.Version),
			"a registry that rebuilds or re-signs what it mirrors; a version that was published again", append(lines(before), lines(now)...)...)
	}
	if elsewhere != "" {
		return found, nil // no registry has it
	}
	_, err := s.Release()
	var wrong *kennel.Mismatch
	switch {
	case err == nil, len(now.Hashes) == 0:
		return found, nil // the hashes hold for what was granted, or there are none
	case errors.As(err, &wrong):
		add("digest-mismatch", kennel.SeverityHigh, fmt.Sprintf("the file of %s %s is not the one that %s names", now.Name, now.Version, wrong.Who),
			"a private registry that rebuilds what it mirrors, and another one asked here",
			kennel.Evidence{Kind: "hash", What: wrong.Who, Says: wrong.Algorithm + " " + wrong.Want},
			kennel.Evidence{Kind: "hash", What: "the file", Says: wrong.Algorithm + " " + wrong.Got})
		return found, nil
	}
	return found, &kennel.CouldNotLook{Reason: "whether the hash is the registry's is not known, since there is no file to compare", Err: err}
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
	if c.Address != "" {
		out[0].Says += " at " + c.Address
	}
	if c.Commit != "" {
		out[0].Says += " at commit " + c.Commit
	}
	for _, h := range c.Hashes[:min(len(c.Hashes), 3)] {
		out = append(out, kennel.Evidence{Kind: "hash", What: c.Name + " " + c.Version, Says: h.Algorithm + " " + h.Value})
	}
	return out
}

// several counts the different files that the strongest hashes of an npm
// release stand for: clients take any of them. Elsewhere a release has several
// files.
func several(c kennel.Component) int {
	if c.Ecosystem != kennel.NPM {
		return 0
	}
	strongest := ""
	values := map[string]bool{}
	for _, h := range c.Hashes {
		switch cmp.Compare(len(h.Value), len(strongest)) {
		case 1:
			clear(values)
			strongest = h.Value
			fallthrough
		case 0:
			values[h.Value] = true
		}
	}
	return len(values)
}
