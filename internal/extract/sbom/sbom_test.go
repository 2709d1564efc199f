package sbom_test

import (
	"testing"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
	"github.com/kennel-oss/kennel/internal/extract/sbom"
)

func TestExtractor(t *testing.T) {
	extracttest.Run(t, sbom.New(), "testdata/*.txtar")
}
