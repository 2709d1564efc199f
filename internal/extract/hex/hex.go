// Package hex reads mix.lock, the lock file of Elixir and Erlang: an Elixir map
// from each application to where it comes from, with what it needs.
package hex

import (
	"context"
	"fmt"
	"path"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// New returns the extractor for Hex.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "hex" }

func (extractor) Match(f kennel.File) bool { return path.Base(f.Path()) == "mix.lock" }

// Extract reads the lock file. Which packages the project asks for itself is
// written in mix.exs, a program; but what no other package needs is there
// because the project does.
func (extractor) Extract(_ context.Context, f kennel.File) (kennel.Extraction, error) {
	data, err := f.Bytes()
	if err != nil {
		return kennel.Extraction{}, err
	}
	lock, err := parseTerm(string(data))
	if err != nil {
		return kennel.Extraction{}, lockfile.Explain(err, data)
	}
	var (
		g        lockfile.Graph
		nodes    = make(map[string]int32, len(lock.items))
		needs    []term // the dependency lists, by node
		unknown  int
		complete = true
	)
	for _, item := range lock.items {
		o, deps, ok := component(item)
		if !ok {
			unknown++
			continue
		}
		complete = complete && o.Origin == kennel.OriginRegistry
		o.Locations = []kennel.Location{{Path: f.Path(), Line: item.line, Layer: f.Layer()}}
		nodes[item.key] = g.Add(o)
		needs = append(needs, deps)
	}
	asked := make([]bool, len(g.Occurrences))
	for from, deps := range needs {
		for _, d := range deps.items { // {:app, "~> 1.0", [hex: :app, optional: true]}
			if len(d.items) < 2 {
				continue
			}
			to, ok := nodes[d.items[0].text]
			if !ok {
				continue // optional, and not taken
			}
			scope := kennel.ScopeUnknown
			if len(d.items) > 2 && d.items[2].get("optional").text == "true" {
				scope = kennel.ScopeOptional
			}
			asked[to] = asked[to] || to != int32(from)
			g.Need(int32(from), to, d.items[1].text, scope)
		}
	}
	for i := range asked {
		if !asked[i] {
			g.Occurrences[i].Direct = kennel.Direct
			g.Need(kennel.RootNode, int32(i), "", kennel.ScopeUnknown)
		}
	}
	e := kennel.Extraction{Projects: []kennel.Project{{
		Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: kennel.Hex,
		Occurrences: g.Occurrences, Edges: g.Edges, Graph: complete && unknown == 0,
	}}}
	if unknown > 0 {
		e.Gaps = append(e.Gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: f.Path(),
			Why: fmt.Sprintf("%d of its entries come from neither Hex nor git, or are of a form that is not known", unknown)})
	}
	return e, nil
}

// component reads one entry: {:hex, :name, "version", "inner checksum",
// [managers], [dependencies], "repository", "outer checksum"} or
// {:git, "address", "commit", [options]}. The name on Hex may differ from the
// application's, which is the key.
// Source: hex, lib/mix/tasks/hex.ex and lib/hex/utils.ex
func component(item term) (kennel.Occurrence, term, bool) {
	o := kennel.Occurrence{Component: kennel.Component{Package: kennel.Package{Ecosystem: kennel.Hex}}}
	at := func(i int) term {
		if i < len(item.items) {
			return item.items[i]
		}
		return term{}
	}
	switch at(0).text {
	case "hex":
		o.Name, o.Version, o.Origin = at(1).text, at(2).text, kennel.OriginRegistry
		if sum, ok := lockfile.Hex(at(7).text, 32); ok {
			o.Hashes = []kennel.Hash{{Algorithm: "SHA-256", Value: sum}}
		}
		return o, at(5), o.Name != "" && o.Version != ""
	case "git":
		o.Name, o.Commit, o.Origin = item.key, at(2).text, kennel.OriginVCS
		return o, term{}, o.Name != ""
	}
	return o, term{}, false
}
