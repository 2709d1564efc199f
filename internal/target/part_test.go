package target

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/extract/all"
)

func TestInstalled(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"package.json":                                        `{"name": "home"}`,
		"node_modules/leash/package.json":                     `{"name": "leash", "version": "1.0.0"}`,
		"node_modules/leash/lib/index.js":                     "1",
		"node_modules/leash/node_modules/collar/package.json": `{"name": "collar", "version": "2.0.0"}`,
		"venv/site-packages/bowl-1.0.dist-info/METADATA":      "Metadata-Version: 2.1\nName: bowl\nVersion: 1.0\n",
		"venv/site-packages/bowl-1.0.dist-info/RECORD":        "bowl/__init__.py,,\nbowl-1.0.dist-info/METADATA,,\nbowl-1.0.dist-info/RECORD,,\nbowl.pth,,\n../../bin/bowl,,\n/etc/passwd,,\n\"bowl/odd, name.py\",,\n",
		"venv/site-packages/bowl/__init__.py":                 "1",
		"venv/site-packages/bowl/odd, name.py":                "1",
		"venv/site-packages/bowl.pth":                         "1",
		"venv/site-packages/other.py":                         "1",
	} {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		target string
		files  map[string][]string // by component
	}{
		{"node_modules", map[string][]string{"leash": {"leash/package.json", "leash/lib/index.js"}, "collar": {"collar/package.json"}}},
		{"venv/site-packages", map[string][]string{"bowl": {"site-packages/bowl/__init__.py", "site-packages/bowl/odd, name.py", "site-packages/bowl.pth", "site-packages/bowl-1.0.dist-info/METADATA", "site-packages/bowl-1.0.dist-info/RECORD"}}},
	} {
		open, err := Open(t.Context(), filepath.Join(dir, filepath.FromSlash(c.target)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer open.Close()
		inv, err := open.Inventory(t.Context(), all.Extractors(), nil)
		if err != nil {
			t.Fatal(err)
		}
		var at []kennel.Location
		for _, p := range inv.Projects {
			for _, o := range p.Occurrences {
				at = append(at, o.Locations...)
			}
		}
		places := open.Places(at)
		seen := 0
		for _, p := range inv.Projects {
			for _, o := range p.Occurrences {
				seen++
				fsys, err := places.Files(o.Locations[0])
				if err != nil {
					t.Fatal(err)
				}
				if err := fstest.TestFS(fsys, c.files[o.Name]...); err != nil {
					t.Errorf("%s: %v", o.Name, err)
				}
				n := 0
				fs.WalkDir(fsys, ".", func(_ string, d fs.DirEntry, err error) error {
					if err != nil {
						t.Error(err)
					} else if !d.IsDir() {
						n++
					}
					return nil
				})
				if n != len(c.files[o.Name]) {
					t.Errorf("%s: %d files, want %d", o.Name, n, len(c.files[o.Name]))
				}
			}
		}
		if seen != len(c.files) {
			t.Errorf("%s: %d packages, want %d", c.target, seen, len(c.files))
		}
		if _, err := places.Files(kennel.Location{Path: "package.json"}); !errors.Is(err, ErrNotInstalled) {
			t.Errorf("the project itself: %v", err)
		}
	}
}
