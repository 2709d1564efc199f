package toml

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// quoted reads a string of any of the four sorts. Without want it only passes
// over it.
func (r *Reader) quoted(want bool) (string, error) {
	quote := r.text[r.pos]
	if r.pos+2 < len(r.text) && r.text[r.pos+1] == quote && r.text[r.pos+2] == quote {
		return r.multiline(quote, want)
	}
	r.pos++
	start, escaped := r.pos, false
	for r.skipPlain(); r.pos < len(r.text); r.skipPlain() {
		c := r.text[r.pos]
		switch {
		case c == quote:
			body := r.text[start:r.pos]
			r.pos++
			if !escaped || !want {
				return body, nil
			}
			return r.unescape(body)
		case c == '\\' && quote == '"':
			if err := r.escape(); err != nil {
				return "", err
			}
			escaped = true
		case control(c):
			return "", r.fail("a control character, or no end, in a string")
		default:
			r.pos++
		}
	}
	return "", r.fail("a string without end")
}

func (r *Reader) multiline(quote byte, want bool) (string, error) {
	fence := r.text[r.pos : r.pos+3]
	r.pos += 3
	r.newline() // the first one does not count
	start, escaped := r.pos, false
	for r.skipPlain(); r.pos < len(r.text); r.skipPlain() {
		c := r.text[r.pos]
		switch {
		case c == quote && strings.HasPrefix(r.text[r.pos:], fence):
			// Up to two quotes may stand before the fence.
			for range 2 {
				if r.pos+3 < len(r.text) && r.text[r.pos+3] == quote {
					r.pos++
				}
			}
			body := r.text[start:r.pos]
			r.pos += 3
			if !want {
				return "", nil
			}
			body = strings.ReplaceAll(body, "\r\n", "\n")
			if !escaped {
				return body, nil
			}
			return r.unescape(body)
		case c == '\\' && quote == '"':
			if err := r.escape(); err != nil {
				return "", err
			}
			escaped = true
		case control(c) && !r.newline():
			return "", r.fail("a control character in a string")
		case !control(c):
			r.pos++
		}
	}
	return "", r.fail("a string without end")
}

// skipPlain passes over what means nothing in any sort of string. Most of a
// lock file is read here.
func (r *Reader) skipPlain() {
	text, i := r.text, r.pos
	for i < len(text) && (text[i] > '\'' && text[i] != '\\' && text[i] != 0x7f) {
		i++
	}
	r.pos = i
}

// escape checks and passes over one escape sequence.
func (r *Reader) escape() error {
	n := 0
	switch rest := r.text[r.pos+1:]; {
	case rest == "":
	case strings.IndexByte(`btnfre"\`, rest[0]) >= 0:
		r.pos += 2
		return nil
	case rest[0] == 'x':
		n = 2
	case rest[0] == 'u':
		n = 4
	case rest[0] == 'U':
		n = 8
	default:
		// A line that ends in a backslash goes on at the next word.
		if line := strings.TrimLeft(rest, " \t"); strings.HasPrefix(line, "\n") || strings.HasPrefix(line, "\r\n") {
			r.pos++
			return nil
		}
	}
	if n > 0 && r.pos+2+n <= len(r.text) {
		if v, err := strconv.ParseUint(r.text[r.pos+2:r.pos+2+n], 16, 32); err == nil && utf8.ValidRune(rune(v)) {
			r.pos += 2 + n
			return nil
		}
	}
	return r.fail("an unknown escape in a string")
}

// unescape resolves the escapes that escape has checked.
func (r *Reader) unescape(body string) (string, error) {
	var b strings.Builder
	b.Grow(len(body))
	for {
		i := strings.IndexByte(body, '\\')
		if i < 0 {
			b.WriteString(body)
			return b.String(), nil
		}
		b.WriteString(body[:i])
		c := body[i+1]
		body = body[i+2:]
		switch c {
		case 'b', 't', 'n', 'f', 'r', 'e', '"', '\\':
			b.WriteByte("\b\t\n\f\r\x1b\"\\"[strings.IndexByte(`btnfre"\`, c)])
		case 'x', 'u', 'U':
			n := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
			v, err := strconv.ParseUint(body[:n], 16, 32)
			if err != nil {
				return "", r.fail("an unknown escape in a string")
			}
			b.WriteRune(rune(v))
			body = body[n:]
		default:
			body = strings.TrimLeft(body, " \t\r\n")
		}
	}
}
