package yarn_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
	"github.com/kennel-oss/kennel/internal/extract/yarn"
)

// classic and berry are lock files of n packages with four dependencies each.
func classic(n int) []byte {
	var b strings.Builder
	b.WriteString("# yarn lockfile v1\n\n")
	for i := range n {
		fmt.Fprintf(&b, "\npackage-%d@^1.0.0, package-%d@^1.1.0:\n  version \"1.2.0\"\n  resolved \"https://npm.example/package-%d/-/package-%d-1.2.0.tgz#5b8a3a7765dfe001261dde915589e782f8c94d1e\"\n  integrity sha512-MJ7MSJwS1utMxA9QyQLytNDtd+5RGnx6m808qG1M2G+YndNbxf9JlnDaNCVbRbDP2DDoH2Bdz33FVC6TrpzXbw==\n  dependencies:\n", i, i, i, i)
		for k := range 4 {
			fmt.Fprintf(&b, "    package-%d \"^1.0.0\"\n", (i*7+k*13+1)%n)
		}
	}
	return []byte(b.String())
}

func berry(n int) []byte {
	var b strings.Builder
	b.WriteString("__metadata:\n  version: 8\n  cacheKey: 10c0\n")
	for i := range n {
		fmt.Fprintf(&b, "\n\"package-%d@npm:^1.0.0\":\n  version: 1.2.0\n  resolution: \"package-%d@npm:1.2.0\"\n  dependencies:\n", i, i)
		for k := range 4 {
			fmt.Fprintf(&b, "    package-%d: \"npm:^1.0.0\"\n", (i*7+k*13+1)%n)
		}
		b.WriteString("  checksum: 10c0/feb4543c8a509fe30f0f6e8d7aa84f82b41148b963b826cd330e34986f649a85cb63b2f13dd4effdf434ac555d16f14940b8ea5f4433297c2f5ff85486ded019\n  languageName: node\n  linkType: hard\n")
	}
	return []byte(b.String())
}

func BenchmarkClassic(b *testing.B) {
	extracttest.Bench(b, yarn.New(), fstest.MapFS{"yarn.lock": {Data: classic(10_000)}}, "yarn.lock")
}

func BenchmarkBerry(b *testing.B) {
	extracttest.Bench(b, yarn.New(), fstest.MapFS{"yarn.lock": {Data: berry(10_000)}}, "yarn.lock")
}
