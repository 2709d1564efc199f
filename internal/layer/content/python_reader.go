package content

import (
	"fmt"
	"strings"
)

// Bounds on what is followed in one text.
const (
	maxPython      = 16 << 20 // bytes
	maxPyValue     = 256 << 10
	maxPyDepth     = 60 // of brackets and operators
	maxPyNames     = 20_000
	maxPyDecoded   = 2 // layers of a constant that are decoded
	pyManyElements = 1 << 16
)

// A pyValue is what an expression gives, as far as the text tells.
type pyValue struct {
	name   string // the qualified name it was imported or made under: "os.system", "open()"
	text   string // a constant; "$name" of a variable that is none
	kind   pyConstant
	pieces int // of constants that were put together to make it
	from   capability
	params uint16 // parameters of the function it is in that are in it
	line   int    // where it came in
	says   string
}

type pyConstant uint8

const (
	pyUnknown pyConstant = iota
	pyText               // text or bytes
	pyInt
	pyList // of texts or characters, separated by pySeparator
)

const pySeparator = "\x00"

func (v pyValue) constant() bool { return v.kind != pyUnknown }

// join is a value that holds both.
func (v pyValue) join(w pyValue) pyValue {
	if w.from&^v.from != 0 && (v.from == 0 || w.line != 0) {
		v.line, v.says = w.line, w.says
	}
	v.from |= w.from
	v.params |= w.params
	return v
}

// only is what is left of a value when its content is no longer known.
func (v pyValue) only() pyValue {
	return pyValue{from: v.from, params: v.params, line: v.line, says: v.says}
}

// A pyScope is a function or class, or the file.
type pyScope struct {
	indent   int // of its first line; -1 for the file
	number   int
	function *pyFunction // nil in classes and the file
	names    map[string]pyValue
}

// A pyFunction is what is known of a function of this file.
type pyFunction struct {
	params  []string
	returns pyValue
	sinks   []pySink
}

// A pySink is where a parameter of a function ends.
type pySink struct {
	params uint16
	to     capability
	line   int
}

type pyReader struct {
	lexer     pyLexer
	tok       pyToken
	start     int // where tok begins
	f         *facts
	scopes    []pyScope
	functions map[string]*pyFunction
	saved     map[string]pyValue // by path: what was written there
	count     int                // scopes so far
	names     int
	depth     int
	decoded   int // layers that this text was decoded out of
	fixed     int // the line to report instead; of decoded text
}

func readPython(s source, f *facts) { readPythonText(s.text, s.first, 0, f) }

func readPythonText(text string, line, decoded int, f *facts) {
	if len(text) > maxPython {
		f.part = fmt.Sprintf("of a Python file, what is past %d MiB was not read", maxPython>>20)
		text = text[:maxPython]
	}
	if decoded == 0 {
		pyEncoding(text, line, f)
	}
	text = strings.TrimPrefix(text, "\xef\xbb\xbf")
	p := &pyReader{lexer: pyLexer{src: text, line: line, fresh: true}, f: f, decoded: decoded,
		functions: map[string]*pyFunction{}, saved: map[string]pyValue{}}
	if decoded > 0 {
		p.fixed = line
	}
	p.scopes = []pyScope{{indent: -1, names: map[string]pyValue{}}}
	p.advance()
	for p.tok.kind != pyEnd {
		p.statement()
	}
	if p.lexer.padded > 0 {
		f.mark("padding", p.lexer.padded, 3, "code stands far to the right of the line's other code")
	}
}

func (p *pyReader) advance() {
	p.f.step()
	p.tok = p.lexer.next()
	p.start = p.lexer.at - len(p.tok.text)
}

// op reports whether the token is that operator.
func (p *pyReader) op(c byte) bool { return p.tok.kind == pyOp && p.tok.op == c }

// take consumes an operator if it is next.
func (p *pyReader) take(c byte) bool {
	if p.op(c) {
		p.advance()
		return true
	}
	return false
}

func (p *pyReader) word(name string) bool { return p.tok.kind == pyName && p.tok.text == name }

func (p *pyReader) line(line int) int {
	if p.fixed > 0 {
		return p.fixed
	}
	return line
}

// show returns the source line around a byte of it.
func (p *pyReader) show(at int) string {
	src := p.lexer.src
	at = min(at, len(src))
	from := strings.LastIndexByte(src[max(0, at-maxSnippet):at], '\n') + 1 + max(0, at-maxSnippet)
	end := min(len(src), at+2*maxSnippet)
	if i := strings.IndexByte(src[at:end], '\n'); i >= 0 {
		end = at + i
	}
	return src[from:end]
}

func (p *pyReader) scope() *pyScope { return &p.scopes[len(p.scopes)-1] }

func (p *pyReader) see(c capability, line, at int, value string) {
	p.f.see(c, p.line(line), p.scope().number, p.show(at), value)
}

// flow reports that v reaches what to says, now or through a parameter.
func (p *pyReader) flow(v pyValue, to capability, line, at int, value string) {
	if v.params != 0 && len(p.scopes) > 1 {
		if fn := p.function(); fn != nil && len(fn.sinks) < 32 {
			fn.sinks = append(fn.sinks, pySink{v.params, to, line})
		}
	}
	if v.from &= pyMatters(to); v.from != 0 {
		p.f.flow(flow{from: v.from, to: to, line: p.line(line), says: p.show(at), value: value, fromLine: p.line(v.line), fromSays: v.says})
	}
}

// pyMatters are the origins that are worth telling of what reaches to. Programs
// are started with files and variables all the time.
func pyMatters(to capability) capability {
	if to == network {
		return readsSecret | wholeEnv | credential | hostFacts | clipboard
	}
	return network | decodes
}

// function is the innermost function, nil in the file's own code.
func (p *pyReader) function() *pyFunction {
	for i := len(p.scopes) - 1; i > 0; i-- {
		if f := p.scopes[i].function; f != nil {
			return f
		}
	}
	return nil
}

func (p *pyReader) lookup(name string) (pyValue, bool) {
	for i := len(p.scopes) - 1; i >= 0; i-- {
		if v, ok := p.scopes[i].names[name]; ok {
			return v, true
		}
	}
	return pyValue{}, false
}

func (p *pyReader) set(name string, v pyValue) {
	s := p.scope()
	if s.names == nil {
		s.names = map[string]pyValue{}
	}
	if old, ok := s.names[name]; ok {
		if old.constant() && old.text != v.text && v.kind == pyText {
			// Set on several ways: the last counts, and what any holds.
			v.from |= old.from
		}
	} else if p.names++; p.names > maxPyNames {
		return
	}
	if v.text == "" && v.kind == pyUnknown {
		v.text = "$" + name
	}
	s.names[name] = v
}

// statement reads one simple statement, or the head of a compound one.
func (p *pyReader) statement() {
	switch p.tok.kind {
	case pyNewline:
		p.advance()
		return
	case pyOp:
		if p.op(';') || p.op(':') || p.op('@') {
			p.advance()
			return
		}
	}
	for len(p.scopes) > 1 && p.lexer.indent <= p.scope().indent && p.lexer.deep == 0 {
		p.scopes = p.scopes[:len(p.scopes)-1]
	}
	if p.tok.kind == pyName {
		switch p.tok.text {
		case "import":
			p.imports()
			return
		case "from":
			p.importsFrom()
			return
		case "async":
			p.advance()
			return
		case "def":
			p.define()
			return
		case "class":
			p.class()
			return
		case "for":
			p.forIn()
			return
		case "with":
			p.with()
			return
		case "return", "yield":
			p.advance()
			if p.tok.kind != pyNewline && !p.op(';') {
				v := p.expressions()
				if f := p.function(); f != nil {
					name := f.returns.name
					f.returns = f.returns.join(v)
					if name == "" {
						f.returns.name = v.name
					}
				}
			}
			p.end()
			return
		case "if", "elif", "while", "assert", "raise", "del", "await", "not":
			p.advance()
			p.expressions()
			p.end()
			return
		case "else", "try", "finally", "pass", "break", "continue":
			p.advance()
			p.end()
			return
		case "except":
			p.advance()
			p.expressions()
			if p.word("as") {
				p.advance()
				p.advance()
			}
			p.end()
			return
		case "global", "nonlocal":
			p.skip()
			return
		}
	}
	p.assignment()
}

// end steps over what separates statements; anything else is skipped to there.
func (p *pyReader) end() {
	switch {
	case p.tok.kind == pyNewline || p.op(';') || p.op(':'):
		p.advance()
	case p.tok.kind == pyEnd:
	default:
		p.skip()
	}
}

func (p *pyReader) skip() {
	for p.tok.kind != pyEnd && p.tok.kind != pyNewline && !p.op(';') {
		p.advance()
	}
}

// assignment reads an expression and the names it is assigned to.
func (p *pyReader) assignment() {
	var names []string
	for range 16 {
		name := ""
		if p.tok.kind == pyName {
			name = p.tok.text
		}
		lexer, tok, start := p.lexer, p.tok, p.start
		if list := p.simpleTargets(); list != nil {
			names = append(names, list...)
			continue
		}
		p.lexer, p.tok, p.start = lexer, tok, start
		v := p.expressions()
		if p.start == start && p.tok.kind != pyEnd {
			p.advance() // nothing that begins an expression
		}
		switch {
		case p.take('='):
			continue // to an attribute or element: not followed
		case p.take('a'):
			w := p.expressions()
			if old, ok := p.lookup(name); ok {
				p.set(name, p.plus(old, w))
			}
		case p.op(':') && name != "":
			p.advance() // an annotation
			p.expressions()
			if p.take('=') {
				p.set(name, p.expressions())
			}
		default:
			for _, n := range names {
				if len(names) > 1 && v.constant() {
					v = v.only()
				}
				p.set(n, v)
			}
		}
		break
	}
	p.end()
}

// simpleTargets reads "a =" or "a, b =" where that stands, else nothing: nil
// says that the tokens must be read again.
func (p *pyReader) simpleTargets() []string {
	if p.tok.kind != pyName || pyKeyword(p.tok.text) {
		return nil
	}
	// Most statements are told by the byte behind the name.
	rest := strings.TrimLeft(p.lexer.src[p.lexer.at:], " \t")
	if rest == "" || rest[0] != '=' && rest[0] != ',' || strings.HasPrefix(rest, "==") {
		return nil
	}
	list := []string{p.tok.text}
	p.advance()
	for p.op(',') && len(list) < 64 {
		p.advance()
		if p.tok.kind != pyName {
			return nil
		}
		list = append(list, p.tok.text)
		p.advance()
	}
	if !p.take('=') {
		return nil
	}
	return list
}
