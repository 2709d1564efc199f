package lockfile

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// JSON is a cursor over one JSON text. It builds no tree: a reader takes what
// it knows and skips the rest. Strings share one copy of the text. Depth is
// bounded by the decoder (10,000); a name given twice is given twice to the
// reader.
type JSON struct {
	dec   *jsontext.Decoder
	text  string
	lines *Lines
}

// NewJSON begins to read text.
func NewJSON(text []byte) *JSON {
	text = TrimBOM(text)
	return &JSON{
		dec:   jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true)),
		text:  string(text),
		lines: NewLines(text),
	}
}

// Line is the line of what was read last.
func (j *JSON) Line() int { return j.lines.At(j.dec.InputOffset()) }

// Object calls member with each name; member must read or skip the value. Any
// other value than an object is skipped.
func (j *JSON) Object(member func(name string) error) error {
	if j.dec.PeekKind() != '{' {
		return j.Skip()
	}
	if _, err := j.dec.ReadToken(); err != nil {
		return err
	}
	for j.dec.PeekKind() != '}' {
		name, err := j.String()
		if err != nil {
			return err
		}
		if err := member(name); err != nil {
			return err
		}
	}
	_, err := j.dec.ReadToken()
	return err
}

// Array calls element for each element, which must read or skip it. Any other
// value than an array is skipped.
func (j *JSON) Array(element func(i int) error) error {
	if j.dec.PeekKind() != '[' {
		return j.Skip()
	}
	if _, err := j.dec.ReadToken(); err != nil {
		return err
	}
	for i := 0; j.dec.PeekKind() != ']'; i++ {
		if err := element(i); err != nil {
			return err
		}
	}
	_, err := j.dec.ReadToken()
	return err
}

// Kind peeks: '"', '{', '[', 't', 'f', 'n', '0', or 0 at an error.
func (j *JSON) Kind() byte { return byte(j.dec.PeekKind()) }

// String reads a string; any other value is skipped and gives "".
func (j *JSON) String() (string, error) {
	v, err := j.dec.ReadValue()
	if err != nil || v.Kind() != '"' {
		return "", err
	}
	if bytes.IndexByte(v, '\\') < 0 {
		end := int(j.dec.InputOffset())
		return j.text[end-len(v)+1 : end-1], nil
	}
	plain, err := jsontext.AppendUnquote(nil, v)
	return string(plain), err
}

// Bool reads a boolean; any other value is skipped and gives false.
func (j *JSON) Bool() (bool, error) {
	v, err := j.dec.ReadValue()
	return v.Kind() == 't', err
}

// Int reads a whole number; any other value is skipped and gives 0.
func (j *JSON) Int() (int, error) {
	v, err := j.dec.ReadValue()
	n := 0
	for _, c := range v {
		if c < '0' || c > '9' || n > 1<<40 {
			return 0, err
		}
		n = n*10 + int(c-'0')
	}
	return n, err
}

// Skip passes over a value.
func (j *JSON) Skip() error { return j.dec.SkipValue() }

// End checks that nothing follows.
func (j *JSON) End() error {
	if _, err := j.dec.ReadToken(); err == nil {
		return errors.New("more than one JSON value")
	} else if err != io.EOF {
		return err
	}
	return nil
}
