package cli

import (
	"fmt"
	"testing"

	"github.com/kennel-oss/kennel"
)

// copies are cases of one release: n of which the same is said, and n others.
func copies(n int) []kennel.Case {
	var out []kennel.Case
	for i := range 2 * n {
		title := "the same"
		if i%2 == 1 {
			title = fmt.Sprint("other ", i)
		}
		out = append(out, kennel.Case{Subject: fmt.Sprint("copy ", i), Component: kennel.Component{Version: "1.0.0"},
			Outcomes: []kennel.Outcome{{Layer: "content", Results: []kennel.Cue{{Finding: kennel.Finding{Title: title, KEV: &kennel.KEV{}}}}}}})
	}
	return out
}

func TestAlike(t *testing.T) {
	kept := alike(copies(3))
	if len(kept) != 4 || kept[0].Subject != "copy 0 and 2 more places" || kept[3].Subject != "copy 5" {
		t.Errorf("%d kept, the first %q", len(kept), kept[0].Subject)
	}
}

func BenchmarkAlike(b *testing.B) {
	parts := copies(5000)
	for b.Loop() {
		alike(parts)
	}
}
