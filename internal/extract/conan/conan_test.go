package conan

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
	extracttest.Fuzz(f, New(), "testdata/*.txtar", "conan.lock")
}

func BenchmarkExtract(bench *testing.B) {
	var b strings.Builder
	b.WriteString(`{"version": "0.5", "requires": [`)
	for i := range 2000 {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, `"lib%d/1.%d.0#%032d%%1667396813.733"`, i, i%9, i)
	}
	b.WriteString("]}")
	f := extracttest.File(fstest.MapFS{"conan.lock": {Data: []byte(b.String())}}, "conan.lock")
	bench.SetBytes(f.Size())
	bench.ReportAllocs()
	for bench.Loop() {
		if e, err := New().Extract(context.Background(), f); err != nil || len(e.Projects[0].Occurrences) != 2000 {
			bench.Fatal(err)
		}
	}
}
