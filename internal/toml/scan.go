package toml

import (
	"strings"
)

func (r *Reader) peek() byte {
	if r.pos < len(r.text) {
		return r.text[r.pos]
	}
	return 0
}

func (r *Reader) spaces() {
	text, i := r.text, r.pos
	for i < len(text) && (text[i] == ' ' || text[i] == '\t') {
		i++
	}
	r.pos = i
}

// newline passes over one line end.
func (r *Reader) newline() bool {
	switch {
	case r.peek() == '\n':
		r.pos++
	case strings.HasPrefix(r.text[r.pos:], "\r\n"):
		r.pos += 2
	default:
		return false
	}
	return true
}

// blank passes over spaces, line ends and comments.
func (r *Reader) blank() error {
	for {
		r.spaces()
		if r.peek() == '#' {
			if err := r.comment(); err != nil {
				return err
			}
		}
		if !r.newline() {
			return nil
		}
	}
}

func (r *Reader) comment() error {
	for r.pos < len(r.text) && r.text[r.pos] != '\n' {
		if control(r.text[r.pos]) {
			if r.newline() {
				r.pos-- // the caller ends the line
				return nil
			}
			return r.fail("a control character in a comment")
		}
		r.pos++
	}
	return nil
}

func (r *Reader) endOfLine() error {
	r.spaces()
	if r.peek() == '#' {
		if err := r.comment(); err != nil {
			return err
		}
	}
	if r.pos < len(r.text) && !r.newline() {
		return r.fail("something follows the value")
	}
	return nil
}

// key reads a dotted key and the spaces around it onto r.keys.
func (r *Reader) key() error {
	for parts := 1; ; parts++ {
		if parts > maxParts {
			return r.fail("a key of more than %d parts", maxParts)
		}
		r.spaces()
		part, err := r.keyPart()
		if err != nil {
			return err
		}
		r.keys = append(r.keys, part)
		r.spaces()
		if r.peek() != '.' {
			return nil
		}
		r.pos++
	}
}

func (r *Reader) keyPart() (string, error) {
	if c := r.peek(); c == '"' || c == '\'' {
		if strings.HasPrefix(r.text[r.pos:], `"""`) || strings.HasPrefix(r.text[r.pos:], `'''`) {
			return "", r.fail("a key of several lines")
		}
		return r.quoted(true)
	}
	text, start, i := r.text, r.pos, r.pos
	for i < len(text) && (alphanumeric(text[i]) || text[i] == '_' || text[i] == '-') {
		i++
	}
	if r.pos = i; i == start {
		return "", r.fail("expected a key")
	}
	return text[start:i], nil
}

// bare passes over a boolean, number or date.
func (r *Reader) bare() error {
	start := r.pos
	for r.pos < len(r.text) {
		c := r.text[r.pos]
		if !alphanumeric(c) && strings.IndexByte("+-_.:", c) < 0 {
			// A date and its time may be separated by one space.
			if c != ' ' || r.pos-start != len("2006-01-02") || r.text[start+4] != '-' ||
				r.pos+1 == len(r.text) || !digit(r.text[r.pos+1]) {
				break
			}
		}
		r.pos++
	}
	word := r.text[start:r.pos]
	switch strings.TrimLeft(word, "+-") {
	case "true", "false":
		if alphanumeric(word[0]) {
			return nil
		}
	case "inf", "nan":
		return nil
	}
	if word == "" || !digit(word[0]) && (len(word) == 1 || word[0] != '+' && word[0] != '-' || !digit(word[1])) {
		r.pos = start
		return r.fail("expected a value")
	}
	return nil
}

func control(c byte) bool      { return c < 0x20 && c != '\t' || c == 0x7f }
func digit(c byte) bool        { return '0' <= c && c <= '9' }
func alphanumeric(c byte) bool { return digit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' }
