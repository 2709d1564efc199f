package golang_test

import (
	"testing"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
	"github.com/kennel-oss/kennel/internal/extract/golang"
)

// TestRealInputs: the standard library is the one difference. A go.mod names
// the release of Go that builds it at least; the peer counts it among the
// packages it found and leaves it out of its results.
func TestRealInputs(t *testing.T) {
	differences := make(map[string]string)
	for _, release := range []string{"1.25.0", "1.25.1", "1.25.10", "1.25.6", "1.25.8", "1.26.0", "1.26.2", "1.26.3", "1.26.5"} {
		differences["stdlib "+release] = "the release of Go that go.mod names"
	}
	extracttest.Expected(t, golang.New(), differences)
}
