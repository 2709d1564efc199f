package actions

import "strings"

// scan finds the uses of a workflow in block style without parsing the rest:
// keys, their columns, and which lines are text. It is sure only of what it
// knows entirely; anchors, tags, flow mappings that may hold a use, strings of
// several lines and the like are left to the library.
func scan(text string) (found []use, sure bool) {
	if strings.Contains(strings.ReplaceAll(text, "\r\n", "\n"), "\r") || strings.ContainsAny(text, "\u0085\u2028\u2029\ufeff\x00") {
		return nil, false // other line ends of YAML's
	}
	s := scanner{block: -1, plain: -1}
	for line := range strings.SplitSeq(text, "\n") {
		s.number++
		if !s.line(strings.TrimSuffix(line, "\r")) {
			return nil, false
		}
	}
	return s.found, s.depth == 0 && s.quote == 0
}

type scanner struct {
	found  []use
	number int
	path   []frame
	block  int  // column that the text of a block scalar stands deeper than, or -1
	plain  int  // column that a plain scalar's further lines stand deeper than, or -1
	open   bool // that scalar is a use

	depth int  // of the flow collection that goes on, 0 outside
	quote byte // of the quoted string that goes on, or 0
	prev  byte // the last byte of a flow collection that was no blank
}

// frame is a key on the way to the line being read.
type frame struct {
	key   string
	col   int
	items int // dashes between the key above and this one
	dash  int // column of the dash, when there is one
}

const maxDepth = 50

// line reads one line, and reports whether it is understood.
func (s *scanner) line(line string) bool {
	body := strings.TrimLeft(line, " ")
	col := len(line) - len(body)
	if s.depth > 0 || s.quote != 0 {
		return s.inside(body)
	}
	if strings.Trim(body, "\t") == "" {
		return body == "" || s.block >= 0
	}
	if s.block >= 0 {
		if col > s.block {
			return true
		}
		s.block = -1
	}
	if body[0] == '#' {
		return true
	}
	if body[0] == '\t' || col == 0 && (strings.HasPrefix(body, "---") || strings.HasPrefix(body, "...") || body[0] == '%') {
		return body == "---" && len(s.path) == 0
	}
	if s.plain >= 0 && col > s.plain { // goes on with the scalar above
		return !s.open && !strings.Contains(body, ": ") && !strings.HasSuffix(body, ":") && !strings.Contains(body, " #")
	}
	s.plain = -1

	items, dash := 0, -1
	for strings.HasPrefix(body, "- ") {
		items, dash = items+1, col
		rest := strings.TrimLeft(body[1:], " ")
		col += len(body) - len(rest)
		body = rest
	}
	if body == "" || body == "-" || body[0] == '\t' {
		return false
	}
	switch items {
	case 0:
	case 1:
		// The key above may stand at the dash itself. An item whose dash is not
		// below those before it is no item of theirs.
		if gone := s.leave(dash + 1); gone != nil && (gone.items != 1 || gone.dash != dash) {
			return false
		}
	default:
		return false
	}
	key, value, is, ok := splitKey(body)
	if !ok {
		return false
	}
	if !is { // an item of a sequence
		if items == 0 {
			return false
		}
		return s.value("", body, dash)
	}
	if items == 0 {
		if gone := s.leave(col); gone != nil {
			if gone.col != col {
				return false // back to a column where no key stands
			}
			items, dash = gone.items, gone.dash
		}
	}
	if len(s.path) == maxDepth {
		return false
	}
	s.path = append(s.path, frame{key, col, items, dash})
	return s.value(key, value, col)
}

// leave drops the keys at or behind a column and returns the outermost of
// them, or nil.
func (s *scanner) leave(col int) (gone *frame) {
	for n := len(s.path); n > 0 && s.path[n-1].col >= col; n-- {
		outer := s.path[n-1]
		gone, s.path = &outer, s.path[:n-1]
	}
	return gone
}

// value reads what stands behind a key, or a dash.
func (s *scanner) value(key, value string, col int) bool {
	if value == "" || value[0] == '#' {
		return true
	}
	switch value[0] {
	case '|', '>':
		header, _ := cutComment(value)
		if strings.Trim(header[1:], "+-") != "" || len(header) > 2 {
			return false
		}
		s.block = col
		return key != "uses"
	case '[', '{':
		s.prev = '['
		return s.inside(value)
	case '"', '\'':
		if key != "uses" {
			s.quote = value[0]
			return s.inside(value[1:])
		}
		text, rest, closed := strings.Cut(value[1:], value[:1])
		rest, comment := cutComment(" " + rest)
		if !closed || rest != "" || strings.Contains(text, "\\") || strings.TrimSpace(text) != text {
			return false
		}
		s.use(key, text, comment)
		return true
	case '&', '*', '!', '%', '@', '`', '?', '-', ':', ',', ']', '}':
		// Anchors and the like, and what may or may not begin a scalar; a
		// negative number or an option is one.
		if value[0] != '-' || len(value) < 2 || value[1] == ' ' || key == "uses" {
			return false
		}
	}
	text, comment := cutComment(value)
	if strings.Contains(text, ": ") || strings.HasSuffix(text, ":") {
		return false
	}
	if comment == "" {
		s.plain, s.open = col, key == "uses"
	}
	s.use(key, text, comment)
	return true
}

// use notes a use, if the path leads to one.
func (s *scanner) use(key, what, comment string) {
	if key != "uses" || what == "" || what == "~" || strings.EqualFold(what, "null") {
		return
	}
	p := s.path
	at := func(i int, key string, items int) bool { return p[i].items == items && (key == "" || p[i].key == key) }
	switch {
	case len(p) == 3 && at(0, "jobs", 0) && at(1, "", 0) && at(2, "uses", 0),
		len(p) == 4 && at(0, "jobs", 0) && at(1, "", 0) && at(2, "steps", 0) && at(3, "uses", 1),
		len(p) == 3 && at(0, "runs", 0) && at(1, "steps", 0) && at(2, "uses", 1):
		s.found = append(s.found, use{what, comment, s.number})
	}
}

// splitKey parts "key: value". is is false for a line without a key; ok is
// false for keys that are not plain.
func splitKey(s string) (key, value string, is, ok bool) {
	switch s[0] {
	case '"', '\'':
		// A quoted key or a quoted item.
		text, rest, closed := strings.Cut(s[1:], s[:1])
		if !closed || strings.Contains(text, "\\") {
			return "", "", false, false
		}
		if rest == ":" || strings.HasPrefix(rest, ": ") {
			return text, strings.TrimLeft(rest[1:], " "), true, true
		}
		return "", "", false, !strings.HasPrefix(rest, ":")
	case '[', '{':
		return "", "", false, !strings.Contains(s, "]:") && !strings.Contains(s, "}:")
	case '&', '*', '!', '?', '%', '@', '`', '<', ',', ']', '}':
		return "", "", false, false
	case '|', '>':
		return "", "", false, true
	}
	i := strings.Index(s, ": ")
	if i < 0 {
		if !strings.HasSuffix(s, ":") {
			return "", "", false, !strings.Contains(s, ":\t")
		}
		i = len(s) - 1
	}
	key = strings.TrimRight(s[:i], " ")
	if key == "" || strings.Contains(key, " #") || strings.ContainsAny(key, "\t") {
		return "", "", false, false
	}
	return key, strings.TrimLeft(s[i+1:], " "), true, true
}

// cutComment parts a value before a "#" that follows a blank, and trims both.
func cutComment(s string) (value, comment string) {
	for i := 1; i < len(s); i++ {
		if s[i] == '#' && (s[i-1] == ' ' || s[i-1] == '\t') {
			return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+1:])
		}
	}
	return strings.TrimSpace(s), ""
}
