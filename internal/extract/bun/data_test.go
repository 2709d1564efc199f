package bun_test

import (
	"testing"

	"github.com/kennel-oss/kennel/internal/extract/bun"
	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

func TestRealInputs(t *testing.T) { extracttest.Expected(t, bun.New(), nil) }
