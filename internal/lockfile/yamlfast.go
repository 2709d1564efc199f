package lockfile

import (
	"strings"
	"unicode/utf8"
)

// fastYAML reads the part of YAML that js-yaml and Yarn write: block mappings
// of one key a line, sequences of scalars, flow collections within a line,
// scalars without escapes. Everything else is not ok.
func fastYAML(text string) (docs []*Node, ok bool) {
	if !plainText(text) {
		return nil, false
	}
	r := yamlReader{}
	r.begin(&docs)
	for rest := text; rest != ""; {
		var line string
		var more bool
		line, rest, more = strings.Cut(rest, "\n")
		if more && strings.HasSuffix(line, "\r") {
			line = line[:len(line)-1]
		}
		r.line++
		if line == "---" {
			if r.started {
				r.begin(&docs)
			}
			r.started = true
			continue
		}
		if !r.read(line) || r.nodes > nodesMax {
			return nil, false
		}
	}
	if len(docs) == 1 && !r.started && docs[0].Empty() {
		return nil, true // nothing but comments
	}
	return docs, len(docs) <= documentsMax
}

// nodesMax bounds the memory of a text of nothing but keys.
const nodesMax = 4_000_000

// plainText reports whether text has no characters that YAML forbids or reads
// as line breaks: controls, U+0085, U+2028, U+2029, U+FEFF.
func plainText(text string) bool {
	if !utf8.ValidString(text) {
		return false
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= ' ' && c < 0x7f, c == '\n':
		case c == '\r':
			if i+1 >= len(text) || text[i+1] != '\n' {
				return false
			}
		case c < ' ' || c == 0x7f:
			return false
		case c == 0xc2 && text[i+1] < 0xa0, // C1 controls
			c == 0xe2 && text[i+1] == 0x80 && (text[i+2] == 0xa8 || text[i+2] == 0xa9),
			c == 0xef && text[i+1] >= 0xbb: // U+FEFF, and the end of the plane
			return false
		}
	}
	return true
}

// block is an open mapping or sequence.
type block struct {
	owner  *Node
	indent int
	list   bool
}

type yamlReader struct {
	slab    []Node
	blocks  []block
	open    *Node // the last key, when it has no value yet
	nodes   int
	prose   int // the indentation of the key of a block scalar, or -1
	text    int // the indentation of that scalar's text, 0 before its first line
	line    int
	started bool // the document has begun
}

func (r *yamlReader) begin(docs *[]*Node) {
	doc := r.node()
	*docs = append(*docs, doc)
	r.blocks = append(r.blocks[:0], block{owner: doc, indent: -1})
	r.open, r.prose = doc, -1
}

func (r *yamlReader) node() *Node {
	if len(r.slab) == 0 {
		r.slab = make([]Node, 256)
		r.nodes += len(r.slab)
	}
	n := &r.slab[0]
	r.slab = r.slab[1:]
	return n
}

func (r *yamlReader) read(line string) bool {
	indent := 0
	for indent < len(line) && line[indent] == ' ' {
		indent++
	}
	body := line[indent:]
	if body == "" {
		return indent == 0 || r.prose < 0
	}
	if r.prose >= 0 {
		if indent > r.prose {
			if r.text == 0 {
				r.text = indent
			}
			return indent >= r.text
		}
		r.prose = -1
	}
	if body[0] == '#' {
		return true
	}
	if indent == 0 && strings.HasPrefix(body, "...") {
		return false
	}
	r.started = true
	item := strings.HasPrefix(body, "- ")
	if r.open != nil && indent > r.blocks[len(r.blocks)-1].indent {
		r.blocks = append(r.blocks, block{r.open, indent, item})
	}
	for indent < r.blocks[len(r.blocks)-1].indent {
		r.blocks = r.blocks[:len(r.blocks)-1]
	}
	b := r.blocks[len(r.blocks)-1]
	if indent != b.indent || item != b.list {
		return false
	}
	n := r.node()
	n.Line = r.line
	b.owner.add(n)
	r.open = nil
	if item {
		value := body[2:]
		if value == "" || value[0] == ' ' {
			return false
		}
		return r.value(n, value, indent, true)
	}
	key, rest, ok := yamlKey(body)
	if !ok {
		return false
	}
	n.Key = key
	if rest == "" {
		r.open = n
		return true
	}
	return r.value(n, rest, indent, false)
}

// value reads what follows a key or a dash on its line.
func (r *yamlReader) value(n *Node, s string, indent int, item bool) bool {
	s = strings.TrimRight(s, " ")
	switch s[0] {
	case '|', '>':
		if item || s != "|" && s != "|-" && s != ">" && s != ">-" {
			return false
		}
		r.prose, r.text = indent, 0
		return true
	case '{', '[':
		rest, ok := r.flow(n, s, 0)
		return ok && rest == ""
	case '\'', '"':
		var rest string
		var ok bool
		n.Value, rest, ok = yamlQuoted(s)
		return ok && rest == ""
	}
	n.Value = s
	return plainScalar(s)
}

// yamlKey splits "key: value" and "key:".
func yamlKey(s string) (key, rest string, ok bool) {
	if s[0] == '\'' || s[0] == '"' {
		key, rest, ok = yamlQuoted(s)
		if !ok || rest == "" || rest[0] != ':' {
			return "", "", false
		}
		rest = rest[1:]
	} else {
		i := 0
		for {
			k := strings.IndexByte(s[i:], ':')
			if k < 0 {
				return "", "", false
			}
			i += k
			if i+1 == len(s) || s[i+1] == ' ' {
				break
			}
			i++
		}
		key, rest = s[:i], s[i+1:]
		if !plainScalar(key) {
			return "", "", false
		}
	}
	if len(key) > 1000 { // YAML wants those announced by "? "
		return "", "", false
	}
	if rest == "" {
		return key, "", true
	}
	if rest[0] != ' ' {
		return "", "", false
	}
	return key, strings.Trim(rest, " "), true
}

// plainScalar reports whether s is a scalar that needs no quotes.
func plainScalar(s string) bool {
	if s == "" || strings.IndexByte("-?:,[]{}#&*!|>'\"%@`", s[0]) >= 0 || s[len(s)-1] == ' ' || s[len(s)-1] == ':' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if s[i] == '#' && s[i-1] == ' ' || s[i] == ' ' && s[i-1] == ':' {
			return false
		}
	}
	return true
}

// yamlQuoted takes a quoted scalar off s, up to its closing quote.
func yamlQuoted(s string) (value, rest string, ok bool) {
	if s[0] == '"' {
		end := strings.IndexByte(s[1:], '"') + 1
		if end == 0 || strings.IndexByte(s[:end], '\\') >= 0 {
			return "", "", false
		}
		return s[1:end], s[end+1:], true
	}
	doubled := false
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '\'' {
			doubled = true
			i++
			continue
		}
		value = s[1:i]
		if doubled {
			value = strings.ReplaceAll(value, "''", "'")
		}
		return value, s[i+1:], true
	}
	return "", "", false
}

// flow reads {key: value, …} or [value, …] into n and returns what follows.
func (r *yamlReader) flow(n *Node, s string, depth int) (rest string, ok bool) {
	const deepest = 8
	if depth > deepest {
		return "", false
	}
	closing := byte('}')
	if s[0] == '[' {
		closing = ']'
	}
	s = strings.TrimLeft(s[1:], " ")
	if s != "" && s[0] == closing {
		return s[1:], true
	}
	for s != "" {
		kid := r.node()
		kid.Line = r.line
		n.add(kid)
		if closing == '}' {
			var key string
			if s[0] == '\'' || s[0] == '"' {
				if key, s, ok = yamlQuoted(s); !ok || !strings.HasPrefix(s, ": ") {
					return "", false
				}
			} else {
				i := strings.Index(s, ": ")
				if i < 0 || !flowScalar(s[:i]) {
					return "", false
				}
				key, s = s[:i], s[i:]
			}
			kid.Key, s = key, strings.TrimLeft(s[2:], " ")
			if s == "" {
				return "", false
			}
		}
		switch s[0] {
		case '{', '[':
			if s, ok = r.flow(kid, s, depth+1); !ok {
				return "", false
			}
		case '\'', '"':
			if kid.Value, s, ok = yamlQuoted(s); !ok {
				return "", false
			}
		default:
			i := strings.IndexAny(s, ",[]{}")
			if i < 0 {
				return "", false
			}
			kid.Value, s = strings.TrimRight(s[:i], " "), s[i:]
			if !flowScalar(kid.Value) {
				return "", false
			}
		}
		s = strings.TrimLeft(s, " ")
		switch {
		case s == "":
			return "", false
		case s[0] == closing:
			return s[1:], true
		case strings.HasPrefix(s, ", "):
			s = strings.TrimLeft(s[1:], " ")
		default:
			return "", false
		}
	}
	return "", false
}

func flowScalar(s string) bool {
	return plainScalar(s) && !strings.ContainsAny(s, ",[]{}?")
}
