package content

import (
	"path"
	"strings"
	"sync"
)

// Bounds on reading JavaScript. What is beyond them is told.
const (
	jsBatch   = 1 << 19 // tokens held at a time; a longer file is read in pieces
	jsNesting = 2000    // expressions and functions inside each other
	jsRepeat  = 1 << 20 // bytes of a file in which data is followed through functions; in larger ones names mean too much
	jsInner   = 2       // code inside of texts inside of code
)

// What a text names, which becomes a capability when a call uses it. These
// live beside the capabilities in what a value carries.
const (
	namesSecret capability = 1 << (capabilities + iota)
	namesStartup
	namesPackage
	namesSuspect
	namesFound // came out of listing a folder
	namesPicture
)

const names = namesSecret | namesStartup | namesPackage | namesSuspect | namesFound | namesPicture

// jsValue is what is known of an expression.
type jsValue struct {
	kind    jsValueKind
	partial bool       // text has gaps, written as *
	hidden  bool       // text was put together, or decoded
	carries capability // what flowed into it
	origin  int32      // where that came from: an offset, 0 for unknown
	text    string     // a constant; or the dotted name of what it is
	fn      *jsFunc
	list    []jsValue // of an array, as far as short
	target  string    // the variable that names the file it writes to
}

type jsValueKind uint8

const (
	jsUnknown jsValueKind = iota
	jsText                // text is a constant
	jsThing               // text is a dotted name: "child_process.exec", "process.env"
	jsArray
	jsFunction
)

// jsFunc is a function of the file, kept between passes.
type jsFunc struct {
	params  [8]capability // what calls put in
	origins [8]int32
	returns jsValue
	settles bool   // its first parameter settles a promise
	decodes string // the encoding of which it decodes something; "" for none
}

type jsBinding struct {
	name     string
	value    jsValue
	last     int32 // what the name was bound to before: an index plus one, 0 for none
	constant int32 // the offset of a constant's declaration, 0 for what is none
}

// jsReader walks the tokens of a text once and works out, without running
// anything, what calls do and what flows into them. It is no parser: what it
// does not understand it steps over, so that broken and newer syntax costs a
// detail and not the file.
type jsReader struct {
	source
	typed   bool // TypeScript
	t       []jsToken
	i       int // the next token
	depth   int
	fuel    int // expressions that may still be read: none is meant to be read twice
	inner   int // how deep this text lies in texts
	lex     jsLexer
	f       *facts
	vars    map[string]int32 // name -> index in binds, plus one
	binds   []jsBinding
	fns     map[int32]*jsFunc     // by offset
	kept    map[int32][]jsBinding // functions and values of a scope, by its offset, for the next pass
	again   bool                  // a later pass
	fn      *jsFunc               // around here
	scope   int                   // around here: of code near each other
	hand    capability            // what the call around here gives its callbacks
	handAt  int32                 //
	promise bool                  // the next function is a promise's
	settled jsValue               // what the promise around here resolves to
	written map[string]jsValue    // constant path -> what was written there
	filled  map[int32]jsValue     // constant, by the offset of its declaration -> what was put into its buffer
	lines   []int32               // before each block of the text, once it was asked for
	count   int                   // of scopes
}

var jsReaders = sync.Pool{New: func() any {
	return &jsReader{vars: map[string]int32{}, fns: map[int32]*jsFunc{}, kept: map[int32][]jsBinding{}, written: map[string]jsValue{}, filled: map[int32]jsValue{}}
}}

func readJavaScript(s source, f *facts) { readJS(s, f, 0) }

func readJS(s source, f *facts, inner int) {
	p := jsReaders.Get().(*jsReader)
	defer func() {
		clear(p.vars)
		clear(p.fns)
		clear(p.kept)
		clear(p.written)
		clear(p.filled)
		clear(p.binds)
		*p = jsReader{vars: p.vars, fns: p.fns, kept: p.kept, written: p.written, filled: p.filled, binds: p.binds[:0], t: p.t[:0], lines: p.lines[:0],
			lex: jsLexer{tokens: p.lex.tokens[:0], open: p.lex.open[:0]}}
		jsReaders.Put(p)
	}()
	p.source, p.f, p.inner = s, f, inner
	switch path.Ext(s.path) {
	case ".ts", ".tsx", ".mts", ".cts":
		p.typed = true
	}
	p.pass()
	p.look()
	// What flows through functions that are declared later, or are called from
	// elsewhere, takes more passes: only where something could flow.
	const from = readsSecret | credential | wholeEnv | hostFacts | network | decodes | wallet | readsFile
	const into = network | process | dynamicCode | writesFile
	for n := 0; n < 2 && (f.caps.any(from) || len(p.filled) > 0) && f.caps.any(into) && len(s.text) <= jsRepeat && len(s.text) > 0; n++ {
		if f.caps&^(readsFile|writesFile) == 0 {
			break
		}
		p.again = true
		p.pass()
	}
}

// pass reads the text from its beginning.
func (p *jsReader) pass() {
	p.lex = jsLexer{text: p.text, tokens: p.lex.tokens[:0], open: p.lex.open[:0]}
	clear(p.vars)
	clear(p.binds)
	p.binds = p.binds[:0]
	p.count, p.scope = 0, 0
	if len(p.text) <= nearBytes {
		p.count++
		p.scope = p.count
	}
	p.restore(-1)
	for p.lex.fill(jsBatch, p.f) {
		p.t, p.i, p.fuel = p.lex.tokens, 0, 8*len(p.lex.tokens)+1000
		p.statements(len(p.t))
	}
	p.keep(-1, 0)
}

// nearBytes is how long a function is at most whose parts are near each other.
const nearBytes = 6000

func (p *jsReader) word(i int) string {
	if i < 0 || i >= len(p.t) {
		return ""
	}
	return p.text[p.t[i].start:p.t[i].end]
}

// op returns the operator at i, 0 for what is none.
func (p *jsReader) op(i int) uint8 {
	if i < 0 || i >= len(p.t) || p.t[i].kind != jsOp {
		return 0
	}
	return p.t[i].op
}

func (p *jsReader) kind(i int) jsKind {
	if i < 0 || i >= len(p.t) {
		return jsEnd
	}
	return p.t[i].kind
}

// close returns the index of the bracket that closes the one at i, at most end.
func (p *jsReader) close(i, end int) int {
	if m := int(p.t[i].match); m > i && m < end {
		return m
	}
	return end
}

// lineOf tells the line of an offset. The lines before each block of the text
// are counted once: who asks from far apart again and again would make it
// quadratic.
func (p *jsReader) lineOf(offset int32) int {
	const block = 1 << 12
	if len(p.lines) == 0 {
		n := int32(0)
		for at := 0; at <= len(p.text); at += block {
			p.lines = append(p.lines, n)
			n += int32(strings.Count(p.text[at:min(at+block, len(p.text))], "\n"))
		}
	}
	at := int(offset) / block
	return int(p.lines[at]) + strings.Count(p.text[at*block:offset], "\n") + p.first
}

// says is the code between two tokens.
func (p *jsReader) says(from, to int) string {
	if from >= len(p.t) {
		return ""
	}
	start := int(p.t[from].start)
	end := min(start+400, len(p.text))
	if to > from && to-1 < len(p.t) {
		end = min(end, int(p.t[to-1].end))
	}
	return p.text[start:max(start, end)]
}

// whole is the line at an offset, or of a long one what begins there.
func (p *jsReader) whole(offset int32) string {
	before := p.text[max(0, int(offset)-maxSnippet):offset]
	start := int(offset) - len(before) + strings.LastIndexByte(before, '\n') + 1
	line, _, _ := strings.Cut(p.text[start:min(int(offset)+200, len(p.text))], "\n")
	if len(line) > maxSnippet {
		return p.around(offset)
	}
	return line
}

// around is the code at an offset.
func (p *jsReader) around(offset int32) string {
	return p.text[offset:min(int(offset)+200, len(p.text))]
}

func (p *jsReader) see(c capability, from, to int, value string) {
	full := len(p.f.sites) == maxSights && p.f.caps.has(c)
	if c != 0 && !full && from < len(p.t) {
		p.f.see(c, p.lineOf(p.t[from].start), p.scope, p.says(from, to), value)
	}
}

// flows reports that what v carries reaches a call.
func (p *jsReader) flows(v jsValue, into capability, from, to int, value string) {
	carried := v.carries &^ names
	if carried == 0 || into == 0 || from >= len(p.t) || len(p.f.flows) == maxFlows {
		return
	}
	fl := flow{from: carried, to: into, line: p.lineOf(p.t[from].start), says: p.says(from, to), value: value}
	if v.origin > 0 && int(v.origin) < len(p.text) {
		fl.fromLine, fl.fromSays = p.lineOf(v.origin), p.whole(v.origin)
	}
	p.f.flow(fl)
}

// resolveJavaScript completes a relative reference as node and bundlers do.
// What names a package is not in the release.
func resolveJavaScript(r *release, from string, ref reference) []string {
	to := ref.to
	if list := resolveNamed(r, from, ref); list != nil {
		return list
	}
	if !strings.HasPrefix(to, ".") && !strings.HasPrefix(to, "/") && !ref.runs {
		return nil
	}
	to = path.Clean(path.Join(path.Dir(from), to))
	if to == "." {
		to = ""
	}
	for _, suffix := range [...]string{"", ".js", ".cjs", ".mjs", ".json", ".node", ".ts", ".tsx", ".jsx", "/index.js", "/index.cjs", "/index.mjs", "/index.ts"} {
		if name := strings.TrimPrefix(to+suffix, "/"); r.has(name) {
			return []string{name}
		}
	}
	if name := strings.TrimPrefix(to+"/package.json", "/"); name != "package.json" && r.has(name) {
		if m := parseNPM(r.text(name)); m != nil && len(m.starts) > 0 {
			main := path.Join(to, m.starts[0])
			for _, suffix := range [...]string{"", ".js", ".cjs", ".mjs", "/index.js"} {
				if name := strings.TrimPrefix(main+suffix, "/"); r.has(name) {
					return []string{name}
				}
			}
		}
	}
	// TypeScript's sources name the file that they become.
	if name, ok := strings.CutSuffix(to, ".js"); ok && r.has(name+".ts") {
		return []string{name + ".ts"}
	}
	if ref.runs && path.Dir(from) != "." {
		// Commands run in the top folder.
		return resolveJavaScript(r, "package.json", ref)
	}
	return nil
}
