package content

import (
	"path"
	"strings"
)

// resolvePython returns the files that importing a module runs, or the script
// that is started.
func resolvePython(r *release, from string, ref reference) []string {
	if ref.runs {
		return resolveShell(r, from, ref)
	}
	name := ref.to
	dir := path.Dir(from)
	var roots []string
	if strings.HasPrefix(name, ".") {
		name = name[1:]
		for strings.HasPrefix(name, ".") {
			dir, name = path.Dir(dir), name[1:]
		}
		roots = []string{dir}
	} else {
		// The folder that holds the topmost package of the importing file, the
		// importing script's own folder, and where sources usually are.
		top := dir
		for top != "." && r.has(path.Join(top, "__init__.py")) {
			top = path.Dir(top)
		}
		roots = []string{top, dir, ".", "src"}
	}
	var out []string
	for _, root := range roots {
		at := root
		for part := range strings.SplitSeq(name, ".") {
			if part == "" {
				if init := path.Join(at, "__init__.py"); r.has(init) {
					out = append(out, init)
				}
				break
			}
			at = path.Join(at, part)
			if file := at + ".py"; r.has(file) {
				out = append(out, file)
				break
			}
			if file := at + ".pyc"; r.has(file) { // without its source it is imported itself
				out = append(out, file)
				break
			}
			init := path.Join(at, "__init__.py")
			if !r.has(init) {
				break
			}
			out = append(out, init)
		}
		if len(out) > 0 {
			return out
		}
	}
	return out
}

// pythonEntries says what installing and importing a Python package start.
func pythonEntries(r *release) []entry {
	if r.npm != nil {
		return nil // helpers of build tools, which its scripts start
	}
	var out []entry
	add := func(name string, at reach, by string) {
		if r.has(name) {
			out = append(out, entry{path: name, reach: at, by: by})
		}
	}
	add("setup.py", onInstall, "setup.py at install")
	for _, backend := range backends(r.text("pyproject.toml")) {
		file := strings.ReplaceAll(backend, ".", "/")
		add(file+".py", onInstall, "the build backend")
		add(file+"/__init__.py", onInstall, "the build backend")
	}
	for _, class := range commandClasses(r.text("setup.cfg")) {
		file := strings.ReplaceAll(class, ".", "/")
		add(file+".py", onInstall, "a command class in setup.cfg")
		add(file+"/__init__.py", onInstall, "a command class in setup.cfg")
	}
	points := append(entryPoints(r.text("pyproject.toml"), false), entryPoints(r.text("setup.cfg"), false)...)
	for _, f := range r.files {
		if path.Base(f.path) == "entry_points.txt" && f.size < 64<<10 {
			points = append(points, entryPoints(r.text(f.path), true)...)
		}
	}
	for _, p := range points {
		for _, top := range []string{"", "src/"} {
			file := top + strings.ReplaceAll(p.module, ".", "/")
			add(file+".py", onImport, p.group)
			add(file+"/__init__.py", onImport, p.group)
		}
	}
	for _, f := range r.files {
		dir, base := path.Split(f.path)
		dir = path.Clean(dir)
		switch {
		case path.Ext(base) == ".pth" && f.size < 64<<10 && (f.facts != nil && len(f.facts.refs) > 0):
			// Python runs its import lines at every start (the site module).
			out = append(out, entry{path: f.path, reach: onInstall, by: "every start of Python"})
		case base == "sitecustomize.py" || base == "usercustomize.py":
			out = append(out, entry{path: f.path, reach: onInstall, by: "every start of Python"})
		case base == "__init__.py" && !r.has(path.Join(path.Dir(dir), "__init__.py")) && !pyAside(dir):
			out = append(out, entry{path: f.path, reach: onImport, by: "import " + path.Base(dir)})
		case base == "__main__.py" && !pyAside(dir):
			out = append(out, entry{path: f.path, reach: onImport, by: "python -m " + path.Base(dir)})
		case path.Ext(base) == ".py" && (dir == "." || dir == "src" || strings.HasSuffix(dir, "-packages")) && base != "setup.py" && base != "conftest.py" && !strings.HasPrefix(base, "test"):
			out = append(out, entry{path: f.path, reach: onImport, by: "import " + strings.TrimSuffix(base, ".py")})
		}
	}
	return out
}

// pyAside tells folders that installing leaves out.
func pyAside(dir string) bool {
	for part := range strings.SplitSeq(dir, "/") {
		switch part {
		case "test", "tests", "testing", "docs", "doc", "examples", "example", "benchmarks", "tools":
			return true
		}
	}
	return false
}

// backends returns a pyproject.toml's build backend where it is in the release
// itself (PEP 517, backend-path).
func backends(text string) []string {
	module, own := "", ""
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			continue
		}
		switch strings.TrimSpace(key) {
		case "build-backend":
			module, _, _ = strings.Cut(strings.Trim(strings.TrimSpace(value), `"'`), ":")
		case "backend-path":
			own, _, _ = strings.Cut(strings.Trim(strings.TrimSpace(value), `[]"' `), ",")
			own = strings.Trim(own, `"' `)
		}
	}
	if module == "" || own == "" {
		return nil
	}
	return []string{path.Join(own, strings.ReplaceAll(module, ".", "/"))}
}

// entryPoint is a module that another program loads by itself.
type entryPoint struct{ group, module string }

// entryPoints returns the modules that a pyproject.toml, a setup.cfg or an
// entry_points.txt registers, at most 100: pytest loads its plug-ins in every
// run, whether anybody imports them or not. Of a plain file, entry_points.txt,
// each section is a group.
// Source: https://packaging.python.org/en/latest/specifications/entry-points/
func entryPoints(text string, plain bool) []entryPoint {
	var out []entryPoint
	group, inside := "", false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if section, ok := strings.CutPrefix(line, "["); ok && strings.HasSuffix(section, "]") && !strings.Contains(section, "=") {
			group = strings.Trim(section, "[]")
			name, rest, _ := strings.Cut(group, ".")
			inside = plain ||
				name == "project" && (strings.HasPrefix(rest, "entry-points.") || rest == "scripts" || rest == "gui-scripts") ||
				name == "tool" && (strings.HasPrefix(rest, "poetry.plugins.") || rest == "poetry.scripts") ||
				group == "options.entry_points"
			continue
		}
		_, value, ok := strings.Cut(line, "=")
		if !inside || !ok || len(out) == 100 {
			continue
		}
		value, _, _ = strings.Cut(strings.Trim(strings.TrimSpace(value), `"'`), ":")
		if module := strings.TrimSpace(value); module != "" && !strings.ContainsFunc(module, notInModule) {
			out = append(out, entryPoint{"the entry point " + group, module})
		}
	}
	return out
}

func notInModule(c rune) bool {
	return c != '.' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
}

// commandClasses returns the modules that a setup.cfg names under cmdclass.
func commandClasses(text string) []string {
	var out []string
	in := false
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(line, "=")
		if ok && strings.TrimSpace(key) == "cmdclass" {
			in = true
		} else if in && line != "" && line[0] != ' ' && line[0] != '\t' {
			in = false
		}
		if !in || !ok {
			continue
		}
		if i := strings.LastIndexByte(line, '='); i >= 0 {
			value = line[i+1:]
		}
		if i := strings.LastIndexByte(value, '.'); i > 0 && len(out) < 20 {
			out = append(out, strings.TrimSpace(value[:i]))
		}
	}
	return out
}
