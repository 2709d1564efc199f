package content

import (
	"fmt"
	"path"
	"strings"
)

// Bounds on following shell text through variables and eval.
const (
	maxShellText  = 8 << 20 // bytes of a file
	maxShellEvals = 100_000 // commands looked at in one text, those of eval included
	maxShellBytes = 1 << 20 // of variables and constants that are read as commands
	maxShellValue = 64 << 10
	maxShellJoin  = 8 << 10 // of what is put together
)

// Of what a value holds, beside capabilities: these are the reader's own and
// never leave it.
const (
	heldData  capability = 1 << (31 - iota) // bytes of a file that is data: a fixture, an archive, a picture
	heldFound                               // names of files, found by searching contents
	heldSets                                // went through a translation table, or was cut by bytes
	heldOwn   = heldData | heldFound | heldSets
)

// A shValue is what a word, a variable or a pipe holds.
type shValue struct {
	text  string // with what is unknown left as it is written
	known bool   // text is all of it
	from  capability
	line  int    // where it came in
	says  string // that command
}

// readShell also reads single commands, such as npm's hooks: it refers to the
// files that they start ("node a.js", "sh b.sh", "./c").
func readShell(s source, f *facts) { readShellText(s.text, s.first, f) }

func readShellText(text string, line int, f *facts) {
	if len(text) > maxShellText {
		f.part = fmt.Sprintf("of a shell script, what is past %d MiB was not read", maxShellText>>20)
		text = text[:maxShellText]
	}
	list := parseShell(text, line, 0)
	newShellReader(text, line, f).twice(func(r *shReader) { r.run(list, shValue{}) })
}

func newShellReader(text string, line int, f *facts) *shReader {
	return &shReader{f: f, vars: map[string]shValue{}, files: map[string]shValue{}, lines: text, first: line}
}

// twice evaluates a text, and once more where it runs a variable that only a
// later line sets, as in functions and the arguments of macros.
func (r *shReader) twice(pass func(*shReader)) {
	r.left = maxShellEvals
	pass(r)
	if r.missing && r.left > 0 {
		r.left, r.bytes = maxShellEvals, 0
		pass(r)
	}
	if r.left <= 0 {
		r.f.part = fmt.Sprintf("of a script, commands past the first %d were not followed", maxShellEvals)
	}
}

// runsVariable notes a word that is run, of a variable that is not yet set.
func (r *shReader) runsVariable(w shWord) {
	for _, p := range w {
		if p.kind == shVar && len(p.text) > 1 {
			if _, ok := r.vars[p.text]; !ok {
				r.missing = true
			}
		}
	}
}

// resolveShell returns the file that a script starts: as named from the
// script's folder, or from the root.
func resolveShell(r *release, from string, ref reference) []string {
	to := strings.TrimPrefix(ref.to, "./")
	for _, name := range []string{path.Join(path.Dir(from), to), path.Clean(to)} {
		if r.has(name) && name != from {
			return []string{name}
		}
	}
	return nil
}

// shReader evaluates commands as far as their text tells. It runs nothing.
type shReader struct {
	f        *facts
	vars     map[string]shValue
	files    map[string]shValue // by path as written: what was saved there
	left     int                // commands
	bytes    int                // of text that was run from values
	captured int                // readers of what a command prints
	args     []shValue          // of the commands that are being evaluated
	depth    int
	line     int
	missing  bool // a variable was run that no line before had set
	// The text, to show lines of it.
	lines       string
	first       int
	shown, from int // the last line shown and where it begins
}

func (r *shReader) see(c capability, text, value string) {
	r.f.see(c&^heldOwn, r.line, 0, text, value)
}

func (r *shReader) flow(v shValue, to capability) {
	r.f.flow(flow{from: v.from &^ heldOwn, to: to, line: r.line, says: r.show(r.line), value: v.text, fromLine: v.line, fromSays: v.says})
}

func (r *shReader) mark(kind string, weight int) {
	for _, m := range r.f.marks {
		if m.kind == kind && m.line == r.line {
			return
		}
	}
	r.f.mark(kind, r.line, weight, r.show(r.line))
}

// show returns the beginning of a line of the text.
func (r *shReader) show(line int) string {
	if r.shown == 0 || line < r.shown {
		r.shown, r.from = r.first, 0
	}
	for r.shown < line {
		i := strings.IndexByte(r.lines[r.from:], '\n')
		if i < 0 {
			break
		}
		r.from += i + 1
		r.shown++
	}
	// No more than a snippet takes: a long line is shown for each of its commands.
	text, _, _ := strings.Cut(r.lines[r.from:min(len(r.lines), r.from+4*maxSnippet)], "\n")
	return text
}

// run evaluates commands with what they read, and returns what they print.
func (r *shReader) run(list []shPipeline, in shValue) shValue {
	var out shValue
	for i, pl := range list {
		v := in
		if len(pl.stages) > 1 {
			r.captured++
		}
		for j := range pl.stages {
			if r.left--; r.left <= 0 {
				continue
			}
			r.f.step()
			r.line = pl.stages[j].line
			v = r.command(&pl.stages[j], v)
		}
		if pl.background && len(pl.stages) == 1 {
			r.see(process, r.show(r.line), "")
		}
		if len(pl.stages) > 1 {
			r.captured--
		}
		if i == 0 || r.captured == 0 {
			out = v // the output goes to the terminal
		} else {
			out = out.join(v)
		}
	}
	return out
}

// join is one value behind another.
func (v shValue) join(w shValue) shValue {
	if w.from != 0 && v.from == 0 {
		v.line, v.says = w.line, w.says
	}
	v.from |= w.from
	v.known = v.known && w.known
	if len(v.text)+len(w.text) <= maxShellJoin {
		v.text += w.text
	} else {
		v.known = false
	}
	return v
}

// command evaluates one command of a pipe.
func (r *shReader) command(c *shCommand, in shValue) shValue {
	for _, w := range c.stdin {
		v := r.word(w)
		if !c.here {
			v = r.file(v)
		}
		in = v
	}
	var out shValue
	if len(c.body) > 0 {
		r.captured += len(c.out)
		out = r.run(c.body, in)
		r.captured -= len(c.out)
	}
	for _, a := range c.assigns {
		v := r.word(a.value)
		if old, ok := r.vars[a.name]; ok && old.from != 0 {
			// Several values: what any of them holds counts, the last text too.
			v.from |= old.from
		}
		r.vars[a.name] = v
	}
	line := r.line
	if len(c.words) > 0 {
		r.runsVariable(c.words[0])
		if first := c.words[0]; len(c.words) > 1 && len(first) == 1 && first[0].text == "eval" {
			r.runsVariable(c.words[1])
		}
		from := len(r.args)
		for _, w := range c.words {
			v := r.word(w)
			r.args = append(r.args, v)
		}
		args := r.args[from:len(r.args):len(r.args)]
		r.line = line
		// $CMD with arguments of its own is split where it stands unquoted.
		if w := c.words[0]; len(w) == 1 && w[0].kind == shVar && args[0].known && strings.ContainsAny(args[0].text, " \t") {
			var split []shValue
			for _, field := range strings.Fields(args[0].text) {
				split = append(split, shValue{text: field, known: true, from: args[0].from, line: args[0].line, says: args[0].says})
			}
			args = append(split, args[1:]...)
		}
		out = r.call(c, args, in)
		r.args = r.args[:from]
	}
	r.line = line
	for _, w := range c.out {
		to := r.word(w)
		r.line = line
		if len(c.words) > 0 && socket(to.text) {
			// A shell that talks to the other end.
			if name, _ := c.words[0].literal(); strings.HasSuffix(name, "sh") {
				r.flow(shValue{from: network, line: line, says: to.text}, dynamicCode)
			}
		}
		r.save(to, out)
	}
	return out
}

// word evaluates a word.
func (r *shReader) word(w shWord) shValue {
	if len(w) == 1 {
		return r.part(w[0])
	}
	if text, ok := w.literal(); ok {
		return shValue{text: text, known: true}
	}
	out := shValue{known: true}
	var b strings.Builder
	for _, p := range w {
		v := r.part(p)
		if b.Len()+len(v.text) > maxShellJoin {
			v.known = false
		} else {
			b.WriteString(v.text)
		}
		v.text = ""
		out = out.join(v)
	}
	out.text = b.String()
	return out
}

func (r *shReader) part(p shPart) shValue {
	switch p.kind {
	case shVar, shEdited:
		return r.variable(p)
	case shOutput, shProcess:
		line := r.line
		r.captured++
		v := r.run(p.command, shValue{})
		r.captured--
		r.line = line
		v.text = strings.TrimRight(v.text, "\n")
		if p.kind == shProcess {
			v.text, v.known = "/dev/fd/63", false
		}
		return v
	}
	return shValue{text: p.text, known: true}
}

func (r *shReader) variable(p shPart) shValue {
	if v, ok := r.vars[p.text]; ok {
		if p.kind == shEdited {
			v.text, v.known = "$"+p.text, false
		}
		return v
	}
	switch p.text {
	case "HOME":
		return shValue{text: "~", known: true}
	case "SHELL", "CONFIG_SHELL", "BASH":
		return shValue{text: "sh", known: true}
	case "IFS":
		return shValue{text: " ", known: true}
	}
	if secretName(p.text) {
		r.see(credential, "$"+p.text, p.text)
		return shValue{text: "$" + p.text, from: credential, line: r.line, says: "$" + p.text}
	}
	return shValue{text: "$" + p.text}
}

// file is the content of what a value names.
func (r *shReader) file(name shValue) shValue {
	if v, ok := r.files[name.text]; ok && name.text != "" {
		return v
	}
	v := shValue{from: readsFile | name.from&heldOwn, line: r.line, says: name.text}
	switch {
	case socket(name.text):
		r.see(network, name.text, name.text)
		v.from = network
	case secretPath(name.text):
		r.see(readsSecret, name.text, name.text)
		v.from |= readsSecret
	}
	if dataPath(name.text) || name.from.has(heldFound) {
		v.from |= heldData
	}
	if name.text == "/dev/fd/63" { // <(…): the content is what it prints
		v.from |= name.from
		v.line, v.says = name.line, name.says
	}
	return v
}

// save puts what a command prints into a file.
func (r *shReader) save(name, v shValue) {
	switch {
	case socket(name.text):
		r.see(network, name.text, name.text)
		if v.from&^heldOwn != 0 {
			r.flow(v, network)
		}
		return
	case startupPath(name.text):
		r.see(writesStartup, r.show(r.line), name.text)
		if v.from.any(network | decodes) {
			r.flow(v, writesStartup)
		}
	}
	if name.text == "" || strings.HasPrefix(name.text, "/dev/") || len(r.files) > 1000 {
		return
	}
	if v.from&^heldOwn != 0 || v.from.any(heldOwn) {
		r.files[name.text] = v
	}
}

// socket tells the names by which bash opens connections.
func socket(name string) bool {
	return strings.HasPrefix(name, "/dev/tcp/") || strings.HasPrefix(name, "/dev/udp/")
}

// dataPath tells files that hold data and no program, by their place or name.
func dataPath(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".bin", ".dat", ".xz", ".lzma", ".gz", ".bz2", ".zst", ".lz4", ".lz", ".png", ".jpg", ".jpeg", ".gif", ".ico", ".bmp", ".pdf",
		".mp3", ".wav", ".ttf", ".woff", ".woff2", ".der", ".pcap", ".db", ".zip", ".tgz", ".tar":
		return true
	}
	for dir := range strings.SplitSeq(path.Dir(name), "/") {
		switch strings.ToLower(dir) {
		case "test", "tests", "testing", "testdata", "fixtures", "fixture", "__tests__", "samples", "corpus":
			return true
		}
	}
	return false
}
