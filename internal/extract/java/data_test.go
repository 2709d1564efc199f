package java

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel/internal/datatest"
	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

// inputs returns the folder of real inputs beside the checkout.
func inputs(t testing.TB) string {
	return filepath.Join(datatest.Folder(t), "inputs")
}

// TestRealLockFiles: every module that a real lock file names is found.
func TestRealLockFiles(t *testing.T) {
	dir := inputs(t)
	for _, name := range []string{
		"boundary/gradle.lockfile",
		"java/safedep+vet/test/scenarios/fixtures/lockfiles/demo-client-java-gradle.lockfile",
	} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		want := make(map[string]bool)
		for line := range strings.Lines(string(data)) {
			module, _, ok := strings.Cut(strings.TrimSpace(line), "=")
			if ok && module != "empty" && !strings.HasPrefix(module, "#") {
				want[module] = true
			}
		}
		if len(want) == 0 {
			t.Fatalf("%s: nothing to compare", name)
		}
		inv, _ := extracttest.Extract(t, New(), fstest.MapFS{name: {Data: data}})
		if len(inv.Gaps) > 0 {
			t.Errorf("%s: %v", name, inv.Gaps)
		}
		for _, o := range inv.Projects[0].Occurrences {
			module := o.Name + ":" + o.Version
			if !want[module] {
				t.Errorf("%s: %s is not in the file", name, module)
			}
			delete(want, module)
		}
		for module := range want {
			t.Errorf("%s: %s was not found", name, module)
		}
	}
}

// TestRealPOM: a real parent of 74 KB, whose own parent is remote.
func TestRealPOM(t *testing.T) {
	name := "java/google+osv-scalibr/guidedremediation/internal/strategy/override/testdata/zeppelin-server/parent/pom.xml"
	data, err := os.ReadFile(filepath.Join(inputs(t), name))
	if err != nil {
		t.Fatal(err)
	}
	inv, _ := extracttest.Extract(t, New(), fstest.MapFS{"pom.xml": {Data: data}})
	if len(inv.Projects) != 1 || inv.Projects[0].Name != "org.apache.zeppelin:zeppelin" {
		t.Errorf("%s", extracttest.Render(inv))
	}
	t.Logf("%s", extracttest.Render(inv))
}
