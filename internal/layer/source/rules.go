package source

import (
	"bytes"
	"path"
	"strings"
)

const byRule = "what a rule of the tree makes"

// made reports whether a rule of the tree's own Makefile.am beside a file makes
// it. What is in such a file nobody can tell without running the rule.
func (c *Comparison) made(f *File, r *release, asInTree func(name string) bool) bool {
	dir, base := path.Split(f.Path)
	for _, name := range []string{dir + "Makefile.am", "Makefile.am"} {
		if !r.has(name) || !asInTree(name) {
			continue
		}
		want := base
		if name == "Makefile.am" {
			want = f.Path
		}
		if ruleTargets(r.text(name))[want] {
			return true
		}
	}
	return false
}

const maxTargets = 10_000

// ruleTargets lists the files that the rules of a Makefile make, as far as plain
// names and lists of them tell.
func ruleTargets(text []byte) map[string]bool {
	lists, targets := map[string][]string{}, map[string]bool{}
	var heads [][]string
	for line := range logical(text) {
		if line == "" || line[0] == '\t' || line[0] == '#' {
			continue
		}
		at := strings.IndexAny(line, ":=")
		if at < 0 || len(heads) > maxTargets {
			continue
		}
		if line[at] == '=' || strings.HasPrefix(line[at:], ":=") {
			name := strings.TrimSpace(strings.TrimRight(line[:at], "+?"))
			_, value, _ := strings.Cut(line[at:], "=")
			lists[name] = append(lists[name], strings.Fields(value)...)
		} else {
			heads = append(heads, strings.Fields(line[:at]))
		}
	}
	var add func(words []string, depth int)
	add = func(words []string, depth int) {
		for _, w := range words {
			w = strings.TrimPrefix(w, "$(srcdir)/")
			name, ok := strings.CutPrefix(w, "$(")
			if name, closed := strings.CutSuffix(name, ")"); ok && closed && depth > 0 {
				add(lists[name], depth-1)
			} else if len(targets) < maxTargets {
				targets[w] = true
			}
		}
	}
	for _, head := range heads {
		add(head, 3)
	}
	return targets
}

// logical yields the lines of a Makefile with continued ones joined.
func logical(text []byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		var whole []byte
		for line := range bytes.Lines(text) {
			line = bytes.TrimRight(line, "\r\n")
			joined, more := bytes.CutSuffix(line, []byte("\\"))
			if whole = append(whole, joined...); more && len(whole) < maxLine {
				whole = append(whole, ' ')
				continue
			}
			if !yield(string(whole)) {
				return
			}
			whole = whole[:0]
		}
		if len(whole) > 0 {
			yield(string(whole))
		}
	}
}
