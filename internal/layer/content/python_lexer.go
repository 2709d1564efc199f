package content

import (
	"strings"
	"unicode/utf8"
)

// pyKind is the kind of a token of Python.
type pyKind uint8

const (
	pyEnd     pyKind = iota // of the text
	pyNewline               // of a logical line
	pyName
	pyNumber
	pyString
	pyOp // one byte in op, but for what the reader tells apart (see pyLexer.operator)
)

// A pyToken is a token. Its text is a part of the source.
type pyToken struct {
	kind   pyKind
	op     byte
	raw    bool // a string whose backslashes are its own
	format bool // an f-string
	text   string
	line   int
}

// pyLexer splits Python into tokens. It accepts any bytes: what cannot be
// Python is skipped.
type pyLexer struct {
	src    string
	at     int
	line   int
	deep   int // open brackets
	indent int // of the logical line that a token is in
	fresh  bool
	last   byte // the last operator, 0 when another token came after it
	padded int  // a line on which code stands far to the right of a ;
}

// pyBlank is how much white space between two statements of one line hides the
// second from who reads the file in a window.
const pyBlank = 100

func (l *pyLexer) next() pyToken {
	for {
		if l.fresh {
			l.indentation()
		}
		if l.at >= len(l.src) {
			return pyToken{kind: pyEnd, line: l.line}
		}
		switch c := l.src[l.at]; {
		case c == ' ' || c == '\t' || c == '\f' || c == '\r':
			from := l.at
			for l.at < len(l.src) && (l.src[l.at] == ' ' || l.src[l.at] == '\t') {
				l.at++
			}
			if l.at-from > pyBlank && l.last == ';' && l.at < len(l.src) && l.src[l.at] != '#' && l.src[l.at] > ' ' {
				l.padded = l.line
			}
			if l.at == from {
				l.at++
			}
		case c == '\n':
			l.at++
			l.line++
			if l.deep == 0 {
				l.fresh = true
				return pyToken{kind: pyNewline, line: l.line - 1}
			}
		case c == '#':
			if i := strings.IndexByte(l.src[l.at:], '\n'); i >= 0 {
				l.at += i
			} else {
				l.at = len(l.src)
			}
		case c == '\\':
			l.at++
			if strings.HasPrefix(l.src[l.at:], "\r\n") {
				l.at++
			}
			if l.at < len(l.src) && l.src[l.at] == '\n' {
				l.at++
				l.line++
			}
		case c == '"' || c == '\'':
			l.last = 0
			return l.quoted("")
		case pyInName(c) && (c < '0' || c > '9'):
			l.last = 0
			return l.name()
		case c >= '0' && c <= '9':
			l.last = 0
			from := l.at
			for l.at < len(l.src) && (pyInName(l.src[l.at]) || l.src[l.at] == '.') {
				l.at++
			}
			return pyToken{kind: pyNumber, text: l.src[from:l.at], line: l.line}
		case c < ' ' || c == 0x7f:
			l.at++
		default:
			return l.operator(c)
		}
	}
}

// indentation measures the beginning of a logical line; empty lines have none.
func (l *pyLexer) indentation() {
	l.fresh = false
	n := 0
	for l.at < len(l.src) {
		switch l.src[l.at] {
		case ' ':
			n++
		case '\t':
			n = n/8*8 + 8
		case '\f':
			n = 0
		default:
			if c := l.src[l.at]; c != '\n' && c != '#' && c != '\r' {
				l.indent = n
			}
			return
		}
		l.at++
	}
}

func pyInName(c byte) bool { return inVariable(c) || c >= utf8.RuneSelf }

func (l *pyLexer) name() pyToken {
	from := l.at
	for l.at < len(l.src) && pyInName(l.src[l.at]) {
		l.at++
	}
	text := l.src[from:l.at]
	if len(text) <= 2 && l.at < len(l.src) && (l.src[l.at] == '"' || l.src[l.at] == '\'') && strings.Trim(text, "rRbBuUfFtT") == "" {
		return l.quoted(text)
	}
	return pyToken{kind: pyName, text: text, line: l.line}
}

// quoted reads a string at its quote. One without an end on its line ends
// there; a triple one, at the end of the text.
func (l *pyLexer) quoted(prefix string) pyToken {
	t := pyToken{kind: pyString, line: l.line, raw: strings.ContainsAny(prefix, "rR"), format: strings.ContainsAny(prefix, "fFtT")}
	quote := l.src[l.at : l.at+1]
	triple := strings.HasPrefix(l.src[l.at:], quote+quote+quote)
	if triple {
		quote = l.src[l.at : l.at+3]
	}
	l.at += len(quote)
	from := l.at
	for l.at < len(l.src) {
		switch c := l.src[l.at]; {
		case c == '\\':
			l.at++
			if l.at < len(l.src) && l.src[l.at] == '\n' {
				l.line++
			}
			l.at++
			continue
		case c == '\n':
			if !triple {
				t.text = l.src[from:l.at]
				return t
			}
			l.line++
		case c == quote[0] && (!triple || strings.HasPrefix(l.src[l.at:], quote)):
			t.text = l.src[from:l.at]
			l.at += len(quote)
			return t
		}
		l.at++
	}
	l.at = min(l.at, len(l.src))
	t.text = l.src[min(from, l.at):l.at]
	return t
}

// operator reads one. Those of several bytes are told by: '=' assignment only,
// 'c' a comparison or shift, 'a' an augmented assignment, 'w' the walrus, '>' an arrow
// of an annotation; the others by their first byte.
func (l *pyLexer) operator(c byte) pyToken {
	t := pyToken{kind: pyOp, op: c, text: l.src[l.at : l.at+1], line: l.line}
	l.at++
	l.last = c
	next := byte(0)
	if l.at < len(l.src) {
		next = l.src[l.at]
	}
	switch c {
	case '(', '[', '{':
		l.deep++
	case ')', ']', '}':
		l.deep = max(0, l.deep-1)
	case '*', '/', '<', '>':
		if next == c {
			l.at++
			if l.at < len(l.src) {
				next = l.src[l.at]
			}
		}
		if next == '=' {
			l.at++
			t.op = 'a'
		}
		if c == '<' || c == '>' {
			t.op = 'c' // shifts too: what is joined matters, not what they are
		}
	case '=', '!':
		if next == '=' {
			l.at++
			t.op = 'c'
		}
	case '+', '%', '&', '|', '^', '@', '-':
		if next == '=' {
			l.at++
			t.op = 'a'
		} else if c == '-' && next == '>' {
			l.at++
			t.op = '>'
		}
	case ':':
		if next == '=' {
			l.at++
			t.op = 'w'
		}
	}
	return t
}

// unquote returns the value of a string's text, up to max bytes.
func (t pyToken) unquote(max int) string {
	s := t.text
	if len(s) > max {
		s = s[:max]
	}
	if t.raw || strings.IndexByte(s, '\\') < 0 {
		return s
	}
	return unescapeC(strings.ReplaceAll(s, "\\\n", ""))
}
