package sbom

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonReader walks a JSON document member by member. It tolerates values of an
// unexpected kind by skipping them: one odd member must not hide an inventory.
// Syntax errors, duplicate members and nesting deeper than the decoder's bound
// of 10000 are errors.
type jsonReader struct {
	d *jsontext.Decoder
}

// errDecided ends a walk early.
var errDecided = errors.New("decided")

func newJSONReader(data []byte) *jsonReader {
	return &jsonReader{jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowInvalidUTF8(true))}
}

// object calls each for every member of the object that comes next; each must
// read exactly one value, after which key is no longer valid. What is no
// object is skipped.
func (r *jsonReader) object(each func(key []byte) error) error {
	if r.d.PeekKind() != '{' {
		return r.skip()
	}
	if _, err := r.d.ReadToken(); err != nil {
		return err
	}
	for r.d.PeekKind() != '}' {
		raw, err := r.d.ReadValue()
		if err != nil {
			return err
		}
		key := raw[1 : len(raw)-1]
		if bytes.IndexByte(key, '\\') >= 0 {
			if key, err = jsontext.AppendUnquote(nil, raw); err != nil {
				return err
			}
		}
		if err := each(key); err != nil {
			return err
		}
	}
	_, err := r.d.ReadToken()
	return err
}

// end checks that nothing stands behind the document.
func (r *jsonReader) end() error {
	_, err := r.d.ReadToken()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err == nil:
		return errors.New("something stands behind the document")
	}
	return err
}

// array calls each for every element of the array that comes next; each must
// read exactly one value. What is no array is skipped.
func (r *jsonReader) array(each func() error) error {
	if r.d.PeekKind() != '[' {
		return r.skip()
	}
	if _, err := r.d.ReadToken(); err != nil {
		return err
	}
	for r.d.PeekKind() != ']' {
		if err := each(); err != nil {
			return err
		}
	}
	_, err := r.d.ReadToken()
	return err
}

// text reads a string; "" when the value is none.
func (r *jsonReader) text() (string, error) {
	if r.d.PeekKind() != '"' {
		return "", r.skip()
	}
	raw, err := r.d.ReadValue()
	if err != nil {
		return "", err
	}
	if bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
		return string(raw[1 : len(raw)-1]), nil
	}
	plain, err := jsontext.AppendUnquote(nil, raw) // replaces what is not UTF-8
	if plain != nil {
		err = nil
	}
	return string(plain), err
}

// into reads a string to where it belongs.
func (r *jsonReader) into(s *string) (err error) {
	*s, err = r.text()
	return err
}

// texts reads a list of strings.
func (r *jsonReader) texts(each func(string)) error {
	return r.array(func() error {
		s, err := r.text()
		if err == nil && s != "" {
			each(s)
		}
		return err
	})
}

// value reads any value as it is written; it is valid until the next read.
func (r *jsonReader) value() (jsontext.Value, error) { return r.d.ReadValue() }

func (r *jsonReader) skip() error { return r.d.SkipValue() }
