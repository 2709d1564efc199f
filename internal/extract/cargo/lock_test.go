package cargo

import (
	"path/filepath"
	"reflect"
	"testing"

	"golang.org/x/tools/txtar"
)

var lockSeeds = []string{
	"version = 3\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\ndependencies = [\n \"b\",\n]\n",
	"[[package]]\r\nname = \"a\"\r\n", "[root]\nname = \"a\"\nversion = \"1\"\n\n[metadata]\n\"checksum a 1 (x)\" = \"ab\"\n",
	"version = 03\n", "version = 4 # x\n", "[metadata]\n\"a\" = \"b\"\n[[patch.unused]]\nname = \"x\"\n", "# a\rb\n", "version = 1_0\n",
	"[[package]]\ndependencies = [\n]\ndependencies = [\n]\n", "[metadata]\n[metadata]\n", "[[package]]\nname = \"\\u0041\"\n",
	"[root]\n[[package]]\n[root]\n", "[metadata]\na = \"b\"\n", "[[package]]\nname = \"a\"\n[metadata]\nversion = \"4\"\nversion = 1\n",
}

// compare holds the fast reader to the library and reports whether it took the
// text.
func compare(t *testing.T, text string) bool {
	t.Helper()
	got, ok := parseFast(text)
	if !ok {
		return false
	}
	want, err := parseTOML([]byte(text))
	if err != nil {
		t.Fatalf("%q: fast reads it, the library does not: %v", text, err)
	}
	if len(got.Package) != len(want.Package) || got.Version != want.Version || (got.Root == nil) != (want.Root == nil) || len(got.Metadata) != len(want.Metadata) {
		t.Fatalf("%q\nfast    %+v\nlibrary %+v", text, got, want)
	}
	if got.Root != nil {
		got.Package, want.Package = append(got.Package, *got.Root), append(want.Package, *want.Root)
	}
	for i := range got.Package {
		g, w := got.Package[i], want.Package[i]
		g.line = 0
		if len(g.Dependencies) == 0 && len(w.Dependencies) == 0 {
			g.Dependencies, w.Dependencies = nil, nil
		}
		if !reflect.DeepEqual(g, w) {
			t.Fatalf("%q\nfast    %+v\nlibrary %+v", text, g, w)
		}
	}
	for k, v := range want.Metadata {
		if got.Metadata[k] != v {
			t.Fatalf("%q: metadata %q", text, k)
		}
	}
	return true
}

func FuzzLock(f *testing.F) {
	for _, s := range lockSeeds {
		f.Add(s)
	}
	paths, _ := filepath.Glob("testdata/*.txtar")
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if filepath.Base(file.Name) == "Cargo.lock" {
				f.Add(string(file.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) { compare(t, text) })
}

func TestLockPaths(t *testing.T) {
	fast := 0
	for _, s := range lockSeeds {
		if compare(t, s) {
			fast++
		}
	}
	if fast < 3 {
		t.Errorf("only %d seeds take the fast path", fast)
	}
}
