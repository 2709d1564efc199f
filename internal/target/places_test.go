package target

import (
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel"
)

// plant makes files; a text that begins with "-> " is a link.
func plant(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		at := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if to, ok := strings.CutPrefix(text, "-> "); ok {
			err = os.Symlink(to, at)
		} else {
			err = os.WriteFile(at, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLinksOfAPart(t *testing.T) {
	dir := plant(t, map[string]string{
		"node_modules/leash/package.json":  `{"name": "leash"}`,
		"node_modules/leash/real.bak":      "1",
		"node_modules/leash/index.js":      "-> real.bak",
		"node_modules/leash/out/a.js":      "1",
		"node_modules/leash/lib":           "-> out",
		"node_modules/leash/out/circle":    "-> ..",
		"node_modules/leash/out/again":     "-> ../other",
		"node_modules/leash/other/back":    "-> ../out",
		"node_modules/leash/away":          "-> ../../..",
		"node_modules/leash/neighbour":     "-> ../collar",
		"node_modules/leash/nothing":       "-> nowhere",
		"node_modules/collar/package.json": `{"name": "collar"}`,
	})
	open, err := Open(t.Context(), filepath.Join(dir, "node_modules"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	at := []kennel.Location{{Path: "node_modules/leash/package.json"}, {Path: "node_modules/collar/package.json"}}
	places := open.Places(at)
	fsys, err := places.Files(at[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(fsys, "leash/index.js", "leash/lib/a.js", "leash/out/a.js", "leash/other/back/a.js"); err != nil {
		t.Error(err)
	}
	if _, err := fsys.Open("collar/package.json"); err == nil {
		t.Error("a part shows what is beside it")
	}
	unowned, gaps, err := places.Unowned(t.Context())
	if err != nil || len(unowned) > 0 {
		t.Errorf("unowned: %v, %v", unowned, err)
	}
	if len(gaps) != 1 || gaps[0].Kind != kennel.GapUnresolved || gaps[0].What != "node_modules/leash/away" {
		t.Errorf("gaps: %v", gaps)
	}
}

func TestUnowned(t *testing.T) {
	dir := plant(t, map[string]string{
		"src/own.js":                                    "1",
		"node_modules/leash/package.json":               `{"name": "leash"}`,
		"node_modules/leash/node_modules/x.js":          "1",
		"node_modules/leash/tool.js":                    "1",
		"node_modules/.bin/tool.js":                     "-> ../leash/tool.js",
		"node_modules/.bin/shim":                        "#!/bin/sh\n",
		"node_modules/.cache/x.js":                      "1",
		"node_modules/notes":                            "words",
		"node_modules/script":                           "#!/bin/sh\n",
		"node_modules/.evil/x.js":                       "1",
		"node_modules/bare/node_modules/deep/x.mjs":     "1",
		"venv/site-packages/a.pth":                      "import b",
		"venv/site-packages/b.py":                       "1",
		"venv/site-packages/listed.py":                  "1",
		"venv/site-packages/__pycache__/listed.pyc":     "1",
		"venv/site-packages/loose.pyc":                  "1",
		"venv/site-packages/bowl-1.0.dist-info/RECORD":  "listed.py,,\n",
		"venv/site-packages/mug-1.0.dist-info/METADATA": "",
		"venv/site-packages/mug-1.0.dist-info/RECORD":   "b.py,,\n\"",
	})
	open, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	places := open.Places([]kennel.Location{{Path: "node_modules/leash/package.json"}, {Path: "venv/site-packages/bowl-1.0.dist-info/METADATA"}, {Path: "venv/site-packages/mug-1.0.dist-info/METADATA"}})
	unowned, gaps, err := places.Unowned(t.Context())
	if err != nil || len(gaps) > 0 {
		t.Fatal(gaps, err)
	}
	want := map[string][]string{
		"node_modules/.evil/x.js":  {"node_modules/.evil/x.js", "node_modules/bare/node_modules/deep/x.mjs"},
		"node_modules/script":      {"node_modules/script"},
		"venv/site-packages/a.pth": {"site-packages/a.pth", "site-packages/b.py", "site-packages/loose.pyc"},
	}
	for _, u := range unowned {
		if u.Count != len(want[u.First]) {
			t.Errorf("%s: %d files from %s, want %v", u.Tree, u.Count, u.First, want[u.First])
		}
		if err := fstest.TestFS(u.Files, want[u.First]...); err != nil {
			t.Error(err)
		}
	}
	if len(unowned) != len(want) {
		t.Errorf("%d groups, want %d", len(unowned), len(want))
	}
}

func FuzzRecord(f *testing.F) {
	for _, seed := range []string{
		"bowl/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\nbowl-1.0.dist-info/RECORD,,\n",
		"\"bowl/odd, name.py\",,\r\n../../../bin/bowl,,\r\n", "a\"b,,\nlost.py,,\n", "\"open\nlost.py,,\n",
		"/etc/passwd,,\n../site-packages/round.py,,\n..\\site-packages\\round.py,,\n", "\x00,\xff,\n\n,\n", "../..,,\n.,,\n,,\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		names, err := parseRecord(strings.NewReader(text))
		if err != nil && names != nil {
			t.Fatal("names beside an error")
		}
		for _, name := range names {
			if at, ok := below("lib/site-packages", name); ok && (at != path.Clean(at) || !strings.HasPrefix(at, "lib/site-packages/")) {
				t.Fatalf("%q leads to %q", name, at)
			}
		}
		// Any number of whole lines of plain names are those names.
		if !strings.ContainsAny(text, "\",\r\n") && text != "" && err == nil && (len(names) != 1 || names[0] != text) {
			t.Fatalf("%q is %q", text, names)
		}
	})
}
