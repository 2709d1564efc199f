package source

import (
	"bytes"
	"context"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
)

// Bounds on following build files. What lies behind them is not ranked as run.
const (
	maxBuildBytes = 64 << 20
	maxLine       = 64 << 10
	maxPlaces     = 64 // files of one name
)

// build is what building, installing or importing a release runs, as far as
// its build files tell without running them.
type build struct {
	r      *release
	byBase map[string][]int // base name -> indexes of r.files
	reach  []Reach          // by index of r.files
	by     []string
	queue  []int
	bytes  int

	configured bool // by configure, which says what Makefiles it makes
	python     bool // imported, so that its modules are run
	npm        bool // a package, of which importing runs scripts
	golang     bool // compiled as it is
}

func newBuild(r *release, c kennel.Component) *build {
	b := &build{r: r, byBase: make(map[string][]int, len(r.files)), reach: make([]Reach, len(r.files)), by: make([]string, len(r.files)),
		python: python(r, c), npm: packed(r, c), golang: c.Ecosystem == kennel.Go}
	for i, e := range r.files {
		base := path.Base(e.path)
		if list := b.byBase[base]; len(list) < maxPlaces {
			b.byBase[base] = append(list, i)
		}
	}
	return b
}

// follow marks everything that is run or reached.
func (b *build) follow(ctx context.Context) error {
	b.configured = b.r.has("configure") || b.r.has("configure.ac") || b.r.has("configure.in")
	hooks := ""
	if b.npm {
		hooks = b.installs()
	}
	for i, e := range b.r.files {
		by := starts(e.path)
		if b.npm && by != "npm install" && !strings.Contains(hooks, by) {
			continue // nobody who installs a package runs its Makefile
		}
		if by == "make" && b.configured && strings.Contains(e.path, "/") {
			continue // where configure names it
		}
		if by == "" && b.golang && compiled(e.path) {
			by = "go build"
		}
		if by != "" {
			b.mark(i, Run, by)
		}
	}
	b.hooks()
	if b.python {
		b.modules()
	}
	for len(b.queue) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		i := b.queue[0]
		b.queue = b.queue[1:]
		b.read(i)
	}
	return nil
}

// compiled reports whether the go command takes a file of a module into what it
// builds or tests.
func compiled(name string) bool {
	switch path.Ext(name) {
	case ".go":
		return true // tests too: a module's zip is its tag's
	case ".s", ".S", ".c", ".cc", ".cpp", ".h", ".syso", ".mod":
		return !strings.Contains("/"+name, "/testdata/")
	}
	return false
}

// starts says what runs a file by its name alone, "" for most files. Files of
// tests and examples of npm and the like do not start anything.
func starts(name string) string {
	dir, base := path.Split(name)
	switch base {
	case "configure", "configure.ac", "configure.in", "aclocal.m4", "acinclude.m4":
		return "configure"
	case "Makefile", "Makefile.am", "Makefile.in", "GNUmakefile", "makefile":
		return "make"
	case "CMakeLists.txt":
		return "cmake"
	case "meson.build":
		return "meson"
	case "extconf.rb":
		return "gem install"
	}
	if dir == "" {
		switch base {
		case "setup.py":
			return "the build backend"
		case "build.rs":
			return "cargo build"
		case "binding.gyp":
			return "npm install"
		}
		if path.Ext(base) == ".pth" {
			return "every start of python"
		}
	}
	return ""
}

func (b *build) mark(i int, to Reach, by string) {
	if to <= b.reach[i] {
		return
	}
	b.reach[i], b.by[i] = to, by
	if to >= Imported {
		b.queue = append(b.queue, i)
	}
}

// read looks for what a file that is run refers to.
func (b *build) read(i int) {
	e := b.r.files[i]
	lines := rulesOf(e.path)
	imported := b.python && path.Ext(e.path) == ".py"
	if e.link() || lines == nil && !imported || b.bytes > maxBuildBytes {
		return
	}
	text := b.r.text(e.path)
	b.bytes += len(text)
	if bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
		return
	}
	if b.npm && javascript(e.path) {
		b.required(text, e.path, b.reach[i])
		if b.reach[i] != Run {
			return
		}
	}
	if strings.HasPrefix(path.Base(e.path), "configure.") && !b.r.has(path.Join(path.Dir(e.path), "aclocal.m4")) {
		b.macros(text, e.path)
	}
	state := &lineState{}
	for line := range bytes.Lines(text) {
		if len(line) > maxLine {
			continue
		}
		if imported {
			b.imports(line, e.path)
		}
		if lines == nil {
			continue
		}
		how, word := lines(line, state)
		if how == Shipped {
			continue
		}
		b.refer(line, e.path, how, word)
	}
}

// lineState is what reading a line carries to the next.
type lineState struct {
	continued bool
	how       Reach
}

// refer marks the files that a line names.
func (b *build) refer(line []byte, from string, how Reach, word string) {
	for len(line) > 0 {
		start := bytes.IndexFunc(line, inPath)
		if start < 0 {
			return
		}
		variable := start > 0 && line[start-1] == '$'
		line = line[start:]
		end := bytes.IndexFunc(line, func(c rune) bool { return !inPath(c) })
		if end < 0 {
			end = len(line)
		}
		token := line[:end]
		line = line[end:]
		// What stands before the path: $srcdir/x, @srcdir@/x.
		if at := bytes.IndexByte(token, '/'); at >= 0 && (variable || token[0] == '@') {
			token = token[at:]
		}
		if len(token) < 3 || !bytes.ContainsAny(token, "./") {
			continue
		}
		i := bytes.LastIndexByte(token, '/')
		if b.configured && bytes.HasSuffix(token, []byte("/Makefile")) {
			for _, ext := range []string{".in", ".am"} {
				if at, ok := b.r.index[string(token)+ext]; ok {
					b.mark(at, Run, "make in "+from)
				}
			}
		}
		for _, ext := range extensions(from) {
			for _, at := range b.byBase[string(token[i+1:])+ext] {
				if b.meant(string(token)+ext, from, at) {
					b.mark(at, b.force(how, word, at), word+" in "+from)
				}
			}
		}
	}
}

// extensions are what a language leaves away when it names a file.
func extensions(from string) []string {
	switch path.Ext(from) {
	case ".js", ".cjs", ".mjs", ".json":
		return []string{"", ".js", ".cjs", ".json"}
	}
	return []string{""}
}

// meant reports whether a token in a file is that other file: by a path that
// fits from the file's folder or any above.
func (b *build) meant(token, from string, at int) bool {
	name := b.r.files[at].path
	if name == from {
		return false
	}
	token = strings.TrimLeft(token, "./")
	for strings.HasPrefix(token, "../") {
		token = token[3:]
	}
	if token == "" {
		return false
	}
	dir := path.Dir(from)
	if name == token || name == path.Join(dir, token) {
		return true
	}
	// A variable stood before it ($(srcdir)/…, $ac_aux_dir/…).
	return strings.HasSuffix(name, "/"+token)
}

// force lowers "run" for what is no script: a compiler or a copy takes it. What
// is included is run whatever its name.
func (b *build) force(how Reach, word string, at int) Reach {
	if how != Run || word == "sourced" || strings.HasSuffix(word, "include") {
		return how
	}
	e := b.r.files[at]
	switch path.Ext(e.path) {
	case ".sh", ".bash", ".py", ".pl", ".rb", ".js", ".mjs", ".cjs", ".awk", ".sed", ".m4", ".mk", ".am", ".ac", ".cmake", ".guess", ".sub", ".rs", ".lua", ".tcl", ".ps1", ".bat", ".cmd":
		return Run
	case "":
		if e.mode&0o111 != 0 {
			return Run
		}
	}
	return Reached
}

func inPath(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("_./+-@", c)
}

// macros marks the m4 files whose macros configure.ac reaches, where there is
// no aclocal.m4 to tell which were taken.
func (b *build) macros(text []byte, from string) {
	type defining struct {
		at   int
		text []byte
	}
	defines := map[string]defining{}
	for i, e := range b.r.files {
		if path.Ext(e.path) != ".m4" || len(defines) > 10_000 {
			continue
		}
		content := b.r.text(e.path)
		for _, name := range defuns(content) {
			defines[name] = defining{i, content}
		}
	}
	queue := [][]byte{text}
	seen := map[int]bool{}
	for len(queue) > 0 {
		text, queue = queue[0], queue[1:]
		for _, word := range bytes.FieldsFunc(text, func(c rune) bool { return !inName(c) }) {
			if d, ok := defines[string(word)]; ok && !seen[d.at] {
				seen[d.at] = true
				b.mark(d.at, Run, string(word)+" in "+from)
				queue = append(queue, d.text)
			}
		}
	}
}

func inName(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_'
}

// defuns returns the macros that an m4 file defines.
func defuns(text []byte) []string {
	var out []string
	for line := range bytes.Lines(text) {
		line = bytes.TrimLeft(line, " \t")
		for _, word := range []string{"AC_DEFUN", "AC_DEFUN_ONCE", "AU_DEFUN", "m4_define", "define"} {
			rest, ok := bytes.CutPrefix(line, []byte(word+"("))
			if !ok {
				continue
			}
			rest = bytes.TrimLeft(rest, "[` ")
			end := bytes.IndexFunc(rest, func(c rune) bool { return !inName(c) })
			if end > 0 && len(out) < 1000 {
				out = append(out, string(rest[:end]))
			}
		}
	}
	return out
}

// carries reports whether configure holds text of an m4 file: lines of shell
// that m4 hands through as they are.
func carries(configure, m4 []byte) bool {
	found, tried := 0, 0
	for line := range bytes.Lines(m4) {
		line = bytes.TrimSpace(line)
		if len(line) < 24 || bytes.ContainsAny(line, "[]()$`") || bytes.HasPrefix(line, []byte("#")) || bytes.HasPrefix(line, []byte("dnl")) {
			continue
		}
		if tried++; tried > 20 {
			break
		}
		if bytes.Contains(configure, line) {
			found++
		}
	}
	return found > 0 && found*2 >= tried
}
