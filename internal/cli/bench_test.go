package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kennel-oss/kennel/internal/datatest"
)

// BenchmarkScan measures the whole line, process start apart, on the lock
// files of the reference inputs and on one large SBOM.
func BenchmarkScan(b *testing.B) {
	data := datatest.Folder(b)
	db := referenceDatabase(b)
	locks := b.TempDir()
	for _, row := range table(b, filepath.Join(data, "expected", "inputs.packages.tsv"), 2) {
		if strings.HasPrefix(row[0], "sbom-") {
			continue
		}
		for _, name := range []string{row[0], strings.TrimSuffix(row[0], "mod") + "sum"} {
			content, err := os.ReadFile(filepath.Join(data, "inputs", filepath.FromSlash(name)))
			if err != nil {
				continue // no go.sum
			}
			path := filepath.Join(locks, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(path, content, 0o644); err != nil {
				b.Fatal(err)
			}
		}
	}
	sbom := filepath.Join(data, "inputs", "sbom-cyclonedx", "CycloneDX+bom-examples", "SBOM", "juice-shop", "via_npm", "flat", "bom.1.4.json")
	for name, target := range map[string]string{"locks": locks, "sbom": sbom} {
		for _, format := range []string{"json", "text"} {
			b.Run(name+"/"+format, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					run(b, nil, "scan", "--offline", "--db", db, "--format", format, target)
				}
			})
		}
	}
}
