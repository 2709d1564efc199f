package npm_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
	"github.com/kennel-oss/kennel/internal/extract/npm"
)

// large is a lock file of n packages with four dependencies each.
func large(n int) []byte {
	var b strings.Builder
	b.WriteString("{\n  \"name\": \"large\",\n  \"lockfileVersion\": 3,\n  \"packages\": {\n    \"\": {\"dependencies\": {\"package-0\": \"^1.0.0\"}}")
	for i := range n {
		fmt.Fprintf(&b, ",\n    \"node_modules/package-%d\": {\n      \"version\": \"1.%d.0\",\n      \"resolved\": \"https://npm.example/package-%d/-/package-%d-1.%d.0.tgz\",\n      \"integrity\": \"sha512-MJ7MSJwS1utMxA9QyQLytNDtd+5RGnx6m808qG1M2G+YndNbxf9JlnDaNCVbRbDP2DDoH2Bdz33FVC6TrpzXbw==\",\n      \"license\": \"MIT\",\n      \"dependencies\": {\n", i, i, i, i, i)
		for k := range 4 {
			if k > 0 {
				b.WriteString(",\n")
			}
			fmt.Fprintf(&b, "        \"package-%d\": \"^1.0.0\"", (i*7+k*13+1)%n)
		}
		b.WriteString("\n      },\n      \"engines\": {\n        \"node\": \">=14\"\n      }\n    }")
	}
	b.WriteString("\n  }\n}\n")
	return []byte(b.String())
}

func BenchmarkLarge(b *testing.B) {
	extracttest.Bench(b, npm.New(), fstest.MapFS{"package-lock.json": {Data: large(10_000)}}, "package-lock.json")
}

func BenchmarkReal(b *testing.B) {
	extracttest.Bench(b, npm.New(), extracttest.Tree(b, "npm/golang+pkgsite/package-lock.json"), "package-lock.json")
}
