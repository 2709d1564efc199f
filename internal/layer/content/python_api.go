package content

import "strings"

// call is what a call does, and what it gives.
func (p *pyReader) call(callee pyValue, args []pyArgument, line, at int) pyValue {
	var all pyValue // what any argument holds
	var first pyValue
	for i, a := range args {
		if i == 0 {
			first = a.value
		}
		if a.name != "headers" && a.name != "auth" && a.name != "cookies" && a.name != "env" {
			all = all.join(a.value.only())
		}
	}
	name := callee.name
	if v, ok := p.builtin(callee, args, first, all, line, at); ok {
		return v
	}
	if c := pyCapability(name); c != 0 {
		return p.used(c, name, callee, args, first, all, line, at)
	}
	out := p.own(name, args, line, at)
	out = out.join(all.only()).join(callee.only())
	out.from &^= readsSecret & ^all.from // a call that only names the path
	if name != "" && len(name) < 200 {
		out.name = name + "()"
		if name == "str" || name == "repr" || name == "bytes" || name == "list" || name == "dict" {
			out.name = ""
		}
	}
	return out
}

// own applies what is known of a function of this file.
func (p *pyReader) own(name string, args []pyArgument, line, at int) pyValue {
	simple := name[strings.LastIndexByte(name, '.')+1:]
	if strings.Contains(name, ".") && !strings.HasPrefix(name, "self.") && !strings.HasPrefix(name, "cls.") {
		return pyValue{}
	}
	fn := p.functions[simple]
	if fn == nil {
		return pyValue{}
	}
	skip := 0
	if strings.Contains(name, ".") && len(fn.params) > 0 {
		skip = 1 // self
	}
	given := func(mask uint16) pyValue {
		var v pyValue
		for i, a := range args {
			at := i + skip
			if a.name != "" {
				for j, param := range fn.params {
					if param == a.name {
						at = j
					}
				}
			}
			if at < 16 && mask&(1<<at) != 0 {
				v = v.join(a.value.only())
			}
		}
		return v
	}
	for _, s := range fn.sinks {
		if v := given(s.params); v.from != 0 && s.to != 0 {
			p.flow(v, s.to, line, at, name)
		}
	}
	out := fn.returns
	out.params = 0
	out.kind, out.text = pyUnknown, ""
	if fn.returns.params != 0 {
		out = out.join(given(fn.returns.params))
	}
	return out
}

// used is a call of what has a capability by its name.
func (p *pyReader) used(c capability, name string, callee pyValue, args []pyArgument, first, all pyValue, line, at int) pyValue {
	value := first.text
	if strings.HasPrefix(value, "$") {
		value = ""
	}
	out := pyValue{name: name + "()", from: all.from, params: all.params, line: all.line, says: all.says}
	switch {
	case c.has(network):
		if suspectAddress(value) {
			c |= suspectHost
		}
		send := all
		if len(args) > 0 && first.kind == pyText {
			send = pyValue{}
			for _, a := range args[1:] {
				if a.name != "headers" && a.name != "auth" && a.name != "cookies" && a.name != "verify" && a.name != "cert" {
					send = send.join(a.value.only())
				}
			}
			send = send.join(first.only())
		}
		send = send.join(callee.only())
		if !c.has(suspectHost) {
			send.from &^= credential // how services are spoken to
		}
		send.from &= readsSecret | wholeEnv | credential | hostFacts | clipboard
		if (strings.HasPrefix(name, "socket.get") || strings.HasPrefix(name, "dns.")) && !strings.Contains(first.text, ".") {
			return pyValue{name: out.name} // a name is looked up: one's own, or a caller's
		}
		p.see(c, line, at, value)
		if send.from != 0 || send.params != 0 {
			p.flow(send, network, line, at, value)
		}
		out = pyValue{name: out.name, from: network, line: line, says: p.show(at)}
		if strings.HasSuffix(name, ".urlretrieve") && len(args) > 1 {
			p.saved[args[1].value.text] = out
			out.text = args[1].value.text
		}
		if strings.HasSuffix(name, "Session") || strings.HasSuffix(name, "Client") || name == "socket.socket" {
			out.from = 0
		}
		return out
	case c.has(process):
		p.runs(name, first, all, line, at)
		return pyValue{name: out.name}
	case c.has(nativeCode):
		p.see(c, line, at, value)
		if v, ok := p.saved[first.text]; ok && first.text != "" {
			p.flow(v, nativeCode, line, at, value)
		}
		return out
	case c.has(decodes):
		return p.decode(name, first, all, line, at)
	case c.any(hostFacts | clipboard):
		p.see(c, line, at, "")
		return pyValue{name: out.name, from: c, line: line, says: name}
	case c.has(readsFile):
		return p.opened(name, args, first, line, at)
	case c.has(writesFile):
		if startupPath(value) {
			p.see(writesStartup, line, at, value)
		}
		for _, a := range args {
			if startupPath(a.value.text) {
				p.see(writesStartup, line, at, a.value.text)
			}
		}
		if len(args) > 1 {
			if v, ok := p.saved[first.text]; ok {
				p.saved[args[1].value.text] = v
			}
		}
	}
	p.see(c, line, at, value)
	return out
}

// runs is the start of a program.
func (p *pyReader) runs(name string, first, all pyValue, line, at int) {
	command := first.text
	if words := strings.Split(command, pySeparator); len(words) > 1 {
		for i, word := range words[:len(words)-1] {
			if word == "-c" && strings.HasPrefix(words[0], "$") && p.decoded < maxPyDecoded {
				p.readInner(words[i+1], line) // sys.executable
			}
		}
		if words[0] == "$sys" && !strings.HasPrefix(words[1], "-") {
			p.runsFile(pyValue{text: words[1]}, line)
		}
		if words[0] == "$sys" && words[1] == "-m" {
			words[0] = "python3"
		}
		command = shellWords(words)
	}
	value := command
	if strings.HasPrefix(value, "$") {
		value = ""
	}
	p.see(process, line, at, value)
	if all.from.any(network | decodes) {
		p.flow(all, process, line, at, value)
	}
	p.flow(pyValue{params: all.params}, process, line, at, value)
	for word := range strings.FieldsSeq(command) {
		if v, ok := p.saved[word]; ok && len(word) > 1 {
			p.flow(v, process, line, at, value)
		}
	}
	if value != "" && len(value) < maxShellValue && (first.constant() || strings.Contains(value, "|")) && p.depth < maxPyDepth/2 {
		sub := p.f.inside()
		readShellText(value, p.line(line), sub)
		for _, s := range sub.sites {
			p.see(s.cap, line, at, s.value)
		}
		for _, fl := range sub.flows {
			fl.line, fl.fromLine = p.line(line), p.line(line)
			p.f.flow(fl)
		}
		for _, ref := range sub.refs {
			p.f.referAs(ref.to, p.line(line), true, ref.as)
		}
	}
}

// shellWords writes the words of a command so that a shell reads them as they
// are.
func shellWords(words []string) string {
	var b strings.Builder
	for i, word := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		if strings.ContainsAny(word, " \t\n'\"|&;<>()`\\") || word == "" {
			word = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
		b.WriteString(word)
	}
	return b.String()
}

// opened is a file: what is read from it, and where what is written goes.
func (p *pyReader) opened(name string, args []pyArgument, first pyValue, line, at int) pyValue {
	mode := ""
	for i, a := range args {
		if a.name == "mode" || i == 1 && a.name == "" && a.value.kind == pyText {
			mode = a.value.text
		}
	}
	out := pyValue{name: "open()", text: first.text, params: first.params, from: first.from | readsFile, line: line, says: p.show(at)}
	if strings.ContainsAny(mode, "wax+") {
		out.from = 0
		c := writesFile
		if startupPath(first.text) {
			c |= writesStartup
		}
		p.see(c, line, at, first.text)
		return out
	}
	if v, ok := p.saved[first.text]; ok && first.text != "" {
		out = out.join(v)
	}
	c := readsFile
	if first.from.has(readsSecret) {
		c |= readsSecret
	}
	value := first.text
	if strings.HasPrefix(value, "$") {
		value = ""
	}
	p.see(c, line, at, value)
	return out
}
