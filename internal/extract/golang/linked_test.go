package golang

import (
	"runtime/debug"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

// A test's own program has no dependencies in its build information, so what
// they become is tested from the information alone.
func TestLinked(t *testing.T) {
	const sum = "h1:CxXYINrC8qIiEnFrOxCa7Jy5BFHlXnUU2pbicEuybxQ="
	e := linked(extracttest.File(fstest.MapFS{"bin/tool": {}}, "bin/tool"), &debug.BuildInfo{
		GoVersion: "go1.25.3",
		Main:      debug.Module{Path: "shop.example/tool", Version: "v1.4.0"},
		Deps: []*debug.Module{
			{Path: "a.example/a", Version: "v1.0.0", Sum: sum},
			{Path: "b.example/b", Version: "v1.0.0", Replace: &debug.Module{Path: "c.example/c", Version: "v1.0.1", Sum: sum}},
			{Path: "d.example/d", Version: "v1.0.0", Replace: &debug.Module{Path: "../d"}},
			{Path: "e.example/e", Version: "(devel)"},
			{},
		},
		Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"}},
	})
	const want = `project bin/tool root=bin ecosystem=Go name=shop.example/tool version=v1.4.0
  Go a.example/a v1.0.0 shipped unknown h1=0b15d820dac2 @bin/tool
  Go c.example/c v1.0.1 shipped unknown h1=0b15d820dac2 @bin/tool
  Go d.example/d v1.0.0 shipped unknown origin=local @bin/tool
  Go e.example/e  shipped unknown origin=local @bin/tool
  Go shop.example/tool v1.4.0 shipped direct commit=0123456789abcdef0123456789abcdef01234567 @bin/tool
  Go stdlib v1.25.3 shipped direct @bin/tool
  root -> shop.example/tool v1.4.0 shipped
  root -> stdlib v1.25.3 (go1.25.3) shipped
`
	inv := kennel.Inventory{Projects: e.Projects, Gaps: e.Gaps}
	inv.Normalize()
	if got := extracttest.Render(inv); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	e = linked(extracttest.File(fstest.MapFS{"tool": {}}, "tool"), &debug.BuildInfo{GoVersion: "devel go1.27-0123456"})
	if len(e.Gaps) != 1 || len(e.Projects) != 1 {
		t.Errorf("a development build: %+v", e)
	}
}
