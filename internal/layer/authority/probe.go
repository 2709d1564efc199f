package authority

import (
	"fmt"
	"path"
	"strings"

	kennel "github.com/kennel-oss/kennel"
)

// probes tells of feature probes whose source, since the release before, became
// one that no C compiler takes. Such a probe always answers "not there", and
// what it guards (a sandbox, a hardening) is silently left out.
func (c *cues) probes() error {
	told := map[string]bool{} // also on another branch
	return c.changed(c.probe, func(k kennel.Commit, ch kennel.Change, was, is string) {
		old := map[string]bool{}
		for _, p := range sources(ch.Path, was) {
			old[p.text] = true
		}
		for _, p := range sources(ch.Path, is) {
			why, line := broken(p.text)
			if why == "" || old[p.text] || told[p.text] {
				continue
			}
			told[p.text] = true
			at := p.line + line
			c.add(kennel.Finding{
				Rule: "dead-probe", Severity: c.asFresh(k.Committed, kennel.SeverityMedium), Confidence: kennel.ConfidenceMedium, At: k.Committed,
				Title:    fmt.Sprintf("a feature probe in %s compiles nowhere now: %s", ch.Path, why),
				Innocent: "a slip of the finger; the feature is left out all the same",
				Evidence: []kennel.Evidence{commitEvidence(k), evidence("file", fmt.Sprintf("%s:%d", ch.Path, at), why)},
			}, fmt.Sprintf("%s:%d:%s", ch.Path, at, k.ID))
		}
	})
}

func mayProbe(base string) bool {
	switch base {
	case "CMakeLists.txt", "meson.build", "configure.ac", "configure.in", "acinclude.m4":
		return true
	}
	ext := path.Ext(base)
	return ext == ".cmake" || ext == ".m4"
}

// probe is a piece of C inside a build file.
type probe struct {
	text string
	line int // of its first line
}

// sources finds the C of probes in a build file. What the build system would
// still change in it (a variable, a macro's quotes) is left out, since what the
// compiler sees is then not known.
func sources(name, text string) []probe {
	var all []probe
	line, counted := 1, 0
	add := func(start, end int) {
		line += strings.Count(text[counted:start], "\n")
		counted = start
		if p := text[start:end]; len(p) > 0 && len(p) < 1<<16 {
			all = append(all, probe{p, line})
		}
	}
	base := path.Base(name)
	switch {
	case base == "CMakeLists.txt" || strings.HasSuffix(base, ".cmake"):
		for at := 0; ; {
			start := nextCall(text, at)
			if start < 0 {
				return all
			}
			rest := strings.TrimLeft(text[start:], " \t\r\n")
			from := len(text) - len(rest)
			switch {
			case strings.HasPrefix(rest, `"`):
				end := closingQuote(text, from+1)
				if end < 0 {
					return all
				}
				if p := text[from+1 : end]; !strings.Contains(p, "${") && !strings.Contains(p, "\\") {
					add(from+1, end)
				}
				at = end + 1
			case strings.HasPrefix(rest, "[["):
				n := strings.Index(rest, "]]")
				if n < 0 {
					return all
				}
				add(from+2, from+n)
				at = from + n
			default:
				at = start
			}
		}
	case base == "meson.build":
		for at := 0; ; {
			n := strings.Index(text[at:], "'''")
			if n < 0 {
				return all
			}
			start := at + n + 3
			n = strings.Index(text[start:], "'''")
			if n < 0 {
				return all
			}
			// Only what stands in a check as a whole: texts are also put together.
			before := strings.TrimRight(text[:start-3], " \t\r\n")
			after := strings.TrimLeft(text[start+n+3:], " \t\r\n")
			whole := strings.HasSuffix(before, ".compiles(") || strings.HasSuffix(before, ".links(") || strings.HasSuffix(before, ".run(")
			if p := text[start : start+n]; whole && strings.HasPrefix(after, ",") && strings.Contains(p, "#include") && !strings.Contains(p, "@") {
				add(start, start+n)
			}
			at = start + n + 3
		}
	default:
		// autoconf: AC_LANG_SOURCE([[ … ]]), whose double quotes keep macros out.
		for at := 0; ; {
			n := strings.Index(text[at:], "AC_LANG_SOURCE([[")
			if n < 0 {
				return all
			}
			start := at + n + len("AC_LANG_SOURCE([[")
			n = strings.Index(text[start:], "]])")
			if n < 0 {
				return all
			}
			// Without a header it may be assembler.
			if p := text[start : start+n]; strings.Contains(p, "#include") && !strings.Contains(p, "$") {
				add(start, start+n)
			}
			at = start + n
		}
	}
}

// checks are CMake's checks of C source. Commands have no case there.
var checks = []string{"check_c_source_compiles", "check_c_source_runs", "check_cxx_source_compiles", "check_cxx_source_runs"}

// nextCall finds the first argument of the next check, -1 for none.
func nextCall(text string, at int) int {
	for ; at < len(text); at++ {
		if text[at]|0x20 != 'c' {
			continue
		}
		for _, call := range checks {
			if end := at + len(call); end < len(text) && strings.EqualFold(text[at:end], call) {
				if rest := strings.TrimLeft(text[end:], " \t\r\n"); strings.HasPrefix(rest, "(") {
					return len(text) - len(rest) + 1
				}
			}
		}
	}
	return -1
}

// closingQuote finds the end of a CMake string that began before at.
func closingQuote(text string, at int) int {
	for i := at; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// broken says why no C compiler takes a source, and on which line from 0. It
// knows little of C and says only what no program can be: a bracket without its
// partner, a character that C does not have, and outside all brackets a
// declaration that begins with punctuation. "" when it knows nothing.
func broken(source string) (why string, line int) {
	if strings.Contains(source, "#if") {
		return "", 0 // which branch holds is not known
	}
	var open []byte
	partner := map[byte]byte{')': '(', ']': '[', '}': '{'}
	begins := true // a declaration could begin here
	for i := 0; i < len(source); i++ {
		switch ch := source[i]; {
		case ch == '\n':
			line++
		case ch == ' ' || ch == '\t' || ch == '\r' || ch == '\f' || ch == '\v':
		case ch == '#' && blankBefore(source, i): // a preprocessor line, with its continuations
			for i < len(source) && source[i] != '\n' {
				if source[i] == '\\' && i+1 < len(source) && source[i+1] == '\n' {
					line++
					i++
				}
				i++
			}
			line++
		case strings.HasPrefix(source[i:], "//"):
			for i+1 < len(source) && source[i+1] != '\n' {
				i++
			}
		case strings.HasPrefix(source[i:], "/*"):
			n := strings.Index(source[i+2:], "*/")
			if n < 0 {
				return "a comment does not end", line
			}
			line += strings.Count(source[i:i+2+n], "\n")
			i += 2 + n + 1
		case ch == '"' || ch == '\'':
			end := i + 1
			for end < len(source) && source[end] != ch && source[end] != '\n' {
				if source[end] == '\\' {
					end++
				}
				end++
			}
			if end >= len(source) || source[end] == '\n' {
				return "", 0 // quoting of the build system, perhaps
			}
			i, begins = end, false
		case ch == '(' || ch == '[' || ch == '{':
			open = append(open, ch)
			begins = false
		case ch == ')' || ch == ']' || ch == '}':
			if len(open) == 0 || open[len(open)-1] != partner[ch] {
				return fmt.Sprintf("%q closes nothing", ch), line
			}
			open = open[:len(open)-1]
			begins = len(open) == 0 && ch == '}'
		case ch == ';':
			begins = len(open) == 0
		case ch == '`' || ch == '@':
			return fmt.Sprintf("C has no %q", ch), line
		case begins && len(open) == 0 && strings.IndexByte(".,:?!%^&|<>=+-/~", ch) >= 0:
			return fmt.Sprintf("nothing can begin with %q here", ch), line
		case begins && (ch >= '0' && ch <= '9'):
			return "nothing can begin with a number here", line
		default:
			begins = false
		}
	}
	if len(open) > 0 {
		return fmt.Sprintf("%q is never closed", open[len(open)-1]), line
	}
	return "", 0
}

// blankBefore reports whether only blanks stand before i on its line.
func blankBefore(s string, i int) bool {
	for i--; i >= 0 && s[i] != '\n'; i-- {
		if s[i] != ' ' && s[i] != '\t' {
			return false
		}
	}
	return true
}
