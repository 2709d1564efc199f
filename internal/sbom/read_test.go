package sbom

import (
	"os"
	"path/filepath"
	"testing"
)

// dataDir is the folder of real data beside the checkout, or "".
func dataDir(t testing.TB) string {
	dir := os.Getenv("KENNEL_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(filepath.Join(dir, "inputs")); err != nil {
		t.Skip("no data beside the checkout: set KENNEL_DATA to the folder that holds inputs/")
	}
	return dir
}

func BenchmarkRead(b *testing.B) {
	dir := dataDir(b)
	for _, c := range []struct{ name, path string }{
		{"CycloneDXJSON", "sbom-cyclonedx/CycloneDX+bom-examples/SBOM/juice-shop/via_npm/flat/bom.1.4.json"},
		{"CycloneDXXML", "sbom-wild/chainguard-dev+bom-shelter/in-the-wild/cyclonedx/elixir-cdx.xml"},
		{"SPDXJSON", "sbom-wild/chainguard-dev+bom-shelter/in-the-wild/spdx/constellation-spdx.json"},
		{"SPDXTagValue", "sbom-wild/chainguard-dev+bom-shelter/in-the-wild/spdx/chartmuseum-v0.14.0.spdx"},
	} {
		data, err := os.ReadFile(filepath.Join(dir, "inputs", filepath.FromSlash(c.path)))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Read("bom", data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
