package report

import (
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/kennel-oss/kennel"
)

// jsonWriter streams one JSON document. It holds no more than a buffer of it,
// so that a report costs no memory that grows with the inventory. Its caller
// keeps brackets and keys in order.
//
// Strings are written losslessly, and what does not print is escaped, so that
// the document is safe to look at in a terminal.
type jsonWriter struct {
	w     io.Writer
	buf   []byte
	err   error
	comma bool // a value stands before
	brk   bool // the next value begins a line
}

const jsonBuffer = 32 << 10

func newJSONWriter(w io.Writer) *jsonWriter {
	return &jsonWriter{w: w, buf: make([]byte, 0, jsonBuffer+4096)}
}

// line lets the next key or value begin on a line of its own.
func (j *jsonWriter) line() { j.brk = true }

func (j *jsonWriter) begin() {
	if j.comma {
		j.buf = append(j.buf, ',')
	}
	if j.brk {
		j.buf = append(j.buf, '\n')
		j.brk = false
	}
	j.comma = true
	if len(j.buf) >= jsonBuffer {
		j.flush()
	}
}

func (j *jsonWriter) flush() error {
	if j.err == nil {
		_, j.err = j.w.Write(j.buf)
	}
	j.buf = j.buf[:0]
	return j.err
}

func (j *jsonWriter) open(bracket byte) {
	j.begin()
	j.buf = append(j.buf, bracket)
	j.comma = false
}

func (j *jsonWriter) close(bracket byte) {
	if j.brk {
		j.buf = append(j.buf, '\n')
		j.brk = false
	}
	j.buf = append(j.buf, bracket)
	j.comma = true
}

// key writes a member's name. Names are ours and need no escape.
func (j *jsonWriter) key(name string) {
	j.begin()
	j.buf = append(j.buf, '"')
	j.buf = append(j.buf, name...)
	j.buf = append(j.buf, '"', ':')
	j.comma = false
}

func (j *jsonWriter) str(s string) {
	j.begin()
	j.buf = appendJSONString(j.buf, s)
}

// text writes s, or null when it is empty.
func (j *jsonWriter) text(s string) {
	if s == "" {
		j.null()
		return
	}
	j.str(s)
}

func (j *jsonWriter) null() {
	j.begin()
	j.buf = append(j.buf, "null"...)
}

func (j *jsonWriter) bool(b bool) {
	j.begin()
	j.buf = strconv.AppendBool(j.buf, b)
}

func (j *jsonWriter) int(n int) {
	j.begin()
	j.buf = strconv.AppendInt(j.buf, int64(n), 10)
}

// number writes f, or null when it is not between 0 and most.
func (j *jsonWriter) number(f, most float64) {
	if !(f >= 0 && f <= most) {
		j.null()
		return
	}
	j.begin()
	j.buf = strconv.AppendFloat(j.buf, f, 'f', -1, 64)
}

// time writes t in UTC to the second, or null when it is zero or has a year
// that RFC 3339 cannot hold.
func (j *jsonWriter) time(t time.Time) {
	t = t.UTC()
	if t.IsZero() || t.Year() < 0 || t.Year() > 9999 {
		j.null()
		return
	}
	j.begin()
	j.buf = append(j.buf, '"')
	j.buf = t.AppendFormat(j.buf, "2006-01-02T15:04:05Z")
	j.buf = append(j.buf, '"')
}

func (j *jsonWriter) strings(list []string) {
	j.open('[')
	for _, s := range list {
		j.str(s)
	}
	j.close(']')
}

// begins writes how each of our documents begins: the contract that it keeps,
// and who wrote it.
func (j *jsonWriter) begins(schema string, t Tool) {
	j.open('{')
	j.line()
	j.member("schema", schema)
	j.line()
	j.key("tool")
	j.open('{')
	j.member("name", t.Name)
	j.optional("version", t.Version)
	j.close('}')
}

// ends ends the document, and returns the first error of the writer.
func (j *jsonWriter) ends() error {
	j.line()
	j.close('}')
	j.buf = append(j.buf, '\n')
	return j.flush()
}

// section writes a list that begins a line, an element a line.
func (j *jsonWriter) section(name string, elements func()) {
	j.line()
	j.key(name)
	j.open('[')
	elements()
	j.close(']')
}

// element writes an object that begins a line.
func (j *jsonWriter) element() {
	j.line()
	j.open('{')
}

// gaps writes the section of what could not be read.
func (j *jsonWriter) gaps(list []kennel.Gap) {
	j.section("gaps", func() {
		for _, g := range list {
			j.element()
			j.member("kind", g.Kind.String())
			j.member("what", g.What)
			j.member("why", g.Why)
			j.close('}')
		}
	})
}

// member writes a key and a string.
func (j *jsonWriter) member(name, value string) {
	j.key(name)
	j.str(value)
}

// optional writes a key and a string, or null when it is empty.
func (j *jsonWriter) optional(name, value string) {
	j.key(name)
	j.text(value)
}

func appendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	done := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c < 0x7f && c != '"' && c != '\\' {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if c >= utf8.RuneSelf && strconv.IsPrint(r) && !(r == utf8.RuneError && size == 1) {
			i += size
			continue
		}
		b = append(b, s[done:i]...)
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case r >= 0x10000:
			r -= 0x10000
			b = appendHex(b, 0xd800+r>>10)
			b = appendHex(b, 0xdc00+r&0x3ff)
		default:
			b = appendHex(b, r)
		}
		i += size
		done = i
	}
	b = append(b, s[done:]...)
	return append(b, '"')
}

func appendHex(b []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}
