package hex

import (
	"errors"
	"fmt"
	"strings"
)

// term is an Elixir value: a text (string, atom or number), or a list, tuple
// or map of items. Items of maps and keyword lists have keys.
type term struct {
	key, text string
	line      int
	items     []term
}

// get returns the item with a key, or nothing.
func (t term) get(key string) term {
	for _, item := range t.items {
		if item.key == key {
			return item
		}
	}
	return term{}
}

// Bounds of a lock file. Entries nest four deep.
const (
	maxNesting = 16
	maxTerms   = 2_000_000
)

// parseTerm reads one Elixir map of literals. Nothing is evaluated.
// Source: https://hexdocs.pm/elixir/syntax-reference.html
func parseTerm(text string) (term, error) {
	p := parser{text: text, line: 1}
	t, err := p.value(0)
	if err != nil {
		return term{}, fmt.Errorf("line %d: %w", p.line, err)
	}
	if p.space(); p.at < len(p.text) {
		return term{}, fmt.Errorf("line %d: more than one value", p.line)
	}
	return t, nil
}

type parser struct {
	text            string
	at, line, terms int
}

var errTerm = errors.New("not a lock file of mix")

// space passes over blanks and comments.
func (p *parser) space() {
	for ; p.at < len(p.text); p.at++ {
		switch p.text[p.at] {
		case '\n':
			p.line++
		case ' ', '\t', '\r':
		case '#':
			if end := strings.IndexByte(p.text[p.at:], '\n'); end >= 0 {
				p.at += end - 1
				continue
			}
			p.at = len(p.text)
			return
		default:
			return
		}
	}
}

// take passes over s, if it comes next.
func (p *parser) take(s string) bool {
	if strings.HasPrefix(p.text[p.at:], s) {
		p.at += len(s)
		return true
	}
	return false
}

func (p *parser) value(depth int) (term, error) {
	if p.terms++; depth > maxNesting || p.terms > maxTerms {
		return term{}, errors.New("nested too deep, or too large")
	}
	p.space()
	t := term{line: p.line}
	switch {
	case p.take("%{"), p.take("{"):
		return p.items(t, "}", depth)
	case p.take("["):
		return p.items(t, "]", depth)
	case p.take(`"`):
		return p.quoted(t)
	case p.take(`:"`):
		return p.quoted(t)
	case p.take(":"):
	}
	start := p.at
	for p.at < len(p.text) && isWord(p.text[p.at]) {
		p.at++
	}
	if t.text = p.text[start:p.at]; t.text == "" {
		return t, errTerm
	}
	return t, nil
}

// items reads the items of a list, tuple or map up to its end.
func (p *parser) items(t term, end string, depth int) (term, error) {
	for {
		if p.space(); p.take(end) {
			return t, nil
		}
		item, err := p.value(depth + 1)
		if err != nil {
			return t, err
		}
		// "key": value, key: value, "key" => value
		keyed := p.at < len(p.text) && p.text[p.at] == ':'
		if keyed {
			p.at++
		} else if p.space(); p.take("=>") {
			keyed = true
		}
		if keyed {
			key, line := item.text, item.line
			if item, err = p.value(depth + 1); err != nil {
				return t, err
			}
			item.key, item.line = key, line
		}
		t.items = append(t.items, item)
		if p.space(); p.take(",") {
			continue
		}
		if !p.take(end) {
			return t, errTerm
		}
		return t, nil
	}
}

// quoted reads the rest of a string. Escapes stay as written: names, versions
// and checksums have none.
func (p *parser) quoted(t term) (term, error) {
	start := p.at
	for ; p.at < len(p.text); p.at++ {
		switch p.text[p.at] {
		case '"':
			t.text = p.text[start:p.at]
			p.at++
			return t, nil
		case '\\':
			p.at++
		case '\n':
			return t, errTerm
		}
	}
	return t, errTerm
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '@' || c == '.' || c == '-' || c == '?' || c == '!'
}
