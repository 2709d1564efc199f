package nuget

import (
	"errors"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// library is one node of a deps.json: "Name/1.2.3".
type library struct {
	name, version string
	kind          string
	line          int
	needs         []need
}

// readDeps reads the NAME.deps.json that the .NET SDK writes beside a built
// application: what it ships, with the graph.
// Source: https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md
func readDeps(f kennel.File, text []byte) (kennel.Extraction, error) {
	j := lockfile.NewJSON(text)
	if j.Kind() != '{' {
		return kennel.Extraction{}, errors.Join(errors.New("not a JSON object"), j.Skip())
	}
	var libraries []library
	at := make(map[string]int) // folded "name/version" -> index
	get := func(id string) *library {
		i, known := at[fold(id)]
		if !known {
			name, version, _ := strings.Cut(id, "/")
			i = len(libraries)
			at[fold(id)] = i
			libraries = append(libraries, library{name: name, version: version, line: j.Line()})
		}
		return &libraries[i]
	}
	found := false
	err := j.Object(func(name string) error {
		switch name {
		case "targets":
			found = true
			return j.Object(func(string) error { // a framework, perhaps on a runtime
				return j.Object(func(id string) error {
					l := get(id)
					return j.Object(func(name string) error {
						if name != "dependencies" {
							return j.Skip()
						}
						return j.Object(func(name string) error {
							version, err := j.String()
							l.needs = append(l.needs, need{name, version})
							return err
						})
					})
				})
			})
		case "libraries":
			return j.Object(func(id string) error {
				l := get(id)
				return j.Object(func(name string) (err error) {
					if name != "type" {
						return j.Skip()
					}
					l.kind, err = j.String()
					return err
				})
			})
		}
		return j.Skip()
	})
	if err == nil {
		err = j.End()
	}
	if err == nil && !found {
		err = errors.New("names no target")
	}
	if err != nil {
		return kennel.Extraction{}, err
	}
	return kennel.Extraction{Projects: []kennel.Project{built(f, libraries)}}, nil
}

func built(f kennel.File, libraries []library) kennel.Project {
	p := project(f)
	p.Installed, p.Graph = true, true
	application := strings.TrimSuffix(path.Base(f.Path()), ".deps.json")
	var g lockfile.Graph
	index := make([]int32, len(libraries))
	byName := make(map[string]int32, len(libraries))
	for i, l := range libraries {
		if index[i] = -2; l.name == "" {
			continue
		}
		origin := kennel.OriginLocal // another project, or an assembly of no package
		switch l.kind {
		case "package":
			origin = kennel.OriginRegistry
		case "runtimepack": // the .NET runtime itself, in a self-contained application
			l.name, origin = strings.TrimPrefix(l.name, "runtimepack."), kennel.OriginRegistry
		case "":
			origin = kennel.OriginUnknown
		}
		if l.kind == "project" && strings.EqualFold(l.name, application) {
			p.Name, p.Version = l.name, l.version
			index[i] = kennel.RootNode
			continue
		}
		index[i] = g.Add(kennel.Occurrence{Component: component(l.name, l.version, origin), Scope: kennel.ScopeShipped,
			Locations: []kennel.Location{{Path: f.Path(), Line: l.line, Layer: f.Layer()}}})
		byName[fold(libraries[i].name)] = index[i]
	}
	for i, l := range libraries {
		for _, n := range l.needs {
			if to, ok := byName[fold(n.name)]; ok && index[i] != -2 && to != index[i] {
				scope := kennel.ScopeUnknown
				if index[i] == kennel.RootNode {
					scope = kennel.ScopeShipped
				}
				g.Need(index[i], to, n.constraint, scope)
			}
		}
	}
	g.Resolve()
	p.Occurrences, p.Edges = g.Occurrences, g.Edges
	return p
}
