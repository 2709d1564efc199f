package content

import (
	"path"
	"strings"
)

// thing works out the call of a thing that is known by name.
func (p *jsReader) thing(callee, receiver jsValue, args []jsValue, all jsValue, start int, created bool) jsValue {
	name := callee.text
	switch {
	case strings.HasSuffix(name, ".bind"):
		callee.text = strings.TrimSuffix(name, ".bind")
		return callee
	case strings.HasSuffix(name, ".call") && len(args) > 0:
		callee.text = strings.TrimSuffix(name, ".call")
		return p.thing(callee, receiver, args[1:], all, start, created)
	case strings.HasSuffix(name, ".apply") && len(args) > 1:
		callee.text = strings.TrimSuffix(name, ".apply")
		return p.thing(callee, receiver, args[1].list, all, start, created)
	}
	first := jsValue{}
	if len(args) > 0 {
		first = args[0]
	}
	switch name {
	case "require", "module.createRequire":
		if name == "module.createRequire" {
			return jsValue{kind: jsThing, text: "require"}
		}
		return p.required(first, all, start)
	case "require.resolve":
		if first.kind == jsText && !first.partial {
			p.refer(first.text, start)
		}
		return first
	case "resolve()":
		p.settled = join2(p.settled, all)
		return jsValue{}
	case "util.promisify", "promisify":
		return first
	case "path.join", "path.resolve", "path.posix.join", "path.win32.join":
		v := pathText(args)
		v.carries |= p.looked(v.text)
		return v
	case "path.dirname", "path.normalize", "path.basename", "url.fileURLToPath":
		return first
	case "os.homedir", "os.tmpdir":
		return jsValue{kind: jsThing, text: name + "()"}
	case "Reflect.get":
		if len(args) > 1 && args[1].kind == jsText {
			return p.member(first, args[1].text, start)
		}
	case "Object.getPrototypeOf":
		if first.kind == jsFunction {
			return jsValue{kind: jsFunction} // whose constructor makes functions
		}
	case "Reflect.apply":
		if len(args) > 2 && first.kind == jsThing {
			return p.thing(first, jsValue{}, args[2].list, all, start, false)
		}
	case "Object.defineProperty":
		if len(args) > 1 && args[1].kind == jsText && first.kind == jsThing {
			p.assigned(jsValue{kind: jsThing, text: canonical(first.text, args[1].text)}, jsValue{kind: jsFunction}, start, p.i)
		}
	case "Buffer.from", "Buffer", "atob", "unescape", "decodeURIComponent":
		return p.decode(name, args, all, start)
	case "String.fromCharCode", "String.fromCodePoint", "?.fromCharCode":
		if p.computed(start) {
			all.carries |= decodes
			all.origin = p.t[start].start
		}
		return jsValue{carries: all.carries, origin: all.origin}
	case "JSON.stringify", "Object.entries", "Object.assign", "Object.values", "Object.keys", "URLSearchParams", "querystring.stringify", "util.inspect", "qs.stringify":
		for _, a := range args {
			if a.kind == jsThing && a.text == "process.env" {
				all.carries |= wholeEnv
				all.origin = p.t[start].start
				if name != "Object.assign" && name != "Object.keys" {
					p.see(wholeEnv, start, p.i, "")
				}
			}
		}
		return jsValue{carries: all.carries, origin: all.origin}
	case "setTimeout", "setInterval":
		if first.kind == jsUnknown && first.carries.any(decodes|network) {
			p.flows(first, dynamicCode, start, p.i, "")
		}
		return jsValue{}
	case "document.createElement":
		if first.kind == jsText && first.text == "script" {
			return jsValue{kind: jsThing, text: "script"}
		}
		return jsValue{}
	case "document.write":
		return jsValue{}
	case "?.constructor":
		if len(args) == 0 || first.kind == jsUnknown && first.carries == 0 {
			return jsValue{}
		}
		name = "Function"
	}
	return p.effect(name, callee, receiver, args, all, start, created)
}

// effect reports what a call does and what it is given.
func (p *jsReader) effect(name string, callee, receiver jsValue, args []jsValue, all jsValue, start int, created bool) jsValue {
	e := effectOf(name)
	first := jsValue{}
	if len(args) > 0 {
		first = args[0]
	}
	v := jsValue{carries: e.gives, origin: p.t[start].start}
	if e == (jsEffect{}) {
		v.carries = callee.carries | receiver.carries | all.carries
		v.origin = max(receiver.origin, all.origin)
		if e := effectOf(parent(name)); e.gives != 0 { // a member of what was required: client.defaults()
			v.carries |= e.gives
		}
		return v
	}
	value := ""
	if first.kind == jsText || first.text != "" && first.kind == jsUnknown {
		value = first.text
	}
	does := e.does
	p.runsFile(name, args, e, start)
	switch {
	case e.into == process:
		does |= p.started(first, args, start)
		v.carries |= does & (credential | hostFacts)
		switch baseName(first.text) {
		case "sh", "bash", "cmd.exe", "cmd", "powershell", "powershell.exe", "zsh":
			v.carries |= process // whose input and output may be joined to something
		}
		if all.carries.has(namesSuspect) {
			does |= suspectHost
		}
	case e.into == dynamicCode:
		if first.kind == jsText && !first.partial && len(args) > 0 {
			last := args[len(args)-1]
			if strings.HasPrefix(name, "Function") {
				first = last
			}
			if first.kind == jsText && !first.partial && p.evaluated(first, start) {
				return jsValue{kind: jsThing, text: "window"} // Function("return this")
			}
		}
		if created && name == "Function" || name == "Function" {
			// The function that is made runs the text when it is called.
			v.carries |= dynamicCode
		}
	case does.any(network):
		if all.carries.has(namesSuspect) {
			does |= suspectHost
		}
		for _, a := range args {
			if a.kind == jsThing && a.text == "process.env" {
				all.carries |= wholeEnv
				all.origin = a.origin
			}
		}
	case does.any(readsFile | writesFile | deletesFiles):
		does |= p.touched(&v, first, args, does, start)
	}
	p.see(does, start, p.i, value)
	switch {
	case e.into == writesFile:
		if len(args) > 1 {
			p.flows(jsValue{carries: args[1].carries & (network | decodes | readsSecret | credential), origin: args[1].origin}, does&(writesFile|writesStartup|writesPackage), start, p.i, value)
		}
	case e.into == process:
		// What decides which program runs; its arguments are the program's.
		given := first
		for _, a := range args[min(1, len(args)):] {
			if a.carries.has(writesFile) {
				given.carries |= a.carries
				given.origin = a.origin
			}
		}
		if w, ok := p.written[baseName(given.text)]; ok && given.kind == jsText {
			given.carries, given.origin = given.carries|w.carries, w.origin
		}
		p.flows(given, process, start, p.i, value)
	case strings.HasPrefix(name, "dns.") && first.kind == jsText && first.partial && all.carries.any(secrets|hostFacts|readsFile):
		// The name that is asked for holds what was read.
		p.flows(all, network|suspectHost, start, p.i, value)
	case name == "worker_threads.Worker" && !all.carries.any(network|hiddenText):
	case e.into != 0:
		p.flows(jsValue{carries: all.carries &^ ifSet(e.into == network, network), origin: all.origin}, e.into, start, p.i, value)
	}
	return v
}

func ifSet(yes bool, c capability) capability {
	if yes {
		return c
	}
	return 0
}

func parent(name string) string {
	if at := strings.LastIndexByte(name, '.'); at > 0 {
		return name[:at]
	}
	return ""
}

// baseName is the last part of a path, or of the first word of a command.
func baseName(text string) string {
	text = strings.TrimSpace(text)
	if at := strings.LastIndexAny(text, "/\\"); at >= 0 {
		text = text[at+1:]
	}
	if at := strings.IndexByte(text, ' '); at > 0 {
		text = text[:at]
	}
	return text
}

// required works out require(x) and import(x).
func (p *jsReader) required(what, all jsValue, start int) jsValue {
	if what.kind == jsText && !what.partial {
		if !p.again && what.carries.has(decodes) {
			p.f.mark("hidden name", p.lineOf(p.t[start].start), 3, p.says(start, p.i)+" loads "+what.text)
		} else if !p.again && what.hidden && dangerous(what.text) {
			p.f.mark("hidden name", p.lineOf(p.t[start].start), 2, p.says(start, p.i))
		}
		p.refer(what.text, start)
		return p.module(what.text, start, p.i)
	}
	if what.kind == jsText && strings.HasPrefix(what.text, "data:") {
		// The text itself is the module.
		if strings.Contains(what.text, "base64") {
			all.carries |= decodes
			all.origin = first(all.origin, p.t[start].start)
		}
		p.see(dynamicCode, start, p.i, "")
		p.flows(all, dynamicCode, start, p.i, "")
		return jsValue{}
	}
	// Loading what was received or written runs it.
	if all.carries.has(network|writesFile) || all.carries.has(decodes|writesFile) {
		p.flows(all, dynamicCode, start, p.i, "")
	}
	return jsValue{}
}

// module is what a module's name means.
func (p *jsReader) module(name string, from, to int) jsValue {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "/") {
		if strings.HasSuffix(name, ".node") {
			p.see(nativeCode, from, to, name)
		}
		return jsValue{}
	}
	if strings.HasPrefix(name, "data:") {
		p.see(dynamicCode, from, to, "")
		p.flows(jsValue{carries: decodes | hiddenText}, dynamicCode, from, to, "")
		return jsValue{}
	}
	return jsValue{kind: jsThing, text: moduleName(name), origin: p.t[from].start}
}

// decode works out what turns text into what it means.
func (p *jsReader) decode(name string, args []jsValue, all jsValue, start int) jsValue {
	encoding := ""
	switch name {
	case "atob":
		encoding = "base64"
	case "unescape", "decodeURIComponent":
		encoding = "percent"
	default:
		if len(args) > 1 && args[1].kind == jsText {
			encoding = args[1].text
		}
		if len(args) > 0 && args[0].kind == jsArray && len(args[0].list) >= 16 {
			encoding = "bytes"
		}
	}
	switch encoding {
	case "base64", "base64url", "hex", "percent", "bytes", "binary", "latin1":
	default:
		return jsValue{carries: all.carries, origin: all.origin}
	}
	if len(args) > 0 && args[0].kind == jsText && !args[0].partial {
		v := p.decoded(args[0].text, encoding, start)
		if name == "decodeURIComponent" {
			v.carries &^= decodes
		}
		return v
	}
	if name == "decodeURIComponent" {
		return jsValue{carries: all.carries, origin: all.origin}
	}
	if p.fn != nil && encoding != "bytes" {
		p.fn.decodes = encoding
	}
	c := decodes
	if encoding == "bytes" {
		c |= hiddenText
	}
	return jsValue{carries: all.carries | c, origin: first(all.origin, p.t[start].start)}
}

func first(a, b int32) int32 {
	if a != 0 {
		return a
	}
	return b
}

// started looks at the command that a call starts.
func (p *jsReader) started(command jsValue, args []jsValue, start int) (does capability) {
	for i := start; i < min(p.i, start+200); i++ {
		if p.kind(i) == jsName && p.word(i) == "detached" {
			does |= hides
		}
	}
	text := ""
	if command.kind == jsText {
		text = command.text
	} else if s := place(command); s == "node" {
		text = s
	}
	if len(args) > 1 && args[1].kind == jsArray {
		for _, a := range args[1].list {
			if a.kind == jsText {
				text += " " + a.text
				if file, _, _ := strings.Cut(a.text, ","); !p.again && strings.HasPrefix(file, "./") {
					p.f.refer(file, p.lineOf(p.t[start].start), true)
				}
			} else {
				text += " " + place(a)
			}
		}
	}
	if text == "" || p.again {
		return does
	}
	inside := p.f.inside()
	line := p.lineOf(p.t[start].start)
	readShell(source{p.path, text, line}, inside)
	for _, r := range inside.refs {
		p.f.referAs(r.to, line, true, r.as)
	}
	if strings.HasSuffix(text, ".js") && !strings.ContainsAny(text, " *") { // fork
		p.f.refer(text, line, true)
	}
	for _, s := range inside.sites {
		if strings.HasPrefix(s.value, installing) {
			p.f.see(s.cap, line, p.scope, s.says, s.value)
		}
	}
	for _, fl := range inside.flows {
		p.f.flow(fl)
	}
	for _, m := range inside.marks {
		p.f.mark(m.kind, m.line, m.weight, m.says)
	}
	return does | inside.caps
}

// evaluated reads a constant that is run as code. It reports whether the text
// is one of the harmless idioms.
func (p *jsReader) evaluated(code jsValue, start int) bool {
	switch text := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(code.text), ";")); {
	case text == "return this", text == "this", text == "require", text == "", len(text) < 24 && !strings.Contains(text, "("):
		return true
	case p.inner < jsInner && !p.again && len(text) < 256<<10:
		inside := p.f.inside()
		readJS(source{p.path, code.text, p.lineOf(p.t[start].start)}, inside, p.inner+1)
		for _, s := range inside.sites {
			p.f.see(s.cap, s.line, p.scope, s.says, s.value)
		}
		for _, fl := range inside.flows {
			p.f.flow(fl)
		}
		for _, r := range inside.refs {
			p.f.referAs(r.to, r.line, r.runs, r.as)
		}
	}
	return false
}

// runsFile refers to files that a call runs whatever they are called: those that
// are forked or become workers, and those whose text was read before.
func (p *jsReader) runsFile(name string, args []jsValue, e jsEffect, start int) {
	if p.again || len(args) == 0 {
		return
	}
	line := p.lineOf(p.t[start].start)
	if (strings.HasSuffix(name, ".fork") || strings.HasSuffix(name, "Worker")) && args[0].kind == jsText {
		p.f.referAs(args[0].text, line, true, "node")
	}
	if e.into != dynamicCode {
		return
	}
	for _, a := range args {
		if file, ok := strings.CutPrefix(a.target, readMark); ok {
			p.f.referAs(file, line, true, "node")
		}
	}
}

// readMark stands in a value's target before the path of the file whose text
// it is.
const readMark = "<"

// touched looks at the path that a call of fs is given.
func (p *jsReader) touched(v *jsValue, at jsValue, args []jsValue, does capability, start int) (also capability) {
	if does.any(readsFile) {
		if at.kind == jsText && at.text != "" && len(at.text) < 300 {
			v.target = readMark + strings.Clone(at.text)
		}
		if at.carries.has(namesSecret) {
			also |= readsSecret
			v.carries |= readsSecret
		}
		switch {
		case strings.HasPrefix(at.text, "~"):
			v.carries |= credential // where tools keep their keys
		case at.carries.has(namesPicture):
			v.carries |= decodes | hiddenText
		}
		return also
	}
	to := at
	if len(args) > 1 && (args[1].carries.any(namesStartup|namesPackage) && args[1].kind == jsText) && args[1].text != "" {
		to = jsValue{carries: at.carries | args[1].carries&ifSet(len(args[1].text) < 200, namesStartup|namesPackage)}
	}
	if to.carries.has(namesStartup) {
		also |= writesStartup
	}
	if to.carries.has(namesPackage) {
		also |= writesPackage
	}
	if does.any(deletesFiles) && at.kind == jsThing && at.text == "__filename" {
		return also | hides
	}
	if p.neighbour(at) {
		also |= writesPackage
	}
	if does.any(deletesFiles) {
		if at.kind == jsText && (at.text == "~" || at.text == "/" || at.text == "~/*") {
			also |= hides
		}
		return also
	}
	if at.carries.has(namesFound) && strings.Contains(p.calledName(start), "writeFile") && len(args) > 1 && args[1].kind == jsText && !args[1].partial && len(args[1].text) < 200 {
		also |= deletesFiles // all that it finds becomes one text
	}
	// The variable that names the file stands for what is written there.
	target := p.firstName()
	data := jsValue{}
	if len(args) > 1 {
		data = args[1]
	}
	if c := data.carries & (network | decodes); c != 0 {
		w := jsValue{carries: c | writesFile, origin: data.origin}
		if target != "" {
			p.put(target, w, true)
		}
		if at.kind == jsText && at.text != "" {
			p.written[strings.Clone(baseName(at.text))] = w
		}
	}
	if strings.HasSuffix(p.calledName(start), "createWriteStream") {
		v.target = target
		if target == "" && at.kind == jsText {
			v.text = at.text
		}
	}
	return also
}

// assigned looks at what is replaced.
func (p *jsReader) assigned(left, right jsValue, start, stop int) {
	if left.kind != jsThing {
		return
	}
	switch left.text {
	case "fetch", "XMLHttpRequest.prototype.open", "XMLHttpRequest.prototype.send", "XMLHttpRequest", "window.fetch",
		"ethereum", "ethereum.request", "ethereum.send", "ethereum.sendAsync", "solana", "solana.signTransaction", "window.ethereum",
		"http.request", "http.get", "child_process.exec", "child_process.spawn":
		p.see(hooksGlobal, start, p.i, left.text)
	case "script.src":
		if right.kind == jsText && strings.Contains(right.text, "//") {
			p.see(network, start, p.i, right.text)
		}
		p.flows(jsValue{carries: right.carries & decodes, origin: right.origin}, dynamicCode, start, p.i, right.text)
	case "script.textContent", "script.text", "script.innerHTML":
		p.flows(jsValue{carries: right.carries & (decodes | network), origin: right.origin}, dynamicCode, start, p.i, "")
	case "Image.src":
		p.flows(right, network, start, p.i, right.text)
	}
}

// computed reports whether the characters of a fromCharCode are worked out by
// arithmetic, or are a list: a decoder's loop, not one that reads text.
func (p *jsReader) computed(start int) bool {
	commas := 0
	for i := start; i < min(p.i, start+400); i++ {
		switch p.op(i) {
		case ',':
			commas++
		case '^', '-', '%':
			return true
		}
		if w := p.word(i); w == "parseInt" {
			return true
		}
	}
	return commas >= 8
}

// neighbour reports whether a path leads out of the package into the one that
// is installed beside it.
func (p *jsReader) neighbour(at jsValue) bool {
	if at.kind != jsText || !strings.Contains(at.text, "../") {
		return false
	}
	out, ok := strings.CutPrefix(path.Join(path.Dir(p.path), at.text), "../")
	if scoped, more := strings.CutPrefix(out, "../"); more {
		out = scoped
	}
	return ok && strings.Contains(out, "/") && !strings.HasPrefix(out, ".") && !strings.HasPrefix(out, "*") && strings.Contains(path.Base(out), ".")
}

// picture tells files that hold no code by their name.
func picture(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".gif", ".ico", ".bmp", ".webp", ".woff", ".woff2", ".ttf", ".pdf", ".mp3", ".wav", ".mp4", ".dat":
		return true
	}
	return false
}
