package content

import (
	"path"
	"strings"
)

// Bounds on looking for the names of dependencies in texts.
const (
	maxMentioned = 500      // names
	maxMentions  = 64 << 20 // bytes of texts
)

// mentioned returns those of names that something names though no code loads
// them: the manifest as a command or in the configuration of a tool, or
// declarations of types. Every text is read once for all names. Past its
// bounds it says of every name that it is mentioned: the gap tells so.
func (r *release) mentioned(names []string) map[string]bool {
	out := map[string]bool{}
	left := map[string]bool{}
	for i, name := range names {
		switch {
		case i >= maxMentioned:
			r.gap(gap{why: "of many new dependencies, the uses of some were not looked for"})
			out[name] = true
		case strings.Count(r.npm.text, `"`+name+`"`) > 1 || strings.Contains(r.npm.text, name+" "):
			out[name] = true
		default:
			left[name] = true
		}
	}
	total := int64(0)
	for _, f := range r.files {
		if len(left) == 0 {
			break
		}
		switch path.Ext(f.path) {
		case ".ts", ".mts", ".cts", ".flow", ".json", ".vue", ".svelte", ".css", ".scss":
		default:
			continue
		}
		if f.path == "package.json" {
			continue
		}
		if total += f.size; total > maxMentions {
			r.gap(gap{why: "of its declarations and styles, some were not searched for new dependencies"})
			for name := range left {
				out[name] = true
			}
			break
		}
		// What follows a quote is looked up by each of its beginnings that ends
		// where a name may.
		text := r.text(f.path)
		for at := strings.IndexAny(text, `"'`); at >= 0 && len(left) > 0; {
			text = text[at+1:]
			word := text[:min(len(text), 215)] // npm's names are shorter
			if end := strings.IndexAny(word, "\"' \n\\"); end >= 0 {
				word = word[:end]
			}
			for end := 1; end <= len(word); end++ {
				if end == len(word) || word[end] == '/' {
					if name := word[:end]; left[name] {
						out[name] = true
						delete(left, name)
					}
				}
			}
			at = strings.IndexAny(text, `"'`)
		}
	}
	return out
}
