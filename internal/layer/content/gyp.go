package content

import (
	"path"
	"strings"
)

const maxGyp = 20 // files that a binding.gyp includes, those that they include too

// gypEntries returns the commands that building a binding.gyp runs, with those
// of the files that it includes.
func (r *release) gypEntries() []entry {
	var out []entry
	seen := map[string]bool{"binding.gyp": true}
	for todo := []string{"binding.gyp"}; len(todo) > 0; todo = todo[1:] {
		name := todo[0]
		text := r.text(name)
		for _, command := range append(expansions(text), actions(text)...) {
			out = append(out, entry{path: name, reach: onInstall, by: "node-gyp rebuild", command: command})
		}
		for _, word := range quotedWords(text) {
			file, _, _ := strings.Cut(word, ":")
			if ext := path.Ext(file); ext != ".gypi" && ext != ".gyp" {
				continue
			}
			if to := path.Join(path.Dir(name), file); r.has(to) && !seen[to] && len(seen) < maxGyp {
				seen[to] = true
				todo = append(todo, to)
				out = append(out, entry{path: to, reach: onInstall, by: name})
			}
		}
	}
	return out
}

// actions returns the commands of a gyp's actions, rules and build events:
// lists of words under those names.
func actions(text string) []string {
	var out []string
	for len(out) < 50 {
		at := strings.Index(text, "action")
		if at < 0 {
			break
		}
		text = text[at+len("action"):]
		rest := strings.TrimLeft(strings.TrimLeft(text, `"'`), " \t\r\n")
		if !strings.HasPrefix(rest, ":") {
			continue
		}
		rest = strings.TrimLeft(rest[1:], " \t\r\n")
		if end := strings.IndexByte(rest[:min(len(rest), 8192)], ']'); strings.HasPrefix(rest, "[") && end > 0 {
			if words := quotedWords(rest[:end]); len(words) > 0 {
				out = append(out, shellWords(words))
			}
		}
	}
	return out
}

// quotedWords returns what stands between quotes of either kind.
func quotedWords(text string) []string {
	var out []string
	for len(out) < 2000 {
		at := strings.IndexAny(text, `"'`)
		if at < 0 {
			break
		}
		quote := text[at : at+1]
		text = text[at+1:]
		end := strings.Index(text, quote)
		if end < 0 {
			break
		}
		out = append(out, text[:end])
		text = text[end+1:]
	}
	return out
}
