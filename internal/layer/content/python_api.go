package content

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strconv"
	"strings"
)

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
		sub := new(facts)
		readShellText(value, p.line(line), sub)
		for _, s := range sub.sites {
			p.see(s.cap, line, at, s.value)
		}
		for _, fl := range sub.flows {
			fl.line, fl.fromLine = p.line(line), p.line(line)
			p.f.flow(fl)
		}
		for _, ref := range sub.refs {
			p.f.refer(ref.to, p.line(line), true)
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

// builtin handles what is no capability by its name alone.
func (p *pyReader) builtin(callee pyValue, args []pyArgument, first, all pyValue, line, at int) (pyValue, bool) {
	name := callee.name
	method := name[strings.LastIndexByte(name, '.')+1:]
	switch name {
	case "exec", "eval", "builtins.exec", "builtins.eval", "__builtins__.exec", "__builtins__.eval", "compile", "builtins.compile", "runpy.run_path", "runpy.run_module", "code.interact":
		if strings.HasSuffix(name, "compile") {
			out := all
			out.kind, out.text, out.pieces = first.kind, first.text, first.pieces
			return out, true
		}
		p.executes(first, line, at)
		return pyValue{}, true
	case "__import__", "importlib.import_module", "builtins.__import__":
		if first.kind == pyText {
			p.f.refer(first.text, p.line(line), false)
			out := p.looked("", first, line)
			return out, true
		}
		return pyValue{name: "module"}, true
	case "getattr":
		if len(args) > 1 && args[1].value.kind == pyText && first.name != "" {
			return p.looked(first.name, args[1].value, line), true
		}
		return first.only(), true
	case "globals", "locals", "vars":
		if name == "vars" && first.name != "" {
			return pyValue{name: first.name}, true
		}
		return pyValue{name: name + "()"}, true
	case "chr", "builtins.chr":
		if n, err := strconv.Atoi(first.text); err == nil && first.kind == pyInt && n >= 0 && n <= 0x10ffff {
			return pyValue{kind: pyText, text: string(rune(n)), pieces: 2}, true
		}
		return all.only(), true
	case "map":
		if len(args) == 2 && first.name == "chr" && args[1].value.kind == pyList {
			return characters(args[1].value), true
		}
		return all.only(), true
	case "bytes", "bytearray":
		if first.kind == pyList {
			v := characters(first)
			v.kind = pyText
			v.text = strings.ReplaceAll(v.text, pySeparator, "")
			return v, true
		}
		return first, true
	case "str", "list", "tuple", "reversed", "int":
		if len(args) > 0 {
			if first.from.has(wholeEnv) {
				p.see(wholeEnv, line, at, "")
			}
			first.name = ""
			return first, name != "int"
		}
	case "os.getenv", "os.environ.get", "os.environ.pop", "os.environ.setdefault":
		if len(args) > 0 {
			v := p.variable(first, line)
			if len(args) > 1 && v.text == "" {
				v.text = args[1].value.text
			}
			return v, true
		}
	case "os.path.join", "posixpath.join", "os.path.expanduser", "os.path.expandvars", "os.path.abspath", "pathlib.Path", "Path", "os.fspath", "pathlib.PurePath", "os.path.normpath", "os.path.realpath":
		out := all
		for i, a := range args {
			if i > 0 {
				out.text += "/"
			}
			if len(out.text) < 1000 {
				out.text += a.value.text
			}
		}
		if strings.HasSuffix(name, "Path") {
			out.name = "Path()"
		}
		return p.latent(out), true
	case "os.environ.copy":
		return pyValue{name: "os.environ.copy()", from: wholeEnv, line: line, says: "os.environ.copy()"}, true
	case "os.environ.items", "json.dumps", "urllib.parse.urlencode", "repr", "dict":
		v := all.join(callee.only())
		if name == "os.environ.items" {
			v.from |= wholeEnv
		}
		if v.from.has(wholeEnv) {
			p.see(wholeEnv, line, at, "")
			v.line, v.says = line, p.show(at)
		}
		return v, true
	case "os.remove", "os.unlink":
		if strings.HasPrefix(first.text, "$__file__") || first.text == "$sys.argv" {
			p.see(hides, line, at, "")
		}
	case "open", "io.open", "codecs.open", "builtins.open":
		return p.opened(name, args, first, line, at), true
	}
	switch method {
	case "join":
		if callee.kind == pyText && len(args) == 1 {
			if first.kind == pyList {
				out := first
				out.kind = pyText
				out.text = strings.ReplaceAll(first.text, pySeparator, callee.text)
				return p.latent(out), true
			}
			return all.only(), true
		}
	case "format", "strip", "rstrip", "lstrip", "encode", "decode", "lower", "upper", "title", "read", "readlines", "readline", "text", "json", "content", "copy", "splitlines", "items", "values", "keys", "get", "read_text", "read_bytes", "getvalue", "resolve", "expanduser", "absolute":
		if strings.HasPrefix(name, ".") || name == "open()."+method || strings.HasPrefix(name, "Path()") || strings.HasSuffix(name, "()."+method) && callee.from != 0 {
			out := callee
			out = out.join(all.only())
			out.name = strings.TrimSuffix(strings.TrimSuffix(name, method), ".")
			if method == "lower" || method == "upper" || method == "title" || method == "format" || method == "get" {
				out.kind = pyUnknown
			}
			if strings.HasPrefix(name, "Path()") && strings.HasPrefix(method, "read") {
				return p.opened("open", nil, callee, line, at), true
			}
			return out, pyCapability(name) == 0
		}
	case "replace":
		if callee.kind == pyText && len(args) >= 2 && first.kind == pyText && args[1].value.kind == pyText && first.text != "" && len(callee.text) < 64<<10 {
			out := callee
			out.name = ""
			out.text = strings.ReplaceAll(callee.text, first.text, args[1].value.text)
			out.pieces = max(out.pieces, 2)
			if len(out.text) > maxPyValue {
				out.kind, out.text = pyUnknown, ""
			}
			return out, true
		}
	case "write", "writelines", "write_text", "write_bytes":
		v := all
		if v.from.any(network|decodes) && callee.text != "" && len(p.saved) < 1000 {
			p.saved[callee.text] = v
			p.saved[callee.text+".name"] = v
		}
		if startupPath(callee.text) {
			p.see(writesStartup, line, at, callee.text)
			if v.from.any(network | decodes) {
				p.flow(v, writesStartup, line, at, callee.text)
			}
		}
		return pyValue{}, true
	case "decrypt":
		out := all
		out.from |= decodes
		if out.line == 0 {
			out.line, out.says = line, p.show(at)
		}
		return out, true
	case "fromhex":
		return p.decode("bytes.fromhex", first, all, line, at), true
	}
	return pyValue{}, false
}

// executes is exec, eval and what runs text.
func (p *pyReader) executes(v pyValue, line, at int) {
	if v.kind == pyText && v.pieces < 2 && !v.from.any(network|decodes) {
		if len(v.text) > 0 && p.decoded < maxPyDecoded && len(v.text) < maxPyValue {
			p.readInner(v.text, line) // a constant: as if it stood here
		}
		return
	}
	p.see(dynamicCode, line, at, "")
	p.flow(pyValue{params: v.params}, dynamicCode, line, at, "")
	if v.from.any(network | decodes) {
		p.flow(v, dynamicCode, line, at, "")
	}
	if v.kind == pyText && p.decoded < maxPyDecoded {
		if v.pieces >= 16 && len(v.text) <= 4*v.pieces {
			p.flow(pyValue{from: decodes, line: line, says: "a text put together of pieces"}, dynamicCode, line, at, "")
		}
		p.readInner(v.text, line)
	}
}

// readInner reads a constant that is run.
func (p *pyReader) readInner(text string, line int) {
	readPythonText(text, p.line(line), p.decoded+1, p.f)
}

// characters makes text of a list of numbers.
func characters(v pyValue) pyValue {
	var b strings.Builder
	n := 0
	for part := range strings.SplitSeq(v.text, pySeparator) {
		if i, err := strconv.Atoi(part); err == nil && i >= 0 && i <= 0x10ffff {
			if n > 0 {
				b.WriteString(pySeparator)
			}
			b.WriteRune(rune(i))
			n++
		}
	}
	v.text, v.pieces = b.String(), max(2, n)
	if n >= 8 {
		v.from |= decodes
	}
	return v
}

// decode is a decoder, applied once to a constant, within bounds: the result is
// looked at and never run.
func (p *pyReader) decode(name string, first, all pyValue, line, at int) pyValue {
	out := all
	out.name = ""
	out.from |= decodes
	if out.line == 0 || !out.from.has(network) {
		out.line, out.says = line, p.show(at)
	}
	p.see(decodes, line, at, "")
	if first.kind != pyText {
		return out
	}
	var b []byte
	var err error
	method := name[strings.LastIndexByte(name, '.')+1:]
	switch method {
	case "b64decode", "urlsafe_b64decode", "standard_b64decode", "decodebytes", "decodestring", "a2b_base64":
		text := strings.NewReplacer("-", "+", "_", "/", "\n", "", " ", "", "=", "").Replace(first.text)
		b, err = base64.RawStdEncoding.DecodeString(text)
	case "b32decode":
		b, err = base32.StdEncoding.DecodeString(first.text)
	case "unhexlify", "fromhex", "a2b_hex", "b16decode":
		b, err = hex.DecodeString(strings.Join(strings.Fields(first.text), ""))
	case "decompress":
		var r io.Reader
		if strings.HasPrefix(name, "gzip") {
			r, err = gzip.NewReader(strings.NewReader(first.text))
		} else if strings.HasPrefix(name, "zlib") {
			r, err = zlib.NewReader(bytes.NewReader([]byte(first.text)))
		} else {
			return out
		}
		if err == nil {
			b, err = io.ReadAll(io.LimitReader(r, maxPyValue))
		}
	default:
		return out
	}
	if err == nil && len(b) <= maxPyValue {
		out.kind, out.text = pyText, string(b)
	}
	return out
}
