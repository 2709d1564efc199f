package golang_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/mod/modfile"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
	"github.com/kennel-oss/kennel/internal/extract/golang"
)

// large is a go.mod of n requirements, and a go.sum with ten lines for each.
func large(n int) fstest.MapFS {
	var mod, sum strings.Builder
	mod.WriteString("module large.example\n\ngo 1.25.1\n\nrequire (\n")
	for i := range n {
		fmt.Fprintf(&mod, "\tgithub.com/someone/module-%d v1.%d.0 // indirect\n", i, i)
		for k := range 5 {
			fmt.Fprintf(&sum, "github.com/someone/module-%d v1.%d.0 h1:CxXYINrC8qIiEnFrOxCa7Jy5BFHlXnUU2pbicEuybxQ=\n", i, i-k)
			fmt.Fprintf(&sum, "github.com/someone/module-%d v1.%d.0/go.mod h1:CxXYINrC8qIiEnFrOxCa7Jy5BFHlXnUU2pbicEuybxQ=\n", i, i-k)
		}
	}
	mod.WriteString(")\n")
	return fstest.MapFS{"go.mod": {Data: []byte(mod.String())}, "go.sum": {Data: []byte(sum.String())}}
}

// BenchmarkLarge counts the bytes of go.mod alone; go.sum has twenty times as
// many.
func BenchmarkLarge(b *testing.B) { extracttest.Bench(b, golang.New(), large(10_000), "go.mod") }

func BenchmarkReal(b *testing.B) {
	extracttest.Bench(b, golang.New(), extracttest.Tree(b, "go/safedep+vet/go.mod"), "go.mod")
}

// BenchmarkModfile is what x/mod/modfile takes for the go.mod of BenchmarkReal.
func BenchmarkModfile(b *testing.B) {
	data := extracttest.Tree(b, "go/safedep+vet/go.mod")["go.mod"].Data
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := modfile.Parse("go.mod", data, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBinary(b *testing.B) {
	extracttest.Bench(b, golang.New(), fstest.MapFS{"tool": {Data: self(b), Mode: 0o755}}, "tool")
}
