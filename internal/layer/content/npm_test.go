package content

import (
	"context"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel"
)

func TestNPMEntries(t *testing.T) {
	fsys := fstest.MapFS{}
	for name, text := range map[string]string{
		"package.json": `{"main":"./lib","bin":{"a":"cli.js"},"exports":{".":{"import":"./m/*.mjs","default":["./lib/index.js"]}},
			"scripts":{"preinstall":"npm run get -- x","get":"node tools/get","test":"node evil.js"}}`,
		"lib/index.js": "require('./used')", "lib/used.js": "import('./deep/a.js')", "lib/deep/a.js": "", "lib/unused.js": "",
		"cli.js": "", "m/one.mjs": "", "tools/get.js": "require('../lib/installed')", "lib/installed.js": "", "evil.js": "",
		"node_modules/b/index.js": "",
	} {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	a, err := examine(context.Background(), fsys, kennel.Component{}, newMemo())
	if err != nil {
		t.Fatal(err)
	}
	got := map[reach][]string{}
	for _, f := range a.release.files {
		got[f.reach] = append(got[f.reach], f.path)
	}
	for at, want := range map[reach][]string{
		onInstall: {"lib/installed.js", "tools/get.js"},
		onImport:  {"cli.js", "lib/deep/a.js", "lib/index.js", "lib/used.js", "m/one.mjs"},
		shipped:   {"evil.js", "lib/unused.js", "package.json"},
	} {
		if slices.Sort(got[at]); !slices.Equal(got[at], want) {
			t.Errorf("%v: %q, want %q", at, got[at], want)
		}
	}
}

func TestExpansions(t *testing.T) {
	got := expansions(`{"sources": ["<!(node -p \"require('a').b(1)\")", "<!@(ls *.c)", "<(v)", "<!x"], "x": "<!(open"}`)
	if want := []string{`node -p "require('a').b(1)"`, "ls *.c", `open"}`}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzManifest(f *testing.F) {
	for _, seed := range []string{
		`{"name":"a","version":"1.0.0","scripts":{"postinstall":"node a.js && npm run b","b":"yarn b"},"main":"a","dependencies":{"x":"^1"}}`,
		`{"exports":{".":{"import":{"types":"./a.d.ts","default":"./a.mjs"},"require":["./a.cjs",null,{"node":"./*.js"}]}},"bin":"./c"}`,
		"\ufeff{\"scripts\":[1],\"main\":{},\"optionalDependencies\":{\"a\":\"file:..\"},\"gypfile\":false}",
		`{"main":"../../../etc/passwd","browser":{"./a.js":false},"bin":{"../x":"/bin/sh"}}`,
	} {
		f.Add(seed, "<!(node -e 'x')")
	}
	f.Fuzz(func(t *testing.T, manifest, gyp string) {
		fsys := fstest.MapFS{
			"package.json": {Data: []byte(manifest)}, "binding.gyp": {Data: []byte(gyp)},
			"a.js": {Data: []byte("require('./b')")}, "b.js": {Data: []byte("require('./a.js')")},
		}
		a, err := examine(context.Background(), fsys, kennel.Component{}, newMemo())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range a.scripts {
			if s.reach != onInstall || len(s.command) > 1<<20 {
				t.Errorf("%+v", s.entry)
			}
		}
	})
}
