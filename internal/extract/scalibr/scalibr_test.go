package scalibr

import (
	"bufio"
	"compress/gzip"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

func TestExtract(t *testing.T) {
	for _, x := range All() {
		t.Run(x.Name(), func(t *testing.T) { extracttest.Run(t, x, "testdata/"+x.Name()+".txtar") })
	}
}

func FuzzMix(f *testing.F)       { fuzz(f, "mix", "mix.lock") }
func FuzzPub(f *testing.F)       { fuzz(f, "pub", "pubspec.lock") }
func FuzzSwift(f *testing.F)     { fuzz(f, "swift", "Package.resolved") }
func FuzzCocoaPods(f *testing.F) { fuzz(f, "cocoapods", "Podfile.lock") }
func FuzzConan(f *testing.F)     { fuzz(f, "conan", "conan.lock") }

func fuzz(f *testing.F, name, file string) {
	for _, x := range All() {
		if x.Name() == name {
			extracttest.Fuzz(f, x, "testdata/"+name+".txtar", file)
		}
	}
}

// TestReal compares with what osv-scanner finds in real lock files.
func TestReal(t *testing.T) {
	dir := os.Getenv("KENNEL_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	expected, err := os.Open(filepath.Join(dir, "expected", "lockfiles.packages.tsv.gz"))
	if err != nil {
		t.Skip("no real inputs: set KENNEL_DATA to their folder")
	}
	defer expected.Close()
	unzipped, err := gzip.NewReader(expected)
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string]map[string]bool)
	for lines := bufio.NewScanner(unzipped); lines.Scan(); {
		input, pkg, _ := strings.Cut(lines.Text(), "\t")
		if strings.Contains(path.Base(input), "mix.lock") || path.Base(input) == "pubspec.lock" || path.Base(input) == "Package.resolved" {
			if want[input] == nil {
				want[input] = make(map[string]bool)
			}
			want[input][pkg] = true
		}
	}
	if len(want) == 0 {
		t.Fatal("nothing expected")
	}
	for input, packages := range want {
		data, err := os.ReadFile(filepath.Join(dir, "inputs", input))
		if err != nil {
			t.Fatal(err)
		}
		var found []kennel.Occurrence
		for _, x := range All() {
			inv, _ := extracttest.Extract(t, x, fstest.MapFS{input: {Data: data}})
			for _, p := range inv.Projects {
				found = append(found, p.Occurrences...)
			}
			for _, g := range inv.Gaps {
				t.Logf("%s: %s", g.What, g.Why)
			}
		}
		for _, o := range found {
			pkg := string(o.Ecosystem) + "\t" + o.Name + "\t" + o.Version
			if !packages[pkg] {
				t.Errorf("%s: %q is additional", input, pkg)
			}
			delete(packages, pkg)
		}
		for pkg := range packages {
			t.Errorf("%s: %q is missing", input, pkg)
		}
	}
}
