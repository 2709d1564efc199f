package content

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"path"
	"slices"
	"strings"
)

// postfix reads members, indexes and calls behind an operand.
func (p *jsReader) postfix(v jsValue, start, end int, callee bool) jsValue {
	var receiver jsValue
	for p.i < end {
		switch {
		case p.kind(p.i) == jsTemplate && (p.t[p.i].op == templateFull || p.t[p.i].op == templateHead) && !p.t[p.i].newline:
			w := p.templated(end) // a tagged template: shell libraries run it
			receiver, v = v, p.called(v, receiver, []jsValue{w}, start, false)
			continue
		case p.kind(p.i) != jsOp:
			return v
		}
		switch p.op(p.i) {
		case '.', opOptional:
			optional := p.op(p.i) == opOptional
			p.i++
			if p.kind(p.i) == jsName && p.i < end {
				receiver = v
				name := p.word(p.i)
				p.i++
				v = p.member(v, name, p.i-1)
				if w := p.word(p.i - 3); v.kind == jsUnknown && (w == "req" || w == "request") && (name == "headers" || name == "body" || name == "query") {
					// A server's handler is given what came in, by convention.
					v = jsValue{carries: v.carries | network, origin: p.t[p.i-3].start}
				}
				if p.word(start) == "this" && p.i == start+3 {
					if w := p.lookup("this." + name); w != nil && len(name) > 2 {
						v = *w
					}
				}
			} else if !optional || p.i >= end {
				return v
			}
		case '[':
			stop := p.close(p.i, end)
			p.i++
			at := p.i
			index := p.expression(stop)
			p.rest(stop)
			receiver = v
			switch {
			case index.kind == jsText && !index.partial && index.text != "":
				p.splitName(v, index, start)
				v = p.member(v, index.text, at)
			case v.kind == jsArray && p.kind(at) == jsNumber && stop == at+1:
				v = v.element(p.word(at))
			case v.kind == jsThing && v.text == "process.env":
				v = jsValue{carries: environment, origin: p.t[start].start}
				p.see(environment, start, p.i, "")
			default:
				v = jsValue{carries: v.carries, origin: v.origin}
			}
		case '(':
			if callee {
				return v
			}
			if p.t[p.i].newline && p.i > 0 && p.kind(p.i-1) == jsOp && p.op(p.i-1) == '}' {
				return v
			}
			v = p.call(v, receiver, start, end, false)
			receiver = jsValue{}
		case opStep:
			if p.t[p.i].newline {
				return v
			}
			p.i++
			v = jsValue{}
		case '!':
			if !p.typed || p.t[p.i].newline {
				return v
			}
			p.i++
		case '<':
			if !p.typed || callee {
				return v
			}
			at := p.i
			p.skipTypeArguments(end)
			if p.i == at {
				return v
			}
		default:
			return v
		}
	}
	return v
}

func (v jsValue) element(index string) jsValue {
	n := 0
	for _, c := range []byte(index) {
		if c < '0' || c > '9' || n > 100 {
			return jsValue{carries: v.carries, origin: v.origin}
		}
		n = n*10 + int(c-'0')
	}
	if n < len(v.list) {
		return v.list[n]
	}
	return jsValue{carries: v.carries, origin: v.origin}
}

// member is a property of a value.
func (p *jsReader) member(v jsValue, name string, at int) jsValue {
	if v.kind == jsThing {
		full := canonical(v.text, name)
		out := jsValue{kind: jsThing, text: full, carries: v.carries, origin: v.origin}
		if at < len(p.t) && out.origin == 0 {
			out.origin = p.t[at].start
		}
		if variable, ok := strings.CutPrefix(full, "process.env."); ok && v.text == "process.env" {
			c := environment
			if secretName(strings.ToUpper(variable)) {
				c = credential | environment
			}
			p.see(c, max(0, at-4), at+1, variable)
			out.carries |= c
			if at < len(p.t) {
				out.origin = p.t[at].start
			}
		}
		return out
	}
	out := jsValue{carries: v.carries, origin: v.origin}
	if c, ok := walletName(name); ok {
		out.carries |= c
		if out.origin == 0 && at < len(p.t) {
			out.origin = p.t[at].start
		}
	}
	// What bundlers make opaque is told by names that nothing else has.
	switch name {
	case "execSync", "spawnSync", "execFileSync", "execFile", "createWriteStream", "writeFileSync", "writeFile", "appendFileSync",
		"readFileSync", "readFile", "createReadStream", "sendBeacon", "runInThisContext", "runInNewContext", "networkInterfaces", "_compile",
		"fromCharCode", "createDecipheriv", "unlinkSync", "rmSync":
		out.kind, out.text = jsThing, "?."+name
	case "constructor":
		if v.kind == jsFunction || v.kind == jsArray || v.kind == jsText {
			out.kind, out.text = jsThing, "?.constructor"
		}
	}
	return out
}

// splitName marks names of dangerous things that were put together so that a
// search does not find them.
func (p *jsReader) splitName(v, name jsValue, at int) {
	if name.hidden && dangerous(name.text) && !p.again {
		// Pieces may be joined to keep a bundler away; nobody has to write
		// letters as numbers.
		weight := 2
		if says := p.says(at, p.i); escapesLetters(says) {
			weight = 3
		}
		p.f.mark("hidden name", p.lineOf(p.t[at].start), weight, p.says(at, p.i))
	}
}

func dangerous(name string) bool {
	switch strings.TrimPrefix(name, "node:") {
	case "child_process", "exec", "execSync", "spawn", "spawnSync", "eval", "Function", "fromCharCode", "runInThisContext",
		"https", "http", "require", "readFileSync", "writeFileSync", "createDecipheriv", "homedir", "hostname":
		return true
	}
	return false
}

// call reads arguments and works out what the call does.
func (p *jsReader) call(callee, receiver jsValue, start, end int, created bool) jsValue {
	stop := p.close(p.i, end)
	p.i++
	hand, handAt, promise, settled := p.hand, p.handAt, p.promise, p.settled
	p.hand, p.handAt = receiver.carries&^names, receiver.origin
	if callee.kind == jsThing {
		e := effectOf(callee.text)
		p.hand |= e.gives
		if e.gives != 0 {
			p.handAt = p.t[start].start
		}
		p.promise = created && callee.text == "Promise"
		if p.promise {
			p.settled = jsValue{}
		}
	}
	var list [6]jsValue
	args := list[:0]
	for p.i < stop {
		at := p.i
		if p.op(at) == ',' {
			p.i++
			continue
		}
		v := p.assign(stop)
		if len(args) < cap(args) {
			args = append(args, v)
		} else {
			args[len(args)-1] = join2(args[len(args)-1], v)
		}
		if p.i == at {
			p.i++
		}
	}
	given, givenAt := p.hand, p.handAt
	p.hand, p.handAt = hand, handAt
	p.i = stop + 1
	for i := range args { // callbacks by their name
		if args[i].kind == jsFunction && given != 0 && args[i].fn != nil {
			for n := range args[i].fn.params {
				args[i].fn.params[n] |= given
				if args[i].fn.origins[n] == 0 {
					args[i].fn.origins[n] = givenAt
				}
			}
		}
	}
	v := p.called(callee, receiver, args, start, created)
	if callee.kind == jsThing && created && callee.text == "Promise" {
		v.carries |= p.settled.carries
		v.origin = p.settled.origin
		p.settled = settled
	}
	p.promise = promise
	return v
}

// called works out a call, whose tokens are from start to where p stands.
func (p *jsReader) called(callee, receiver jsValue, args []jsValue, start int, created bool) jsValue {
	all := jsValue{}
	for _, a := range args {
		all.origin = origin(all, a)
		all.carries |= a.carries
	}
	if callee.kind == jsFunction && callee.fn != nil {
		for i, a := range args {
			if i < len(callee.fn.params) && len(p.text) <= jsRepeat {
				callee.fn.params[i] |= a.carries
				if callee.fn.origins[i] == 0 {
					callee.fn.origins[i] = a.origin
				}
			}
		}
		v := callee.fn.returns
		if callee.fn.decodes != "" && len(args) > 0 && args[0].kind == jsText && !args[0].partial {
			// The file's own decoder, of a constant.
			if d := p.decoded(args[0].text, callee.fn.decodes, start); d.kind == jsText {
				d.carries |= v.carries
				v = d
			}
		}
		if callee.carries != 0 { // the result of a call that was called
			v.carries |= callee.carries
		}
		return v
	}
	if callee.kind == jsThing {
		return p.thing(callee, receiver, args, all, start, created)
	}
	v := jsValue{carries: receiver.carries | all.carries | callee.carries}
	for _, o := range [...]int32{receiver.origin, all.origin, callee.origin} {
		if v.origin == 0 {
			v.origin = o
		}
	}
	name := p.calledName(start)
	if (name == "toString" || name == "trim" || name == "slice") && strings.HasPrefix(receiver.target, readMark) {
		v.target = receiver.target
	}
	switch name {
	case "map", "flatMap", "reduce", "then", "replace", "from":
		for _, a := range args { // what the callback makes of it
			if a.kind == jsFunction && a.fn != nil {
				v.carries |= a.fn.returns.carries
				v.origin = first(v.origin, a.fn.returns.origin)
			}
		}
	}
	switch name {
	case "write", "end", "send", "post", "put", "emit", "request", "append", "publish":
		if receiver.carries.has(network) && all.carries&^(names|network) != 0 {
			p.flows(jsValue{carries: all.carries &^ network, origin: all.origin}, network, start, p.i, receiver.text)
		}
	case "copy": // of bytes into a buffer
		if target := p.firstName(); target != "" {
			p.fill(target, receiver)
		}
	case "pipe":
		if len(args) > 0 && (receiver.carries.has(network) && args[0].carries.has(process) || receiver.carries.has(process) && args[0].carries.has(network)) {
			p.flows(jsValue{carries: network, origin: first(receiver.origin, args[0].origin)}, process, start, p.i, "")
		}
		if len(args) > 0 && args[0].target != "" {
			p.put(args[0].target, jsValue{carries: receiver.carries&^names | ifSet(receiver.carries.any(network|decodes), writesFile), origin: receiver.origin}, true)
			p.flows(receiver, writesFile, start, p.i, args[0].text)
		}
		if len(args) > 0 {
			v.target = args[0].target
		}
	case "join", "concat", "toString", "trim", "replace", "reverse", "split":
		if receiver.kind == jsArray && name == "join" {
			return receiver.joined(args)
		}
		if receiver.kind == jsText && len(receiver.text) <= maxFold {
			return p.textMethod(name, receiver, args, v)
		}
		if receiver.kind == jsArray {
			if name == "reverse" {
				receiver.list = slices.Clone(receiver.list)
				slices.Reverse(receiver.list)
			}
			return receiver
		}
	case "push", "unshift", "set", "assign", "add":
		if all.carries&^names != 0 && p.kind(start) == jsName {
			p.put(p.word(start), jsValue{carries: all.carries, origin: all.origin}, true)
		}
	case "map", "filter", "forEach", "slice", "substring", "substr", "subarray":
		if name[0] == 's' { // where it is cut is no part of it
			v.carries, v.origin = receiver.carries|callee.carries, first(receiver.origin, callee.origin)
		}
		if receiver.kind == jsArray {
			v.kind, v.list = jsArray, receiver.list
			if name == "map" {
				v.list = nil
			}
		}
	case "has", "includes", "indexOf", "startsWith", "endsWith", "test", "exists", "log", "error", "warn", "info", "debug", "localeCompare", "charCodeAt":
		v = jsValue{}
	default:
		// What transpilers wrap modules with.
		if len(args) > 0 && args[0].kind == jsThing && strings.HasPrefix(name, "_") {
			return args[0]
		}
	}
	return v
}

// calledName is the name before the arguments of the call that ends here.
func (p *jsReader) calledName(start int) string {
	close := p.i - 1
	if close < 0 || close >= len(p.t) || int(p.t[close].match) <= 0 {
		return ""
	}
	at := int(p.t[close].match) - 1
	if at < start {
		return ""
	}
	if p.kind(at) == jsName {
		return p.word(at)
	}
	return ""
}

// firstName is the name that is the first argument of the call that ends here,
// "" for another expression.
func (p *jsReader) firstName() string {
	if p.i < 1 || p.i > len(p.t) {
		return ""
	}
	if open := int(p.t[p.i-1].match); open > 0 && p.kind(open+1) == jsName && (p.op(open+2) == ',' || p.op(open+2) == ')') {
		return p.word(open + 1)
	}
	return ""
}

func (v jsValue) joined(args []jsValue) jsValue {
	out := jsValue{carries: v.carries, origin: v.origin}
	between := ","
	if len(args) > 0 {
		if args[0].kind != jsText {
			return out
		}
		between = args[0].text
	}
	var b strings.Builder
	for i, e := range v.list {
		if i > 0 {
			b.WriteString(between)
		}
		text := e.text
		if e.kind != jsText {
			text, out.partial = place(e), true
		}
		if b.Len()+len(text) > maxFold {
			return out
		}
		b.WriteString(text)
	}
	if len(v.list) > 0 {
		out.kind, out.text, out.hidden = jsText, b.String(), between == "" && !out.partial
	}
	return out
}

func (p *jsReader) textMethod(name string, receiver jsValue, args []jsValue, v jsValue) jsValue {
	switch name {
	case "toString", "trim":
		return receiver
	case "concat":
		out := receiver
		for _, a := range args {
			out = p.add(out, a)
		}
		return out
	case "split":
		v.kind, v.list = jsArray, nil
		if len(args) == 1 && args[0].kind == jsText {
			for _, piece := range strings.SplitN(receiver.text, args[0].text, 65) {
				if len(v.list) < 64 {
					v.list = append(v.list, jsValue{kind: jsText, text: piece, partial: receiver.partial})
				}
			}
			if args[0].text == "" { // to be turned around
				v.text = receiver.text
			}
		}
		return v
	case "replace":
		if len(args) == 2 && args[0].kind == jsText && args[1].kind == jsText {
			receiver.text, receiver.hidden = strings.Replace(receiver.text, args[0].text, args[1].text, 1), true
			receiver.carries |= p.looked(receiver.text)
			return receiver
		}
		return v
	}
	return v
}

// decoded is a constant out of what an encoding hides, looked at once as data.
func (p *jsReader) decoded(text, encoding string, start int) jsValue {
	v := jsValue{carries: decodes, origin: p.t[start].start}
	if len(text) >= 24 && encoding != "percent" {
		v.carries |= hiddenText
	}
	if len(text) > 4<<20 {
		return v
	}
	var out []byte
	var err error
	switch encoding {
	case "base64", "base64url":
		text = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/", "\n", "").Replace(text), "=")
		out, err = base64.RawStdEncoding.DecodeString(text)
	case "hex":
		out, err = hex.DecodeString(text)
	case "percent":
		var s string
		s, err = url.PathUnescape(text)
		out = []byte(s)
	default:
		return v
	}
	if err != nil || len(out) == 0 || !printable(out) {
		return v
	}
	v.kind, v.text, v.hidden = jsText, string(out), true
	v.carries |= p.looked(v.text)
	if dangerous(v.text) && !p.again {
		p.f.mark("hidden name", p.lineOf(p.t[start].start), 3, p.says(start, p.i)+" is "+v.text)
	}
	return v
}

func printable(b []byte) bool {
	odd := 0
	for _, c := range b {
		if c < 9 || c > 13 && c < 32 || c == 127 {
			odd++
		}
	}
	return odd*50 <= len(b)
}

// pathText makes a path of what path.join is given.
func pathText(args []jsValue) jsValue {
	v := jsValue{kind: jsText}
	var parts []string
	for _, a := range args {
		switch {
		case a.kind == jsText:
			parts = append(parts, a.text)
			v.partial = v.partial || a.partial
		default:
			s := place(a)
			parts = append(parts, s)
			v.partial = v.partial || s == "*"
		}
		v.carries |= a.carries
		if v.origin == 0 && a.carries&^names != 0 {
			v.origin = a.origin
		}
	}
	v.text = path.Join(parts...)
	if len(parts) > 0 && strings.HasPrefix(parts[0], ".") && !strings.HasPrefix(v.text, ".") {
		v.text = "./" + v.text
	}
	return v
}
