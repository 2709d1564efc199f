package target

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

// Unowned is code in an installed tree that is of no release in it.
type Unowned struct {
	Tree  string // the folder: the outermost node_modules, site-packages, dist-packages
	Count int
	First string // a path, for a person
	// Files are below the base of the folder. Those of JavaScript, where
	// anything can load anything, are apart from the others: beside files that
	// say where a release starts, such as a Makefile, a reader would take them
	// for what nothing runs.
	Files      fs.FS
	JavaScript bool
}

// Unowned walks the target once more for the code in its installed trees that
// [Places.Files] shows of no place, and for links that lead to what is not
// walked. What package managers leave there of their own is left out. The
// result is ordered by path. An error means that ctx ended, or that there was
// nothing to walk; what else cannot be read [Target.Inventory] has told.
func (p *Places) Unowned(ctx context.Context) ([]Unowned, []kennel.Gap, error) {
	w := &walk{t: p.t, extractors: []kennel.Extractor{stray{p}}, seen: func(int) {}}
	if err := w.run(ctx); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", p.t.Name, err)
	}
	free := make(map[string]bool)
	var away, local []string
	for _, m := range w.matches {
		name := m.file.path
		if m.file.byName {
			switch p.leads(name) {
			case nowhere:
				continue
			case elsewhere:
				away = append(away, name)
				continue
			case besideTree:
				local = append(local, name)
				continue
			}
			m.file.byName = false
		}
		if p.owner(name) == "" && kindOfCode(m.file) != notCode {
			free[name] = true
		}
	}
	for _, info := range p.infos {
		if len(free) == 0 {
			break
		}
		// Of a RECORD that cannot be read nothing is owned.
		_ = p.t.recorded(info, func(name string) { delete(free, name) })
	}
	return p.strays(free), slices.Concat(
		linkGap(kennel.GapUnresolved, away, "symbolic links lead out of what is installed and were not followed"),
		linkGap(kennel.GapNotJudged, local, "packages of the project itself are linked here and were not looked at")), nil
}

// strays groups files by their tree.
func (p *Places) strays(free map[string]bool) []Unowned {
	type group struct {
		tree       string
		javascript bool
	}
	keep := map[group]map[string]bool{}
	var out []Unowned
	at := map[group]int{}
	names := make([]string, 0, len(free))
	for name := range free {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		g := group{treeOf(name), codeOf(path.Base(name)) == javascript}
		if keep[g] == nil {
			keep[g], at[g] = map[string]bool{}, len(out)
			kept := keep[g]
			out = append(out, Unowned{Tree: g.tree, First: name, JavaScript: g.javascript,
				Files: &part{p.t, g.tree, func(name string) bool { return kept[name] }}})
		}
		out[at[g]].Count++
		for ; name != "." && !keep[g][name]; name = path.Dir(name) {
			keep[g][name] = true
		}
	}
	return out
}

func linkGap(kind kennel.GapKind, links []string, why string) []kennel.Gap {
	if len(links) == 0 {
		return nil
	}
	return []kennel.Gap{{Kind: kind, What: links[0], Why: fmt.Sprintf("%s: %d, this one the first; what they lead to can be looked at by its own path", why, len(links))}}
}

// whither is where a link leads.
type whither uint8

const (
	nowhere    whither = iota // to nothing that could run, or to what is walked itself
	aFile                     // to a file, which is read by the name of the link too
	besideTree                // from where a package would be to a folder of the project
	elsewhere                 // to what is not walked
)

func (p *Places) leads(name string) whither {
	// Most links of a tree lead to a package: to know that is one look.
	if to, err := fs.ReadLink(p.t.fsys, name); err == nil && !path.IsAbs(to) && p.packages[path.Join(path.Dir(name), to)] {
		return nowhere
	}
	real, err := resolve(p.t.fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nowhere
	} else if err != nil {
		return elsewhere
	}
	i, err := fs.Stat(p.t.fsys, real)
	if err != nil {
		return elsewhere
	}
	tree := treeOf(real + "/")
	switch {
	case !i.IsDir() && p.owner(real) != "" && codeOf(path.Base(real)) == codeOf(path.Base(name)):
		return nowhere
	case !i.IsDir():
		return aFile
	case tree != "" && (real == tree || !leftover(real[len(tree):])):
		return nowhere
	case tree == "" && p.owner(name) == "" && isPackagePath(name):
		return besideTree
	}
	return elsewhere
}

// isPackagePath reports whether a path is one where a package is installed.
func isPackagePath(name string) bool {
	i := strings.LastIndex("/"+name, "/node_modules/")
	if i < 0 {
		return false
	}
	scope, rest, scoped := strings.Cut(name[i+len("node_modules/"):], "/")
	return !strings.HasPrefix(scope, ".") && scoped == strings.HasPrefix(scope, "@") && !strings.Contains(rest, "/")
}

// treeOf returns the outermost folder of installed packages that a path is in,
// "" for none.
func treeOf(name string) string {
	for i := 0; i < len(name); {
		end := strings.IndexByte(name[i:], '/')
		if end < 0 {
			return ""
		}
		if slices.Contains(installations, name[i:i+end]) {
			return name[:i+end]
		}
		i += end + 1
	}
	return ""
}

// stray matches the links of installed trees, and the files of them that may
// be code and that no npm package has.
type stray struct{ p *Places }

func (stray) Name() string { return "unowned" }

func (s stray) Match(f kennel.File) bool {
	name := f.Path()
	tree := treeOf(name)
	if tree == "" || leftover(name[len(tree):]) {
		return false
	}
	if f.(*file).byName {
		return true
	}
	return s.p.owner(name) == "" && kindOfCode(f) != notCode
}

func (stray) Extract(context.Context, kennel.File) (kennel.Extraction, error) {
	return kennel.Extraction{}, nil
}

// leftover reports whether a path below a tree is what tools leave there: the
// shims of commands, caches of bundlers, Python's compiled copy of a source.
func leftover(below string) bool {
	top, _, _ := strings.Cut(below[1:], "/")
	dir, base := path.Split(below)
	return top == ".cache" || top == ".vite" || strings.HasSuffix(dir, "/.bin/") && codeOf(base) != javascript ||
		strings.HasSuffix(dir, "/__pycache__/") && path.Ext(base) == ".pyc"
}

type code uint8

const (
	notCode code = iota
	javascript
	otherCode
	unclear // by its name alone
)

// codeOf tells by its name whether a file is code that some program loads.
func codeOf(base string) code {
	switch strings.ToLower(path.Ext(base)) {
	case ".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx":
		return javascript
	case ".py", ".pyw", ".pth", ".pyc", ".pyo", ".pyd", ".so", ".dylib", ".dll", ".exe", ".node", ".wasm",
		".sh", ".bash", ".zsh", ".ksh", ".ps1", ".bat", ".cmd", ".com", ".vbs", ".jar", ".pl", ".rb", ".php", ".egg", ".zip", ".whl":
		return otherCode
	case ".md", ".txt", ".json", ".yaml", ".yml", ".lock", ".map", ".html", ".css", ".rst", ".png", ".svg", ".pyi":
		return notCode
	}
	return unclear
}

// kindOfCode looks into a file whose name does not tell.
func kindOfCode(f kennel.File) code {
	kind := codeOf(path.Base(f.Path()))
	if kind != unclear {
		return kind
	}
	head := f.Head()
	for _, magic := range [...]string{"#!", "\x7fELF", "MZ", "\xcf\xfa\xed\xfe", "\xce\xfa\xed\xfe", "\xca\xfe\xba\xbe"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return otherCode
		}
	}
	return notCode
}
