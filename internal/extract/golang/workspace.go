package golang

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// usesMax bounds the modules of a workspace that are opened for their names.
const usesMax = 10_000

// readWorkspace reads a go.work. Each of its modules has a go.mod, which is a
// project of its own; the workspace adds the modules themselves, the release
// of Go, and what it replaces for all of them.
func readWorkspace(f kennel.File) (kennel.Extraction, error) {
	text, err := lockfile.Read(f)
	if err != nil {
		return kennel.Extraction{}, err
	}
	if err := lockfile.CheckConflict(text); err != nil {
		return kennel.Extraction{}, err
	}
	w := parse(string(text))
	if len(w.use) == 0 && w.goVersion.text == "" && len(w.odd) > 0 {
		return kennel.Extraction{}, fmt.Errorf("not a go.work: line %d: %.80q", w.odd[0].line, w.odd[0].text)
	}
	var e kennel.Extraction
	gap := func(format string, args ...any) {
		e.Gaps = append(e.Gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: f.Path(), Why: fmt.Sprintf(format, args...)})
	}
	w.gapOdd(gap)
	var g lockfile.Graph
	w.addStdlib(&g, f, gap)
	if len(w.use) > usesMax {
		gap("it uses %d modules: only the first %d were looked at", len(w.use), usesMax)
		w.use = w.use[:usesMax]
	}
	for _, u := range w.use {
		at := path.Join(path.Dir(f.Path()), u.text)
		if strings.HasPrefix(u.text, "/") || !fs.ValidPath(at) {
			gap("line %d: %.80q is outside the target", u.line, u.text)
			continue
		}
		text, err := fs.ReadFile(f.FS(), path.Join(at, "go.mod"))
		if err != nil {
			gap("line %d: %.80q has no readable go.mod", u.line, u.text)
			continue
		}
		if name := parse(string(text)).module; name != "" {
			n := g.Add(kennel.Occurrence{
				Component: module(name, "", kennel.OriginLocal), Scope: kennel.ScopeShipped, Direct: kennel.Direct,
				Locations: place(f, u.line),
			})
			g.Need(kennel.RootNode, n, u.text, kennel.ScopeShipped)
		}
	}
	for _, r := range w.replace {
		if r.newVersion == "" {
			continue // a folder: its own code
		}
		g.Add(kennel.Occurrence{Component: module(r.new, r.newVersion, kennel.OriginRegistry), Locations: place(f, r.line)})
	}
	e.Projects = []kennel.Project{{
		Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: kennel.Go,
		Occurrences: g.Occurrences, Edges: g.Edges,
	}}
	return e, nil
}
