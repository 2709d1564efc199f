package sbom

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonReader walks a JSON document member by member, in place. Most of a bill
// of materials is skipped, and skipping is what it is fast at: it matches
// brackets and strings and looks at nothing else (measured on 1.9 MB of
// CycloneDX: a third of the time of a validating tokenizer). What is read is
// checked: its syntax, and that no member comes twice. Values of an unexpected
// kind are skipped: one odd member must not hide an inventory.
type jsonReader struct {
	data  []byte
	at    int
	depth int
	valid bool   // all of it is UTF-8
	open  []byte // brackets that skip has entered
}

// maxJSONDepth bounds how deep objects and lists lie inside each other.
const maxJSONDepth = 10_000

// errDecided ends a walk early.
var errDecided = errors.New("decided")

func newJSONReader(t text) *jsonReader { return &jsonReader{data: t.bytes, valid: !t.replaced} }

// peek steps over white space and returns the byte that comes next, 0 at the
// end.
func (r *jsonReader) peek() byte {
	for ; r.at < len(r.data); r.at++ {
		switch c := r.data[r.at]; c {
		case '\n':
			r.indent()
		case ' ', '\t', '\r':
		default:
			return c
		}
	}
	return 0
}

// indent steps over the bulk of the spaces that begin a line: pretty printed,
// a third of a document is these.
func (r *jsonReader) indent() {
	for len(r.data)-r.at > 8 && string(r.data[r.at+1:r.at+9]) == "        " {
		r.at += 8
	}
}

func (r *jsonReader) wrong(want string) error {
	if r.at >= len(r.data) {
		return io.ErrUnexpectedEOF
	}
	return fmt.Errorf("invalid character %q at byte %d, want %s", rune(r.data[r.at]), r.at, want)
}

// enter steps into an object or list, and leave out of it.
func (r *jsonReader) enter() error {
	if r.depth++; r.depth > maxJSONDepth {
		return fmt.Errorf("exceeds a depth of %d at byte %d", maxJSONDepth, r.at)
	}
	r.at++
	return nil
}

func (r *jsonReader) leave() {
	r.at++
	r.depth--
}

// object calls each for every member of the object that comes next; each must
// read exactly one value. What is no object is skipped.
func (r *jsonReader) object(each func(key []byte) error) error {
	if r.peek() != '{' {
		return r.skip()
	}
	if err := r.enter(); err != nil {
		return err
	}
	var seen keySet
	for more := r.peek() != '}'; more; {
		if r.peek() != '"' {
			return r.wrong("a member's name")
		}
		key, err := r.key()
		if err != nil {
			return err
		}
		if seen.has(key) {
			return fmt.Errorf("duplicate member %q before byte %d", clip(string(key)), r.at)
		}
		if r.peek() != ':' {
			return r.wrong("a colon")
		}
		r.at++
		if err := each(key); err != nil {
			return err
		}
		switch r.peek() {
		case ',':
			r.at++
		case '}':
			more = false
		default:
			return r.wrong("a comma or the end of an object")
		}
	}
	r.leave()
	return nil
}

// array calls each for every element of the list that comes next; each must
// read exactly one value. What is no list is skipped.
func (r *jsonReader) array(each func() error) error {
	if r.peek() != '[' {
		return r.skip()
	}
	if err := r.enter(); err != nil {
		return err
	}
	for more := r.peek() != ']'; more; {
		if err := each(); err != nil {
			return err
		}
		switch r.peek() {
		case ',':
			r.at++
		case ']':
			more = false
		default:
			return r.wrong("a comma or the end of a list")
		}
	}
	r.leave()
	return nil
}

// key reads a member's name, of which there are few with escapes.
func (r *jsonReader) key() ([]byte, error) {
	raw, escaped, err := r.quoted()
	if err != nil || !escaped {
		return raw[1:max(len(raw)-1, 1)], err
	}
	return jsontext.AppendUnquote(nil, raw)
}

// text reads a string; "" when the value is none. Bytes that are not UTF-8
// become U+FFFD.
func (r *jsonReader) text() (string, error) {
	if r.peek() != '"' {
		return "", r.skip()
	}
	raw, escaped, err := r.quoted()
	if err != nil {
		return "", err
	}
	if !r.valid {
		raw = bytes.ToValidUTF8(raw, []byte("\ufffd"))
	}
	if !escaped {
		return string(raw[1 : len(raw)-1]), nil
	}
	plain, err := jsontext.AppendUnquote(nil, raw)
	if plain != nil {
		err = nil // an unpaired surrogate became U+FFFD
	}
	return string(plain), err
}

// quoted reads a string as it is written, quotes included.
func (r *jsonReader) quoted() (raw []byte, escaped bool, err error) {
	rest := r.data[r.at+1:]
	end := bytes.IndexByte(rest, '"')
	if end >= 0 && bytes.IndexByte(rest[:end], '\\') >= 0 {
		escaped = true
		for end = 0; end < len(rest) && rest[end] != '"'; end++ {
			if rest[end] == '\\' {
				end++
			}
		}
		if end >= len(rest) {
			end = -1
		}
	}
	if end < 0 {
		return []byte{'"'}, false, io.ErrUnexpectedEOF
	}
	raw = r.data[r.at : r.at+end+2]
	r.at += len(raw)
	return raw, escaped, nil
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

// value reads any value as it is written.
func (r *jsonReader) value() ([]byte, error) {
	r.peek()
	start := r.at
	err := r.skip()
	return r.data[start:r.at], err
}

// skip steps over one value.
func (r *jsonReader) skip() error {
	switch c := r.peek(); {
	case c == '"':
		_, _, err := r.quoted()
		return err
	case c == '{' || c == '[':
		return r.skipNested()
	case c == '-' || c >= '0' && c <= '9' || c == 't' || c == 'f' || c == 'n':
		for r.at < len(r.data) && !bytes.ContainsRune([]byte(",]} \n\t\r"), rune(r.data[r.at])) {
			r.at++
		}
		return nil
	}
	return r.wrong("a value")
}

// skipNested steps over an object or list by its brackets.
func (r *jsonReader) skipNested() error {
	r.open = r.open[:0]
	for r.at < len(r.data) {
		switch c := r.data[r.at]; c {
		case '"':
			if _, _, err := r.quoted(); err != nil {
				return err
			}
			continue
		case '\n':
			r.indent()
		case '{', '[':
			if r.open = append(r.open, c+2); r.depth+len(r.open) > maxJSONDepth { // in ASCII the closing one is the second after
				return fmt.Errorf("exceeds a depth of %d at byte %d", maxJSONDepth, r.at)
			}
		case '}', ']':
			if r.open[len(r.open)-1] != c {
				return r.wrong("the other bracket")
			}
			if r.open = r.open[:len(r.open)-1]; len(r.open) == 0 {
				r.at++
				return nil
			}
		}
		r.at++
	}
	return io.ErrUnexpectedEOF
}

// end checks that nothing stands behind the document.
func (r *jsonReader) end() error {
	if r.peek() != 0 || r.at < len(r.data) {
		return r.wrong("the end")
	}
	return nil
}

// keySet finds members that come twice. Objects have few members; for those
// with many it becomes a map.
type keySet struct {
	few  [24][]byte
	n    int
	many map[string]bool
}

// has reports whether key was seen before, and sees it.
func (s *keySet) has(key []byte) bool {
	if s.many != nil {
		if s.many[string(key)] {
			return true
		}
		s.many[string(key)] = true
		return false
	}
	for _, k := range s.few[:s.n] {
		if bytes.Equal(k, key) {
			return true
		}
	}
	if s.n < len(s.few) {
		s.few[s.n] = key
		s.n++
		return false
	}
	s.many = make(map[string]bool, 2*s.n)
	for _, k := range s.few {
		s.many[string(k)] = true
	}
	s.many[string(key)] = true
	return false
}
