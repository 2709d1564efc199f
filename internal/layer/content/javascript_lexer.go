package content

import (
	"strings"
	"unicode/utf8"
)

// jsKind is the kind of a token.
type jsKind uint8

const (
	jsEnd jsKind = iota
	jsName
	jsNumber
	jsString
	jsTemplate // a whole template, or a piece of one: op tells
	jsRegex
	jsOp
)

// Operators are their byte when they are one byte, and these when more.
const (
	opArrow      = 128 + iota // =>
	opOptional                // ?.
	opSpread                  // ...
	opCompare                 // == === != !== <= >=
	opLogical                 // && || ??
	opAddAssign               // +=
	opAssign                  // -= and the like
	opStep                    // ++ --
	opBinary                  // ** << >> >>>
	templateFull              // `…`
	templateHead              // `…${
	templatePart              // }…${
	templateTail              // }…`
)

// jsToken is a token. Positions are bytes.
type jsToken struct {
	start, end int32
	match      int32 // of a bracket: the index of its partner, -1 for none
	kind       jsKind
	op         uint8
	newline    bool // a line ends before it
}

// jsBracket is an open bracket.
type jsBracket struct {
	token int32
	op    byte // '(', '[', '{', or '$' for a template's substitution
	// operand says that after its end an operand may follow, so that a slash
	// begins a regular expression: after "if (…)" and after blocks.
	operand bool
}

// jsLexer cuts text into tokens. It takes any bytes: what is no token is
// skipped, what is not closed ends with its line or the text. Whether a slash
// divides or begins a regular expression is told from the token before it,
// which a grammar would tell exactly; a wrong guess ends with the line.
type jsLexer struct {
	text    string
	at      int
	tokens  []jsToken
	open    []jsBracket
	operand bool // an operand may come next
	tally   jsTally
	// hopeless is the last line in which a regular expression did not end.
	hopeless jsLine
}

// jsTally counts what obfuscators leave in bulk.
type jsTally struct {
	names, hexNames int // names, and those like _0x3f2a
	escaped         int // letters written as \x61 and the like
	escapedAt       int // where the first run of them is
	hexAt           int
}

const maxBrackets = 2000 // nested; deeper ones are not paired

// fill reads up to most tokens, anew; it returns false when there are none.
func (l *jsLexer) fill(most int, f *facts) bool {
	l.tokens = l.tokens[:0]
	for i := range l.open {
		l.open[i].token = -1 // their tokens are gone
	}
	for len(l.tokens) < most && l.token() {
		f.step()
	}
	return len(l.tokens) > 0
}

var jsClass = func() (c [256]uint8) {
	const name, digit, space = 1, 2, 4
	for b := range c {
		switch {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b == '_', b == '$', b == '\\', b == '#', b == '@', b >= 128:
			c[b] = name
		case b >= '0' && b <= '9':
			c[b] = digit
		case b == ' ', b == '\t', b == '\r', b == '\n', b == '\v', b == '\f':
			c[b] = space
		}
	}
	return c
}()

func (l *jsLexer) token() bool {
	text, newline := l.text, false
	for l.at < len(text) {
		c := text[l.at]
		switch {
		case jsClass[c] == 4:
			newline = newline || c == '\n'
			l.at++
			continue
		case c == '/' && l.at+1 < len(text) && text[l.at+1] == '/':
			l.line()
			continue
		case c == '/' && l.at+1 < len(text) && text[l.at+1] == '*':
			end := strings.Index(text[l.at+2:], "*/")
			if end < 0 {
				l.at = len(text)
				return false
			}
			newline = newline || strings.IndexByte(text[l.at:l.at+2+end], '\n') >= 0
			l.at += end + 4
			continue
		case c == '#' && l.at <= 3 && len(l.tokens) == 0 && strings.HasPrefix(text[l.at:], "#!"), c == '<' && strings.HasPrefix(text[l.at:], "<!--"):
			l.line()
			continue
		case c == 0xEF && strings.HasPrefix(text[l.at:], "\ufeff"):
			l.at += 3
			continue
		}
		t := jsToken{start: int32(l.at), match: -1, newline: newline}
		l.one(&t, c)
		t.end = int32(l.at)
		l.tokens = append(l.tokens, t)
		return true
	}
	return false
}

func (l *jsLexer) line() {
	if end := strings.IndexByte(l.text[l.at:], '\n'); end >= 0 {
		l.at += end
	} else {
		l.at = len(l.text)
	}
}

// one reads a token that begins with c.
func (l *jsLexer) one(t *jsToken, c byte) {
	text := l.text
	switch {
	case jsClass[c] == 1:
		start := l.at
		for l.at++; l.at < len(text) && jsClass[text[l.at]]&3 != 0; l.at++ {
		}
		t.kind = jsName
		word := text[start:l.at]
		l.operand = operandAfter(word)
		if l.operand && len(l.tokens) > 0 && l.tokens[len(l.tokens)-1].op == '.' {
			l.operand = false // a property's name
		}
		l.tally.names++
		if len(word) > 5 && (word[:3] == "_0x" || word[1] < 'a' && word[2:5] == "_0x") {
			if l.tally.hexNames++; l.tally.hexNames == 1 {
				l.tally.hexAt = start
			}
		}
	case jsClass[c] == 2 || c == '.' && l.at+1 < len(text) && jsClass[text[l.at+1]] == 2:
		for l.at++; l.at < len(text) && (jsClass[text[l.at]]&3 != 0 || text[l.at] == '.' ||
			(text[l.at] == '-' || text[l.at] == '+') && text[l.at-1]|0x20 == 'e' && !hexadecimal(text, int(t.start))); l.at++ {
		}
		t.kind, l.operand = jsNumber, false
	case c == '"' || c == '\'':
		t.kind, l.operand = jsString, false
		l.quoted(c)
	case c == '`':
		l.at++
		l.template(t, templateFull, templateHead)
	case c == '/' && l.operand || c == '/' && len(l.tokens) == 0:
		if end := l.regexEnd(l.at); end > 0 {
			l.at, t.kind, l.operand = end, jsRegex, false
			return
		}
		l.operator(t, c)
	default:
		l.operator(t, c)
	}
}

func hexadecimal(text string, at int) bool {
	return at+1 < len(text) && text[at] == '0' && text[at+1]|0x20 == 'x'
}

// operandAfter tells the words after which an operand follows.
func operandAfter(word string) bool {
	switch word {
	case "return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "do", "else", "instanceof", "await", "yield", "default":
		return true
	}
	return false
}

// quoted skips a string. An unclosed one ends with its line.
func (l *jsLexer) quoted(quote byte) {
	text := l.text
	for l.at++; l.at < len(text); l.at++ {
		switch c := text[l.at]; c {
		case quote:
			l.at++
			return
		case '\n':
			return
		case '\\':
			l.escape()
			l.at++
		}
	}
	l.at = min(l.at, len(text))
}

// escape counts an escape that hides a letter.
func (l *jsLexer) escape() {
	text := l.text[l.at:]
	if len(text) > 3 && text[1] == 'x' && (text[2] == '6' || text[2] == '7') ||
		len(text) > 5 && text[1] == 'u' && text[2] == '0' && text[3] == '0' && (text[4] == '6' || text[4] == '7') {
		if l.tally.escaped++; l.tally.escaped == 1 {
			l.tally.escapedAt = l.at
		}
	}
}

// template reads to the end of a template, or to its next substitution.
func (l *jsLexer) template(t *jsToken, whole, before uint8) {
	text := l.text
	t.kind, l.operand = jsTemplate, false
	for ; l.at < len(text); l.at++ {
		switch text[l.at] {
		case '\\':
			l.at++
		case '`':
			l.at++
			t.op = whole
			return
		case '$':
			if l.at+1 < len(text) && text[l.at+1] == '{' {
				l.at += 2
				t.op, l.operand = before, true
				l.push('$', false)
				return
			}
		}
	}
	l.at, t.op = len(text), whole
}

func (l *jsLexer) push(op byte, operand bool) {
	if len(l.open) < maxBrackets {
		l.open = append(l.open, jsBracket{int32(len(l.tokens)), op, operand})
	}
}

// pop pairs a closing bracket with its partner. One that has none is alone.
func (l *jsLexer) pop(t *jsToken, op byte) jsBracket {
	for n := len(l.open) - 1; n >= 0 && n > len(l.open)-8; n-- {
		if b := l.open[n]; b.op == op {
			l.open = l.open[:n]
			if b.token >= 0 {
				t.match = b.token
				l.tokens[b.token].match = int32(len(l.tokens))
			}
			return b
		}
		if l.open[n].op == '$' {
			break
		}
	}
	return jsBracket{token: -1, operand: op == '{'}
}

func (l *jsLexer) operator(t *jsToken, c byte) {
	text := l.text
	t.kind, t.op = jsOp, c
	l.at++
	switch c {
	case '(':
		// What stands in the head of a statement is followed by its body.
		head := false
		if n := len(l.tokens); n > 0 && l.tokens[n-1].kind == jsName {
			switch text[l.tokens[n-1].start:l.tokens[n-1].end] {
			case "if", "while", "for", "with":
				head = true
			}
		}
		l.push(c, head)
		l.operand = true
		return
	case '[':
		l.push(c, false)
		l.operand = true
		return
	case '{':
		l.push(c, l.block())
		l.operand = true
		return
	case ')':
		l.operand = l.pop(t, '(').operand
		return
	case ']':
		l.pop(t, '[')
		l.operand = false
		return
	case '}':
		if n := len(l.open); n > 0 && l.open[n-1].op == '$' {
			l.open = l.open[:n-1]
			l.template(t, templateTail, templatePart)
			return
		}
		l.operand = l.pop(t, '{').operand
		return
	}
	l.operand = true
	rest := text[l.at:]
	next := func(i int) byte {
		if i < len(rest) {
			return rest[i]
		}
		return 0
	}
	take := func(n int, op uint8) { l.at += n; t.op = op }
	switch c {
	case '=':
		switch {
		case next(0) == '>':
			take(1, opArrow)
		case next(0) == '=' && next(1) == '=':
			take(2, opCompare)
		case next(0) == '=':
			take(1, opCompare)
		}
	case '!', '<', '>':
		switch {
		case next(0) == '=' && next(1) == '=':
			take(2, opCompare)
		case next(0) == '=':
			take(1, opCompare)
		case c == '<' && next(0) == '<', c == '>' && next(0) == '>' && next(1) != '(' && next(1) != '>' && next(1) != ',':
			take(1, opBinary)
		}
	case '?':
		switch {
		case next(0) == '.' && jsClass[next(1)] != 2:
			take(1, opOptional)
		case next(0) == '?' && next(1) == '=':
			take(2, opAssign)
		case next(0) == '?':
			take(1, opLogical)
		}
	case '&', '|':
		switch {
		case next(0) == c && next(1) == '=':
			take(2, opAssign)
		case next(0) == c:
			take(1, opLogical)
		case next(0) == '=':
			take(1, opAssign)
		}
	case '+':
		switch next(0) {
		case '+':
			take(1, opStep)
			l.operand = !l.operandBefore()
		case '=':
			take(1, opAddAssign)
		}
	case '-':
		switch next(0) {
		case '-':
			take(1, opStep)
			l.operand = !l.operandBefore()
		case '=':
			take(1, opAssign)
		}
	case '*', '/', '%', '^':
		switch {
		case c == '*' && next(0) == '*' && next(1) == '=':
			take(2, opAssign)
		case c == '*' && next(0) == '*':
			take(1, opBinary)
		case next(0) == '=':
			take(1, opAssign)
		}
	case '.':
		if next(0) == '.' && next(1) == '.' {
			take(2, opSpread)
		}
	}
}

// operandBefore reports whether the last token ends an operand: then a step
// belongs to it.
func (l *jsLexer) operandBefore() bool {
	if len(l.tokens) == 0 {
		return false
	}
	t := l.tokens[len(l.tokens)-1]
	return t.kind != jsOp || t.op == ')' || t.op == ']'
}

// block tells a block from an object by the token before the brace.
func (l *jsLexer) block() bool {
	if len(l.tokens) == 0 {
		return true
	}
	t := l.tokens[len(l.tokens)-1]
	switch t.kind {
	case jsName:
		switch l.text[t.start:t.end] {
		case "return", "typeof", "case", "in", "of", "new", "void", "await", "yield", "throw", "default":
			return false
		}
		return true
	case jsOp:
		switch t.op {
		case ')', ';', '{', '}', opArrow:
			return true
		case ':':
			return false
		}
	}
	return false
}

// regexEnd returns where a regular expression that begins at a slash ends,
// flags included; 0 when it does not end in its line.
func (l *jsLexer) regexEnd(at int) int {
	text := l.text
	if at < l.hopeless.end && !l.hopeless.closes(at+1) {
		return 0
	}
	class := false
	i := at + 1
	for ; i < len(text) && text[i] != '\n' && text[i] != '\r'; i++ {
		switch text[i] {
		case '\\':
			if i+1 < len(text) && text[i+1] != '\n' && text[i+1] != '\r' {
				i++
			}
		case '[':
			class = true
		case ']':
			class = false
		case '/':
			if !class {
				for i++; i < len(text) && jsClass[text[i]] == 1 && text[i] < utf8.RuneSelf && text[i] != '\\'; i++ {
				}
				return i
			}
		}
	}
	if at >= l.hopeless.end {
		l.hopeless.look(text, at+1, min(i, len(text)))
	}
	return 0
}

// jsLine tells of each byte of a line whether a regular expression that goes on
// there ends in the line. It is made when one did not, so that a line of slashes
// is not looked through from each of them.
type jsLine struct {
	start, end int
	ends       []uint64 // a bit per byte
}

func (l *jsLine) closes(at int) bool {
	i := at - l.start
	return i >= 0 && i/64 < len(l.ends) && l.ends[i/64]&(1<<(i%64)) != 0
}

// look fills the table from the end of the line backwards.
func (l *jsLine) look(text string, start, end int) {
	l.start, l.end = start, end
	l.ends = append(l.ends[:0], make([]uint64, (max(end-start, 0)+63)/64)...)
	next, after := false, false // from the next byte, from the one after it
	class := false              // from the next byte, within brackets
	classAfter := false
	for i := end - 1; i >= start; i-- {
		is, in := next, class
		switch text[i] {
		case '\\':
			is, in = after, classAfter
		case '[':
			is = class
		case ']':
			in = next
		case '/':
			is = true
		}
		if is {
			l.ends[(i-start)/64] |= 1 << ((i - start) % 64)
		}
		next, after, class, classAfter = is, next, in, class
	}
}
