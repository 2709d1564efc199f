package pnpm_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
	"github.com/kennel-oss/kennel/internal/extract/pnpm"
)

// large is a lock file of n packages with four dependencies each.
func large(n int) []byte {
	var b strings.Builder
	b.WriteString("lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      package-0:\n        specifier: ^1.0.0\n        version: 1.0.0\n\npackages:\n")
	for i := range n {
		fmt.Fprintf(&b, "\n  package-%d@1.0.0:\n    resolution: {integrity: sha512-MJ7MSJwS1utMxA9QyQLytNDtd+5RGnx6m808qG1M2G+YndNbxf9JlnDaNCVbRbDP2DDoH2Bdz33FVC6TrpzXbw==}\n    engines: {node: '>=14'}\n", i)
	}
	b.WriteString("\nsnapshots:\n")
	for i := range n {
		fmt.Fprintf(&b, "\n  package-%d@1.0.0:\n    dependencies:\n", i)
		for k := range 4 {
			fmt.Fprintf(&b, "      package-%d: 1.0.0\n", (i*7+k*13+1)%n)
		}
	}
	return []byte(b.String())
}

func BenchmarkLarge(b *testing.B) {
	extracttest.Bench(b, pnpm.New(), fstest.MapFS{"pnpm-lock.yaml": {Data: large(10_000)}}, "pnpm-lock.yaml")
}

// BenchmarkLibrary is the same with one line that only the YAML library reads.
func BenchmarkLibrary(b *testing.B) {
	data := append(large(10_000), "\nextra: \"\\u0041\"\n"...)
	extracttest.Bench(b, pnpm.New(), fstest.MapFS{"pnpm-lock.yaml": {Data: data}}, "pnpm-lock.yaml")
}

func BenchmarkReal(b *testing.B) {
	extracttest.Bench(b, pnpm.New(), extracttest.Tree(b, "npm/google+osv.dev/gcp/website/frontend3/pnpm-lock.yaml"), "pnpm-lock.yaml")
}
