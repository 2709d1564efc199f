package golang

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// readModule reads a go.mod. Since Go 1.17 it lists every module that can
// matter to a build, at the version that is built; who asks for whom is not in
// it, so the project has no graph beyond what the main module asks for itself.
func readModule(f kennel.File) (kennel.Extraction, error) {
	text, err := lockfile.Read(f)
	if err != nil {
		return kennel.Extraction{}, err
	}
	if err := lockfile.CheckConflict(text); err != nil {
		return kennel.Extraction{}, err
	}
	m := parse(string(text))
	if m.module == "" && len(m.require) == 0 && len(m.odd) > 0 {
		return kennel.Extraction{}, fmt.Errorf("not a go.mod: line %d: %.80q", m.odd[0].line, m.odd[0].text)
	}
	var e kennel.Extraction
	gap := func(format string, args ...any) {
		e.Gaps = append(e.Gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: f.Path(), Why: fmt.Sprintf(format, args...)})
	}
	m.gapOdd(gap)

	g := lockfile.Graph{Occurrences: make([]kennel.Occurrence, 0, len(m.require)+1)}
	m.addStdlib(&g, f, gap)
	tools := m.toolModules()
	excluded := make(map[[2]string]bool, len(m.exclude))
	for _, x := range m.exclude {
		excluded[[2]string{x.path, x.version}] = true
	}
	sums := sums{want: make(map[string]int32, len(m.require))}
	for _, r := range m.selected() {
		if excluded[[2]string{r.path, r.version}] {
			gap("line %d: %s %s is both required and excluded: Go takes a higher version, which only it can find", r.line, r.path, r.version)
		}
		c := m.replaced(r)
		o := kennel.Occurrence{Component: c, Direct: kennel.Direct, Locations: place(f, r.line)}
		scope := kennel.ScopeUnknown // tests and product look alike here
		if r.indirect {
			o.Direct = kennel.Transitive
			if tools[r.path] { // nothing of the main module imports it
				o.Direct, scope = kennel.Direct, kennel.ScopeDevelopment
			}
		}
		o.Scope = scope
		n := g.Add(o)
		if o.Direct == kennel.Direct {
			g.Need(kennel.RootNode, n, r.version, scope)
		}
		sums.want[c.Name+" "+c.Version] = n
	}

	old := before117(m.goVersion.text)
	sums.all = old
	sum, err := fs.ReadFile(f.FS(), path.Join(path.Dir(f.Path()), "go.sum"))
	switch {
	case err == nil:
		if bad := sums.read(sum, &g); bad > 0 {
			e.Gaps = append(e.Gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: path.Join(path.Dir(f.Path()), "go.sum"), Why: fmt.Sprintf("line %d is not a checksum: its hash is not known", bad)})
		}
	case !errors.Is(err, fs.ErrNotExist):
		e.Gaps = append(e.Gaps, kennel.Gap{Kind: kennel.GapUnreadable, What: path.Join(path.Dir(f.Path()), "go.sum"), Why: err.Error()})
	}
	if old {
		m.addCandidates(&g, &sums, f, gap, err == nil)
	}
	e.Projects = []kennel.Project{{
		Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: kennel.Go, Name: m.module,
		Occurrences: g.Occurrences, Edges: g.Edges,
	}}
	return e, nil
}

func place(f kennel.File, line int) []kennel.Location {
	return []kennel.Location{{Path: f.Path(), Line: line, Layer: f.Layer()}}
}

func (m *file) gapOdd(gap func(string, ...any)) {
	for _, odd := range m.odd {
		gap("line %d is not understood: %.80q", odd.line, odd.text)
	}
}

// addStdlib adds the standard library of the release that go.mod asks for at
// least. A language version ("go 1.21") names no release.
func (m *file) addStdlib(g *lockfile.Graph, f kennel.File, gap func(string, ...any)) {
	for _, d := range []directive{m.toolchain, m.goVersion} {
		if c, ok := stdlib(d.text); ok {
			// The release is the least that will do. The one that builds may be
			// newer, so nobody is told that the project asks for this one.
			g.Add(kennel.Occurrence{Component: c, Scope: kennel.ScopeShipped, Direct: kennel.DirectUnknown, Locations: place(f, d.line)})
			return
		}
	}
	gap("it names no Go release, so the standard library was not looked at: add a toolchain line, or scan the binary")
}

// selected returns the requirements, one per module: the highest, as minimal
// version selection has it.
func (m *file) selected() []requirement {
	at := make(map[string]int, len(m.require))
	out := m.require[:0:0]
	for _, r := range m.require {
		i, again := at[r.path]
		switch {
		case !again:
			at[r.path] = len(out)
			out = append(out, r)
		case semver.Compare(r.version, out[i].version) > 0:
			r.indirect = r.indirect && out[i].indirect
			out[i] = r
		default:
			out[i].indirect = r.indirect && out[i].indirect
		}
	}
	return out
}

// replaced returns what is built in place of r: the replacement of this
// version, else that of every version, else r itself. What a folder replaces
// keeps its name and is local.
func (m *file) replaced(r requirement) kennel.Component {
	found, ok := m.replacedBy[[2]string{r.path, r.version}]
	if !ok {
		found, ok = m.replacedBy[[2]string{r.path, ""}]
	}
	switch {
	case !ok:
		return module(r.path, r.version, kennel.OriginRegistry)
	case found.newVersion == "":
		return module(r.path, r.version, kennel.OriginLocal)
	}
	return module(found.new, found.newVersion, kennel.OriginRegistry)
}

// toolModules returns the modules that provide the packages of tool lines: of
// those whose path leads the package's, the longest.
func (m *file) toolModules() map[string]bool {
	if len(m.tool) == 0 {
		return nil
	}
	required := make(map[string]bool, len(m.require))
	for _, r := range m.require {
		required[r.path] = true
	}
	tools := make(map[string]bool, len(m.tool))
	for _, pkg := range m.tool {
		for p := pkg; p != "." && p != "/" && p != ""; p = path.Dir(p) {
			if required[p] {
				tools[p] = true
				break
			}
		}
	}
	return tools
}

// before117 reports whether go.mod may leave out indirect requirements: module
// graph pruning began with "go 1.17"; without the line it is Go 1.16.
// Source: https://go.dev/ref/mod#go-mod-file-go
func before117(version string) bool {
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	if i := strings.IndexAny(minor, "rb"); i >= 0 {
		minor = minor[:i]
	}
	n, err := strconv.Atoi(minor)
	if version == "" {
		return true
	}
	return major == "1" && err == nil && n < 17
}
