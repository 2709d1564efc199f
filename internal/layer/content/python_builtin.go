package content

import (
	"strconv"
	"strings"
)

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
		switch {
		case strings.HasSuffix(name, "run_path"):
			p.runsFile(first, line)
		case strings.HasSuffix(name, "run_module"):
			p.f.refer(first.text, p.line(line), false)
		}
		p.executes(first, line, at)
		return pyValue{}, true
	case "importlib.machinery.SourceFileLoader", "importlib.util.spec_from_file_location", "imp.load_source":
		for _, a := range args[min(1, len(args)):] {
			if a.value.text != "" {
				p.runsFile(a.value, line)
			}
		}
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
