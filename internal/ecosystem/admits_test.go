package ecosystem

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/datatest"
)

// Each case lists versions let in, then, behind "|", versions kept out.
func TestAdmits(t *testing.T) {
	tests := []struct {
		e          kennel.Ecosystem
		constraint string
		in, out    []string
	}{
		{kennel.NPM, "^1.2.3", []string{"1.2.3", "1.9.0", "1.2.3+b"}, []string{"2.0.0", "1.2.2", "1.9.0-rc.1", "1.2.3-rc"}},
		{kennel.NPM, "^0.2.3", []string{"0.2.3", "0.2.9"}, []string{"0.3.0", "1.0.0"}},
		{kennel.NPM, "^0.0.3", []string{"0.0.3"}, []string{"0.0.4"}},
		{kennel.NPM, "~1.2.3", []string{"1.2.3", "1.2.9"}, []string{"1.3.0"}},
		{kennel.NPM, "~1", []string{"1.0.0", "1.9.9"}, []string{"2.0.0"}},
		{kennel.NPM, "1.x || >=2.5.0 || 5.0.0 - 7.2.3", []string{"1.2.3", "2.6.0", "6.0.0"}, []string{"2.4.0"}},
		{kennel.NPM, ">=1.2.3 <2", []string{"1.5.0"}, []string{"2.0.0", "1.0.0"}},
		{kennel.NPM, "1.2", []string{"1.2.9"}, []string{"1.3.0"}},
		{kennel.NPM, "*", []string{"0.0.1", "99.0.0"}, nil},
		{kennel.NPM, "", []string{"0.0.1", "99.0.0"}, nil},
		{kennel.NPM, "x", []string{"0.0.1"}, nil},
		{kennel.NPM, "=1.2.3", []string{"1.2.3"}, []string{"1.2.4"}},
		{kennel.NPM, "v1.2.3", []string{"1.2.3"}, []string{"1.2.4"}},
		{kennel.NPM, ">1.2.3-alpha.3", []string{"1.2.3-alpha.7", "3.4.5"}, []string{"3.4.5-alpha.9", "1.2.3-alpha.3"}},
		{kennel.NPM, "npm:other@^1.2.3", []string{"1.3.0"}, []string{"2.0.0"}},
		{kennel.NPM, "npm:@scope/other@^1.2.3", []string{"1.3.0"}, []string{"2.0.0"}},
		{kennel.NPM, "workspace:^1.2.3", []string{"1.3.0"}, []string{"2.0.0"}},
		{kennel.NPM, "~> 1.2.3", []string{"1.2.4"}, []string{"1.3.0"}},
		{kennel.NPM, ">= 1.2.3 , < 2 ", nil, nil},
		{kennel.Cargo, "1.2.3", []string{"1.2.3", "1.9.0"}, []string{"2.0.0", "1.2.2"}},
		{kennel.Cargo, "0.2.3", []string{"0.2.4"}, []string{"0.3.0"}},
		{kennel.Cargo, "=1.2.3", []string{"1.2.3"}, []string{"1.2.4"}},
		{kennel.Cargo, ">=1.2, <1.5", []string{"1.2.0", "1.4.9"}, []string{"1.5.0"}},
		{kennel.Cargo, "~1.2", []string{"1.2.9"}, []string{"1.3.0"}},
		{kennel.Cargo, "1.*", []string{"1.9.9"}, []string{"2.0.0"}},
		{kennel.Cargo, "*", []string{"0.1.0"}, nil},
		{kennel.Cargo, "^0", []string{"0.9.0"}, []string{"1.0.0"}},
		{kennel.PyPI, ">=1.0,<2.0", []string{"1.0", "1.9.post1"}, []string{"2.0", "2.0.0"}},
		{kennel.PyPI, "~=1.4.2", []string{"1.4.2", "1.4.9"}, []string{"1.5", "1.4.1"}},
		{kennel.PyPI, "~=1.4", []string{"1.9"}, []string{"2.0"}},
		{kennel.PyPI, "==1.4.*", []string{"1.4", "1.4.9"}, []string{"1.5"}},
		{kennel.PyPI, "!=1.4.2,>1", []string{"1.5"}, []string{"1.4.2", "1.4.2.0"}},
		{kennel.PyPI, "== 1.0", []string{"1.0.0", "1.0"}, []string{"1.0.1"}},
		{kennel.PyPI, "", []string{"1.0"}, nil},
		{kennel.PyPI, "*", []string{"1.0"}, nil},
		{kennel.PyPI, "^1.2", []string{"1.2", "1.9.9"}, []string{"2.0"}},
		{kennel.PyPI, "^0.2.3", []string{"0.2.4"}, []string{"0.3.0"}},
		{kennel.PyPI, "^0.0.3", []string{"0.0.3"}, []string{"0.0.4"}},
		{kennel.PyPI, "^0", []string{"0.9"}, []string{"1.0"}},
		{kennel.PyPI, "~1.2.3", []string{"1.2.9"}, []string{"1.3"}},
		{kennel.PyPI, "~1.2", []string{"1.2.9"}, []string{"1.3"}},
		{kennel.PyPI, "~1", []string{"1.9"}, []string{"2"}},
		{kennel.PyPI, "^2.0 || ^3.0", []string{"2.5", "3.1"}, []string{"4.0"}},
		{kennel.PyPI, "1.2.*", []string{"1.2.5"}, []string{"1.3"}},
		{kennel.PyPI, "1.2.3", []string{"1.2.3"}, []string{"1.2.4"}},
		{kennel.PyPI, ">1.7", []string{"1.7.1", "1.8"}, []string{"1.7", "1.7.0.post1", "1.7+local", "1.8rc1"}},
		{kennel.PyPI, ">1.7.post2", []string{"1.7.1", "1.7.0.post3"}, []string{"1.7.0", "1.7.post2"}},
		{kennel.PyPI, "==1.0", []string{"1.0+ubuntu.1", "1.0.0"}, []string{"1.0.post1"}},
		{kennel.PyPI, "==1.0+ubuntu.1", []string{"1.0+ubuntu.1", "1.0+ubuntu-1"}, []string{"1.0"}},
		{kennel.PyPI, ">=1.0rc1", []string{"1.0rc2", "1.0", "1.1a1"}, []string{"1.0rc0", "1.0b2"}},
		{kennel.PyPI, "<=1.0", []string{"1.0+local", "0.9"}, []string{"1.0.post1"}},
		{kennel.PyPI, ">=2 ; python_version < '3'", []string{"2.1"}, []string{"1.0"}},
		{kennel.PyPI, "==1!2.0", []string{"1!2.0"}, []string{"2.0"}},
		{kennel.PyPI, "==1.1.*", []string{"1.1", "1.1.0.post1"}, []string{"1.10", "1.2", "1.0"}},
		{kennel.PyPI, "(>=1.0)", []string{"1.2.3"}, []string{"0.9"}},
		{kennel.RubyGems, "~> 2.2", []string{"2.2", "2.9"}, []string{"3.0", "2.1"}},
		{kennel.RubyGems, "~> 2.2.1", []string{"2.2.9"}, []string{"2.3"}},
		{kennel.RubyGems, ">= 1.0, < 3", []string{"2"}, []string{"3.0"}},
		{kennel.RubyGems, "= 1.0", []string{"1.0", "1.0.0"}, []string{"1.0.1"}},
		{kennel.RubyGems, "1.0", []string{"1.0.0"}, []string{"1.1"}},
		{kennel.RubyGems, "!= 1.5", []string{"1.6"}, []string{"1.5"}},
		{kennel.RubyGems, "(~> 2.2, >= 2.2.3)", []string{"2.2.4"}, []string{"2.2.1"}},
		{kennel.RubyGems, ">= 0", []string{"2.2.4"}, nil},
		{kennel.RubyGems, "~> 1.0.pre", []string{"1.0", "1.5", "1.0.pre"}, []string{"2.0", "2.0.a"}},
		{kennel.RubyGems, ">= 1.0", []string{"1.0.1"}, []string{"1.1.rc1", "1.0.1.a"}},
		{kennel.Packagist, "^1.2", []string{"1.2.0", "v1.9.0"}, []string{"2.0.0"}},
		{kennel.Packagist, "~1.2", []string{"1.9.0"}, []string{"2.0.0"}},
		{kennel.Packagist, "~1.2.3", []string{"1.2.9"}, []string{"1.3.0"}},
		{kennel.Packagist, "^7.1 || ^8.0", []string{"7.4.0", "8.1.0"}, []string{"9.0.0"}},
		{kennel.Packagist, "^7.1|^8.0", []string{"7.4.0", "8.1.0"}, []string{"9.0.0"}},
		{kennel.Packagist, ">=1.0 <2.0", []string{"1.5.0"}, []string{"2.0.0"}},
		{kennel.Packagist, ">=1.0,<2.0", []string{"1.5.0"}, []string{"2.0.0"}},
		{kennel.Packagist, "1.2.*", []string{"1.2.9"}, []string{"1.3.0"}},
		{kennel.Packagist, "1.0 - 2.0", []string{"1.5.0", "2.0.9"}, []string{"2.1.0"}},
		{kennel.Packagist, "*", []string{"1.5.0"}, nil},
		{kennel.Packagist, "^0.3", []string{"0.3.9"}, []string{"0.4.0"}},
		{kennel.Packagist, "1.2.3", []string{"1.2.3", "v1.2.3.0"}, []string{"1.2.4"}},
		{kennel.Packagist, "!=1.2.3", []string{"1.2.4"}, []string{"1.2.3"}},
		{kennel.Packagist, "^1.2@beta", []string{"1.3.0", "1.3.0-beta1"}, []string{"2.0.0"}},
		{kennel.NuGet, "[1.0, 2.0)", []string{"1.0.0", "1.9"}, []string{"2.0.0"}},
		{kennel.NuGet, "1.0", []string{"1.0.0", "9.0"}, []string{"0.9"}},
		{kennel.NuGet, "[1.0]", []string{"1.0.0"}, []string{"1.0.1"}},
		{kennel.NuGet, "(,1.0]", []string{"0.9"}, []string{"1.1"}},
		{kennel.NuGet, "[1.0, )", []string{"5.0"}, []string{"0.1"}},
		{kennel.NuGet, "1.*", []string{"1.5.0"}, []string{"2.0.0"}},
		{kennel.Maven, "[1.0,2.0)", []string{"1.0", "1.9"}, []string{"2.0"}},
		{kennel.Maven, "1.0", []string{"1.0", "1.0.0"}, []string{"1.1"}},
		{kennel.Maven, "[1.0],[1.2,)", []string{"1.0", "1.3"}, []string{"1.1"}},
		{kennel.Maven, "(,1.0]", []string{"0.9"}, []string{"1.1"}},
		{kennel.Go, "v1.2.3", []string{"v1.2.3", "v1.9.0", "1.9.0", "v1.2.4-0.20200101000000-abcdefabcdef"}, []string{"v1.2.2", "v2.0.0"}},
		{kennel.Go, "v0.3.0", []string{"v1.0.0"}, []string{"v0.2.0", "v2.0.0"}},
		{kennel.Go, "v24.0.0+incompatible", []string{"v25.0.0+incompatible", "25.0.13"}, []string{"v23.0.0+incompatible"}},
		{kennel.Go, "v1.13.1", []string{"v20.0.0+incompatible"}, nil},
		{kennel.Hex, "~> 2.0", []string{"2.0.0", "2.9.0"}, []string{"3.0.0"}},
		{kennel.Hex, "~> 2.0.1", []string{"2.0.9"}, []string{"2.1.0", "2.0.0"}},
		{kennel.Hex, ">= 1.0.0 and < 2.0.0", []string{"1.5.0"}, []string{"2.0.0"}},
		{kennel.Hex, "~> 1.0 or ~> 2.0", []string{"1.5.0", "2.5.0"}, []string{"3.0.0"}},
		{kennel.Hex, "== 1.0.0", []string{"1.0.0"}, []string{"1.0.1"}},
		{kennel.Hex, "1.0.0", []string{"1.0.0"}, []string{"1.0.1"}},
		{kennel.Hex, "!= 1.0.0", []string{"1.0.1"}, []string{"1.0.0"}},
		{kennel.Pub, "^1.2.3", []string{"1.3.0"}, []string{"2.0.0"}},
		{kennel.Pub, "any", []string{"1.3.0"}, nil},
		{kennel.Pub, ">=1.0.0 <2.0.0", []string{"1.3.0"}, []string{"2.0.0"}},
		{kennel.Pub, "1.2.3", []string{"1.2.3"}, []string{"1.2.4"}},
	}
	for _, test := range tests {
		for i, versions := range [][]string{test.in, test.out} {
			for _, v := range versions {
				got, err := Admits(test.e, test.constraint, v)
				if err != nil || got != (i == 0) {
					t.Errorf("Admits(%s, %q, %q) = %v, %v; want %v", test.e, test.constraint, v, got, err, i == 0)
				}
			}
		}
	}
}

func TestNotConstraints(t *testing.T) {
	for _, c := range []struct {
		e kennel.Ecosystem
		s string
	}{
		{kennel.NPM, "latest"}, {kennel.NPM, "next"}, {kennel.NPM, "git+https://host.example/a.git#v1"}, {kennel.NPM, "file:../a"}, {kennel.NPM, "owner/repo"},
		{kennel.NPM, "https://host.example/a-1.0.0.tgz"}, {kennel.NPM, "workspace:*"}, {kennel.NPM, "npm:other"}, {kennel.NPM, "link:x"}, {kennel.NPM, "catalog:"}, {kennel.NPM, "patch:a@1#b"},
		{kennel.Packagist, "dev-main"}, {kennel.Packagist, "self.version"}, {kennel.Packagist, "@dev"}, {kennel.PyPI, "@ https://host.example/a.whl"}, {kennel.PyPI, "===foobar"},
		{kennel.RubyGems, "~>"}, {kennel.Maven, "${version}"}, {kennel.Maven, "LATEST"}, {kennel.Maven, "RELEASE"}, {kennel.Maven, "[1,2"}, {kennel.Go, "latest"}, {kennel.Hex, "~> x"}, {kennel.Debian, ">= 1.0"}, {kennel.GitHubActions, "v1"},
		{"VSCode", "1"}, {kennel.NPM, "^1.0.0\x00"}, {kennel.Cargo, "1 || 2"}, {kennel.NuGet, "[1.0"}, {kennel.Pub, ">=1 || 2"},
	} {
		if ok, err := Admits(c.e, c.s, "1.0.0"); ok || !errors.Is(err, ErrConstraint) {
			t.Errorf("Admits(%s, %q) = %v, %v; want ErrConstraint", c.e, c.s, ok, err)
		}
	}
	if _, err := Admits(kennel.NPM, "^1.0.0", "main"); !errors.Is(err, ErrVersion) {
		t.Errorf("a version that is none: %v", err)
	}
}

// constraintPattern finds constraints in the lock files of an ecosystem.
var constraintPattern = map[kennel.Ecosystem]struct{ file, pattern string }{
	kennel.NPM:      {"package-lock.json", `"[^"]+": "([<>=~^0-9*x][^"/:]*)"`},
	kennel.PyPI:     {"poetry.lock", `= "([<>=!~][^";]*)"`},
	kennel.RubyGems: {"Gemfile.lock", `(?m)^      [^ ]+ \(([^)]+)\)$`},
}

// TestConstraintsAgree compares us with deps.dev on the constraints of real
// lock files. It is not asked of pre-releases, on which resolvers differ.
func TestConstraintsAgree(t *testing.T) {
	dir, lists := datatest.Folder(t), recordedVersions(t)
	for e, where := range constraintPattern {
		constraints := make(map[string]bool)
		pattern := regexp.MustCompile(where.pattern)
		err := filepath.WalkDir(filepath.Join(dir, "inputs"), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.Name() != where.file {
				return err
			}
			text, err := os.ReadFile(path)
			for _, m := range pattern.FindAllSubmatch(text, -1) {
				constraints[string(m[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		system, _ := depsSystem(e)
		checked, refused := 0, 0
		for c := range constraints {
			theirs, err := system.ParseConstraint(c)
			if err != nil {
				continue
			}
			if _, err := Admits(e, c, "1.0.0"); err != nil {
				refused++
				t.Errorf("%s: %v, but deps.dev takes it", e, err)
				continue
			}
			for i := 0; i < len(lists[e]); i += 1 + len(lists[e])/150 {
				v := lists[e][i]
				if strings.ContainsAny(v, "abcdeprtv-+*~") {
					continue
				}
				parsed, err := system.Parse(v)
				if err != nil {
					continue
				}
				got, err := Admits(e, c, v)
				if want := theirs.MatchVersion(parsed); err != nil || got != want {
					t.Errorf("Admits(%s, %q, %q) = %v, %v; deps.dev says %v", e, c, v, got, err, want)
				}
				checked++
			}
		}
		if checked < 1000 {
			t.Errorf("%s: only %d questions asked of %d constraints", e, checked, len(constraints))
		}
		t.Logf("%s: %d constraints, %d questions, %d refused", e, len(constraints), checked, refused)
	}
}

func FuzzAdmits(f *testing.F) {
	for i, s := range []string{"^1.2.3", "~> 2.2, >= 2.2.3", ">=1.0,<2.0", "[1.0,2.0)", "1.x || >=2.5.0 || 5.0.0 - 7.2.3", "~=1.4.2", "==1.4.*", "^7.1|^8.0@beta", "1!2.0", "npm:a@^1"} {
		f.Add(uint8(i), s, "1.2.3")
	}
	all := []kennel.Ecosystem{kennel.NPM, kennel.RubyGems, kennel.PyPI, kennel.Maven, kennel.Packagist, kennel.Cargo, kennel.NuGet, kennel.Go, kennel.Hex, kennel.Pub}
	f.Fuzz(func(t *testing.T, which uint8, constraint, version string) {
		e := all[int(which)%len(all)]
		ok, err := Admits(e, constraint, version)
		if ok && err != nil {
			t.Fatalf("admitted with an error: %v", err)
		}
		if err == nil && e != kennel.Go && e != kennel.Maven {
			again, err := Admits(e, " "+constraint+" ", version)
			if again != ok || err != nil {
				t.Fatalf("blanks around %q count: %v %v", constraint, again, err)
			}
		}
	})
}
