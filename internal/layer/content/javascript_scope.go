package content

import "strings"

// declare binds a name in the function around here.
func (p *jsReader) declare(name string, v jsValue) {
	p.binds = append(p.binds, jsBinding{name: name, value: v, last: p.vars[name]})
	p.vars[name] = int32(len(p.binds))
}

// refill says that the name that was just declared is a constant's, at an
// offset, and puts in what a pass before put into its buffer: one call fills
// it, the next empties it.
func (p *jsReader) refill(at int32) {
	b := &p.binds[len(p.binds)-1]
	b.constant = at
	if v, ok := p.filled[at]; ok && p.again {
		b.value.carries |= v.carries
		b.value.origin = first(b.value.origin, v.origin)
	}
}

// fill puts what v carries into the buffer that a name stands for.
func (p *jsReader) fill(name string, v jsValue) {
	v = jsValue{carries: v.carries &^ names, origin: v.origin}
	if v.carries == 0 {
		return
	}
	p.put(name, v, true)
	if at := p.vars[name]; at > 0 && p.binds[at-1].constant > 0 {
		p.filled[p.binds[at-1].constant] = join2(p.filled[p.binds[at-1].constant], v)
	}
}

// lookup returns what a name is bound to, nil for nothing.
func (p *jsReader) lookup(name string) *jsValue {
	if at := p.vars[name]; at > 0 {
		return &p.binds[at-1].value
	}
	return nil
}

// put gives a variable a further value. It joins: branches are not followed
// apart.
func (p *jsReader) put(name string, v jsValue, add bool) {
	old := p.lookup(name)
	if old == nil {
		if v.interesting() {
			p.declare(name, v)
		}
		return
	}
	carries, from := old.carries, origin(*old, v)
	switch {
	case !add && v.kind != jsUnknown:
		*old = v
	case add:
		*old = join2(*old, v)
	}
	old.carries |= carries | v.carries
	old.origin = from
}

func (v jsValue) interesting() bool {
	return v.carries != 0 || v.kind == jsThing || v.kind == jsFunction || v.kind == jsText && len(v.text) < 4096
}

// join2 is what two values can be together.
func join2(a, b jsValue) jsValue {
	out := a
	if a.kind == jsUnknown || a.kind == jsText && b.kind > jsText {
		out = b
	}
	out.partial = a.partial || b.partial || a.kind != b.kind || a.text != b.text
	out.carries, out.origin = a.carries|b.carries, origin(a, b)
	return out
}

// origin is the one to tell of what two values carry: that of a secret, or
// else the first.
func origin(a, b jsValue) int32 {
	switch {
	case b.origin == 0, b.carries&^names == 0 && a.origin != 0:
		return a.origin
	case a.origin == 0, a.carries&^names == 0, b.carries.any(secrets) && !a.carries.any(secrets):
		return b.origin
	}
	return a.origin
}

// enter begins the scope of a function at an offset; leave ends it.
func (p *jsReader) enter(at int32) int {
	mark := len(p.binds)
	p.restore(at)
	return mark
}

func (p *jsReader) leave(at int32, mark int) {
	p.keep(at, mark)
	for n := len(p.binds) - 1; n >= mark; n-- {
		b := &p.binds[n]
		if b.last == 0 {
			delete(p.vars, b.name)
		} else {
			p.vars[b.name] = b.last
		}
		*b = jsBinding{}
	}
	p.binds = p.binds[:mark]
}

// keep remembers a scope for the next pass, in which code sees what is
// declared below it.
func (p *jsReader) keep(at int32, mark int) {
	if len(p.text) > jsRepeat {
		return
	}
	var out []jsBinding
	for _, b := range p.binds[mark:] {
		if b.value.kind == jsFunction || b.value.kind == jsThing || b.value.carries != 0 {
			if len(out) < 2000 {
				out = append(out, b)
			}
		}
	}
	if out != nil {
		p.kept[at] = out
	}
}

func (p *jsReader) restore(at int32) {
	if !p.again {
		return
	}
	for _, b := range p.kept[at] {
		p.declare(b.name, b.value)
	}
}

// pattern binds the names of a declaration or parameter: a name, or what
// takes an object or array apart. It returns the token after it.
func (p *jsReader) pattern(i, end int, v jsValue, fresh bool) int {
	bind := func(name string, v jsValue) {
		if fresh {
			if w, ok := walletName(name); ok && v.kind == jsUnknown {
				v.carries |= w
			}
			p.declare(name, v)
		} else {
			p.put(name, v, false)
		}
	}
	switch {
	case i >= end:
		return i
	case p.kind(i) == jsName:
		bind(p.word(i), v)
		return i + 1
	case p.op(i) == opSpread:
		return p.pattern(i+1, end, v, fresh)
	case p.op(i) != '{' && p.op(i) != '[':
		return i + 1
	}
	stop := p.close(i, end)
	object := p.op(i) == '{'
	if p.depth++; p.depth > jsNesting {
		p.depth--
		return stop + 1
	}
	for n, at := 0, i+1; at < stop; n++ {
		if p.op(at) == ',' {
			at++
			continue
		}
		start, member := at, jsValue{carries: v.carries, origin: v.origin}
		if object && (p.kind(at) == jsName || p.kind(at) == jsString) {
			name := p.word(at)
			if p.kind(at) == jsString {
				name = unquote(name)
			}
			member = p.member(v, name, at)
			if p.op(at+1) == ':' {
				at += 2
				at = p.pattern(at, stop, member, fresh)
			} else {
				bind(name, member)
				at++
			}
		} else {
			if !object && v.kind == jsArray && n < len(v.list) {
				member = v.list[n]
			}
			at = p.pattern(at, stop, member, fresh)
		}
		if fresh && p.op(at) == '=' { // else it was read as an expression
			p.i = at + 1
			p.assign(stop)
			at = p.i
		}
		if at == start {
			at++
		}
		for at < stop && p.op(at) != ',' { // what is not understood
			if m := int(p.t[at].match); m > at {
				at = m
			}
			at++
		}
	}
	p.depth--
	return stop + 1
}

// walletName tells names that hold the secret of a wallet.
func walletName(name string) (capability, bool) {
	if len(name) < 8 || len(name) > 24 || strings.IndexByte("pmswr_", lower(name[0])) < 0 || strings.IndexByte("ycde_", lower(name[len(name)-1])) < 0 {
		return 0, false // every name is asked for, and most are told by a letter
	}
	switch strings.ToLower(strings.ReplaceAll(name, "_", "")) {
	case "privatekey", "mnemonic", "seedphrase", "walletseed", "walletprivatekey", "recoveryphrase", "secretphrase", "secretkey":
		return wallet, true
	}
	return 0, false
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
