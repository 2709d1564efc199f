package source

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

// javascript reports whether node runs a file of that name when it is imported.
func javascript(name string) bool {
	switch path.Ext(name) {
	case ".js", ".cjs", ".mjs", ".node":
		return true
	}
	return false
}

// script reports whether a file of that name can be code of an npm package; a
// command needs no ending.
func script(name string) bool { return javascript(name) || path.Ext(name) == "" }

// installs are the commands of a package's install hooks.
func (b *build) installs() string {
	m, _ := parseNPM(b.r.text(npmFile))
	var out []string
	scripts := fields(m.Scripts)
	for _, hook := range installHooks {
		out = append(out, scripts[hook])
	}
	return strings.Join(out, "\n")
}

// hooks marks what a package's own manifest says is run at install or import.
func (b *build) hooks() {
	m, ok := parseNPM(b.r.text(npmFile))
	if !ok {
		return
	}
	scripts := fields(m.Scripts)
	for _, hook := range installHooks {
		b.refer([]byte(strings.ReplaceAll(scripts[hook], "node ", "node ./")), npmFile, Run, hook)
	}
	if !b.npm {
		for _, raw := range []json.RawMessage{m.Main, m.Module, m.Bin, m.Exports} {
			b.refer(raw, npmFile, Reached, "import")
		}
		return
	}
	b.enter(m, ".", 2)
	b.resolve(".", "./index", Imported, "import")
	for i, e := range b.r.files {
		if strings.HasPrefix(e.path, "node_modules/") && javascript(e.path) {
			b.mark(i, Imported, "imports look into node_modules first")
		}
	}
}

// enter marks what importing a package, or a folder of it with a manifest of its
// own, runs.
func (b *build) enter(m npmManifest, dir string, depth int) {
	for _, raw := range []json.RawMessage{m.Main, m.Module, m.Browser, m.Bin, m.Exports} {
		var v any
		if json.Unmarshal(raw, &v) == nil {
			b.entries(v, dir, depth)
		}
	}
}

// entries marks the files that a field of a manifest names, at any depth of
// conditions.
func (b *build) entries(v any, dir string, depth int) {
	switch v := v.(type) {
	case string:
		before, after, many := strings.Cut(v, "*")
		if !many {
			b.resolveIn(dir, v, Imported, "import in "+path.Join(dir, npmFile), depth)
			return
		}
		before = strings.TrimPrefix(before, "./")
		for i, e := range b.r.files {
			if strings.HasPrefix(e.path, before) && strings.HasSuffix(e.path, after) && javascript(e.path) {
				b.mark(i, Imported, "import in "+npmFile)
			}
		}
	case []any:
		for _, x := range v {
			b.entries(x, dir, depth)
		}
	case map[string]any:
		for _, x := range v {
			b.entries(x, dir, depth)
		}
	}
}

// endings are what an import may leave away.
var endings = [...]string{"", ".js", ".cjs", ".mjs", ".node", "/index.js", "/index.cjs", "/index.mjs", "/index.node"}

func (b *build) resolve(dir, name string, how Reach, by string) { b.resolveIn(dir, name, how, by, 2) }

// resolveIn marks the file that an import of name in a folder means.
func (b *build) resolveIn(dir, name string, how Reach, by string, depth int) {
	at := path.Join(dir, name)
	for _, ending := range endings {
		if i, ok := b.r.index[at+ending]; ok && script(at+ending) {
			b.mark(i, how, by)
		}
	}
	if depth > 0 && at != "." && b.r.has(at+"/"+npmFile) {
		if m, ok := parseNPM(b.r.text(at + "/" + npmFile)); ok {
			b.enter(m, at, depth-1)
		}
	}
}

const maxImport = 300 // bytes of what a script calls another file

// required marks the files of the package that a script names.
func (b *build) required(text []byte, from string, how Reach) {
	dir := path.Dir(from)
	for name := range relatives(text) {
		b.resolve(dir, name, how, "imported by "+from)
	}
}

// relatives yields what a script has in quotes from "./" or "../" on: what it
// imports, and some that it only speaks of.
func relatives(text []byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for rest := text; ; {
			i := bytes.Index(rest, []byte("./"))
			if i < 0 {
				return
			}
			start := i
			if start > 0 && rest[start-1] == '.' {
				start--
			}
			tail := rest[i+2:]
			if start == 0 || !strings.ContainsRune("\"'`", rune(rest[start-1])) {
				rest = tail
				continue
			}
			end := bytes.IndexByte(tail[:min(len(tail), maxImport)], rest[start-1])
			if end < 0 {
				rest = tail
				continue
			}
			if !yield(string(rest[start : i+2+end])) {
				return
			}
			rest = tail[end:]
		}
	}
}

// outputs are the folders that builds write to by convention.
var outputs = [...]string{"dist", "build", "out", "umd", "cjs", "esm"}

// bundledOver reports whether a file that differs is where a build writes: in a
// folder for that, or over a source that could not run in the release, since the
// release lacks what the tree's file imports.
func bundledOver(f *File, r *release, t *tree, h kennel.History) bool {
	for _, part := range strings.Split(path.Dir(f.Path), "/") {
		if slices.Contains(outputs[:], part) {
			return true
		}
	}
	from, ok := t.find(f.Path)
	if !ok || from.Size > maxText {
		return false
	}
	text, err := h.Blob(from.ID, maxText)
	if err != nil {
		return false
	}
	resolves := func(at string, has func(string) bool) bool {
		return slices.ContainsFunc(endings[:], func(e string) bool { return has(at + e) })
	}
	for name := range relatives(text) {
		at := path.Join(path.Dir(f.Path), name)
		if fs.ValidPath(at) && resolves(at, t.has) && !resolves(at, r.has) {
			return true
		}
	}
	return false
}

// built is what a build of the tree makes: what was put in beside, nobody can
// tell without building it again.
const (
	built   = "what a build of the tree makes"
	unnamed = "one of many that a build may have made which the manifest does not name"
	bundled = "a dependency that the tree's manifest brings along"
)

// many explains the scripts that are in no tree when they are more than a few,
// although no script of the manifest makes them: some builds are in a Makefile.
func (c *Comparison) many() {
	var list []*File
	for i := range c.Differ {
		f := &c.Differ[i]
		if f.Explained == "" && f.Class == Phantom && javascript(f.Path) && !strings.HasPrefix(f.Path, "node_modules/") {
			list = append(list, f)
		}
	}
	if len(list) <= alone {
		return
	}
	for _, f := range list {
		f.Explained = unnamed
	}
}
