package content

import (
	"encoding/json"
	"io"
	"strings"
)

// members returns the members of an object of JSON, the last of each name: how
// npm's parser takes them. Values are not looked into, so that no depth of one
// keeps the others from being read. It takes more than JSON is; nil for what
// begins as no object.
func members(text string) map[string]json.RawMessage {
	text = strings.TrimLeft(strings.TrimPrefix(text, "\ufeff"), " \t\r\n")
	if !strings.HasPrefix(text, "{") {
		return nil
	}
	out := map[string]json.RawMessage{}
	for at := 1; at < len(text); {
		at += blanks(text[at:])
		if at >= len(text) || text[at] != '"' {
			break
		}
		end := at + value(text[at:])
		var name string
		if json.Unmarshal([]byte(text[at:end]), &name) != nil {
			return nil
		}
		at = end + blanks(text[end:])
		if at >= len(text) || text[at] != ':' {
			return nil
		}
		at++
		at += blanks(text[at:])
		end = at + value(text[at:])
		if end == at {
			return nil
		}
		out[name] = json.RawMessage(text[at:end])
		at = end + blanks(text[end:])
		if at < len(text) && text[at] == ',' {
			at++
			continue
		}
		if at >= len(text) || text[at] != '}' || blanks(text[at+1:]) < len(text)-at-1 {
			return nil // cut off, or followed by more
		}
		return out
	}
	if len(out) == 0 && strings.TrimSpace(text[1:]) == "}" {
		return out
	}
	return nil
}

func blanks(text string) int {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return i
		}
	}
	return len(text)
}

// value returns how long the value is that a text begins with.
func value(text string) int {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted:
			if c == '\\' {
				i++
			} else if c == '"' {
				if quoted = false; depth == 0 {
					return i + 1
				}
			}
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i + 1
			} else if depth < 0 {
				return i
			}
		case depth == 0 && (c == ',' || c == ' ' || c == '\n' || c == '\r' || c == '\t'):
			return i
		}
	}
	return len(text)
}

// elements returns the elements of an array of JSON.
func elements(text string) []json.RawMessage {
	var out []json.RawMessage
	for at := 1; at < len(text); at++ {
		at += blanks(text[at:])
		if at >= len(text) || text[at] == ']' {
			break
		}
		n := value(text[at:])
		out = append(out, json.RawMessage(text[at:at+n]))
		at += n
		at += blanks(text[at:])
		if n == 0 || at < len(text) && text[at] != ',' {
			break
		}
	}
	return out
}

// squeezed reads JSON without the blanks between its tokens, up to most bytes
// of what is left: padding does not put a manifest beyond reading.
func squeezed(r io.Reader, most int) (text string, whole bool) {
	var b strings.Builder
	quoted, escaped := false, false
	buffer := make([]byte, 1<<16)
	for total := int64(0); total < maxPadded; {
		n, err := r.Read(buffer)
		total += int64(n)
		from := 0
		for i, c := range buffer[:n] {
			switch {
			case escaped:
				escaped = false
			case quoted && c == '\\':
				escaped = true
			case c == '"':
				quoted = !quoted
			case !quoted && (c == ' ' || c == '\n' || c == '\r' || c == '\t'):
				b.Write(buffer[from:i])
				from = i + 1
			}
		}
		if b.Write(buffer[from:n]); b.Len() > most {
			return "", false
		}
		if err != nil {
			return b.String(), err == io.EOF
		}
	}
	return "", false
}

// maxPadded is more than what node takes as one text.
const maxPadded = 1 << 30
