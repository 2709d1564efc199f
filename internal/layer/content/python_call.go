package content

import (
	"strconv"
	"strings"
)

// A pyArgument is one of a call; name is "" where it is by position.
type pyArgument struct {
	name  string
	value pyValue
}

// arguments reads them behind the bracket, to its end.
func (p *pyReader) arguments() []pyArgument {
	var out []pyArgument
	for p.tok.kind != pyEnd && !p.op(')') {
		at := p.start
		var a pyArgument
		if p.tok.kind == pyName && !pyKeyword(p.tok.text) {
			if rest := strings.TrimLeft(p.lexer.src[p.lexer.at:], " "); strings.HasPrefix(rest, "=") && !strings.HasPrefix(rest, "==") {
				a.name = p.tok.text
				p.advance()
				p.advance()
			}
		}
		a.value = p.expression()
		if p.word("for") || p.word("async") {
			a.value = a.value.join(p.comprehension())
			a.value.kind = pyUnknown
		}
		if len(out) < 64 {
			out = append(out, a)
		}
		switch {
		case p.op(','):
			p.advance()
		case p.op(')'):
		case p.start == at:
			p.advance()
		}
	}
	p.take(')')
	return out
}

// named is the value of a name.
func (p *pyReader) named(name string, line int) pyValue {
	if plain, strange := pyPlain(name); strange {
		if pyDangerous(plain) {
			p.f.mark("disguised name", p.line(line), 3, name)
		}
		name = plain
	}
	if v, ok := p.lookup(name); ok {
		return v
	}
	return pyValue{name: name, text: "$" + name}
}

// attribute is v.name.
func (p *pyReader) attribute(v pyValue, name string) pyValue {
	if plain, strange := pyPlain(name); strange {
		name = plain
	}
	if v.name == "" {
		v.name = "." + name
		return v
	}
	if name == "__dict__" {
		return v
	}
	if len(v.name) < 200 {
		v.name += "." + name
	}
	return v
}

// index is v[…], behind the bracket.
func (p *pyReader) index(v pyValue) pyValue {
	line := p.tok.line
	colons, negative := 0, false
	var key pyValue
	for p.tok.kind != pyEnd && !p.op(']') {
		at := p.start
		if p.op(':') {
			colons++
			p.advance()
			continue
		}
		if p.op('-') && colons == 2 {
			negative = true
		}
		key = p.expression()
		if p.start == at || p.op(',') {
			p.advance()
		}
	}
	p.take(']')
	switch {
	case colons == 2 && negative && v.kind == pyText:
		v.text = reversed(v.text)
		if len(v.text) > 40 {
			v.from |= decodes
			v.line, v.says = line, "a constant, backwards"
		}
		v.pieces += 2
		return v
	case colons > 0:
		if v.constant() && v.pieces < 2 {
			v.pieces++
		}
		v.text = ""
		return v
	case v.name == "os.environ":
		return p.variable(key, line)
	case key.kind == pyText && (v.name == "globals()" || v.name == "locals()" || v.name == "vars()" || v.name == "__builtins__" || v.name == "builtins" || v.name == "sys.modules"):
		return p.looked("", key, line)
	case v.kind == pyList && key.kind == pyInt:
		if i, err := strconv.Atoi(key.text); err == nil {
			parts := strings.SplitN(v.text, pySeparator, i+2)
			if i < len(parts) {
				return pyValue{kind: pyText, text: parts[i], pieces: 2, from: v.from, line: v.line, says: v.says}
			}
		}
	}
	out := v.only()
	out.name = v.name
	if out.name != "" && !strings.HasSuffix(out.name, "[]") {
		out.name += "[]"
	}
	return out
}

// looked is what a name that was put together leads to: getattr(os, "sys"+"tem").
func (p *pyReader) looked(of string, key pyValue, line int) pyValue {
	name := key.text
	if of != "" && of != "__builtins__" && of != "builtins" {
		name = of + "." + name
	}
	if (key.pieces > 1 || key.from.has(decodes)) && pyDangerous(name) {
		p.f.mark("name in pieces", p.line(line), 3, p.show(p.start))
	}
	return pyValue{name: name}
}

// variable is one of the environment.
func (p *pyReader) variable(key pyValue, line int) pyValue {
	c := environment
	if key.kind == pyText && secretName(key.text) {
		c = credential
	}
	p.see(c, line, p.start, key.text)
	out := pyValue{text: "$" + key.text}
	if c == credential {
		out.from, out.line, out.says = credential, line, key.text
	}
	return out
}

// pyDangerous tells names that code which hides something looks up in
// disguise.
func pyDangerous(name string) bool {
	switch name {
	case "exec", "eval", "compile", "__import__", "os.system", "os.popen", "os.execv", "os.execvp", "os.spawnv", "subprocess", "subprocess.Popen",
		"subprocess.run", "subprocess.call", "subprocess.check_output", "marshal", "marshal.loads", "base64.b64decode", "zlib.decompress",
		"urllib.request.urlopen", "requests.get", "requests.post", "ctypes", "socket", "system", "popen", "builtins.exec", "builtins.eval":
		return true
	}
	return false
}

// pyPlain returns an identifier as Python reads it: letters in mathematical
// and full-width forms are the plain ones (PEP 3131, NFKC).
func pyPlain(name string) (string, bool) {
	ascii := true
	for i := 0; i < len(name); i++ {
		if name[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if ascii {
		return name, false
	}
	changed := false
	plain := strings.Map(func(c rune) rune {
		letter := rune(-1)
		switch {
		case 0x1d400 <= c && c < 0x1d6a4:
			letter = (c - 0x1d400) % 52
		case 0x1d7ce <= c && c < 0x1d800:
			changed = true
			return '0' + (c-0x1d7ce)%10
		case 0xff21 <= c && c <= 0xff3a:
			letter = c - 0xff21
		case 0xff41 <= c && c <= 0xff5a:
			letter = c - 0xff41 + 26
		case c == 0x210e:
			letter = 'h' - 'a' + 26
		case c == 0x212f:
			letter = 'e' - 'a' + 26
		case c == 0x2134:
			letter = 'o' - 'a' + 26
		case c == 0x2139:
			letter = 'i' - 'a' + 26
		case c == 0xff3f:
			changed = true
			return '_'
		}
		if letter < 0 {
			return c
		}
		changed = true
		if letter < 26 {
			return 'A' + letter
		}
		return 'a' + letter - 26
	}, name)
	return plain, changed
}
