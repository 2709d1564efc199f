package source

import (
	"bytes"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
)

const (
	fromInput  = "what configure or a release script makes of "
	newVersion = "the tree's but for versions and dates"
)

// fromTemplate explains a file by a template of the tree whose @NAME@ were
// filled in with plain values, or by the tree's own file with other versions and
// dates.
func fromTemplate(f *File, r *release, t *tree, h kennel.History) string {
	text := r.text(f.Path)
	if len(text) == 0 {
		return ""
	}
	if f.Class == Modified {
		if e, ok := t.find(f.Path); ok && e.Size >= 0 && e.Size <= maxText {
			if source, err := h.Blob(e.ID, maxText); err == nil && sameButVersions(source, text) {
				return newVersion
			}
		}
	}
	ext := path.Ext(f.Path)
	for _, name := range []string{f.Path + ".in", f.Path + ".cmake.in", strings.TrimSuffix(f.Path, ext) + ".in" + ext} {
		e, ok := t.find(name)
		if !ok || e.Size < 0 || e.Size > maxText || ext == ".in" {
			continue
		}
		if source, err := h.Blob(e.ID, maxText); err == nil && filled(source, text) {
			return fromInput + name
		}
	}
	return ""
}

// sameButVersions reports whether two texts have the same lines but for numbers,
// and names that stand for a version, on lines that speak of such.
func sameButVersions(source, text []byte) bool {
	for len(source) > 0 || len(text) > 0 {
		var a, b []byte
		a, source, _ = bytes.Cut(source, []byte("\n"))
		b, text, _ = bytes.Cut(text, []byte("\n"))
		if !bytes.Equal(a, b) && !(dated(a) && bytes.Equal(blank(a), blank(b))) {
			return false
		}
	}
	return true
}

// dated reports whether a line is one that a release changes.
func dated(line []byte) bool {
	lower := bytes.ToLower(line)
	for _, word := range []string{"version", "release", "revision", "date", "copyright", "ac_init", "project"} {
		if bytes.Contains(lower, []byte(word)) {
			return true
		}
	}
	return false
}

// blank writes every number and version of a line, and every ${…VERSION} and
// @…VERSION@, as "0".
func blank(line []byte) []byte {
	out := make([]byte, 0, len(line))
	for i := 0; i < len(line); {
		switch {
		case isDigit(line[i]):
			i += number(line[i:])
		case line[i] == '@' || line[i] == '$':
			n := versionName(line[i:])
			if n == 0 {
				out = append(out, line[i])
				i++
				continue
			}
			i += n
		default:
			out = append(out, line[i])
			i++
			continue
		}
		out = append(out, '0')
	}
	return out
}

// versionName returns the length of the ${…VERSION…} or @…VERSION…@ that a text
// begins with, 0 for none.
func versionName(text []byte) int {
	start, end := 1, byte('@')
	if bytes.HasPrefix(text, []byte("${")) {
		start, end = 2, '}'
	} else if text[0] != '@' {
		return 0
	}
	n := start
	for n < len(text) && inName(rune(text[n])) {
		n++
	}
	if n == len(text) || text[n] != end || !bytes.Contains(text[start:n], []byte("VERSION")) {
		return 0
	}
	return n + 1
}

// filled reports whether a text is a template with values in the places of its
// @NAME@, and a line on what made it.
func filled(template, text []byte) bool {
	places := 0
	for len(template) > 0 || len(text) > 0 {
		var a, b []byte
		a, template, _ = bytes.Cut(template, []byte("\n"))
		b, text, _ = bytes.Cut(text, []byte("\n"))
		if bytes.Equal(a, b) {
			continue
		}
		n, ok := filledLine(a, b)
		if !ok {
			return false
		}
		places += n
	}
	return places > 0
}

// filledLine compares one line. The text between places must be found in order;
// what is left to a place must be a plain value.
func filledLine(template, line []byte) (places int, ok bool) {
	for {
		before, name, after, found := cutPlace(template)
		if !found {
			return places, bytes.Equal(template, line)
		}
		if line, ok = bytes.CutPrefix(line, before); !ok || len(name) == 0 {
			return 0, false
		}
		next, _, _, _ := cutPlace(after)
		at := bytes.Index(line, next)
		if len(next) == 0 || bytes.Equal(next, after) && bytes.HasSuffix(line, next) {
			at = len(line) - len(next)
		}
		if at < 0 || !plain(string(name), string(line[:at])) {
			return 0, false
		}
		line, template = line[at:], after
		places++
	}
}

// cutPlace cuts a line at its first @NAME@.
func cutPlace(line []byte) (before, name, after []byte, found bool) {
	for i := 0; i < len(line); i++ {
		if line[i] != '@' {
			continue
		}
		n := i + 1
		for n < len(line) && inName(rune(line[n])) {
			n++
		}
		if n > i+1 && n < len(line) && line[n] == '@' {
			return line[:i], line[i+1 : n], line[n+1:], true
		}
	}
	return line, nil, nil, false
}

const maxValue = 200 // bytes of a value that is filled in

// plain reports whether a value is words that nothing evaluates, and names no
// file of the release: what a shell would be given instead of its program.
func plain(name, value string) bool {
	if len(value) > maxValue || strings.ContainsAny(value, "`$;|&<>(){}[]'\"\\#*?!%") {
		return false
	}
	if name == "configure_input" {
		return strings.HasSuffix(value, " by configure.")
	}
	for word := range strings.FieldsSeq(value) {
		if strings.Contains(word, "/") && !strings.HasPrefix(word, "/usr/") && !strings.HasPrefix(word, "/bin/") && !strings.Contains(word, "://") {
			return false
		}
	}
	return !strings.Contains(value, "/") || !strings.Contains(value, " ")
}
