package sbom

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/datatest"
)

var asOf = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// shape is what a round trip must keep: components, scopes, directness and
// edges, by name instead of index.
type shape struct {
	Components map[string]int
	Edges      map[string]int
}

func shapeOf(p kennel.Project) shape {
	s := shape{map[string]int{}, map[string]int{}}
	key := func(i int32) string {
		if i < 0 {
			return "root"
		}
		k := p.Occurrences[i].Key()
		return string(k.Ecosystem) + " " + k.Name + " " + k.Version + " " + k.Release + " " + k.Source.Name + " " + k.Source.Version + " " + k.Origin.String()
	}
	for i, o := range p.Occurrences {
		s.Components[key(int32(i))+" "+o.Scope.String()+" "+o.Direct.String()+" "+o.Commit]++
	}
	for _, e := range p.Edges {
		s.Edges[key(e.From)+" -> "+key(e.To)+" "+e.Constraint+" "+e.Scope.String()]++
	}
	return s
}

func readNormal(t testing.TB, path string, data []byte) kennel.Inventory {
	t.Helper()
	x, err := Read(path, data)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	inv := kennel.Inventory{Target: path, Projects: x.Projects, Gaps: x.Gaps}
	inv.Normalize()
	return inv
}

func roundTrips(t *testing.T, inv kennel.Inventory) {
	t.Helper()
	for name, write := range map[string]func(*bytes.Buffer, kennel.Judgement) error{
		"CycloneDX": func(b *bytes.Buffer, j kennel.Judgement) error {
			return WriteCycloneDX(b, j, Tool{"kennel", "1"})
		},
		"SPDX": func(b *bytes.Buffer, j kennel.Judgement) error { return WriteSPDX(b, j, Tool{"kennel", "1"}) },
	} {
		var b, again bytes.Buffer
		j := kennel.Judgement{Inventory: inv, AsOf: asOf}
		if err := write(&b, j); err != nil {
			t.Fatal(err)
		}
		if err := write(&again, j); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
			t.Errorf("%s: written twice, it differs", name)
		}
		back := readNormal(t, "out.json", b.Bytes())
		if len(back.Projects) != len(inv.Projects) {
			t.Fatalf("%s: %d projects became %d", name, len(inv.Projects), len(back.Projects))
		}
		for i := range inv.Projects {
			want, got := shapeOf(inv.Projects[i]), shapeOf(back.Projects[i])
			if !maps.Equal(want.Components, got.Components) || !maps.Equal(want.Edges, got.Edges) {
				t.Errorf("%s: %s (-want +got)\n%s", name, inv.Projects[i].Manifest, cmp.Diff(want, got))
			}
			if was, is := inv.Projects[i].Name, back.Projects[i].Name; was != is {
				t.Errorf("%s: the name %q became %q", name, was, is)
			}
			if back.Projects[i].Graph != inv.Projects[i].Graph {
				t.Errorf("%s: %s: graph %v became %v", name, inv.Projects[i].Manifest, inv.Projects[i].Graph, back.Projects[i].Graph)
			}
		}
	}
}

func sbomInputs(t testing.TB) []string {
	dir := datatest.Folder(t)
	var out []string
	for _, sub := range []string{"sbom-cyclonedx", "sbom-lab", "sbom-spdx", "sbom-wild"} {
		err := filepath.WalkDir(filepath.Join(dir, "inputs", sub), func(p string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				out = append(out, p)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(out) == 0 {
		t.Fatal("no inputs")
	}
	return out
}

func TestRoundTripOfRealInputs(t *testing.T) {
	var all kennel.Inventory
	for _, p := range sbomInputs(t) {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		switch Identify(data) {
		case None, SPDX3:
			continue
		}
		inv := readNormal(t, filepath.Base(filepath.Dir(p))+"/"+filepath.Base(p), data)
		if len(inv.Projects) == 0 {
			continue
		}
		roundTrips(t, inv)
		all.Projects = append(all.Projects, inv.Projects...)
	}
	all.Target = "all"
	all.Normalize()
	roundTrips(t, all)
}
