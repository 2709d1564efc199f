package sbom

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/kennel-oss/kennel/internal/datatest"
)

func BenchmarkRead(b *testing.B) {
	dir := datatest.Folder(b)
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
