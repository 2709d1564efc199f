package pnpm_test

import (
	"testing"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
	"github.com/kennel-oss/kennel/internal/extract/pnpm"
)

func TestRealInputs(t *testing.T) { extracttest.Expected(t, pnpm.New(), nil) }
