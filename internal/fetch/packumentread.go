package fetch

import (
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/kennel-oss/kennel/internal/lockfile"
)

// object calls member with each name of an object; member must read the value.
func (p *reading) object(member func(name string) error) error {
	if p.d.PeekKind() != '{' {
		_, err := p.value()
		return err
	}
	if _, err := p.d.ReadToken(); err != nil {
		return err
	}
	for p.d.PeekKind() != '}' {
		name, err := p.value()
		if err != nil {
			return err
		}
		if err := member(p.text(name)); err != nil {
			return err
		}
	}
	_, err := p.d.ReadToken()
	return err
}

// value reads the next value, which may have at most maxValue bytes.
func (p *reading) value() (jsontext.Value, error) {
	p.steps.allow(p.d.InputOffset())
	return p.d.ReadValue()
}

func (p *reading) json() (*lockfile.JSON, error) {
	v, err := p.value()
	if err != nil {
		return nil, err
	}
	return lockfile.NewJSON(v), nil
}

func (p *reading) text(v jsontext.Value) string {
	if v.Kind() != '"' {
		return ""
	}
	plain, _ := jsontext.AppendUnquote(nil, v) // the decoder has checked it
	return string(plain)
}

func (p *reading) string(j *lockfile.JSON) (string, error) {
	s, err := j.String()
	return p.word(s), err
}

// word returns one copy of equal strings.
func (p *reading) word(s string) string {
	if known, ok := p.words[s]; ok {
		return known
	}
	s = strings.Clone(s)
	p.words[s] = s
	return s
}

// stepped reads on only so far ahead of what was taken.
type stepped struct {
	r           io.Reader
	read, until int64
}

func (s *stepped) allow(taken int64) { s.until = taken + maxValue }

func (s *stepped) Read(b []byte) (int, error) {
	if s.until > 0 && s.read > s.until {
		return 0, fmt.Errorf("one value of it has more than %d bytes", maxValue)
	}
	n, err := s.r.Read(b)
	s.read += int64(n)
	return n, err
}
