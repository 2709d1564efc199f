package ecosystem

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"deps.dev/util/semver"
	"github.com/google/osv-scalibr/semantic"
	kennel "github.com/kennel-oss/kennel"
)

// disagreement explains where a library orders a pair otherwise than we do.
type disagreement struct {
	library   string
	ecosystem kennel.Ecosystem
	reason    string // the rule, and its source
	covers    func(a, b string) bool
}

func either(holds func(string) bool) func(a, b string) bool {
	return func(a, b string) bool { return holds(a) || holds(b) }
}

func contains(marks ...string) func(string) bool {
	return func(s string) bool {
		return slices.ContainsFunc(marks, func(m string) bool { return strings.Contains(strings.ToLower(s), m) })
	}
}

// wordAfterDot reports a word directly behind a dot.
func wordAfterDot(s string) bool {
	for i := 1; i < len(s); i++ {
		if s[i-1] == '.' && isLetter(s[i]) {
			return true
		}
	}
	return s != "" && isLetter(s[0])
}

// leadingZero reports a number written with zeros in front.
func leadingZero(s string) bool {
	for i := range len(s) - 1 {
		if s[i] == '0' && isDigit(s[i+1]) && (i == 0 || !isDigit(s[i-1])) {
			return true
		}
	}
	return false
}

func dots(s string) int { return strings.Count(s, ".") }

// disagreements is the whole list: the test fails on a pair that none covers,
// and on an entry that covers none.
var disagreements = []disagreement{
	{"deps.dev", kennel.Maven, "Maven reads .X as -X since 3.9.0, and zeros before a word count nothing (apache/maven MNG-7644)", either(wordAfterDot)},
	{"deps.dev", kennel.Maven, "numbers compare as numbers, however many zeros are in front (Maven's testVersionEqualWithLeadingZeroes)", either(leadingZero)},
	{"deps.dev", kennel.Maven, "an empty token is zero: .2 is 0.2 (version order specification)", either(func(s string) bool { return s[0] == '.' })},
	{"osv-scalibr", kennel.Maven, "Maven reads .X as -X since 3.9.0, and zeros before a word count nothing (apache/maven MNG-7644)", either(wordAfterDot)},
	{"osv-scalibr", kennel.Packagist, "Composer completes a version to four numbers, drops -stable and folds case before it compares (composer/semver, VersionParser::normalize)", func(a, b string) bool {
		return dots(a) != dots(b) || strings.Contains(a+b, "stable") || strings.ToLower(a+b) != a+b
	}},
	{"deps.dev", kennel.Packagist, "-stable is the release itself, -p is above it, and case does not count (composer/semver, VersionParser::normalize; PHP version_compare)", either(contains("stable", "-p", "rc", "beta", "alpha"))},
	{"osv-scalibr", kennel.RubyGems, "a hyphen means .pre. (Gem::Version)", either(contains("-"))},
	{"deps.dev", kennel.RubyGems, "segments behind a word compare as well (Gem::Version#<=>)", either(contains("alpha.5.0"))},
	{"deps.dev", kennel.PyPI, "a post-release of a pre-release is above it (version specifiers, Summary of permitted suffixes and relative ordering)", either(contains("rc1.post0"))},
	{"osv-scalibr", kennel.NPM, "a fourth number is above none", func(a, b string) bool { return dots(a) != dots(b) }},
	{"osv-scalibr", kennel.Conan, "1.1.1w is above 1.1.1, and words are above numbers (Conan's Version compares items as texts)", either(func(s string) bool { return strings.ToLower(s) != strings.ToUpper(s) })},
}

// TestLibrariesAgree compares us with both libraries on every version and
// bound that real advisories have, in our order: neighbours, near ones and
// distant ones.
func TestLibrariesAgree(t *testing.T) {
	lists := recordedVersions(t)
	type entry struct {
		text string
		v    Version
	}
	used := make([]int, len(disagreements))
	pairs := 0
	for e, list := range lists {
		var sorted []entry
		for _, s := range list {
			if v, err := Parse(e, s); err == nil {
				sorted = append(sorted, entry{s, v})
			}
		}
		slices.SortFunc(sorted, func(a, b entry) int { return a.v.Compare(b.v) })
		for i := 1; i < len(sorted); i++ {
			for _, j := range []int{i - 1, i - 2, i - 7, i / 2} {
				if j < 0 || j == i {
					continue
				}
				a, b := sorted[j], sorted[i]
				want := a.v.Compare(b.v)
				for library, got := range askLibraries(e, a.text, b.text) {
					pairs++
					if got == want {
						continue
					}
					at := slices.IndexFunc(disagreements, func(d disagreement) bool {
						return d.library == library && d.ecosystem == e && d.covers(a.text, b.text)
					})
					if at < 0 {
						t.Errorf("%s: Compare(%q, %q) = %d, %s says %d", e, a.text, b.text, want, library, got)
						continue
					}
					used[at]++
				}
			}
		}
	}
	for i, n := range used {
		if n == 0 {
			t.Errorf("stale: %s no longer differs on %s: %s", disagreements[i].library, disagreements[i].ecosystem, disagreements[i].reason)
		}
		t.Logf("%s differs on %d pairs of %s: %s", disagreements[i].library, n, disagreements[i].ecosystem, disagreements[i].reason)
	}
	if pairs < 100_000 {
		t.Errorf("only %d pairs compared", pairs)
	}
	t.Logf("%d pairs compared", pairs)
}

// askLibraries asks those that speak of e and take both versions.
func askLibraries(e kennel.Ecosystem, a, b string) map[string]int {
	answers := make(map[string]int, 2)
	if system, ok := depsSystem(e); ok {
		x, errX := system.Parse(withV(e, a))
		y, errY := system.Parse(withV(e, b))
		if errX == nil && errY == nil {
			answers["deps.dev"] = sign(x.Compare(y))
		}
	}
	x, errX := semantic.Parse(a, string(e))
	y, errY := semantic.Parse(b, string(e))
	if errX == nil && errY == nil {
		if c, err := x.Compare(y); err == nil {
			answers["osv-scalibr"] = sign(c)
		}
	}
	return answers
}

// withV spells a Go version as the Go library wants it.
func withV(e kennel.Ecosystem, s string) string {
	if e == kennel.Go && !strings.HasPrefix(s, "v") {
		return "v" + s
	}
	return s
}

func depsSystem(e kennel.Ecosystem) (semver.System, bool) {
	switch e {
	case kennel.NPM:
		return semver.NPM, true
	case kennel.Go:
		return semver.Go, true
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

// unordered counts the texts among recorded versions that have no order, by
// ecosystem, so that a rule that grows stricter or laxer is noticed.
var unordered = map[kennel.Ecosystem]int{kennel.PyPI: 83, kennel.NPM: 6, kennel.Go: 2, kennel.Packagist: 1}

func TestRecordedVersionsParse(t *testing.T) {
	lists := recordedVersions(t)
	if len(lists) < 10 {
		t.Fatalf("only %d ecosystems", len(lists))
	}
	for e, list := range lists {
		if !HasOrder(e) {
			continue
		}
		var refused []string
		for _, s := range list {
			if _, err := Parse(e, s); err != nil {
				refused = append(refused, fmt.Sprintf("%q", s))
			}
		}
		if len(refused) != unordered[e] {
			t.Errorf("%s: %d of %d versions refused, want %d: %s", e, len(refused), len(list), unordered[e], strings.Join(refused[:min(40, len(refused))], " "))
		}
	}
}
