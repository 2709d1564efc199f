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
