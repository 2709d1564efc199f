// Package toml is a cursor over one TOML text: a reader takes what it knows
// and passes over the rest, with the line of each thing at hand.
//
// Lock files are TOML of megabytes of which a scanner wants a tenth. Decoding
// them into structs by the usual library ran at 45 to 140 MB/s here, and its
// token parser holds a node of 56 bytes for every value of the expression it
// stands at, which a hostile array turns into gigabytes. This reader holds
// nothing but the text.
//
// It reads TOML 1.0, and what 1.1 adds to inline tables. Two leniencies: keys
// may repeat (the reader is given both), and a number or date is any word of
// their characters.
// Source: https://toml.io/en/v1.0.0
package toml

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds of a document. Lock files stay under 10 of either.
const (
	maxDepth = 200 // arrays and inline tables inside one another
	maxParts = 200 // parts of a dotted key
)

// Reader is a cursor. It is not safe for concurrent use.
type Reader struct {
	text  string
	pos   int
	depth int

	keys []string // a stack of the keys being read

	line, counted int // line of the byte at counted
}

// New begins to read text. Strings that the reader returns share one copy of
// it.
func New(text []byte) *Reader {
	return &Reader{text: strings.TrimPrefix(string(text), "\xef\xbb\xbf"), line: 1}
}

// Document reads the whole text. It calls header at each [table] and
// [[array of tables]], and member at each key; member may read its value, and
// what it leaves is passed over. Both may be nil. The slices are valid until
// the callback returns. The first error, of the text or of a callback, ends
// the reading; those of the text name the line.
func (r *Reader) Document(header func(path []string, array bool) error, member func(key []string) error) error {
	if !utf8.ValidString(r.text) {
		return errors.New("not UTF-8")
	}
	for {
		if err := r.blank(); err != nil || r.pos == len(r.text) {
			return err
		}
		var err error
		if r.text[r.pos] == '[' {
			err = r.header(header)
		} else {
			err = r.pair(member)
		}
		if err == nil {
			err = r.endOfLine()
		}
		if err != nil {
			return err
		}
	}
}

// Line is the line, from 1, where the cursor stands: inside a callback, that
// of the key or element.
func (r *Reader) Line() int {
	r.line += strings.Count(r.text[r.counted:r.pos], "\n")
	r.counted = r.pos
	return r.line
}

// Kind tells what value comes next: '"' for every sort of string, '[', '{', or
// the first byte of a boolean, number or date. It is 0 at the end.
func (r *Reader) Kind() byte {
	switch c := r.peek(); c {
	case '\'':
		return '"'
	default:
		return c
	}
}

// String reads a string; any other value is passed over and gives "".
func (r *Reader) String() (string, error) {
	if r.Kind() != '"' {
		return "", r.Skip()
	}
	return r.quoted(true)
}

// Bool reads a boolean; any other value is passed over and gives false.
func (r *Reader) Bool() (bool, error) {
	word, err := r.Word()
	return err == nil && word == "true", err
}

// Word reads a boolean, number or date as written; any other value is passed
// over and gives "".
func (r *Reader) Word() (string, error) {
	switch r.Kind() {
	case '"', '[', '{':
		return "", r.Skip()
	}
	start := r.pos
	err := r.bare()
	return r.text[start:r.pos], err
}

// Skip passes over a value.
func (r *Reader) Skip() error {
	switch r.Kind() {
	case '"':
		_, err := r.quoted(false)
		return err
	case '[':
		return r.Array(nil)
	case '{':
		return r.Table(nil)
	}
	return r.bare()
}

// Array calls element at each element of an array, under the rules of
// [Reader.Document]. Any other value is passed over.
func (r *Reader) Array(element func(i int) error) error {
	if r.Kind() != '[' {
		return r.Skip()
	}
	if err := r.enter(); err != nil {
		return err
	}
	for i := 0; ; i++ {
		if err := r.blank(); err != nil {
			return err
		}
		if r.peek() == ']' {
			break
		}
		start := r.pos
		if element != nil {
			if err := element(i); err != nil {
				return err
			}
		}
		if r.pos == start {
			if err := r.Skip(); err != nil {
				return err
			}
		}
		if more, err := r.separator(']'); err != nil {
			return err
		} else if !more {
			break
		}
	}
	r.leave()
	return nil
}

// Table calls member at each key of an inline table, under the rules of
// [Reader.Document]. Any other value is passed over.
func (r *Reader) Table(member func(key []string) error) error {
	if r.Kind() != '{' {
		return r.Skip()
	}
	if err := r.enter(); err != nil {
		return err
	}
	for {
		if err := r.blank(); err != nil {
			return err
		}
		if r.peek() == '}' {
			break
		}
		if err := r.pair(member); err != nil {
			return err
		}
		if more, err := r.separator('}'); err != nil {
			return err
		} else if !more {
			break
		}
	}
	r.leave()
	return nil
}

func (r *Reader) enter() error {
	if r.depth++; r.depth > maxDepth {
		return r.fail("nested more than %d deep", maxDepth)
	}
	r.pos++
	return nil
}

func (r *Reader) leave() {
	r.depth--
	r.pos++
}

// separator stands behind an element: it reports whether a comma leads on, and
// stays at the closing byte.
func (r *Reader) separator(closing byte) (more bool, err error) {
	if err := r.blank(); err != nil {
		return false, err
	}
	switch r.peek() {
	case ',':
		r.pos++
		return true, nil
	case closing:
		return false, nil
	}
	return false, r.fail("expected ',' or '%c'", closing)
}

func (r *Reader) header(header func([]string, bool) error) error {
	r.pos++
	array := r.peek() == '['
	if array {
		r.pos++
	}
	base := len(r.keys)
	if err := r.key(); err != nil {
		return err
	}
	path := r.keys[base:len(r.keys):len(r.keys)]
	r.keys = r.keys[:base]
	closing := "]"
	if array {
		closing = "]]"
	}
	if !strings.HasPrefix(r.text[r.pos:], closing) {
		return r.fail("expected %q", closing)
	}
	r.pos += len(closing)
	if header == nil {
		return nil
	}
	return header(path, array)
}

// pair reads key = value.
func (r *Reader) pair(member func([]string) error) error {
	base := len(r.keys)
	if err := r.key(); err != nil {
		return err
	}
	if r.peek() != '=' {
		return r.fail("expected '=' behind a key")
	}
	r.pos++
	r.spaces()
	start := r.pos
	if member != nil {
		if err := member(r.keys[base:len(r.keys):len(r.keys)]); err != nil {
			return err
		}
	}
	r.keys = r.keys[:base]
	if r.pos == start {
		return r.Skip()
	}
	return nil
}

func (r *Reader) fail(format string, args ...any) error {
	return fmt.Errorf("line %d: %s", r.Line(), fmt.Sprintf(format, args...))
}
