package target

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kennel-oss/kennel"
)

// TestOwned: each case is the files that an OS package owns, the place of a
// language package, and whether it is left to be judged on its own.
func TestOwned(t *testing.T) {
	for _, tt := range []struct {
		name, owns, at string
		counts         bool
	}{
		{"same path", "usr/lib/python3/dist-packages/x.dist-info/METADATA", "usr/lib/python3/dist-packages/x.dist-info/METADATA", false},
		{"leading slash", "/usr/lib/x", "usr/lib/x", false},
		{"before the merge of /usr", "/lib/x", "usr/lib/x", false},
		{"program", "bin/dockerd", "usr/bin/dockerd", false},
		{"inside a jar", "/usr/share/java/a.jar", "usr/share/java/a.jar!/BOOT-INF/lib/b.jar", false},
		{"another file", "usr/lib/x", "usr/lib/y", true},
		{"by hand", "usr/local/lib/x", "usr/local/lib/x", true},
		{"of a vendor", "opt/tool/x", "opt/tool/x", true},
		{"claimed of the project", "package-lock.json", "package-lock.json", true},
		{"claimed folder of the project", "lib/package-lock.json", "lib/package-lock.json", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := write(t, map[string]string{"status.list": "libx\nowns " + tt.owns + "\n", "z.list": "x @ " + tt.at + "\n"})
			inv := inventory(t, dir, Options{})
			got := strings.Contains(strings.Join(summary(inv), "\n"), "z.list: x")
			if got != tt.counts || (inv.Owned == 0) != tt.counts {
				t.Errorf("counts: %v, dropped %d\n%s", got, inv.Owned, summary(inv))
			}
		})
	}
}

func TestDropKeepsGraph(t *testing.T) {
	at := func(paths ...string) (o kennel.Occurrence) {
		for _, p := range paths {
			o.Locations = append(o.Locations, kennel.Location{Path: p})
		}
		return o
	}
	p := kennel.Project{Graph: true,
		Occurrences: []kennel.Occurrence{at("a"), at("owned"), at("owned", "b"), at()},
		Edges:       []kennel.Edge{{From: -1, To: 0}, {From: 0, To: 1}, {From: 1, To: 2}, {From: 0, To: 2}, {From: 2, To: 3}, {From: 7, To: 0}},
	}
	if n := drop(&p, map[string]bool{"owned": true, "a": false}); n != 1 {
		t.Error("dropped", n)
	}
	want := kennel.Project{
		Occurrences: []kennel.Occurrence{at("a"), at("b"), at()},
		Edges:       []kennel.Edge{{From: -1, To: 0}, {From: 0, To: 1}, {From: 1, To: 2}},
	}
	if d := cmp.Diff(want, p, cmpopts.IgnoreUnexported(kennel.Project{})); d != "" {
		t.Error(d)
	}
}
