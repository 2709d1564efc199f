package ecosystem

import (
	"errors"
	"fmt"
	"strings"

	"deps.dev/util/semver"
	kennel "github.com/kennel-oss/kennel"
)

// ErrConstraint says that a text is no constraint on versions that this
// package can evaluate: a tag, an address, a path, or a language it does not
// know.
var ErrConstraint = errors.New("not a version constraint that can be evaluated")

// maxConstraint bounds the length of a constraint in bytes.
const maxConstraint = 1024

// Admits reports whether a dependant's constraint, as lock files and manifests
// of e write it, lets version in.
func Admits(e kennel.Ecosystem, constraint, version string) (bool, error) {
	if len(constraint) > maxConstraint || len(version) > maxConstraint {
		return false, fmt.Errorf("%q: %w", shorten(constraint), ErrConstraint)
	}
	system, ok := constraintSystem(e)
	if !ok {
		return false, fmt.Errorf("%s: %w", e, ErrConstraint)
	}
	c, err := system.ParseConstraint(strings.TrimSpace(constraint))
	if err != nil {
		return false, fmt.Errorf("%q: %w", shorten(constraint), ErrConstraint)
	}
	v, err := system.Parse(version)
	if err != nil {
		return false, fmt.Errorf("%q: %w (%s)", shorten(version), ErrVersion, e)
	}
	return c.MatchVersion(v), nil
}

// constraintSystem is the library's name for an ecosystem.
func constraintSystem(e kennel.Ecosystem) (semver.System, bool) {
	switch e {
	case kennel.NPM:
		return semver.NPM, true
	case kennel.Cargo:
		return semver.Cargo, true
	case kennel.PyPI:
		return semver.PyPI, true
	case kennel.RubyGems:
		return semver.RubyGems, true
	case kennel.Packagist:
		return semver.Composer, true
	case kennel.NuGet:
		return semver.NuGet, true
	case kennel.Maven:
		return semver.Maven, true
	}
	return 0, false
}
