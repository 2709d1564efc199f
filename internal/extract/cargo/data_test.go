package cargo_test

import (
	"testing"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
	"github.com/kennel-oss/kennel/internal/extract/cargo"
)

func TestRealInputs(t *testing.T) { extracttest.Expected(t, cargo.New(), nil) }
