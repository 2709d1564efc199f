package ecosystem

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/osv-scalibr/semantic"
	kennel "github.com/kennel-oss/kennel"
)

// ladders are rows of versions in rising order, by ecosystem; versions on one
// rung, separated by blanks, are equal.
var ladders = map[kennel.Ecosystem][]string{
	kennel.NPM: {"0.0.0-alpha", "0.0.0 0 v0.0.0", "1.0.0-0", "1.0.0-1", "1.0.0-10", "1.0.0-99999999999999999999999", "1.0.0-alpha 1.0.0alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
		"1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0 1.0.0+build 1.0.0+b.2 1 1.0 =1.0.0", "1.0.1-0", "1.0.1", "1.0.1.1", "1.0.2", "1.2.0", "1.10.0",
		"99999999999999999999.0.0", "100000000000000000000.0.0"},
	kennel.Go: {"v0.0.0-20190101000000-abcdefabcdef 0.0.0-20190101000000-abcdefabcdef", "v0.0.0-20200101000000-000000000000", "0.0.0 v0.0.0", "1.2.3-0", "v1.2.3-pre", "v1.2.3 1.2.3 v1.2.3+incompatible",
		"v1.2.4-0.20200101000000-abcdefabcdef", "go1.21rc2 1.21.0-rc.2", "go1.21 go1.21.0 1.21.0", "go1.21.3", "v2.0.0+incompatible", "v2.0.1"},
	kennel.Cargo:         {"0.0.0-0", "0.0.0", "0.9.0", "0.10.0", "1.0.0-a.b.c.10", "1.0.0"},
	kennel.Pub:           {"1.0.0-a", "1.0.0-a+1", "1.0.0", "1.0.0+1", "1.0.0+2", "1.0.0+10", "1.0.0+a", "1.0.1"},
	kennel.NuGet:         {"1.0.0-ALPHA 1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-Beta", "1.0 1.0.0 1.0.0.0 1.0.0+meta", "1.0.0.1-rc", "1.0.0.1", "1.0.1"},
	kennel.GitHubActions: {"v1", "v1.0.1", "v2-beta v2beta v2.beta", "v2 2 2.0.0 v2.0", "v4.1.3", "v10"},
	kennel.PyPI: {"1.0.dev456", "1.0a1 1.0-alpha1 1.0.ALPHA.1", "1.0a2.dev456", "1.0a12.dev456", "1.0a12 1.0a012", "1.0b1.dev456", "1.0b2", "1.0b2.post345.dev456", "1.0b2.post345 1.0b2-345", "1.0rc1.dev456",
		"1.0rc1 1.0c1 1.0-preview_1 v1.0pre1", "1.0 1.0.0 1 v1", "1.0+abc.5", "1.0+abc.7 1.0+ABC-7 1.0+abc_7", "1.0+5", "1.0.post456.dev34", "1.0.post456 1.0-r456", "1.0.15", "1.1.dev1", "1.1 1.1.0.0", "2013.10.1", "1!0.1", "1!1.0"},
	kennel.Maven: {"alpha 0-alpha", "1-alpha2snapshot", "1-alpha2 1alpha-2 1a2", "1-alpha-123", "1-beta-2", "1-beta123", "1-m2 1.M2 1.0.0.Milestone2", "1-m11", "1-rc", "1-cr2", "1-rc123", "1-SNAPSHOT 1.0-SNAPSHOT",
		"1.final-SNAPSHOT 1.Final.SNAPSHOT", "1 1.0 1.0.0 1-0 1.ga 1.0.FINAL 1.RELEASE 1. 1-", "1.final-redhat-1", "1-sp", "1-sp2", "1-sp123", "1-abc 1.abc 1.0.0.abc", "1-def", "1-pom-1", "1-1-snapshot", "1-1 1.0-1", "1-2", "1-123",
		"1.0.1", "1.1", "1.2", "1.2-b", "1.10", "20190126.230843", "1234567890.12345", "12345678901234567890.1H.5-beta"},
	kennel.RubyGems: {"0.beta.1 0.0.beta.1", "0 0.0", "1.a 1.0.a", "1.0.0.alpha 1.alpha", "1.0.0.beta2", "1.0.0.pre.x 1.0.0-x", "1.0.0.rc1", "1 1.0 1.0.0", "1.0.0.1", "1.0.2", "1.2.b1", "1.2", "1.10", "1.99999999999999999999"},
	kennel.Packagist: {"1.0-dev 1.0.0.0-dev", "1.0-alpha1-dev", "1.0-alpha1 1.0.0a1 1.0-alpha.1", "1.0-alpha2", "1.0-beta", "1.0-beta1 v1.0.0-BETA1", "1.0-RC1 1.0rc1 1.0.rc-1", "1 1.0 v1.0.0 1.0.0.0 1.0-stable 1.0+meta", "1.0-p1 1.0-patch1 1.0pl1", "1.0-p2",
		"1.0.0.1", "1.0.1", "1.2", "1.x-dev", "2", "2.0.x-dev", "20240131", "20240201"},
	kennel.Debian: {"1.0~~", "1.0~~a", "1.0~", "1.0~rc1-1", "1.0 1.0-0 0:1.0 1.00", "1.0-1~deb12u1", "1.0-1", "1.0-1+b1", "1.0-1+deb12u1", "1.0-2", "1.0a", "1.0+dfsg", "1.0.1", "1.2", "1.10", "99999999999999999999", "1:0.1", "2:0"},
	"opam":        {"0.9~rc", "0.9", "v0.9", "v0.16.0"},
	"Red Hat":     {"1.0~rc1-1", "1.0-1.el8", "1.0-1.el8_2 1.0-1.el8.2", "1.0-1.el9", "1.0-2", "1.0^git1-1", "1.0a-1", "1.0.1-1 1.0_1-1", "1.2-1 0:1.2-1 1.02-1", "1.10-1", "99999999999999999999999-1", "1:0.1-1"},
	kennel.Alpine: {"1.0_alpha_pre2", "1.0_alpha", "1.0_alpha2", "1.0_beta", "1.0_pre1-r1", "1.0_rc1", "1.0", "1.0-r0", "1.0-r1", "1.0-r10", "1.0_git20200101", "1.0_p1", "1.0_p1-r1", "1.0_p10", "1.0a", "1.0b-r1", "1.0.0", "1.0.01", "1.0.02", "1.0.1", "1.02", "1.1", "1.10", "10", "20200101"},
	kennel.Conan:  {"1.0-alpha", "1.0-beta.2", "1 1.0 1.0.0", "1.0.2", "1.0.2a", "1.0.2s", "1.0.3", "1.1.1", "1.1.1n", "1.1.1w", "3.0.8", "cci.20200203", "cci.20210118"},
	"CRAN":        {"0.9", "1.0 1-0", "1.0.0 1.0-0", "1.2", "1.10-1", "1.10-2"},
	"Hackage":     {"0.9", "1", "1.0", "1.0.0.1", "1.2", "1.10"},
}

func TestOrder(t *testing.T) {
	if len(ladders) == 0 {
		t.Fatal("no cases")
	}
	for e, ladder := range ladders {
		type rung struct {
			text   string
			height int
		}
		var rungs []rung
		for height, texts := range ladder {
			for text := range strings.FieldsSeq(texts) {
				rungs = append(rungs, rung{text, height})
			}
		}
		for _, a := range rungs {
			for _, b := range rungs {
				got, err := Compare(e, a.text, b.text)
				if err != nil {
					t.Fatalf("%s: %v", e, err)
				}
				if want := sign(a.height - b.height); got != want {
					t.Errorf("%s: Compare(%q, %q) = %d, want %d", e, a.text, b.text, got, want)
				}
			}
		}
	}
}

func sign(i int) int { return min(1, max(-1, i)) }

func TestNotVersions(t *testing.T) {
	tests := map[kennel.Ecosystem]string{
		kennel.NPM:           "|latest|^1.0.0|1.0.0-*|~|1.x|*|git+https://example/x|1.0.0-|1..2|1.0.0-a..b|1 .0|1.0.0-\x00|1.0.0-é|v|1.0.0+",
		kennel.Go:            "latest|master|1.2.3019.52a|RELEASE.2020-04-23T00-58-49Z|v1.2.3pre",
		kennel.PyPI:          "trunk|0.7.10p1|2.1.|1.0+|1.0+a..b|2013-01-21T20:33:09|1.0-bulbasaur|1!|a3|v_05",
		kennel.RubyGems:      "x1|1..2|1.|1_0|1.0 .0|-1",
		kennel.Packagist:     "dev-main|main|1.x|1.2.3.4.5|1.0-foo|1.0-1|dev-2.x",
		kennel.Debian:        "a:1|<end-of-life>|1.0 1|1:|1.0/2|é",
		kennel.Alpine:        "1.0_foo|1-r|1-rx|1..0|a1|1.0~|1A",
		"Red Hat":            "-1|1-|1:",
		kennel.GitHubActions: "main|v2.x|8f4b7f84864484a7bf31766abe9204da3cbe65b3|1111111111111111111111111111111111111111|8f4b7f8|12345e7|releases/v1",
		"CRAN":               "1.a|1.|x",
		"Hackage":            "1-0|1.a",
		kennel.Conan:         "1..2|.1|1-|1+",
		kennel.NuGet:         "[1.0]|1.*|",
	}
	for e, texts := range tests {
		for text := range strings.SplitSeq(texts, "|") {
			if v, err := Parse(e, text); !errors.Is(err, ErrVersion) {
				t.Errorf("Parse(%s, %q) = %q, %v; want ErrVersion", e, text, v.key, err)
			}
		}
	}
	for _, e := range []kennel.Ecosystem{"", "GIT", "Linux", "OSS-Fuzz", "Android", "Debian:12", "NPM", "generic"} {
		if _, err := Parse(e, "1.0.0"); !errors.Is(err, ErrNoOrder) || HasOrder(e) {
			t.Errorf("Parse(%q) = %v, want ErrNoOrder", e, err)
		}
	}
}

func TestHugeVersions(t *testing.T) {
	for e := range ladders {
		digits := strings.Repeat("9", maxVersion-5)
		smaller, err := Parse(e, digits[1:])
		if err != nil {
			t.Fatalf("%s: %v", e, err)
		}
		larger, err := Parse(e, digits)
		if err != nil {
			t.Fatalf("%s: %v", e, err)
		}
		if smaller.Compare(larger) != -1 {
			t.Errorf("%s: a number of %d digits is not below one of %d", e, len(digits)-1, len(digits))
		}
		for _, s := range []string{strings.Repeat("1", 1<<20), "1" + strings.Repeat(".0", 5000), "1\xff", "\xff", "1.0-\xc0\xaf", "1\x00"} {
			if _, err := Parse(e, s); err == nil {
				t.Errorf("%s: took %.20q", e, s)
			} else if len(err.Error()) > 600 {
				t.Errorf("%s: an error of %d bytes", e, len(err.Error()))
			}
		}
		for _, s := range []string{"1" + strings.Repeat(".0", 2000), strings.Repeat("1-", 2000), strings.Repeat("-", 4000), strings.Repeat("1a", 2000), "1" + strings.Repeat(".0", 2000) + ".a"} {
			if v, err := Parse(e, s); err == nil && len(v.key) > 8*len(s) {
				t.Errorf("%s: a key of %d bytes for a version of %d", e, len(v.key), len(s))
			}
		}
	}
}

func TestZerosBeyondAByte(t *testing.T) {
	zeros := func(n int, tail string) string { return "1" + strings.Repeat(".0", n) + tail }
	for _, c := range []struct {
		e    kennel.Ecosystem
		a, b string
	}{
		{kennel.RubyGems, zeros(300, ".1"), zeros(299, ".1")},
		{kennel.RubyGems, zeros(256, ".1"), zeros(255, ".1")},
		{kennel.RubyGems, "1.a" + strings.Repeat(".0", 255) + ".b", "1.a" + strings.Repeat(".0", 256) + ".b"},
		{kennel.PyPI, zeros(300, ".1"), zeros(299, ".1")},
		{kennel.Maven, zeros(300, ".1"), zeros(299, ".1")},
		{kennel.NPM, zeros(300, ".1"), zeros(299, ".1")},
	} {
		if got, err := Compare(c.e, c.a, c.b); got != -1 || err != nil {
			t.Errorf("%s: %d, %v; want -1", c.e, got, err)
		}
	}
}

// TestKeyFormat notices when keys change: databases hold them.
func TestKeyFormat(t *testing.T) {
	sum := sha256.New()
	for _, c := range [][2]string{
		{"npm", "1.2.3-rc.1+b"}, {"Go", "v0.0.0-20220114011407-0dd24b26b47d"}, {"crates.io", "1.0.0"}, {"Pub", "1.0.0+2"}, {"NuGet", "1.0.0.1-Beta"}, {"GitHub Actions", "v4"},
		{"PyPI", "1!2.0.0rc1.post3.dev4+local.5"}, {"Maven", "1.0.0.Final-redhat-1.2"}, {"RubyGems", "1.0.1.rc.0.b"}, {"Packagist", "v1.2-beta3-dev"}, {"Debian", "1:5.6.1+really5.4.5-1~deb12u1"},
		{"opam", "v0.16~rc"}, {"Red Hat", "1:1.1.1k-7.el8_6~a^b"}, {"Alpine", "1.02.3a_rc1_p2~ab-r3"}, {"ConanCenter", "1.1.1w-a+b"}, {"CRAN", "1.0-3"}, {"Hackage", "1.10"}, {"npm", strings.Repeat("1", 300) + ".0.0"},
	} {
		v, err := Parse(kennel.Ecosystem(c[0]), c[1])
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(sum, "%x\n", v.Key())
	}
	const want = "format 1: ccb15e16255d5eaa"
	if got := fmt.Sprintf("format %d: %x", KeyFormat, sum.Sum(nil)[:8]); got != want {
		t.Errorf("keys are %q, want %q: raise KeyFormat, so that older databases are refused", got, want)
	}
}

func FuzzParse(f *testing.F) {
	all := orderedEcosystems()
	for i, e := range all {
		for _, texts := range ladders[e] {
			for text := range strings.FieldsSeq(texts) {
				f.Add(uint8(i), text, "1.0", "2.0-rc1")
			}
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, a, b, c string) {
		e := all[int(which)%len(all)]
		var vs []Version
		for _, s := range []string{a, b, c} {
			v, err := Parse(e, s)
			if err != nil {
				if v != (Version{}) {
					t.Fatalf("%s: a version beside an error", e)
				}
				continue
			}
			if v.key == "" || len(v.key) > 8*len(s)+16 {
				t.Fatalf("%s: %q has a key of %d bytes", e, s, len(v.key))
			}
			again, err := Parse(e, " "+s+"\n")
			if err != nil || again != v {
				t.Fatalf("%s: blanks around %q count: %v", e, s, err)
			}
			vs = append(vs, v)
		}
		for _, x := range vs {
			for _, y := range vs {
				if x.Compare(y) != -y.Compare(x) {
					t.Fatalf("%s: not antisymmetric", e)
				}
				for _, z := range vs {
					if x.Compare(y) <= 0 && y.Compare(z) <= 0 && x.Compare(z) > 0 {
						t.Fatalf("%s: not transitive", e)
					}
				}
			}
		}
	})
}

func orderedEcosystems() []kennel.Ecosystem {
	var all []kennel.Ecosystem
	for e := range ladders {
		all = append(all, e)
	}
	slices.Sort(all)
	return all
}

func BenchmarkParseCompare(b *testing.B) {
	pairs := map[kennel.Ecosystem][2]string{
		kennel.NPM: {"4.17.20", "4.17.21"}, kennel.Go: {"v0.0.0-20220114011407-0dd24b26b47d", "0.23.0"}, kennel.Maven: {"2.14.1", "2.15.0-rc2"},
		kennel.PyPI: {"3.2.14", "4.0.4.post1"}, kennel.Cargo: {"0.9.0", "0.9.1"}, kennel.RubyGems: {"6.0.3.1", "6.0.3.rc1"}, kennel.Packagist: {"v5.4.20", "5.4.21-beta1"},
		kennel.NuGet: {"4.3.0", "4.3.1-preview1"}, kennel.Debian: {"5.6.1-1", "5.6.1+really5.4.5-1"}, kennel.Alpine: {"1.36.1-r2", "1.36.1-r15"}, "Red Hat": {"1:1.1.1k-7.el8_6", "1:1.1.1k-12.el8_9"},
	}
	for _, e := range orderedEcosystems() {
		pair, ok := pairs[e]
		if !ok {
			continue
		}
		b.Run(string(e)+"/kennel", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Compare(e, pair[0], pair[1]); err != nil {
					b.Fatal(err)
				}
			}
		})
		if system, ok := depsSystem(e); ok {
			b.Run(string(e)+"/deps.dev", func(b *testing.B) {
				x, y := withV(e, pair[0]), withV(e, pair[1])
				for b.Loop() {
					system.Compare(x, y)
				}
			})
		}
		b.Run(string(e)+"/osv-scalibr", func(b *testing.B) {
			for b.Loop() {
				x, err := semantic.Parse(pair[0], string(e))
				if err != nil {
					b.Fatal(err)
				}
				if _, err := x.CompareStr(pair[1]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("parsed before", func(b *testing.B) {
		x, _ := Parse(kennel.NPM, "4.17.20")
		y, _ := Parse(kennel.NPM, "4.17.21")
		for b.Loop() {
			x.Compare(y)
		}
	})
}
