package yarn_test

import (
	"testing"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
	"github.com/kennel-oss/kennel/internal/extract/yarn"
)

func TestConformance(t *testing.T) { extracttest.Run(t, yarn.New(), "testdata/*.txtar") }

func FuzzExtract(f *testing.F) {
	extracttest.Fuzz(f, yarn.New(), "testdata/*.txtar", "yarn.lock")
}
