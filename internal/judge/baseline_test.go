package judge

import (
	"testing"

	"github.com/kennel-oss/kennel"
)

// What a waiver set aside in the earlier scan is not known to a baseline: when
// the waiver ends, the finding comes back.
func TestBaselineKnowsOnlyWhatCounted(t *testing.T) {
	for suppressed, known := range map[string]bool{`null`: true, `{"by":"baseline"}`: true, `{"by":"waiver"}`: false, `{"by":"vex"}`: false} {
		b, err := ReadBaseline("last.json", []byte(`{"schema":"kennel.scan/1","findings":[
			{"rule":"vulnerable","id":"CVE-1","ecosystem":"npm","name":"left","project":"package-lock.json","suppressed":`+suppressed+`}]}`))
		if err != nil {
			t.Fatal(err)
		}
		p := kennel.Project{Manifest: "package-lock.json"}
		r := kennel.Result{Finding: kennel.Finding{Rule: "vulnerable", ID: "CVE-1",
			Component: kennel.Component{Package: kennel.Package{Ecosystem: kennel.NPM, Name: "left"}}}}
		if got := b.Suppress(&r, &p, day) != nil; got != known {
			t.Errorf("suppressed %s: known %t, want %t", suppressed, got, known)
		}
	}
}
