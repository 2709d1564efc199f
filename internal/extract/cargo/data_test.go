package cargo_test

import (
	"testing"

	"github.com/kennel-oss/kennel/internal/extract/cargo"
	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

func TestRealInputs(t *testing.T) { extracttest.Expected(t, cargo.New(), nil) }
