package extracttest

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel"
)

// Bench measures x on the file name of a tree: bytes of that file a second,
// and nanoseconds a package.
func Bench(b *testing.B, x kennel.Extractor, tree fstest.MapFS, name string) {
	b.Helper()
	f := File(tree, name)
	b.SetBytes(f.Size())
	b.ReportAllocs()
	packages := 0
	for b.Loop() {
		e, err := x.Extract(context.Background(), f)
		if err != nil {
			b.Fatal(err)
		}
		packages = 0
		for _, p := range e.Projects {
			packages += len(p.Occurrences)
		}
	}
	if packages == 0 {
		b.Fatal("no packages")
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(packages), "ns/package")
}
