package bun_test

import (
	"testing"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
	"github.com/kennel-oss/kennel/internal/extract/bun"
)

func TestRealInputs(t *testing.T) { extracttest.Expected(t, bun.New(), nil) }
