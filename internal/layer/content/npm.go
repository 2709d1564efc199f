package content

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"
)

// npmManifest is what counts of a package.json. A field of an unexpected shape
// is none.
type npmManifest struct {
	name, version string
	scripts       map[string]string
	dependencies  map[string]string   // those that an install brings, optional ones too
	starts        []string            // files that import starts, as written
	commands      []string            // files of bin
	inner         map[string][]string // what names of its own ("#a") stand for, as written
	gyp           bool                // gypfile is not false
	repository    string
	homepage      string
	platforms     map[string]bool     // optional dependencies
	known         map[string]bool     // what it is developed with, or asks its user to have
	exports       map[string][]string // by what follows the package's name
	text          string
}

// own returns what a path of the package itself stands for, as written.
func (m *npmManifest) own(rest string) []string {
	if rest == "" {
		if list := m.exports["."]; list != nil {
			return list
		}
		if len(m.starts) == 0 {
			return []string{"./index.js"}
		}
		return m.starts[:1]
	}
	return m.exports["./"+rest]
}

// npmHooks are the scripts that installing a package runs. prepare and
// prepublish run for dependencies from git, and so for nobody who installs a
// release.
var npmHooks = [...]string{"preinstall", "install", "postinstall"}

// parseNPM reads a package.json; nil when it is none.
func parseNPM(text string) *npmManifest {
	raw := members(text)
	if raw == nil {
		return nil
	}
	word := func(key string) (s string) {
		_ = json.Unmarshal(raw[key], &s) // another shape is none
		return s
	}
	m := &npmManifest{name: word("name"), version: word("version"), gyp: string(raw["gypfile"]) != "false",
		scripts: texts(raw["scripts"]), dependencies: texts(raw["dependencies"]), homepage: word("homepage"), repository: string(raw["repository"])}
	for name, version := range texts(raw["optionalDependencies"]) {
		if m.dependencies == nil {
			m.dependencies = map[string]string{}
		}
		m.dependencies[name] = version
		if m.platforms == nil {
			m.platforms = map[string]bool{}
		}
		m.platforms[name] = true
	}
	m.known = map[string]bool{}
	for _, key := range [...]string{"devDependencies", "peerDependencies"} {
		for name := range texts(raw[key]) {
			m.known[name] = true
		}
	}
	for _, key := range [...]string{"main", "module", "browser", "exports", "jsnext:main", "unpkg", "jsdelivr"} {
		m.starts = leaves(raw[key], m.starts, 0)
	}
	m.commands = leaves(raw["bin"], nil, 0)
	for name, to := range members(string(raw["imports"])) {
		if m.inner == nil {
			m.inner = map[string][]string{}
		}
		m.inner[name] = leaves(to, nil, 0)
	}
	for name, to := range members(string(raw["exports"])) {
		if m.exports == nil {
			m.exports = map[string][]string{}
		}
		m.exports[name] = leaves(to, nil, 0)
	}
	m.text = text
	return m
}

func texts(raw json.RawMessage) map[string]string {
	fields := members(string(raw))
	if fields == nil {
		return nil
	}
	out := make(map[string]string, len(fields))
	for k, v := range fields {
		var s string
		if json.Unmarshal(v, &s) == nil {
			out[k] = s
		}
	}
	return out
}

// leaves collects every text in a value, however conditions nest it.
func leaves(raw json.RawMessage, out []string, depth int) []string {
	if len(raw) == 0 || depth > 12 || len(out) > 2000 {
		return out
	}
	switch raw[0] {
	case '"':
		var s string
		if json.Unmarshal(raw, &s) == nil {
			out = append(out, s)
		}
	case '{':
		fields := members(string(raw))
		for _, k := range slices.Sorted(maps.Keys(fields)) {
			if k != "types" && k != "typings" { // which nothing runs
				out = leaves(fields[k], out, depth+1)
			}
		}
	case '[':
		for _, v := range elements(string(raw)) {
			out = leaves(v, out, depth+1)
		}
	}
	return out
}

// npmEntries says what installing and importing an npm package start.
func (r *release) npmEntries() []entry {
	if r.npm == nil {
		return nil
	}
	var out []entry
	hooked := false
	for _, hook := range npmHooks {
		if command := r.npm.scripts[hook]; command != "" {
			out = append(out, entry{path: "package.json", reach: onInstall, by: hook, command: r.expand(command)})
			hooked = hooked || hook != "postinstall"
		}
	}
	if r.has("binding.gyp") && !hooked && r.npm.gyp {
		out = append(out, entry{path: "binding.gyp", reach: onInstall, by: "node-gyp rebuild"})
		out = append(out, r.gypEntries()...)
	}
	starts := r.npm.starts
	if len(starts) == 0 {
		starts = []string{"index.js"}
	}
	for i, start := range append(starts, r.npm.commands...) {
		if strings.Contains(start, "*") {
			before, after, _ := strings.Cut(strings.TrimPrefix(start, "./"), "*")
			for _, f := range r.files {
				if strings.HasPrefix(f.path, before) && strings.HasSuffix(f.path, after) {
					out = append(out, entry{path: f.path, reach: onImport, by: "exports"})
				}
			}
			continue
		}
		for _, to := range resolveJavaScript(r, "package.json", reference{to: "./" + path.Clean(start)}) {
			e := entry{path: to, reach: onImport, by: "import", as: &javascript}
			if i >= len(starts) && len(r.files[r.index[to]].read) > 0 {
				e.as = nil // a command says itself what runs it
			}
			out = append(out, e)
		}
	}
	return out
}

// expand adds the scripts that a hook runs by name ("npm run build"), each once.
func (r *release) expand(command string) string {
	names := slices.Sorted(maps.Keys(r.npm.scripts))
	names = names[:min(len(names), maxScripts)]
	added := map[string]bool{}
	for again := true; again && len(command) < maxCommand; {
		again = false
		for _, name := range names {
			if !added[name] && runs(command, name) {
				added[name], again = true, true
				command += " ; " + r.npm.scripts[name]
			}
		}
	}
	return command
}

const (
	maxScripts = 500     // of a manifest, that hooks are looked up in
	maxCommand = 1 << 16 // bytes of a hook with what it runs by name
)

// runs reports whether a command runs a script by its name.
func runs(command, name string) bool {
	for _, tool := range [...]string{"npm run ", "npm run-script ", "yarn run ", "yarn ", "pnpm run ", "pnpm ", "bun run "} {
		if at := strings.Index(command, tool+name); at >= 0 {
			end := at + len(tool) + len(name)
			if end == len(command) || strings.IndexByte(" ;&|", command[end]) >= 0 {
				return true
			}
		}
	}
	return false
}

// expansions returns the commands that gyp runs while it reads a file:
// <!(command) and <!@(command).
func expansions(text string) []string {
	var out []string
	for len(out) < 50 {
		at := strings.Index(text, "<!")
		if at < 0 {
			break
		}
		text = strings.TrimPrefix(text[at+2:], "@")
		if !strings.HasPrefix(text, "(") {
			continue
		}
		depth, end := 0, 0
		for end = 0; end < len(text) && end < 8192; end++ {
			if text[end] == '(' {
				depth++
			} else if text[end] == ')' {
				if depth--; depth == 0 {
					break
				}
			}
		}
		out = append(out, strings.ReplaceAll(text[1:min(max(end, 1), len(text))], `\"`, `"`))
		text = text[min(end, len(text)):]
	}
	return out
}
