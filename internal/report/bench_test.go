package report

import (
	"bufio"
	"io"
	"runtime"
	"testing"

	"github.com/kennel-oss/kennel"
)

// BenchmarkWrite renders what a big SBOM gives (1,115 components, 120
// findings), and 5,000 findings.
func BenchmarkWrite(b *testing.B) {
	for _, size := range []struct {
		name string
		j    kennel.Judgement
	}{{"1115", huge(1115, 120)}, {"5000findings", huge(20_000, 5_000)}} {
		for _, f := range ours {
			b.Run(string(f)+"/"+size.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := Write(io.Discard, f, size.j, Options{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// TestJSONMemory holds the writer to what streaming is for: a hundred
// thousand components allocate by the index of their names alone, not by the
// document.
func TestJSONMemory(t *testing.T) {
	j := huge(100_000, 0)
	document := len(render(t, JSON, j, Options{}))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := writeJSON(bufio.NewWriter(io.Discard), &j, Options{}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	got := after.TotalAlloc - before.TotalAlloc
	if got > uint64(document) {
		t.Errorf("%d bytes allocated for a document of %d", got, document)
	}
}
