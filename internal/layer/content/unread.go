package content

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

// gap is what was not looked at.
type gap struct {
	why    string // the same words for every release
	what   string // the file, or the error; "" when why says all
	beyond bool   // nothing failed: the layer is not made for it
	whole  bool   // it is the subject, and not a part of it
}

func (r *release) gap(g gap) {
	if !slices.Contains(r.gaps, g) {
		r.gaps = append(r.gaps, g)
	}
}

// whole reports whether nothing of a release was beyond bounds or unreadable.
func (r *release) whole() bool { return len(r.gaps) == 0 }

// unseen returns what was not looked at as an error, nil for nothing. What
// failed is named before what no reader is there for.
func (r *release) unseen() error {
	if len(r.gaps) == 0 {
		return nil
	}
	slices.SortStableFunc(r.gaps, func(a, b gap) int {
		switch {
		case a.beyond == b.beyond:
			return 0
		case b.beyond:
			return -1
		}
		return 1
	})
	first := r.gaps[0]
	out := &kennel.CouldNotLook{Reason: first.why, Part: true, Beyond: first.beyond}
	var says []string
	for i, g := range r.gaps {
		out.Part = out.Part && !g.whole
		switch {
		case i == maxGaps:
			says = append(says, fmt.Sprintf("and %d more", len(r.gaps)-maxGaps))
		case i > maxGaps:
		case g.why == first.why && g.what != "":
			says = append(says, g.what)
		case g.why != first.why:
			says = append(says, strings.TrimSuffix(g.why+": "+g.what, ": "))
		}
	}
	if says != nil {
		out.Err = errors.New(strings.Join(says, "; "))
	}
	return out
}

// compiled is what has no text to read.
const compiled = "compiled"

// unreadLanguage tells the language of code that no reader here knows, by the
// file's name, or else by how its text begins; "" for what is no code.
func unreadLanguage(name, head string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".go":
		return "Go"
	case ".rs":
		return "Rust"
	case ".rb", ".rake", ".gemspec":
		return "Ruby"
	case ".java", ".class":
		return "Java"
	case ".kt", ".kts":
		return "Kotlin"
	case ".scala":
		return "Scala"
	case ".groovy", ".gradle":
		return "Groovy"
	case ".clj", ".cljs", ".cljc":
		return "Clojure"
	case ".php", ".phtml":
		return "PHP"
	case ".cs":
		return "C#"
	case ".fs", ".fsx":
		return "F#"
	case ".vb":
		return "Visual Basic"
	case ".c", ".h":
		return "C"
	case ".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx", ".cu":
		return "C++"
	case ".m", ".mm":
		return "Objective-C"
	case ".pyx", ".pxd":
		return "Cython"
	case ".swift":
		return "Swift"
	case ".dart":
		return "Dart"
	case ".ex", ".exs":
		return "Elixir"
	case ".erl", ".hrl":
		return "Erlang"
	case ".hs":
		return "Haskell"
	case ".ml", ".mli":
		return "OCaml"
	case ".pl", ".pm":
		return "Perl"
	case ".lua":
		return "Lua"
	case ".r":
		return "R"
	case ".jl":
		return "Julia"
	case ".zig":
		return "Zig"
	case ".nim":
		return "Nim"
	case ".sol":
		return "Solidity"
	case ".elm":
		return "Elm"
	case ".coffee":
		return "CoffeeScript"
	case ".vue":
		return "Vue"
	case ".svelte":
		return "Svelte"
	case ".f", ".f90", ".for":
		return "Fortran"
	case ".s", ".asm":
		return "assembly"
	case ".tcl":
		return "Tcl"
	case ".awk":
		return "awk"
	case ".el":
		return "Lisp"
	case "":
		line, _, _ := strings.Cut(head, "\n")
		if !strings.HasPrefix(line, "#!") {
			return ""
		}
		for _, tool := range [...][2]string{{"perl", "Perl"}, {"ruby", "Ruby"}, {"php", "PHP"}, {"lua", "Lua"}, {"tclsh", "Tcl"}, {"awk", "awk"}} {
			if strings.Contains(line, tool[0]) {
				return tool[1]
			}
		}
	}
	return ""
}

// native reports whether a language's code becomes part of the process that
// loads it.
func native(language string) bool {
	switch language {
	case "C", "C++", "Objective-C", "Cython", "Rust", "Fortran", "assembly", compiled:
		return true
	}
	return false
}

// unread tells which code no reader here knows: the release's own when most of
// its files of code are of such a language, or the native part beside code that
// was read, when it is built or loaded.
func (a *account) unread() {
	r, read, other := a.release, 0, 0
	for _, f := range r.files {
		if f.facts != nil {
			read++
		}
	}
	most, mostNative := "", ""
	for _, language := range slices.SortedFunc(maps.Keys(r.others), func(x, y string) int { return cmp.Or(r.others[y]-r.others[x], strings.Compare(x, y)) }) {
		other += r.others[language]
		if most == "" {
			most = language
		}
		// Sources tell more of what is loaded than what was made of them.
		if native(language) && (mostNative == "" || mostNative == compiled) {
			mostNative = language
		}
	}
	switch {
	case other > read:
		r.gap(gap{why: fmt.Sprintf("its %s code is not read", most), beyond: true, whole: true})
	case mostNative != "" && a.loadsNative():
		r.gap(gap{why: fmt.Sprintf("its %s code is not read", mostNative), beyond: true})
	}
}

// loadsNative reports whether install builds native code, or import loads it.
func (a *account) loadsNative() bool {
	for _, f := range a.release.files {
		switch path.Ext(f.path) {
		case ".node", ".pyd":
			return true
		case ".so":
			if strings.Contains(path.Base(f.path), ".cpython-") || strings.Contains(path.Base(f.path), ".abi3.") {
				return true
			}
		case ".gyp":
			if f.reach == onInstall {
				return true
			}
		}
	}
	for _, u := range a.units() {
		if u.reach > shipped && u.facts.caps.any(nativeCode) {
			return true
		}
	}
	return false
}
