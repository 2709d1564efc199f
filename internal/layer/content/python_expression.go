package content

import (
	"strconv"
	"strings"
)

func pyKeyword(s string) bool {
	switch s {
	case "if", "else", "for", "in", "is", "and", "or", "not", "lambda", "await", "yield", "from", "as", "import", "return", "async", "None", "True", "False":
		return true
	}
	return false
}

// expressions reads one expression or several with commas.
func (p *pyReader) expressions() pyValue {
	v := p.expression()
	several := false
	for p.op(',') {
		p.advance()
		several = true
		if p.stops() {
			break
		}
		v = v.join(p.expression())
	}
	if several {
		return v.only()
	}
	return v
}

// stops reports whether no expression can begin here.
func (p *pyReader) stops() bool {
	switch p.tok.kind {
	case pyEnd, pyNewline:
		return true
	case pyOp:
		switch p.tok.op {
		case ')', ']', '}', '=', ':', ';', ',', 'a', '>':
			return true
		}
	}
	return false
}

// expression reads an expression. Operators are taken from left to right, since
// only what is joined matters, not the order.
func (p *pyReader) expression() pyValue {
	if p.depth >= maxPyDepth {
		p.skipBracket()
		return pyValue{}
	}
	p.depth++
	defer func() { p.depth-- }()
	for p.op('*') { // of arguments
		p.advance()
	}
	v := p.operand()
	for {
		switch {
		case p.tok.kind == pyOp:
			switch op := p.tok.op; op {
			case '+':
				p.advance()
				v = p.plus(v, p.operand())
			case '-', '*', '/', '%', '&', '|', '^', '@':
				p.advance()
				v = p.arithmetic(op, v, p.operand())
			case 'c':
				p.advance()
				p.operand()
				v = pyValue{}
			case 'w':
				p.advance()
				v = p.expression()
			default:
				return v
			}
		case p.tok.kind == pyName:
			switch p.tok.text {
			case "and", "or":
				p.advance()
				w := p.operand()
				if v.name == "" && !v.constant() {
					v.name, v.text, v.kind = w.name, w.text, w.kind
				}
				v = v.join(w)
			case "in", "is", "not":
				p.advance()
				p.take2("in", "not")
				p.operand()
				v = pyValue{}
			case "if":
				p.advance()
				p.expression()
				if p.word("else") {
					p.advance()
					v = v.join(p.expression())
				}
			default:
				return v
			}
		default:
			return v
		}
	}
}

func (p *pyReader) take2(a, b string) {
	if p.word(a) || p.word(b) {
		p.advance()
	}
}

func (p *pyReader) skipBracket() {
	for deep := p.lexer.deep; p.tok.kind != pyEnd && p.lexer.deep >= deep && p.tok.kind != pyNewline; {
		p.advance()
	}
}

// plus is v + w.
func (p *pyReader) plus(v, w pyValue) pyValue {
	if v.kind == pyInt && w.kind == pyInt {
		return p.arithmetic('+', v, w)
	}
	out := v.join(w)
	out.name, out.text, out.kind = "", "", pyUnknown
	switch {
	case v.constant() && v.kind == w.kind && len(v.text)+len(w.text) <= maxPyValue:
		out.text, out.kind = v.text+w.text, v.kind
		out.pieces = min(max(1, v.pieces)+max(1, w.pieces), pyManyElements)
	default:
		// A path or address of which a part is not known.
		if len(v.text)+len(w.text) <= 1000 && (v.kind == pyText || w.kind == pyText) {
			out.text = v.text + w.text
		}
	}
	return p.latent(out)
}

func (p *pyReader) arithmetic(op byte, v, w pyValue) pyValue {
	out := v.join(w)
	out.name, out.text, out.kind = "", "", pyUnknown
	switch {
	case v.kind == pyInt && w.kind == pyInt:
		a, _ := strconv.Atoi(v.text)
		b, _ := strconv.Atoi(w.text)
		switch op {
		case '+':
			a += b
		case '-':
			a -= b
		case '*':
			a *= b
		case '^':
			a ^= b
		case '|':
			a |= b
		case '&':
			a &= b
		default:
			return out
		}
		out.text, out.kind = strconv.Itoa(a), pyInt
	case op == '/' && (v.kind == pyText || w.kind == pyText): // pathlib
		out.text = v.text + "/" + w.text
		return p.latent(out)
	case op == '%' && v.kind == pyText:
		out.text = v.text
	}
	return out
}

// latent adds what the path in a value is about; opening it will show.
func (p *pyReader) latent(v pyValue) pyValue {
	if len(v.text) >= 4 && len(v.text) < 1000 && strings.ContainsAny(v.text, `/\.`) && secretPath(v.text) {
		v.from |= readsSecret
		if v.line == 0 {
			v.line, v.says = p.tok.line, v.text
		}
	}
	return v
}

// operand reads a name, constant or bracket with what is called and taken of
// it.
func (p *pyReader) operand() pyValue {
	for range maxPyDepth {
		if p.op('-') || p.op('+') || p.op('~') || p.op('*') || p.word("not") || p.word("await") {
			p.advance()
			continue
		}
		break
	}
	v := p.atom()
	for {
		switch {
		case p.op('.'):
			p.advance()
			if p.tok.kind != pyName {
				return v
			}
			v = p.attribute(v, p.tok.text)
			p.advance()
		case p.op('('):
			at, line := p.start, p.tok.line
			p.advance()
			v = p.call(v, p.arguments(), line, at)
		case p.op('['):
			p.advance()
			v = p.index(v)
		default:
			if v.name == "os.environ" {
				v.from |= wholeEnv
				v.line, v.says = p.tok.line, "os.environ"
			}
			return v
		}
	}
}

func (p *pyReader) atom() pyValue {
	t := p.tok
	switch t.kind {
	case pyName:
		switch t.text {
		case "lambda":
			p.advance()
			for p.tok.kind != pyEnd && p.tok.kind != pyNewline && !p.op(':') && !p.op(')') {
				p.advance()
			}
			p.take(':')
			return p.expression()
		case "if", "else", "for", "in", "is", "and", "or", "as", "import", "from", "async":
			return pyValue{}
		case "None", "True", "False":
			p.advance()
			return pyValue{}
		case "yield":
			p.advance()
			return pyValue{}
		}
		p.advance()
		return p.named(t.text, t.line)
	case pyNumber:
		p.advance()
		if n, err := strconv.ParseInt(strings.ReplaceAll(t.text, "_", ""), 0, 32); err == nil {
			return pyValue{kind: pyInt, text: strconv.FormatInt(n, 10)}
		}
		return pyValue{}
	case pyString:
		return p.strings()
	case pyOp:
		switch t.op {
		case '(':
			p.advance()
			v := p.bracket(')')
			if v.kind == pyList && v.pieces <= 1 {
				v.kind = pyText // a parenthesis, no tuple
			}
			return v
		case '[':
			p.advance()
			return p.bracket(']')
		case '{':
			p.advance()
			v := p.bracket('}')
			return v.only()
		}
	}
	return pyValue{}
}

// strings reads string constants that stand side by side.
func (p *pyReader) strings() pyValue {
	v := pyValue{kind: pyText, line: 0}
	for p.tok.kind == pyString {
		t := p.tok
		text := t.unquote(maxPyValue)
		if t.format && strings.ContainsRune(t.text, '{') {
			v = v.join(p.format(text))
			v.kind = pyUnknown
		}
		if len(v.text)+len(text) <= maxPyValue {
			v.text += text
		}
		p.advance()
	}
	if !v.constant() {
		return p.latent(v)
	}
	return p.latent(v)
}

// format joins what the braces of an f-string name.
func (p *pyReader) format(text string) pyValue {
	var out pyValue
	for range 64 {
		i := strings.IndexByte(text, '{')
		if i < 0 {
			break
		}
		text = text[i+1:]
		end := strings.IndexByte(text, '}')
		if end < 0 {
			break
		}
		inner := text[:end]
		text = text[end+1:]
		if inner == "" || inner[0] == '{' || len(inner) > 200 || p.depth > 20 {
			continue
		}
		q := *p
		q.lexer = pyLexer{src: inner, line: p.tok.line}
		q.fixed = p.line(p.tok.line)
		q.depth++
		q.advance()
		out = out.join(q.expression().only())
	}
	return out
}

// bracket reads what stands in brackets up to their end: elements, pairs,
// comprehensions.
func (p *pyReader) bracket(end byte) pyValue {
	out := pyValue{kind: pyList}
	var b strings.Builder
	first := pyValue{}
	n := 0
	constant := true
	for p.tok.kind != pyEnd && !p.op(end) {
		at := p.start
		v := p.expression()
		if n == 0 {
			first = v
		}
		if p.take(':') { // of a dictionary
			v = v.join(p.expression())
			constant = false
		}
		if p.word("for") || p.word("async") {
			v = v.join(p.comprehension())
			constant = false
		}
		out = out.join(v)
		switch {
		case !v.constant() && v.text != "" && b.Len() < 4000 && constant:
			if n > 0 {
				b.WriteString(pySeparator)
			}
			b.WriteString(v.text) // a variable within a command
		case v.kind == pyInt:
			if i, _ := strconv.Atoi(v.text); i >= 0 && i <= 0x10ffff {
				if n > 0 {
					b.WriteString(pySeparator)
				}
				b.WriteString(v.text)
			}
		case v.kind == pyText && b.Len()+len(v.text) < maxPyValue:
			if n > 0 {
				b.WriteString(pySeparator)
			}
			b.WriteString(v.text)
		default:
			constant = false
		}
		n++
		switch {
		case p.op(','):
			p.advance()
		case p.op(end):
		case p.start == at:
			p.advance()
		}
	}
	p.take(end)
	if n == 1 && end == ')' {
		return first.join(out)
	}
	out.text, out.pieces = b.String(), n
	if !constant || n == 0 {
		out.kind = pyUnknown
	}
	return out
}

// comprehension reads from "for" on.
func (p *pyReader) comprehension() pyValue {
	var out pyValue
	for p.word("async") {
		p.advance()
	}
	for p.word("for") {
		p.advance()
		for p.tok.kind != pyEnd && !p.word("in") && !p.op(')') && !p.op(']') && !p.op('}') {
			p.advance()
		}
		if !p.word("in") {
			return out
		}
		p.advance()
		out = out.join(p.operand())
		for p.tok.kind == pyOp && (p.op('+') || p.op('|') || p.op('*') || p.op('-') || p.op('%') || p.op('/')) {
			p.advance()
			out = out.join(p.operand())
		}
		for p.word("or") || p.word("and") || p.word("if") || p.word("async") {
			p.advance()
			if !p.word("for") {
				p.expression()
			}
		}
	}
	return out.only()
}
