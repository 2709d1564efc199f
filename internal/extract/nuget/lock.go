package nuget

import (
	"errors"
	"fmt"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// entry is one package in the graph of one framework. Its contentHash is left
// out: it digests the package without its signature, which is not the file
// that a registry serves.
type entry struct {
	name, kind, requested, resolved string
	line                            int
	needs                           []need
}

type need struct{ name, constraint string }

// framework is a target framework, or one on a runtime ("net8.0/linux-x64"),
// which lists only what the runtime adds.
type framework struct {
	name    string
	entries []entry
}

// readLock reads packages.lock.json.
// Source: https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files#locking-dependencies
func readLock(f kennel.File, text []byte) (kennel.Extraction, error) {
	const newest = 2
	j, version, found := lockfile.NewJSON(text), 0, false
	var frameworks []framework
	total := 0
	if j.Kind() != '{' {
		return kennel.Extraction{}, errors.Join(errors.New("not a JSON object"), j.Skip())
	}
	err := j.Object(func(name string) (err error) {
		switch name {
		case "version":
			version, err = j.Int()
		case "dependencies":
			found = true
			err = j.Object(func(name string) error {
				entries, err := readEntries(j)
				frameworks = append(frameworks, framework{name, entries})
				if total += len(entries); total > lockfile.PackagesMax {
					return fmt.Errorf("more than %d packages", lockfile.PackagesMax)
				}
				return err
			})
		default:
			err = j.Skip()
		}
		return err
	})
	if err == nil {
		err = j.End()
	}
	if err == nil && !found {
		err = errors.New("holds no dependencies")
	}
	if err != nil {
		return kennel.Extraction{}, err
	}
	e := kennel.Extraction{}
	if version < 1 || version > newest {
		e.Gaps = append(e.Gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: f.Path(),
			Why: fmt.Sprintf("lock version %d is not known here: read as %d", version, newest)})
	}
	p, gaps := resolve(f, frameworks)
	e.Projects, e.Gaps = append(e.Projects, p), append(e.Gaps, gaps...)
	return e, nil
}

func readEntries(j *lockfile.JSON) ([]entry, error) {
	var entries []entry
	err := j.Object(func(name string) error {
		e := entry{name: name, line: j.Line()}
		err := j.Object(func(member string) (err error) {
			switch member {
			case "type":
				e.kind, err = j.String()
			case "requested":
				e.requested, err = j.String()
			case "resolved":
				e.resolved, err = j.String()
			case "dependencies":
				err = j.Object(func(name string) error {
					constraint, err := j.String()
					e.needs = append(e.needs, need{name, constraint})
					return err
				})
			default:
				err = j.Skip()
			}
			return err
		})
		if e.name != "" {
			entries = append(entries, e)
		}
		return err
	})
	return entries, err
}

// resolve joins the graphs of all frameworks: a package at one version is one
// occurrence, whichever frameworks ask for it.
func resolve(f kennel.File, frameworks []framework) (kennel.Project, []kennel.Gap) {
	p := project(f)
	p.Graph = true
	private, gaps := privateAssets(f)
	var g lockfile.Graph
	nodes := make(map[kennel.Key]int32)
	bases := make(map[string]map[string]int32) // framework -> its packages
	test := false
	for _, fw := range frameworks {
		inside := make(map[string]int32, len(fw.entries)) // folded name -> node
		base, _, _ := strings.Cut(fw.name, "/")
		below := bases[base] // what a runtime's graph stands on
		bases[fw.name] = inside
		for _, e := range fw.entries {
			origin := kennel.OriginRegistry
			if strings.EqualFold(e.kind, "Project") {
				origin = kennel.OriginLocal
			}
			c := component(e.name, e.resolved, origin)
			n, known := nodes[c.Key()]
			if !known {
				n = g.Add(kennel.Occurrence{Component: c})
				nodes[c.Key()] = n
			}
			o := &g.Occurrences[n]
			o.Locations = append(o.Locations, kennel.Location{Path: f.Path(), Line: e.line, Layer: f.Layer()})
			inside[fold(e.name)] = n
		}
		for _, e := range fw.entries {
			from := inside[fold(e.name)]
			for _, n := range e.needs {
				to, ok := inside[fold(n.name)]
				if !ok {
					to, ok = below[fold(n.name)]
				}
				if ok && to != from {
					g.Need(from, to, n.constraint, kennel.ScopeUnknown)
				}
			}
			// A project reference is asked for by this project or by another
			// reference; NuGet does not say which.
			if kind := strings.ToLower(e.kind); kind == "direct" || kind == "project" {
				scope := kennel.ScopeShipped
				if private[fold(e.name)] {
					scope = kennel.ScopeDevelopment
				}
				g.Need(kennel.RootNode, from, e.requested, scope)
				test = test || fold(e.name) == testSDK
			}
		}
	}
	if test {
		for i := range g.Edges {
			if e := &g.Edges[i]; e.From == kennel.RootNode {
				e.Scope = kennel.ScopeDevelopment
			}
		}
	}
	g.Resolve()
	for i := range g.Occurrences {
		if o := &g.Occurrences[i]; o.Direct == kennel.DirectUnknown {
			o.Direct = kennel.Transitive
		}
	}
	p.Occurrences, p.Edges = g.Occurrences, g.Edges
	return p, gaps
}

// testSDK marks a project of tests: nothing that refers to it is shipped.
// Source: https://learn.microsoft.com/dotnet/core/testing
const testSDK = "microsoft.net.test.sdk"
