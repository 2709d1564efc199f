package bun_test

import (
	"testing"

	"github.com/kennel-oss/kennel/internal/extract/bun"
	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

func TestConformance(t *testing.T) { extracttest.Run(t, bun.New(), "testdata/*.txtar") }

func FuzzExtract(f *testing.F) {
	extracttest.Fuzz(f, bun.New(), "testdata/*.txtar", "bun.lock")
}
