package php

import (
	"testing"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

func TestConformance(t *testing.T) { extracttest.Run(t, New(), "testdata/*.txtar") }

func FuzzExtract(f *testing.F) {
	extracttest.Fuzz(f, New(), "testdata/*.txtar", "composer.lock", "vendor/composer/installed.json")
}
