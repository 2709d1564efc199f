package content

import "strings"

// imports reads "import a.b as c, d".
func (p *pyReader) imports() {
	p.advance()
	for p.tok.kind == pyName {
		line := p.tok.line
		full := p.dotted()
		p.f.refer(full, p.line(line), false)
		first, _, _ := strings.Cut(full, ".")
		name, value := first, first
		if p.word("as") {
			p.advance()
			name, value = p.tok.text, full
			p.advance()
		}
		p.set(name, pyValue{name: value})
		if !p.take(',') {
			break
		}
	}
	p.end()
}

// importsFrom reads "from .a import b as c, d".
func (p *pyReader) importsFrom() {
	line := p.tok.line
	p.advance()
	module := ""
	for p.op('.') {
		module += "."
		p.advance()
	}
	if p.tok.kind == pyName && p.tok.text != "import" {
		module += p.dotted()
	}
	if !p.word("import") {
		p.end()
		return
	}
	p.advance()
	p.take('(')
	p.f.refer(module, p.line(line), false)
	for p.tok.kind == pyName {
		name := p.tok.text
		value := module + "." + name
		if strings.HasSuffix(module, ".") {
			value = module + name
		}
		p.f.refer(value, p.line(line), false)
		p.advance()
		if p.word("as") {
			p.advance()
			name = p.tok.text
			p.advance()
		}
		p.set(name, pyValue{name: value})
		if !p.take(',') {
			break
		}
	}
	p.take(')')
	p.end()
}

func (p *pyReader) dotted() string {
	name := p.tok.text
	p.advance()
	for p.op('.') {
		p.advance()
		if p.tok.kind != pyName {
			break
		}
		name += "." + p.tok.text
		p.advance()
	}
	return name
}

// define reads the head of a function.
func (p *pyReader) define() {
	indent := p.lexer.indent
	p.advance()
	name := p.tok.text
	p.advance()
	fn := p.functions[name]
	if fn == nil {
		fn = &pyFunction{}
		if len(p.functions) < maxPyNames {
			p.functions[name] = fn
		}
	}
	fn.params = fn.params[:0]
	names := map[string]pyValue{}
	if p.take('(') {
		for p.tok.kind != pyEnd && !p.op(')') {
			for p.op('*') || p.op('/') || p.op(',') {
				p.advance()
			}
			if p.tok.kind != pyName {
				if p.op(')') {
					break
				}
				p.advance()
				continue
			}
			param := p.tok.text
			p.advance()
			v := pyValue{text: "$" + param}
			if i := len(fn.params); i < 16 {
				v.params = 1 << i
			}
			if p.take(':') {
				p.expression()
			}
			if p.take('=') {
				w := p.expression()
				w.params = v.params
				w.kind = pyUnknown
				v = w
			}
			fn.params = append(fn.params, param)
			names[param] = v
		}
		p.take(')')
	}
	if p.take('>') {
		p.expression()
	}
	if p.op(':') {
		p.enter(pyScope{indent: indent, function: fn, names: names})
	}
	p.end()
}

// class reads the head of a class.
func (p *pyReader) class() {
	indent := p.lexer.indent
	p.advance()
	p.advance() // its name
	if p.take('(') {
		p.arguments()
	}
	if p.op(':') {
		p.enter(pyScope{indent: indent})
	}
	p.end()
}

func (p *pyReader) enter(s pyScope) {
	if len(p.scopes) > maxPyDepth {
		return
	}
	p.count++
	s.number = p.count
	p.scopes = append(p.scopes, s)
}

// forIn reads the head of a loop: its names hold elements of what it goes
// through.
func (p *pyReader) forIn() {
	p.advance()
	var names []string
	for p.tok.kind != pyEnd && p.tok.kind != pyNewline && !p.word("in") {
		if p.tok.kind == pyName && len(names) < 16 {
			names = append(names, p.tok.text)
		}
		p.advance()
	}
	p.advance()
	v := p.expressions()
	for _, n := range names {
		p.set(n, p.element(v))
	}
	p.end()
}

// element is one of a list.
func (p *pyReader) element(v pyValue) pyValue {
	if v.kind == pyList {
		// The first stands for all.
		v.text, _, _ = strings.Cut(v.text, pySeparator)
		v.kind = pyText
		return v
	}
	return v.only()
}

// with reads "with open(x) as f, …:".
func (p *pyReader) with() {
	p.advance()
	p.take('(')
	for p.tok.kind != pyEnd && p.tok.kind != pyNewline && !p.op(':') {
		at := p.start
		v := p.expression()
		if p.word("as") {
			p.advance()
			if p.tok.kind == pyName {
				p.set(p.tok.text, v)
			}
			p.expression()
		}
		if p.op(',') || p.op(')') || p.start == at {
			p.advance()
		}
	}
	p.end()
}
