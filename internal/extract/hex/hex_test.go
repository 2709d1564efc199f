package hex

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
	extracttest.Fuzz(f, New(), "testdata/*.txtar", "mix.lock")
}

func BenchmarkExtract(bench *testing.B) {
	var b strings.Builder
	b.WriteString("%{\n")
	for i := range 2000 {
		fmt.Fprintf(&b, "  \"app%d\": {:hex, :app%d, \"1.%d.0\", \"%064d\", [:mix], [{:app%d, \"~> 1.0\", [hex: :app%d, repo: \"hexpm\", optional: false]}], \"hexpm\", \"%064d\"},\n", i, i, i%9, i, i/2, i/2, i)
	}
	b.WriteString("}\n")
	f := extracttest.File(fstest.MapFS{"mix.lock": {Data: []byte(b.String())}}, "mix.lock")
	bench.SetBytes(f.Size())
	bench.ReportAllocs()
	for bench.Loop() {
		if e, err := New().Extract(context.Background(), f); err != nil || len(e.Projects[0].Occurrences) != 2000 {
			bench.Fatal(err)
		}
	}
}
