package python

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

// Bounds of what one requirements file may include. Real ones include a few.
const (
	maxIncludeDepth = 16
	maxIncludes     = 100
)

// isRequirements tells requirements files by name, as people name them:
// requirements.txt, dev-requirements.txt, requirements/base.txt.
func isRequirements(p, base string) bool {
	if !strings.HasSuffix(base, ".txt") {
		return false
	}
	if strings.Contains(base, "requirements") {
		return true
	}
	dir := strings.TrimSuffix(p[:len(p)-len(base)], "/")
	return dir[strings.LastIndexByte(dir, '/')+1:] == "requirements"
}

// readRequirements reads a requirements file and what it includes. Every line
// is what the project asks for by name, so that all are direct, unless the
// tool that wrote it said on whose behalf ("# via …").
// Source: https://pip.pypa.io/en/stable/reference/requirements-file-format/
func readRequirements(f kennel.File, text []byte) (kennel.Extraction, error) {
	r := requirements{
		lock: lock{file: f, flat: true, rooted: true},
		seen: map[string]bool{f.Path(): true},
		pins: map[string]string{},
	}
	r.expect(text, "==")
	r.read(f.Path(), text, 0, false)
	r.finish()
	return r.project(), nil
}

type requirements struct {
	lock
	seen map[string]bool   // files read, as requirements
	pins map[string]string // key -> version, from constraint files
	asks []ask             // by package

	includes int
	unpinned []string
	paths    []string // local folders and archives without a name
	odd      int      // lines that are none of the format's
	oddLine  string   // where the first one stands
}

// ask is how a requirements file asks for a package.
type ask struct {
	spec string
	via  []string // who needs it; "" is the project itself
	told bool     // the list of them has ended
}

// read reads one file. A constraints file only says which version an unpinned
// requirement gets.
func (r *requirements) read(at string, text []byte, depth int, constraints bool) {
	scope := fileScope(at)
	for line := range logicalLines(decode(text)) {
		if line.comment != "" {
			if !constraints {
				r.via(at, line.comment)
			}
			continue
		}
		option, value := splitOption(line.text)
		switch option {
		case "":
			r.requirement(at, line, scope, constraints)
		case "-r", "--requirement":
			r.include(at, line.number, value, depth, constraints)
		case "-c", "--constraint":
			r.include(at, line.number, value, depth, true)
		case "-e", "--editable":
			line.text = value
			r.requirement(at, line, scope, constraints)
		}
	}
}

func (r *requirements) requirement(at string, line logicalLine, scope kennel.Scope, constraint bool) {
	text, options, _ := strings.Cut(line.text, " --")
	req, ok := parseReference(text)
	if !ok {
		if r.odd++; r.oddLine == "" {
			r.oddLine = fmt.Sprintf("%s:%d", at, line.number)
		}
		return
	}
	if constraint {
		if pin := req.pin(); pin != "" {
			r.pins[key(req.name)] = pin
		}
		return
	}
	origin, commit := addressOrigin(req.address)
	if req.name == "" {
		r.paths = append(r.paths, req.address)
		return
	}
	p := r.add(line.number)
	p.Name, p.Version, p.Origin, p.Commit = req.name, req.pin(), origin, commit
	p.file, p.scope = at, scope
	for option := range strings.SplitSeq(options, " --") {
		if digest, is := strings.CutPrefix(strings.TrimPrefix(option, "--"), "hash="); is {
			p.hash(strings.TrimSpace(digest))
		}
	}
	r.asks = append(r.asks, ask{spec: req.spec})
}

func (r *requirements) include(at string, line int, value string, depth int, constraints bool) {
	to := path.Join(path.Dir(at), value)
	why := ""
	switch {
	case value == "":
		why = "names no file"
	case strings.Contains(value, "://"):
		why = "is an address, and nothing is fetched"
	case strings.HasPrefix(value, "/") || !fs.ValidPath(to):
		why = "lies outside of what is scanned"
	case depth >= maxIncludeDepth:
		why = fmt.Sprintf("is included more than %d deep", maxIncludeDepth)
	case r.includes >= maxIncludes:
		why = fmt.Sprintf("is one include more than %d", maxIncludes)
	}
	mark := to
	if constraints {
		mark = "-c " + to
	}
	if why == "" && r.seen[mark] {
		return
	}
	if why == "" {
		r.seen[mark] = true
		r.includes++
		text, err := fs.ReadFile(r.file.FS(), to)
		if err == nil {
			r.read(to, text, depth+1, constraints)
			return
		}
		why = "cannot be read: " + err.Error()
	}
	r.gap("line %d of %s: the included %.200q %s", line, at, value, why)
}

// via reads the comments in which pip-compile and uv name who needs the
// package above: "# via a, b", or "# via" and one name a line.
func (r *requirements) via(at, comment string) {
	if len(r.packages) == 0 || r.last().file != at {
		return
	}
	a := &r.asks[len(r.asks)-1]
	list, is := strings.CutPrefix(comment, "via")
	switch {
	case is && (list == "" || list[0] == ' '):
		if a.via == nil {
			a.via = []string{}
		}
	case a.via == nil || a.told:
		return
	default:
		list = comment
	}
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		switch {
		case name == "":
		case strings.Contains(name, " ") && name[0] != '-' && name[len(name)-1] != ')':
			a.told = true // prose follows the list
			return
		case strings.HasPrefix(name, "-"), strings.ContainsAny(name, " ()/"), strings.HasSuffix(name, ".in"):
			a.via = append(a.via, "") // a file, or the project itself
		default:
			name, _, _ = strings.Cut(name, "[")
			a.via = append(a.via, name)
		}
	}
}

// finish applies the constraints and says what stays open.
func (r *requirements) finish() {
	at := make(map[string]int, len(r.packages))
	for i := range r.packages {
		if k := key(r.packages[i].Name); at[k] == 0 {
			at[k] = i + 1
		}
	}
	for i := range r.packages {
		p, a := &r.packages[i], &r.asks[i]
		if p.Version == "" && p.Origin == kennel.OriginRegistry {
			if p.Version = r.pins[key(p.Name)]; p.Version == "" {
				r.unpinned = append(r.unpinned, p.Name)
			}
		}
		asked := len(a.via) == 0
		for _, dependant := range a.via {
			if j := at[key(dependant)]; j > 0 {
				d := &r.packages[j-1]
				d.needs = append(d.needs, need{name: p.Name, version: p.Version})
			} else { // the project, by its own name or a file
				asked = true
			}
		}
		if asked {
			r.roots = append(r.roots, need{name: p.Name, version: p.Version, constraint: a.spec})
		}
	}
	total := len(r.packages)
	if n := len(r.unpinned); n > 0 {
		r.gap("%d of %d requirements are not pinned (%s): pin them with ==, or scan a lock file", n, total, some(r.unpinned))
	}
	if n := len(r.paths); n > 0 {
		r.gap("%d requirements are folders or archives without a name (%s): what they need is not listed here", n, some(r.paths))
	}
	if r.odd > 0 {
		r.gap("%d lines are no requirements, the first at %s", r.odd, r.oddLine)
	}
}

// some names the first few of a list.
func some(names []string) string {
	const few = 5
	shown := slices.Clone(names[:min(few, len(names))])
	for i, n := range shown {
		shown[i] = fmt.Sprintf("%.80s", n)
	}
	if len(names) > few {
		shown = append(shown, "…")
	}
	return strings.Join(shown, ", ")
}

// fileScope reads the purpose of a requirements file from its name.
func fileScope(at string) kennel.Scope {
	base := strings.TrimSuffix(path.Base(at), ".txt")
	for word := range strings.FieldsFuncSeq(base, func(c rune) bool { return c == '-' || c == '_' || c == '.' || c == ' ' }) {
		switch strings.ToLower(word) {
		case "dev", "develop", "development", "devel", "test", "tests", "testing", "docs", "doc", "lint", "linting", "ci", "typing", "mypy":
			return kennel.ScopeDevelopment
		case "build":
			return kennel.ScopeBuild
		case "optional", "extra", "extras":
			return kennel.ScopeOptional
		}
	}
	return kennel.ScopeShipped
}
