package source

import (
	"bytes"
	"crypto/sha256"
	"io/fs"
	"path"
	"time"
)

// lineKey is the beginning of the SHA-256 of a line as [NormalLine] writes it.
// 80 bits leave whoever wants a line of his own to pass for any of 2^17 with
// 2^63 trials for each.
type lineKey [lineBytes]byte

func keyOf(normal []byte) lineKey {
	sum := sha256.Sum256(normal)
	return lineKey(sum[:lineBytes])
}

// strange returns the lines of a text that neither a known toolchain file has
// nor own, and how many it has in all, comments aside. A text without a strange
// line is what a packager's patched version of such a file looks like.
//
// What this rests on: a trigger has to name something that is not the
// toolchain's, a file or a command, and a line that does is strange. Known lines
// in another order are let pass.
//
// A line of an m4 file in folder that only includes a file of the release is not
// strange: that file is judged by itself.
func strange(text []byte, m4 bool, folder string, at time.Time, own map[lineKey]bool) (unknown [][]byte, all int) {
	for line := range bytes.Lines(text) {
		normal := NormalLine(line, m4)
		if len(normal) == 0 {
			continue
		}
		if name := included(line); m4 && name != "" && name[0] != '/' && fs.ValidPath(path.Join(folder, name)) {
			continue
		}
		all++
		if key := keyOf(normal); !own[key] && !since(lines, string(key[:]), at) {
			unknown = append(unknown, bytes.TrimSpace(line))
		}
	}
	return unknown, all
}

// NormalLine writes a line of a script, or of an m4 file, for comparison:
// without the space around it, and with years and versions ("2.4.7-15build2") as
// "0". It is empty for comments.
func NormalLine(line []byte, m4 bool) []byte {
	line = bytes.TrimSpace(line)
	if comment(line, m4) {
		return nil
	}
	if bytes.HasPrefix(line, []byte("#!")) {
		// Packagers write the interpreter's folder.
		i := bytes.LastIndexByte(line, '/')
		line = append([]byte("#!"), line[i+1:]...)
	}
	line = bytes.ReplaceAll(line, []byte("https://"), []byte("http://")) // as the web did
	out := make([]byte, 0, len(line))
	for i := 0; i < len(line); i++ {
		if !isDigit(line[i]) {
			out = append(out, line[i])
			continue
		}
		n := number(line[i:])
		if n == 1 || i > 0 && line[i-1] == '\\' { // $1, 2>&1, \012
			out = append(out, line[i:i+n]...)
		} else {
			out = append(out, '0')
		}
		i += n - 1
	}
	return out
}

// comment reports whether a line is one wherever it stands. Behind a "#" may be
// the end of a string, of a macro's body, or C within a here-document.
func comment(line []byte, m4 bool) bool {
	rest, ok := bytes.CutPrefix(line, []byte("#"))
	if !ok && m4 {
		if rest, ok = bytes.CutPrefix(line, []byte("dnl")); ok && len(rest) > 0 && inName(rune(rest[0])) {
			return false
		}
	}
	if !ok {
		return len(line) == 0
	}
	if bytes.ContainsAny(rest, "'\"`\\[]") || bytes.Contains(rest, []byte("$(")) || bytes.Contains(rest, []byte("${")) || bytes.HasPrefix(rest, []byte("!")) {
		return false
	}
	word := bytes.TrimLeft(rest, " \t")
	if end := bytes.IndexFunc(word, func(c rune) bool { return !inName(c) }); end >= 0 {
		word = word[:end]
	}
	switch string(word) {
	case "include", "include_next", "import", "define", "undef", "if", "ifdef", "ifndef", "elif", "else", "endif", "error", "warning", "pragma", "line":
		return false
	}
	return true
}

// included is the path of a line that is one m4_include, "" for others.
func included(line []byte) string {
	name, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("m4_include(["))
	if ok {
		name, ok = bytes.CutSuffix(name, []byte("])"))
	}
	if !ok || bytes.IndexFunc(name, func(c rune) bool { return !inPath(c) && c != '~' }) >= 0 {
		return ""
	}
	return string(name)
}

const maxVersion = 32 // bytes of a version that are no difference

// number returns the length of the number or version that a text begins with.
func number(text []byte) int {
	n, version := 1, false
	for ; n < len(text) && n < maxVersion; n++ {
		dot := text[n] == '.' && n+1 < len(text) && isDigit(text[n+1])
		if !isDigit(text[n]) && !dot && !(version && inVersion(text[n])) {
			break
		}
		version = version || dot
	}
	return n
}

// inVersion tells what stands in a version behind its first numbers.
func inVersion(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '+' || c == '-' || c == '~'
}
