package yarn_test

import (
	"testing"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
	"github.com/kennel-oss/kennel/internal/extract/yarn"
)

func TestRealInputs(t *testing.T) { extracttest.Expected(t, yarn.New(), nil) }
