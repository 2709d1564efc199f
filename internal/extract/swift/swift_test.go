package swift

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
	extracttest.Fuzz(f, New(), "testdata/*.txtar", "Package.resolved", "Podfile.lock")
}

func BenchmarkExtract(bench *testing.B) {
	var b strings.Builder
	b.WriteString(`{"pins": [`)
	for i := range 2000 {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, `{"identity": "p%d", "kind": "remoteSourceControl", "location": "https://git.example/o/p%d.git", "state": {"revision": "%040d", "version": "1.%d.0"}}`, i, i, i, i%9)
	}
	b.WriteString(`], "version": 2}`)
	f := extracttest.File(fstest.MapFS{"Package.resolved": {Data: []byte(b.String())}}, "Package.resolved")
	bench.SetBytes(f.Size())
	bench.ReportAllocs()
	for bench.Loop() {
		if e, err := New().Extract(context.Background(), f); err != nil || len(e.Projects[0].Occurrences) != 2000 {
			bench.Fatal(err)
		}
	}
}
