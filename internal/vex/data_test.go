package vex

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kennel-oss/kennel/internal/datatest"
)

// TestRealInputs reads every document among the real inputs that is VEX, and
// holds the rest to be none.
func TestRealInputs(t *testing.T) {
	dir := filepath.Join(datatest.Folder(t), "inputs")
	documents := 0
	for _, sub := range []string{"vex", "sbom-cyclonedx/CycloneDX+bom-examples/VEX"} {
		err := filepath.WalkDir(filepath.Join(dir, filepath.FromSlash(sub)), func(p string, d os.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			name, _ := filepath.Rel(dir, p)
			statements, gaps, err := Read(filepath.ToSlash(name), data)
			base := filepath.Base(p)
			isVEX := strings.HasSuffix(base, ".json") && !strings.Contains(base, "sarif") && !strings.Contains(base, "sbom") && !strings.HasPrefix(base, "bom-")
			switch {
			case !isVEX && errors.Is(err, ErrNotVEX):
			case err != nil:
				t.Errorf("%s: %v", name, err)
			case isVEX && len(statements) == 0 && len(gaps) == 0:
				t.Errorf("%s: nothing was read, and no gap says why", name)
			default:
				documents++
				t.Logf("%s: %d statements %v", name, len(statements), gaps)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if documents == 0 {
		t.Fatal("no documents")
	}
}
