package content

import (
	"strings"
)

// expression reads what commas join; its value is the last.
func (p *jsReader) expression(end int) jsValue {
	v := p.assign(end)
	for p.op(p.i) == ',' && p.i < end {
		p.i++
		v = p.assign(end)
	}
	return v
}

// assign reads an expression without commas.
func (p *jsReader) assign(end int) jsValue {
	if p.i >= end {
		return jsValue{}
	}
	if p.depth++; p.depth > jsNesting || p.fuel < 0 {
		p.f.part = "code nested too deeply was not followed"
		p.depth--
		p.i = end
		return jsValue{}
	}
	p.fuel--
	p.f.step()
	defer func() { p.depth-- }()
	if at, ok := p.arrow(end); ok {
		return p.arrowFunction(at, end)
	}
	start := p.i
	v := p.binary(end)
	if p.i >= end || p.kind(p.i) != jsOp {
		return v
	}
	switch op := p.op(p.i); op {
	case '?':
		p.i++
		a := p.assign(end)
		if p.op(p.i) == ':' {
			p.i++
			a = join2(a, p.assign(end))
		}
		a.hidden = false
		return a
	case '=', opAssign, opAddAssign:
		stop := p.i
		p.i++
		right := p.assign(end)
		rest := p.i
		p.store(start, stop, v, right, op == opAddAssign)
		p.i = rest
		return right
	}
	return v
}

// store assigns to what the tokens from start to stop say.
func (p *jsReader) store(start, stop int, left, right jsValue, add bool) {
	if op := p.op(start); op == '{' || op == '[' {
		p.pattern(start, stop, right, false)
		return
	}
	if p.kind(start) != jsName {
		return
	}
	if stop == start+1 {
		p.put(p.word(start), right, add)
		return
	}
	p.assigned(left, right, start, stop)
	name := p.word(start)
	if name == "this" && p.op(start+1) == '.' && stop == start+3 && len(p.word(start+2)) > 2 {
		name = "this." + p.word(start+2)
		if p.lookup(name) == nil && right.interesting() {
			p.declare(name, right)
			return
		}
	} else if right.kind != jsUnknown || right.carries == 0 {
		if name == "module" || name == "exports" {
			return
		}
	}
	// What is put into an object flows on with it.
	if right.carries&^namesFound != 0 && name != "module" && name != "exports" && name != "this" && name != "window" && name != "process" {
		p.put(name, jsValue{carries: right.carries, origin: right.origin}, true)
	}
}

// binary reads operands and what joins them. Precedence does not matter here:
// what flows in flows out.
func (p *jsReader) binary(end int) jsValue {
	v := p.unary(end)
	for p.i < end {
		if p.kind(p.i) == jsName {
			switch p.word(p.i) {
			case "in", "instanceof":
				p.i++
				p.unary(end)
				v = jsValue{}
				continue
			case "as", "satisfies":
				if p.typed && !p.t[p.i].newline {
					p.typeName(end)
					continue
				}
			}
			return v
		}
		op := p.op(p.i)
		switch op {
		case '+':
			p.i++
			v = p.add(v, p.unary(end))
		case opLogical:
			and := p.text[p.t[p.i].start] == '&'
			p.i++
			w := p.unary(end)
			if and {
				v = w
			} else {
				v = join2(v, w)
			}
		case opCompare, '<', '>':
			p.i++
			p.unary(end)
			v = jsValue{}
		case '-', '*', '/', '%', '&', '|', '^', opBinary:
			p.i++
			w := p.unary(end)
			v = jsValue{carries: v.carries | w.carries, origin: max(v.origin, w.origin)}
		default:
			return v
		}
	}
	return v
}

// typeName steps over a type behind "as".
func (p *jsReader) typeName(end int) {
	for p.i++; p.i < end; p.i++ {
		switch {
		case p.kind(p.i) == jsName, p.kind(p.i) == jsString, p.op(p.i) == '.', p.op(p.i) == '|', p.op(p.i) == '&':
			if p.t[p.i].newline && p.kind(p.i) == jsName && p.kind(p.i-1) == jsName {
				return
			}
		case p.op(p.i) == '[', p.op(p.i) == '{':
			p.i = p.close(p.i, end)
		case p.op(p.i) == '<':
			for n := 0; p.i < end && n < 64; p.i, n = p.i+1, n+1 {
				if p.op(p.i) == '>' {
					break
				}
			}
		default:
			return
		}
	}
}

const maxFold = 2 << 10 // bytes of a text put together

func (p *jsReader) add(a, b jsValue) jsValue {
	v := jsValue{carries: a.carries | b.carries, origin: a.origin}
	if v.origin == 0 {
		v.origin = b.origin
	}
	if a.kind != jsText && b.kind != jsText || len(a.text)+len(b.text) > maxFold {
		return v
	}
	v.kind, v.partial = jsText, a.partial || b.partial
	text := func(w jsValue) string {
		if w.kind == jsText {
			return w.text
		}
		v.partial = true
		return place(w)
	}
	v.text = text(a) + text(b)
	v.hidden = !v.partial && a.kind == jsText && b.kind == jsText
	if len(v.text) <= 512 {
		v.carries |= p.looked(v.text)
	}
	return v
}

// place writes what is no constant into a text: well-known folders, or a gap.
func place(v jsValue) string {
	if v.kind == jsThing {
		switch v.text {
		case "os.homedir()", "process.env.HOME", "process.env.USERPROFILE", "os.userInfo().homedir":
			return "~"
		case "os.tmpdir()":
			return "/tmp"
		case "__dirname":
			return "."
		case "process.execPath":
			return "node"
		}
	}
	return "*"
}

func (p *jsReader) unary(end int) jsValue {
	if p.depth++; p.depth > jsNesting {
		p.f.part = "code nested too deeply was not followed"
		p.depth--
		p.i = end
		return jsValue{}
	}
	v := p.operand(end)
	p.depth--
	return v
}

func (p *jsReader) operand(end int) jsValue {
	for p.i < end {
		switch p.kind(p.i) {
		case jsOp:
			switch p.op(p.i) {
			case '!', '~':
				p.i++
				p.unary(end)
				return jsValue{}
			case '+', '-', opStep:
				p.i++
				v := p.unary(end)
				return jsValue{carries: v.carries, origin: v.origin}
			case opSpread:
				p.i++
				return p.spread(p.unary(end))
			case '<': // JSX, or a cast
				p.i++
				continue
			case '@', '#':
				p.i++
				continue
			}
		case jsName:
			switch p.word(p.i) {
			case "await", "yield":
				if p.i+1 < end && (p.kind(p.i+1) != jsOp || p.op(p.i+1) == '(' || p.op(p.i+1) == '[' || p.op(p.i+1) == '*') {
					p.i++
					if p.op(p.i) == '*' {
						p.i++
					}
					continue
				}
			case "typeof", "void", "delete":
				p.i++
				p.unary(end)
				return jsValue{}
			case "new":
				if p.op(p.i+1) != '.' {
					p.i++
					return p.created(end)
				}
			}
		}
		break
	}
	start := p.i
	return p.postfix(p.primary(end), start, end, false)
}

// spread gives what the whole of an object holds.
func (p *jsReader) spread(v jsValue) jsValue {
	if v.kind == jsThing && v.text == "process.env" {
		return jsValue{carries: v.carries | wholeEnv, origin: v.origin}
	}
	return v
}

// created reads what follows new.
func (p *jsReader) created(end int) jsValue {
	start := p.i
	if p.word(p.i) == "class" || p.word(p.i) == "function" {
		return p.postfix(p.primary(end), start, end, false)
	}
	callee := p.postfix(p.primary(end), start, end, true)
	if p.typed {
		p.skipTypeArguments(end)
	}
	v := callee
	if p.op(p.i) == '(' && p.i < end {
		v = p.call(callee, jsValue{}, start, end, true)
	}
	return p.postfix(v, start, end, false)
}

func (p *jsReader) primary(end int) jsValue {
	if p.i >= end {
		return jsValue{}
	}
	switch t := p.t[p.i]; t.kind {
	case jsString:
		p.i++
		text, changed := unescape(unquote(p.text[t.start:t.end]))
		return jsValue{kind: jsText, text: text, hidden: changed && escapesLetters(p.text[t.start:t.end]), carries: p.looked(text), origin: t.start}
	case jsTemplate:
		return p.templated(end)
	case jsNumber, jsRegex:
		if t.kind == jsRegex && t.end-t.start < 300 && addressPattern(p.text[t.start:t.end]) {
			p.see(wallet, p.i, p.i+1, "")
		}
		p.i++
		return jsValue{}
	case jsName:
		return p.named(end)
	case jsOp:
		switch t.op {
		case '(':
			stop := p.close(p.i, end)
			p.i++
			v := p.expression(stop)
			p.rest(stop)
			return v
		case '[':
			return p.array(end)
		case '{':
			return p.object(end)
		}
	}
	return jsValue{} // the statement around steps on
}

// rest reads what is left before a closing bracket, and steps over it.
func (p *jsReader) rest(stop int) {
	if p.i < stop {
		p.statements(stop)
	}
	p.i = stop + 1
}

func (p *jsReader) named(end int) jsValue {
	at := p.i
	name := p.word(at)
	switch name {
	case "function":
		return p.function(end)
	case "async":
		if p.word(at+1) == "function" && !p.t[at+1].newline {
			p.i++
			return p.function(end)
		}
	case "class":
		return p.class(end)
	}
	p.i++
	if v := p.lookup(name); v != nil {
		return *v
	}
	if v, ok := global(name); ok {
		v.origin = p.t[at].start
		return v
	}
	if w, ok := walletName(name); ok {
		return jsValue{carries: w, origin: p.t[at].start}
	}
	return jsValue{}
}

func (p *jsReader) templated(end int) jsValue {
	t := p.t[p.i]
	p.i++
	if t.op == templateFull {
		text, changed := unescape(strings.Trim(p.text[t.start:t.end], "`"))
		return jsValue{kind: jsText, text: text, hidden: changed && escapesLetters(p.text[t.start:t.end]), carries: p.looked(text), origin: t.start}
	}
	v := jsValue{kind: jsText, partial: true, origin: 0}
	var b strings.Builder
	piece := func(text string) {
		if b.Len()+len(text) < maxFold {
			b.WriteString(text)
		}
	}
	piece(strings.TrimSuffix(p.text[t.start+1:t.end], "${"))
	for p.i < end {
		t = p.t[p.i]
		if t.kind == jsTemplate && (t.op == templatePart || t.op == templateTail) {
			piece(strings.Trim(p.text[t.start:t.end], "`}${"))
			p.i++
			if t.op == templateTail {
				break
			}
			continue
		}
		at := p.i
		w := p.expression(end)
		if w.kind == jsText {
			piece(w.text)
		} else {
			piece(place(w))
		}
		v.carries |= w.carries
		if v.origin == 0 && w.carries&^names != 0 {
			v.origin = w.origin
		}
		if p.i == at {
			p.i++
		}
	}
	v.text = b.String()
	v.carries |= p.looked(v.text)
	return v
}

func (p *jsReader) array(end int) jsValue {
	stop := p.close(p.i, end)
	v := jsValue{kind: jsArray}
	p.i++
	for p.i < stop {
		at := p.i
		if p.op(at) == ',' {
			p.i++
			continue
		}
		e := p.assign(stop)
		v.origin = origin(v, e)
		v.carries |= e.carries
		if len(v.list) < 64 {
			v.list = append(v.list, e)
		}
		if p.i == at {
			p.i++
		}
	}
	p.i = stop + 1
	return v
}

// object reads an object literal. Its text is the host or address it names.
func (p *jsReader) object(end int) jsValue {
	stop := p.close(p.i, end)
	v := jsValue{}
	p.i++
	for p.i < stop {
		at := p.i
		switch {
		case p.op(at) == ',':
			p.i++
			continue
		case p.op(at) == opSpread:
			p.i++
			e := p.spread(p.assign(stop))
			v.carries |= e.carries
			v.origin = max(v.origin, e.origin)
			continue
		case p.op(at) == '[': // a computed name
			inner := p.close(at, stop)
			p.i++
			p.expression(inner)
			p.i = inner + 1
		case p.op(at) == '*':
			p.i++
		}
		for w := p.word(p.i); (w == "get" || w == "set" || w == "async" || w == "static") && p.op(p.i+1) != ':' && p.op(p.i+1) != ',' && p.op(p.i+1) != '(' && p.op(p.i+1) != '}' && p.i < stop; w = p.word(p.i) {
			p.i++
			if p.op(p.i) == '*' {
				p.i++
			}
		}
		key := p.i
		if k := p.kind(p.i); k == jsName || k == jsString || k == jsNumber {
			p.i++
		}
		switch {
		case p.op(p.i) == '(' && p.i < stop:
			p.body(p.i, stop, p.t[key].start)
		case p.op(p.i) == ':' && p.i < stop:
			p.i++
			e := p.assign(stop)
			if e.kind == jsText && v.text == "" {
				switch p.word(key) {
				case "host", "hostname", "url", "uri", "href", "baseURL":
					v.text = e.text
				}
			}
			e = p.spread(e)
			v.origin = origin(v, e)
			v.carries |= e.carries
		case p.i == key+1 && p.kind(key) == jsName: // a name alone
			p.i = key
			e := p.spread(p.assign(stop))
			v.origin = origin(v, e)
			v.carries |= e.carries
		}
		if p.i == at {
			p.i++
		}
	}
	p.i = stop + 1
	return v
}
