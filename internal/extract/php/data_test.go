package php

import (
	"testing"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

func TestFindsWhatTheReferenceFinds(t *testing.T) { extracttest.Expected(t, New(), nil) }
