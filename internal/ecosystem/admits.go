package ecosystem

import (
	"errors"
	"fmt"
	"strings"

	kennel "github.com/kennel-oss/kennel"
)

// ErrConstraint says that a text is no constraint on versions that can be
// evaluated: a tag, an address, a path, a branch, or an ecosystem whose
// constraints are not known here.
var ErrConstraint = errors.New("not a version constraint that can be evaluated")

// maxConstraint bounds the length of a constraint in bytes.
const maxConstraint = 1024

// Admits reports whether a dependant's constraint, as lock files and manifests
// of e write it, lets version in. The error is or wraps [ErrConstraint],
// [ErrVersion] or [ErrNoOrder].
//
// A pre-release is let in only where the constraint names one, which is what
// resolvers do by default. A bare Maven version is a recommendation that
// resolution takes as it is: it admits that version alone. A Go requirement
// admits what is not older in the same module path.
func Admits(e kennel.Ecosystem, constraint, version string) (bool, error) {
	if len(constraint) > maxConstraint {
		return false, constraintError(constraint)
	}
	v, err := Parse(e, version)
	if err != nil {
		return false, err
	}
	text := strings.TrimSpace(constraint)
	switch e {
	case kennel.Go:
		return admitsGo(text, version, v)
	case kennel.Maven, kennel.NuGet:
		return admitsIntervals(e, text, v)
	case kennel.NPM:
		text = npmRange(text)
	case kennel.PyPI:
		text, _, _ = strings.Cut(text, ";") // an environment marker
		text = unwrap(text)
	case kennel.RubyGems:
		text = unwrap(text)
	case kennel.Hex:
		text = strings.ReplaceAll(text, " or ", "||")
		text = strings.ReplaceAll(text, " and ", ",")
	case kennel.Pub:
		if text == "any" {
			text = ""
		}
	}
	d, ok := dialectOf(e)
	if !ok {
		return false, fmt.Errorf("%s: %w", e, ErrConstraint)
	}
	ok, valid := d.admits(text, v)
	if !valid {
		return false, constraintError(constraint)
	}
	return ok, nil
}

func constraintError(text string) error {
	return fmt.Errorf("%q: %w", shorten(text), ErrConstraint)
}

func unwrap(s string) string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		return s[1 : len(s)-1]
	}
	return s
}

// npmRange gives the range inside "npm:other@range" and "workspace:range".
func npmRange(s string) string {
	if alias, ok := strings.CutPrefix(s, "npm:"); ok {
		if at := strings.LastIndexByte(alias, '@'); at > 0 {
			return alias[at+1:]
		}
	}
	if inner, ok := strings.CutPrefix(s, "workspace:"); ok && strings.ContainsAny(inner, "0123456789") {
		return inner
	}
	return s
}

// admitsGo takes a requirement of a go.mod. Versions 0 and 1 share a module
// path, with later ones where those are marked incompatible; advisories drop
// the mark.
// Source: https://go.dev/ref/mod#major-version-suffixes
func admitsGo(constraint, version string, v Version) (bool, error) {
	least, err := Parse(kennel.Go, constraint)
	if err != nil {
		return false, constraintError(constraint)
	}
	if v.Compare(least) < 0 {
		return false, nil
	}
	if strings.HasSuffix(constraint, "+incompatible") || strings.HasSuffix(version, "+incompatible") {
		return true, nil
	}
	from, to := goMajor(constraint), goMajor(version)
	return from == to, nil
}

// goMajor is the major version that a module path has to name, "" for 0 and 1.
func goMajor(v string) string {
	m, _ := digits(strings.TrimPrefix(v, "v"))
	if m == "0" || m == "1" {
		return ""
	}
	return m
}

// admitsIntervals takes Maven's and NuGet's constraints: a list of intervals,
// or a bare version, which is Maven's wish and NuGet's minimum.
// Source: https://maven.apache.org/pom.html#dependency-version-requirement-specification
// and https://learn.microsoft.com/nuget/concepts/package-versioning
func admitsIntervals(e kennel.Ecosystem, constraint string, v Version) (bool, error) {
	if constraint == "" {
		return false, constraintError(constraint)
	}
	if constraint[0] != '[' && constraint[0] != '(' {
		if e == kennel.NuGet {
			d, _ := dialectOf(e)
			if !strings.Contains(constraint, "*") {
				constraint = ">=" + constraint
			}
			ok, valid := d.admits(constraint, v)
			if !valid {
				return false, constraintError(constraint)
			}
			return ok, nil
		}
		w, err := Parse(e, constraint)
		if err != nil || !isDigit(constraint[0]) { // a property, LATEST, RELEASE
			return false, constraintError(constraint)
		}
		return v == w, nil
	}
	admitted := false
	for rest := constraint; rest != ""; {
		end := strings.IndexAny(rest, "])")
		if end < 0 || rest[0] != '[' && rest[0] != '(' {
			return false, constraintError(constraint)
		}
		inside, err := inInterval(e, rest[0] == '[', rest[1:end], rest[end] == ']', v)
		if err != nil {
			return false, constraintError(constraint)
		}
		admitted = admitted || inside
		rest = strings.TrimLeft(rest[end+1:], ", ")
	}
	return admitted, nil
}

func inInterval(e kennel.Ecosystem, withLow bool, interval string, withHigh bool, v Version) (bool, error) {
	low, high, pair := strings.Cut(interval, ",")
	low, high = strings.TrimSpace(low), strings.TrimSpace(high)
	if !pair {
		if high = low; low == "" || !withLow || !withHigh {
			return false, ErrConstraint
		}
	}
	inside := true
	if low != "" {
		w, err := Parse(e, low)
		if err != nil {
			return false, err
		}
		c := v.Compare(w)
		inside = c > 0 || c == 0 && withLow
	}
	if high != "" {
		w, err := Parse(e, high)
		if err != nil {
			return false, err
		}
		c := v.Compare(w)
		inside = inside && (c < 0 || c == 0 && withHigh)
	}
	return inside, nil
}
