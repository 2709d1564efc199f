package cargo_test

import (
	"testing"

	"github.com/kennel-oss/kennel/internal/extract/cargo"
	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

func TestConformance(t *testing.T) { extracttest.Run(t, cargo.New(), "testdata/*.txtar") }

func FuzzExtract(f *testing.F) {
	extracttest.Fuzz(f, cargo.New(), "testdata/*.txtar", "Cargo.lock")
}
