package bun_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel/internal/extract/bun"
	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

// large is a lock file of n packages with four dependencies each.
func large(n int) []byte {
	var b strings.Builder
	b.WriteString("{\n  \"lockfileVersion\": 1,\n  \"workspaces\": { \"\": { \"dependencies\": { \"package-0\": \"^1.0.0\", }, }, },\n  \"packages\": {\n")
	for i := range n {
		fmt.Fprintf(&b, "    \"package-%d\": [\"package-%d@1.0.0\", \"\", { \"dependencies\": { ", i, i)
		for k := range 4 {
			if k > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "\"package-%d\": \"^1.0.0\"", (i*7+k*13+1)%n)
		}
		b.WriteString(" } }, \"sha512-MJ7MSJwS1utMxA9QyQLytNDtd+5RGnx6m808qG1M2G+YndNbxf9JlnDaNCVbRbDP2DDoH2Bdz33FVC6TrpzXbw==\"],\n\n")
	}
	b.WriteString("  }\n}\n")
	return []byte(b.String())
}

func BenchmarkLarge(b *testing.B) {
	extracttest.Bench(b, bun.New(), fstest.MapFS{"bun.lock": {Data: large(10_000)}}, "bun.lock")
}

func BenchmarkReal(b *testing.B) {
	extracttest.Bench(b, bun.New(), extracttest.Tree(b, "npm/safedep+vet/pkg/parser/fixtures/bun.lock"), "bun.lock")
}
