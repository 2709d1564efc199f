package golang

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
	modversion "golang.org/x/mod/module"
	"golang.org/x/tools/txtar"
)

// FuzzModfile holds parse to x/mod/modfile: what that accepts is read alike.
func FuzzModfile(f *testing.F) {
	paths, _ := filepath.Glob("testdata/*.txtar")
	seeds := 0
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, "go.mod") {
				f.Add(string(file.Data))
				seeds++
			}
		}
	}
	if own, err := os.ReadFile("../../../go.mod"); err == nil {
		f.Add(string(own))
	}
	if seeds == 0 {
		f.Fatal("no seeds")
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, err := modfile.Parse("go.mod", []byte(text), nil)
		got := parse(text)
		if err != nil {
			return
		}
		if len(got.odd) > 0 {
			t.Fatalf("not understood: %v", got.odd)
		}
		if want.Module != nil && got.module != want.Module.Mod.Path {
			t.Errorf("module %q, want %q", got.module, want.Module.Mod.Path)
		}
		if want.Go != nil && got.goVersion.text != want.Go.Version {
			t.Errorf("go %q, want %q", got.goVersion.text, want.Go.Version)
		}
		if want.Toolchain != nil && got.toolchain.text != want.Toolchain.Name {
			t.Errorf("toolchain %q, want %q", got.toolchain.text, want.Toolchain.Name)
		}
		if len(got.require) != len(want.Require) || len(got.replace) != len(want.Replace) ||
			len(got.exclude) != len(want.Exclude) || len(got.tool) != len(want.Tool) {
			t.Fatalf("%d requirements, %d replacements, %d exclusions, %d tools; want %d, %d, %d, %d", len(got.require), len(got.replace),
				len(got.exclude), len(got.tool), len(want.Require), len(want.Replace), len(want.Exclude), len(want.Tool))
		}
		for i, r := range want.Require {
			if g := got.require[i]; g.path != r.Mod.Path || g.version != r.Mod.Version && modversion.CanonicalVersion(g.version) != r.Mod.Version || g.indirect != r.Indirect || g.line != r.Syntax.Start.Line {
				t.Errorf("require %+v, want %+v", g, r)
			}
		}
		for i, r := range want.Replace {
			if g := got.replace[i]; g.old != r.Old.Path || modversion.CanonicalVersion(g.oldVersion) != modversion.CanonicalVersion(r.Old.Version) || g.new != r.New.Path || modversion.CanonicalVersion(g.newVersion) != modversion.CanonicalVersion(r.New.Version) {
				t.Errorf("replace %+v, want %+v", g, r)
			}
		}
		for i, x := range want.Tool {
			if got.tool[i] != x.Path {
				t.Errorf("tool %q, want %q", got.tool[i], x.Path)
			}
		}
	})
}

func TestStdlib(t *testing.T) {
	tests := map[string]string{
		"1.25.1": "v1.25.1", "go1.25.10": "v1.25.10", "go1.26rc1": "v1.26.0-rc.1", "1.21.0-vendor": "v1.21.0",
		"go1.22.1 X:boringcrypto": "v1.22.1", "1.21": "", "devel go1.27-abcdef": "", "": "", "default": "", "local": "", "go1.x.1": "",
	}
	for release, want := range tests {
		c, ok := stdlib(release)
		if c.Version != want || ok != (want != "") {
			t.Errorf("stdlib(%q) = %q, %v", release, c.Version, ok)
		}
	}
}
