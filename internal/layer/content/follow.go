package content

import (
	"path"
	"slices"
	"strings"
)

// unreadCode is the gap of code that something starts and nobody can read.
const unreadCode = "a file that install runs could not be read"

// follow marks a file, and what it refers to, as reached. Every file is visited
// at most once per level and language, so circles end. A file that is run by a
// language is read in it, whatever the file is called: so does who runs it.
func (r *release) follow(name string, at reach, by string, as *language) {
	type step struct {
		name, by string
		as       *language
	}
	for todo := []step{{name, by, as}}; len(todo) > 0; {
		next := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		i, ok := r.index[next.name]
		if !ok {
			continue
		}
		f := &r.files[i]
		more := next.as != nil && r.reread(f, next.as, at)
		if f.reach >= at && !more {
			continue
		}
		if f.reach < at {
			f.reach, f.by = at, next.by
		}
		if f.facts == nil {
			continue
		}
		for _, ref := range f.facts.refs {
			for _, l := range f.read {
				as := interpreter(ref.as)
				if as == nil && !ref.runs {
					as = l
				}
				for _, to := range l.resolve(r, f.path, ref) {
					todo = append(todo, step{to, f.path, as})
				}
			}
		}
	}
}

// reread reads a file in the language that runs it, when it was not read so
// before, and reports whether that added something.
func (r *release) reread(f *file, as *language, at reach) bool {
	if f.size == 0 || slices.Contains(f.read, as) {
		return false
	}
	if ext := path.Ext(f.path); as == &javascript && (ext == ".json" || ext == ".node" || ext == ".wasm" || ext == ".map") {
		return false // not run as text
	}
	head := plain(r.head(f.path))
	switch {
	case as == &foreign:
		if at == onInstall {
			r.gap(gap{why: unreadCode, what: f.path})
		}
		return false
	case strings.IndexByte(head, 0) >= 0 || f.binary != "":
		// Bundlers load pictures and the like by name; node and Python do not.
		if at == onInstall || strings.HasSuffix(f.path, ".pyc") {
			r.gap(gap{why: unreadCode, what: f.path})
		}
		return false
	case f.size > maxText:
		r.gap(gap{why: tooLarge, what: f.path})
		return false
	}
	if r.total += f.size; r.total > maxTotal {
		r.gap(gap{why: unreadCode, what: f.path})
		return false
	}
	if err := r.readAs(f, as); err != nil {
		r.gap(gap{why: unreadable, what: f.path})
		return false
	}
	return true
}

// foreign stands for what runs a language that no reader knows.
var foreign = language{name: "another language", resolve: resolveShell}

// interpreter is the language that a program runs, nil for "".
func interpreter(program string) *language {
	switch program {
	case "":
		return nil
	case "node", "nodejs", "deno", "bun":
		return &javascript
	case "python", "python2", "python3":
		return &python
	case "sh", "bash", "dash", "zsh", "ksh", "ash", "mksh":
		return &shell
	}
	return &foreign
}
