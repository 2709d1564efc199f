package advisory

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	kennel "github.com/kennel-oss/kennel"
)

// TestInstall takes a prebuilt database, and refuses every broken one without
// touching the old.
func TestInstall(t *testing.T) {
	dir, _, err := compileTxtar(t, world, Options{})
	if err != nil {
		t.Fatal(err)
	}
	prebuilt := func() fstest.MapFS {
		out := fstest.MapFS{}
		list, _ := os.ReadDir(dir)
		for _, d := range list {
			b, err := os.ReadFile(filepath.Join(dir, d.Name()))
			if err != nil {
				t.Fatal(err)
			}
			out[d.Name()] = &fstest.MapFile{Data: b}
		}
		return out
	}
	out := filepath.Join(t.TempDir(), "db")
	info, err := Install(context.Background(), prebuilt(), out)
	if err != nil || info.Records != 8 {
		t.Fatalf("%+v, %v", info, err)
	}
	answers := func() bool {
		db, err := Open(out)
		if err != nil {
			t.Error(err)
			return false
		}
		defer db.Close()
		got, err := db.Match(component(kennel.NPM, "compat-data", "1.0.0"))
		return err == nil && len(got) == 1 && db.Verify() == nil
	}
	if !answers() {
		t.Fatal("the installed database does not answer")
	}
	for name, spoil := range map[string]func(fstest.MapFS){
		"no manifest":   func(f fstest.MapFS) { delete(f, manifestName) },
		"not JSON":      func(f fstest.MapFS) { f[manifestName].Data = []byte("<html>") },
		"newer":         func(f fstest.MapFS) { replace(f, `"major": 1`, `"major": 9`) },
		"a path":        func(f fstest.MapFS) { replace(f, `"npm-`, `"../npm-`) },
		"a file less":   func(f fstest.MapFS) { delete(f, find(f, "go-")) },
		"a file cut":    func(f fstest.MapFS) { g := f[find(f, "go-")]; g.Data = g.Data[:len(g.Data)-1] },
		"a bit flipped": func(f fstest.MapFS) { g := f[find(f, "npm-")]; g.Data[len(g.Data)/2] ^= 1 },
	} {
		f := prebuilt()
		spoil(f)
		if _, err := Install(context.Background(), f, out); err == nil {
			t.Errorf("%s: it was installed", name)
		}
		if !answers() {
			t.Errorf("%s: the old database is gone", name)
		}
	}
}

func find(f fstest.MapFS, prefix string) string {
	for name := range f {
		if strings.HasPrefix(name, prefix) {
			return name
		}
	}
	return ""
}

func replace(f fstest.MapFS, old, with string) {
	f[manifestName].Data = []byte(strings.Replace(string(f[manifestName].Data), old, with, 1))
}
