package python

import (
	"testing"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

func TestConformance(t *testing.T) { extracttest.Run(t, New(), "testdata/*.txtar") }

func FuzzExtract(f *testing.F) {
	extracttest.Fuzz(f, New(), "testdata/*.txtar", "poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock",
		"pylock.toml", "requirements.txt", "lib/site-packages/demo-1.0.dist-info/METADATA")
}
