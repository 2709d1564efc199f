package pub

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

func TestExtract(t *testing.T) { extracttest.Run(t, New(), "testdata/*.txtar") }

func FuzzExtract(f *testing.F) {
	extracttest.Fuzz(f, New(), "testdata/*.txtar", "pubspec.lock")
}

func BenchmarkExtract(bench *testing.B) {
	var b strings.Builder
	b.WriteString("packages:\n")
	for i := range 2000 {
		fmt.Fprintf(&b, "  package%d:\n    dependency: transitive\n    description:\n      name: package%d\n      sha256: \"%064d\"\n      url: \"https://pub.example\"\n    source: hosted\n    version: \"1.%d.0\"\n", i, i, i, i%9)
	}
	f := extracttest.File(fstest.MapFS{"pubspec.lock": {Data: []byte(b.String())}}, "pubspec.lock")
	bench.SetBytes(f.Size())
	bench.ReportAllocs()
	for bench.Loop() {
		if e, err := New().Extract(context.Background(), f); err != nil || len(e.Projects[0].Occurrences) != 2000 {
			bench.Fatal(err)
		}
	}
}
