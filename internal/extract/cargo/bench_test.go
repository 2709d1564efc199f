package cargo_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel/internal/extract/cargo"
	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

// large is a lock file of n packages with four dependencies each.
func large(n int) []byte {
	var b strings.Builder
	b.WriteString("version = 4\n")
	for i := range n {
		fmt.Fprintf(&b, "\n[[package]]\nname = \"package-%d\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"320119579fcad9c21884f5c4861d16174d0e06250625266f50fe6898340abefa\"\ndependencies = [\n", i)
		for k := range 4 {
			fmt.Fprintf(&b, " \"package-%d\",\n", (i*7+k*13+1)%n)
		}
		b.WriteString("]\n")
	}
	return []byte(b.String())
}

func BenchmarkLarge(b *testing.B) {
	extracttest.Bench(b, cargo.New(), fstest.MapFS{"Cargo.lock": {Data: large(10_000)}}, "Cargo.lock")
}

func BenchmarkReal(b *testing.B) {
	extracttest.Bench(b, cargo.New(), extracttest.Tree(b, "rust/getnora-io+nora/Cargo.lock"), "Cargo.lock")
}
