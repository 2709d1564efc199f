package npm_test

import (
	"testing"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
	"github.com/kennel-oss/kennel/internal/extract/npm"
)

func TestRealInputs(t *testing.T) { extracttest.Expected(t, npm.New(), nil) }
