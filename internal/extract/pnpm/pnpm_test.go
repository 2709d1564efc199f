package pnpm_test

import (
	"testing"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
	"github.com/kennel-oss/kennel/internal/extract/pnpm"
)

func TestConformance(t *testing.T) { extracttest.Run(t, pnpm.New(), "testdata/*.txtar") }

func FuzzExtract(f *testing.F) {
	extracttest.Fuzz(f, pnpm.New(), "testdata/*.txtar", "pnpm-lock.yaml")
}
