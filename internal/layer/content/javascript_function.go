package content

// arrow reports whether an arrow function begins here, and where its arrow is.
func (p *jsReader) arrow(end int) (int, bool) {
	at := p.i
	if p.kind(at) == jsName && p.word(at) == "async" && at+1 < end && !p.t[at+1].newline && (p.kind(at+1) == jsName || p.op(at+1) == '(') {
		if p.op(at+2) != opArrow && p.op(at+1) != '(' {
			return 0, false
		}
		at++
	}
	switch {
	case p.kind(at) == jsName:
		return at + 1, p.op(at+1) == opArrow && at+1 < end
	case p.op(at) == '(':
		stop := p.close(at, end)
		if p.op(stop+1) == opArrow && stop+1 < end {
			return stop + 1, true
		}
		if p.typed && p.op(stop+1) == ':' {
			for n := stop + 2; n < min(end, stop+40); n++ {
				switch p.op(n) {
				case opArrow:
					return n, true
				case ';', '{', '=':
					return 0, false
				}
			}
		}
	}
	return 0, false
}

func (p *jsReader) arrowFunction(arrow, end int) jsValue {
	at := p.i
	if p.word(at) == "async" && at+1 < arrow {
		at++
	}
	offset := p.t[p.i].start
	return p.scoped(offset, func(fn *jsFunc) {
		if p.op(at) == '(' {
			p.parameters(at, fn)
		} else {
			p.parameter(at, at+1, 0, fn)
		}
	}, func(fn *jsFunc) {
		p.i = arrow + 1
		if p.op(p.i) == '{' {
			p.block(end)
			return
		}
		fn.returns = join2(fn.returns, p.assign(end))
	}, arrow, end)
}

// function reads a function expression or declaration, from its keyword.
func (p *jsReader) function(end int) jsValue {
	offset := p.t[p.i].start
	p.i++
	if p.op(p.i) == '*' {
		p.i++
	}
	name := ""
	if p.kind(p.i) == jsName {
		name = p.word(p.i)
		p.i++
	}
	if p.typed {
		p.skipTypeArguments(end)
	}
	if p.op(p.i) != '(' || p.i >= end {
		return jsValue{}
	}
	v := jsValue{kind: jsFunction, fn: p.fnAt(offset)}
	if name != "" {
		p.declare(name, v)
	}
	p.body(p.i, end, offset)
	return v
}

func (p *jsReader) fnAt(offset int32) *jsFunc {
	fn := p.fns[offset]
	if fn == nil {
		fn = new(jsFunc)
		p.fns[offset] = fn
	}
	return fn
}

// body reads parameters and the block behind them.
func (p *jsReader) body(parameters, end int, offset int32) jsValue {
	after := p.close(parameters, end) + 1
	block := after
	if p.op(after) == ':' && after < end { // a type
		for block = after + 1; block < min(end, after+60) && p.op(block) != '{' && p.op(block) != ';'; block++ {
		}
	}
	return p.scoped(offset, func(fn *jsFunc) { p.parameters(parameters, fn) }, func(*jsFunc) {
		p.i = block
		if p.op(block) == '{' && block < end {
			p.block(end)
		}
	}, block, end)
}

func (p *jsReader) block(end int) {
	stop := p.close(p.i, end)
	p.i++
	p.statements(stop)
	p.i = stop + 1
}

// scoped reads a function whose block begins at a token.
func (p *jsReader) scoped(offset int32, parameters, body func(*jsFunc), block, end int) jsValue {
	fn := p.fnAt(offset)
	if p.hand != 0 {
		// What a call gives its callbacks.
		for i := range fn.params {
			fn.params[i] |= p.hand
			if fn.origins[i] == 0 {
				fn.origins[i] = p.handAt
			}
		}
	}
	fn.settles, p.promise = p.promise, false
	hand, handAt, outer, scope := p.hand, p.handAt, p.fn, p.scope
	p.hand, p.handAt, p.fn = 0, 0, fn
	mark := p.enter(offset)
	if scope == 0 && p.op(block) == '{' {
		if stop := p.close(block, end); stop < len(p.t) && int(p.t[stop].end-p.t[block].start) <= nearBytes {
			p.count++
			p.scope = p.count
		}
	}
	parameters(fn)
	body(fn)
	p.leave(offset, mark)
	p.hand, p.handAt, p.fn, p.scope = hand, handAt, outer, scope
	return jsValue{kind: jsFunction, fn: fn}
}

// parameters binds what stands between brackets.
func (p *jsReader) parameters(open int, fn *jsFunc) {
	stop := p.close(open, len(p.t))
	n := 0
	for at := open + 1; at < stop; n++ {
		at = p.parameter(at, stop, n, fn)
		for at < stop && p.op(at) != ',' { // a default, a type
			if p.op(at) == '=' {
				p.i = at + 1
				p.assign(stop)
				if p.i > at {
					at = p.i
					continue
				}
			}
			if m := int(p.t[at].match); m > at {
				at = m
			}
			at++
		}
		at++
	}
}

func (p *jsReader) parameter(at, stop, n int, fn *jsFunc) int {
	v := jsValue{}
	if n < len(fn.params) {
		v.carries, v.origin = fn.params[n], fn.origins[n]
	}
	if fn.settles && n == 0 {
		v = jsValue{kind: jsThing, text: "resolve()"}
	}
	if p.typed {
		for p.kind(at) == jsName && p.kind(at+1) == jsName && at+1 < stop { // private, readonly
			at++
		}
	}
	return p.pattern(at, stop, v, true)
}

// class reads a class: its methods and what its fields are set to.
func (p *jsReader) class(end int) jsValue {
	p.i++
	for p.i < end && p.op(p.i) != '{' {
		if m := int(p.t[p.i].match); m > p.i && m < end {
			p.i = m
		}
		p.i++
	}
	if p.i >= end {
		return jsValue{}
	}
	stop := p.close(p.i, end)
	for p.i++; p.i < stop; {
		at := p.i
		switch op := p.op(at); {
		case op == '(':
			p.body(at, stop, p.t[at].start)
		case op == '=':
			p.i++
			p.assign(stop)
		case op == ':':
			p.skipType(stop, false)
		case op == '{':
			p.block(stop)
		case op == '[':
			inner := p.close(at, stop)
			p.i++
			p.expression(inner)
			p.i = inner + 1
		}
		if p.i == at {
			p.i++
		}
	}
	p.i = stop + 1
	return jsValue{}
}

// skipTypeArguments steps over <T> before a call.
func (p *jsReader) skipTypeArguments(end int) {
	if p.op(p.i) != '<' {
		return
	}
	depth := 0
	for n := p.i; n < min(end, p.i+48); n++ {
		switch op := p.op(n); {
		case op == '<':
			depth++
		case op == '>':
			if depth--; depth == 0 {
				if p.op(n+1) == '(' {
					p.i = n + 1
				}
				return
			}
		case op == ';' || op == '{' || op == ')' || op == '=' || op == opLogical:
			return
		}
	}
}
