package content

// statements reads statements up to a token.
func (p *jsReader) statements(end int) {
	if p.depth++; p.depth > jsNesting {
		p.f.part = "code nested too deeply was not followed"
		p.i = end
	}
	for p.i < end {
		p.f.step()
		at := p.i
		p.statement(end)
		if p.i <= at {
			p.i = at + 1
		}
	}
	p.depth--
}

func (p *jsReader) statement(end int) {
	switch p.op(p.i) {
	case ';', '}', ',', ')', ']', ':':
		p.i++
		return
	case '{':
		stop := p.close(p.i, end)
		p.i++
		p.statements(stop)
		p.i = stop + 1
		return
	}
	if p.kind(p.i) != jsName {
		p.expression(end)
		return
	}
	switch p.word(p.i) {
	case "var", "let", "const":
		constant := p.word(p.i) == "const"
		p.i++
		p.declarations(end, constant)
	case "return", "throw":
		thrown := p.word(p.i) == "throw"
		p.i++
		if p.i < end && !p.t[p.i].newline && p.op(p.i) != ';' && p.op(p.i) != '}' {
			v := p.expression(end)
			if p.fn != nil && !thrown {
				p.fn.returns = join2(p.fn.returns, v)
			}
		}
	case "if", "while", "switch", "with":
		p.i++
		if p.op(p.i) == '(' {
			stop := p.close(p.i, end)
			p.i++
			p.expression(stop)
			p.i = stop + 1
		}
	case "for":
		p.loop(end)
	case "else", "do", "try", "finally", "declare", "abstract", "debugger", "break", "continue":
		p.i++
	case "catch":
		p.i++
		if p.op(p.i) == '(' {
			stop := p.close(p.i, end)
			p.pattern(p.i+1, stop, jsValue{}, true)
			p.i = stop + 1
		}
	case "case", "default":
		p.i++
		p.expression(end)
	case "import":
		if op := p.op(p.i + 1); op == '(' || op == '.' {
			p.expression(end)
			return
		}
		p.importing(end)
	case "export":
		p.exporting(end)
	case "interface":
		if p.typed && p.kind(p.i+1) == jsName {
			for p.i < end && p.op(p.i) != '{' {
				p.i++
			}
			if p.i < end {
				p.i = p.close(p.i, end) + 1
			}
			return
		}
		p.expression(end)
	case "type":
		if p.typed && p.kind(p.i+1) == jsName {
			p.skipType(end, true)
			return
		}
		p.expression(end)
	default:
		if p.op(p.i+1) == ':' {
			p.i += 2 // a label
			return
		}
		p.expression(end)
	}
}

// declarations reads what follows var, let and const.
func (p *jsReader) declarations(end int, constant bool) {
	for p.i < end {
		name := p.i
		after := name + 1
		if op := p.op(name); op == '{' || op == '[' {
			after = p.close(name, end) + 1
		} else if p.kind(name) != jsName {
			return
		}
		p.i = after
		if p.op(p.i) == '!' {
			p.i++
		}
		if p.op(p.i) == ':' {
			p.skipType(end, false)
		}
		v := jsValue{}
		if p.op(p.i) == '=' {
			p.i++
			v = p.assign(end)
		}
		rest := p.i
		p.pattern(name, end, v, true)
		if constant && after == name+1 {
			p.refill(p.t[name].start)
		}
		p.i = rest
		if p.op(p.i) != ',' {
			return
		}
		p.i++
	}
}

// skipType steps over a type annotation.
func (p *jsReader) skipType(end int, whole bool) {
	for p.i++; p.i < end; p.i++ {
		switch p.op(p.i) {
		case ';', ',', ')', ']', '}':
			return
		case '=':
			if !whole {
				return
			}
		case opArrow:
		case '(', '[', '{':
			p.i = p.close(p.i, end)
			continue
		}
		if p.t[p.i].newline && p.op(p.i) != '|' && p.op(p.i) != '&' && p.kind(p.i) == jsName && p.kind(p.i-1) != jsOp {
			return
		}
	}
}

func (p *jsReader) loop(end int) {
	p.i++
	if p.word(p.i) == "await" {
		p.i++
	}
	if p.op(p.i) != '(' {
		return
	}
	stop := p.close(p.i, end)
	p.i++
	name := p.i
	if w := p.word(p.i); w == "var" || w == "let" || w == "const" {
		name++
		after := name + 1
		if op := p.op(name); op == '{' || op == '[' {
			after = p.close(name, stop) + 1
		}
		if w := p.word(after); w == "of" || w == "in" {
			p.i = after + 1
			v := p.expression(stop)
			each := jsValue{carries: v.carries, origin: v.origin}
			if v.kind == jsArray && len(v.list) > 0 {
				each = v.list[0]
				for _, e := range v.list[1:] {
					each = join2(each, e)
				}
			}
			p.pattern(name, stop, each, true)
			p.i = stop + 1
			return
		}
	}
	p.statements(stop)
	p.i = stop + 1
}

// importing reads an import statement.
func (p *jsReader) importing(end int) {
	start := p.i
	p.i++
	for at := p.i; at < end && at < start+4000; at++ {
		if p.kind(at) == jsString {
			module := unquote(p.word(at))
			p.refer(module, at)
			thing := p.module(module, start, at+1)
			p.imported(start+1, at, thing)
			p.i = at + 1
			return
		}
		if p.op(at) == ';' || p.op(at) == '=' || p.op(at) == '(' {
			return
		}
	}
}

// imported binds the names of an import's clause.
func (p *jsReader) imported(from, to int, module jsValue) {
	for at := from; at < to; at++ {
		switch {
		case p.op(at) == '*' && p.word(at+1) == "as":
			p.declare(p.word(at+2), module)
			at += 2
		case p.op(at) == '{':
			stop := p.close(at, to)
			for at++; at < stop; at++ {
				if p.kind(at) != jsName {
					continue
				}
				name := p.word(at)
				v := p.member(module, name, at)
				if p.word(at+1) == "as" {
					at += 2
					name = p.word(at)
				}
				p.declare(name, v)
			}
		case p.kind(at) == jsName && p.word(at) != "from" && p.word(at) != "type":
			p.declare(p.word(at), module)
		}
	}
}

// exporting reads an export statement: what it declares is read as a
// statement, what it passes on is a reference.
func (p *jsReader) exporting(end int) {
	p.i++
	switch {
	case p.word(p.i) == "default":
		p.i++
		p.expression(end)
	case p.op(p.i) == '*', p.op(p.i) == '{':
		for at := p.i; at < end && at < p.i+4000; at++ {
			if p.op(at) == '{' {
				at = p.close(at, end)
			}
			if p.op(at) == ';' || at > p.i && p.t[min(at, len(p.t)-1)].newline && p.op(at) != '}' {
				p.i = at
				return
			}
			if p.kind(at) == jsString {
				module := unquote(p.word(at))
				p.refer(module, at)
				p.module(module, p.i, at+1)
				p.i = at + 1
				return
			}
		}
		if p.op(p.i) == '{' {
			p.i = p.close(p.i, end)
		}
		p.i++
	}
}

func (p *jsReader) refer(to string, at int) {
	if !p.again && at < len(p.t) {
		p.f.refer(to, p.lineOf(p.t[at].start), false)
	}
}
