package golang_test

import (
	"testing"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
	"github.com/kennel-oss/kennel/internal/extract/golang"
)

func TestConformance(t *testing.T) { extracttest.Run(t, golang.New(), "testdata/*.txtar") }

func FuzzExtract(f *testing.F) {
	extracttest.Fuzz(f, golang.New(), "testdata/*.txtar", "go.mod", "go.work", "program")
}
