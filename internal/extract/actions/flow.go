package actions

import (
	"strings"
)

// inside passes over a flow collection or quoted string, or the rest of one
// that began on a line above. What may hold a use, or anchors, it does not
// understand.
func (s *scanner) inside(text string) bool {
	if s.depth > 0 && strings.Contains(text, "uses") {
		return false
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		if s.quote != 0 {
			switch {
			case c == '\\' && s.quote == '"':
				i++
			case c == s.quote && c == '\'' && i+1 < len(text) && text[i+1] == c:
				i++
			case c == s.quote:
				if s.quote, s.prev = 0, c; s.depth == 0 {
					return s.nothing(text[i+1:])
				}
			}
			continue
		}
		begins := strings.IndexByte("[{,:", s.prev) >= 0 // where a node may begin
		switch c {
		case ' ':
			continue
		case '#':
			return i == 0 || text[i-1] == ' '
		case '[', '{':
			if s.depth++; !begins || strings.Contains(text, "uses") {
				return false
			}
		case ']', '}':
			if s.depth--; s.depth == 0 {
				return s.nothing(text[i+1:])
			}
		case '"', '\'':
			if begins {
				if i > 0 && text[i-1] == ':' {
					return false
				}
				s.quote = c
			}
		case '&', '*', '!', '|', '>', '%', '@', '`', '?', '\t':
			if begins || c == '\t' {
				return false
			}
		}
		s.prev = c
	}
	return true
}

// nothing: behind a value only a comment may follow.
func (s *scanner) nothing(rest string) bool {
	text, _ := cutComment(rest + " ")
	return text == ""
}
