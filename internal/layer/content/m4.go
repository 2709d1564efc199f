package content

import (
	"fmt"
	"strings"
)

// readM4 reads autoconf's input and macros: the shell text in the arguments of
// macros, where m4 hands it through to configure. m4 itself is not evaluated.
func readM4(s source, f *facts) {
	text := s.text
	if len(text) > maxShellText {
		f.part = fmt.Sprintf("of an m4 file, what is past %d MiB was not read", maxShellText>>20)
		text = text[:maxShellText]
	}
	var steps [][]shPipeline
	store := new(shStore)
	m4Arguments(text, s.first, func(shell string, line int) {
		steps = append(steps, parseShellInto(store, shell, line, 0))
	})
	newShellReader(text, s.first, f).twice(func(r *shReader) {
		for _, list := range steps {
			r.run(list, shValue{})
		}
	})
}

// m4Arguments calls yield with each stretch of text between the parentheses and
// commas of macro calls, without the quotes [ and ], and with the line it
// begins at.
func m4Arguments(text string, line int, yield func(string, int)) {
	var b strings.Builder
	var calls []int // depth of quotes at the open macro calls
	quotes, begin, shell := 0, line, false
	cut := func() {
		if shell {
			yield(b.String(), begin)
		}
		b.Reset()
		begin, shell = line, false
	}
	run := 0 // where text begins that is taken as it is
	take := func(end int) {
		if end > run {
			b.WriteString(text[run:end])
		}
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c > ']' && c != 'd', c == ' ':
			shell = shell || c != ' '
			continue
		case c == '\n':
			line++
			if rest := text[i+1:]; strings.HasPrefix(rest, "AC_DEFUN") || strings.HasPrefix(rest, "m4_define") || strings.HasPrefix(rest, "AU_DEFUN") {
				take(i)
				run = i
				cut() // a new macro: what was left open before is forgotten
				quotes, calls = 0, calls[:0]
			}
			continue
		case c == 'd':
			shell = true
			if !strings.HasPrefix(text[i:], "dnl") || i > 0 && inVariable(text[i-1]) || i+3 < len(text) && inVariable(text[i+3]) {
				continue
			}
			take(i)
			end := strings.IndexByte(text[i:], '\n')
			if end < 0 {
				end = len(text) - i
			}
			i += end - 1
		case c == '[':
			take(i)
			if strings.HasPrefix(text[i:], "[$") && i+3 < len(text) && text[i+3] == ']' {
				// [$1] within a name: an argument. As a name it stays the same.
				b.WriteString("_m")
				b.WriteByte(text[i+2])
				b.WriteByte('_')
				i += 3
				break
			}
			quotes++
		case c == ']':
			take(i)
			quotes = max(0, quotes-1)
		case c == '(' && i > 0 && inVariable(text[i-1]) && macroName(text, i):
			take(i)
			cut()
			if len(calls) < 1000 {
				calls = append(calls, quotes)
			}
		case c == ')' && len(calls) > 0 && calls[len(calls)-1] >= quotes:
			take(i)
			cut()
			calls = calls[:len(calls)-1]
		case c == ',' && len(calls) > 0 && calls[len(calls)-1] == quotes:
			take(i)
			cut()
		default:
			shell = shell || c > ' '
			continue
		}
		run = i + 1
	}
	take(len(text))
	cut()
}

// macroName reports whether the word before a parenthesis is written as macros
// are: with an upper-case prefix, or m4's own.
func macroName(text string, at int) bool {
	from := at
	for from > 0 && inVariable(text[from-1]) && at-from < 64 {
		from--
	}
	name := text[from:at]
	if strings.HasPrefix(name, "m4_") || strings.HasPrefix(name, "gl_") || strings.HasPrefix(name, "_") {
		return true
	}
	under := strings.IndexByte(name, '_')
	return under > 0 && strings.ToUpper(name[:under]) == name[:under]
}
