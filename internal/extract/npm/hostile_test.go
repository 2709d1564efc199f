package npm

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// TestHostile: lock files made to cost time, stack or memory end with an error
// or a gap. Each would take minutes, or the process, without its bound.
func TestHostile(t *testing.T) {
	var needs strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&needs, "\"p%d\": \"1\",", i)
	}
	tests := map[string]string{
		"deep packages": strings.Repeat(`{"dependencies":{"a":`, 200_000),
		"deep arrays":   `{"packages":` + strings.Repeat("[", 1_000_000),
		"deep licenses": `{"packages":{"a":{"license":` + strings.Repeat("[", 200_000),
		"deep folders":  `{"packages":{"` + strings.Repeat("a/", 400) + `node_modules/x":{"dependencies":{` + needs.String() + `"z":"1"}}}}`,
		"many metas": `{"packages":{"":{"peerDependencies":{` + needs.String() + `"z":"1"},` +
			strings.Repeat(`"peerDependenciesMeta":{"a":{"optional":true}},`, 100_000) + `"x":1},"":{}}}`,
		"many packages": `{"packages":{` + strings.Repeat(`"a":{},`, lockfile.PackagesMax+1) + `"b":{}}}`,
	}
	for name, text := range tests {
		f := extracttest.File(fstest.MapFS{"package-lock.json": {Data: []byte(text)}}, "package-lock.json")
		e, err := New().Extract(context.Background(), f)
		if err == nil && len(e.Gaps) == 0 {
			t.Errorf("%s: neither an error nor a gap", name)
		}
	}
}
