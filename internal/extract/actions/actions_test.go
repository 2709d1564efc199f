package actions

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/kennel-oss/kennel/internal/datatest"
	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

func TestConformance(t *testing.T) { extracttest.Run(t, New(), "testdata/*.txtar") }

func FuzzExtract(f *testing.F) {
	extracttest.Fuzz(f, New(), "testdata/*.txtar", ".github/workflows/build.yml", "tools/action.yaml")
}

// agree holds the scanner to the YAML library: where it is sure and the text is
// YAML, both find the same.
func agree(t *testing.T, text string) (sure bool) {
	t.Helper()
	got, sure := scan(text)
	if !sure {
		return false
	}
	want, err := readYAML([]byte(text))
	if err != nil {
		return true
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%q\nscanned %v\nlibrary %v", text, got, want)
	}
	return true
}

func FuzzSameAsLibrary(f *testing.F) {
	paths, _ := filepath.Glob("testdata/*.txtar")
	seeds := 0
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			f.Add(string(file.Data))
			seeds++
		}
	}
	if seeds == 0 {
		f.Fatal("no seeds")
	}
	f.Fuzz(func(t *testing.T, text string) { agree(t, text) })
}

// TestDataSameAsLibrary reads the workflows of the data beside the checkout.
func TestDataSameAsLibrary(t *testing.T) {
	root := datatest.Folder(t)
	paths, _ := filepath.Glob(filepath.Join(root, "inputs/github-meta/*/.github/workflows/*"))
	if len(paths) == 0 {
		t.Fatal("the data has no workflows")
	}
	sure, uses := 0, 0
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if agree(t, string(text)) {
			sure++
		} else {
			t.Logf("left to the library: %s", strings.TrimPrefix(path, root))
		}
		found, err := read(text)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		uses += len(found)
	}
	t.Logf("%d of %d files scanned, %d uses", sure, len(paths), uses)
	if sure < len(paths)/2 || uses == 0 {
		t.Error("the scanner is hardly ever sure")
	}
}

func workflow(steps int) []byte {
	var b strings.Builder
	b.WriteString("name: build\non:\n  push:\n    branches: [ main ]\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n")
	for i := range steps {
		fmt.Fprintf(&b, "      - name: step %d\n        uses: owner/action-%d@%040x # v1.%d.0\n        with:\n          key: value\n      - run: |\n          echo uses: nothing\n", i, i, i, i)
	}
	return []byte(b.String())
}

func BenchmarkRead(b *testing.B) {
	text := workflow(5_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if found, err := read(text); err != nil || len(found) != 5_000 {
			b.Fatal(len(found), err)
		}
	}
}
