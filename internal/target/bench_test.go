package target

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/kennel-oss/kennel"
)

// BenchmarkWalk walks 100,000 files in 5,000 folders, four deep, of which one
// in a thousand is an input. Compare with find(1) on the same tree.
func BenchmarkWalk(b *testing.B) {
	dir := tree(b)
	byName := []kennel.Extractor{named{}}
	for _, bench := range []struct {
		name       string
		extractors []kennel.Extractor
	}{{"name", byName}, {"head", []kennel.Extractor{lister{}}}} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				tg, err := Open(b.Context(), dir, Options{})
				if err != nil {
					b.Fatal(err)
				}
				inv, err := tg.Inventory(b.Context(), bench.extractors, nil)
				if err != nil || len(inv.Projects) != 100 {
					b.Fatal(len(inv.Projects), err)
				}
				tg.Close()
			}
			b.ReportMetric(100_000*float64(b.N)/b.Elapsed().Seconds(), "files/s")
		})
	}
}

// named is lister without a look at the content.
type named struct{ lister }

func (named) Match(f kennel.File) bool { return filepath.Ext(f.Path()) == ".list" }

func tree(b *testing.B) string {
	root := b.TempDir()
	for i := range 5000 {
		dir := filepath.Join(root, fmt.Sprint("p", i%10), fmt.Sprint("q", i/10%10), fmt.Sprint("r", i/100%10), fmt.Sprint("s", i/1000))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.Fatal(err)
		}
		for j := range 20 {
			name, content := fmt.Sprint("file", j, ".js"), "x"
			if j == 0 && i%50 == 0 {
				name, content = "a.list", "one\n"
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
				b.Fatal(err)
			}
		}
	}
	return root
}
