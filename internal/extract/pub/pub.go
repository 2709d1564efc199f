// Package pub reads pubspec.lock, the lock file of Dart and Flutter. It is a
// flat list: who needs whom is not in it.
package pub

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// New returns the extractor for Pub.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "pub" }

func (extractor) Match(f kennel.File) bool { return path.Base(f.Path()) == "pubspec.lock" }

func (extractor) Extract(_ context.Context, f kennel.File) (kennel.Extraction, error) {
	data, err := f.Bytes()
	if err != nil {
		return kennel.Extraction{}, err
	}
	docs, err := lockfile.ParseYAML(data)
	if err != nil {
		return kennel.Extraction{}, err
	}
	if len(docs) != 1 || docs[0].Get("packages") == nil && docs[0].Get("sdks") == nil {
		return kennel.Extraction{}, errors.New("not a lock file of pub: it has no packages")
	}
	p := kennel.Project{Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: kennel.Pub}
	nameless := 0
	for n := range docs[0].Get("packages").Each() {
		if n.Key == "" || n.Empty() {
			nameless++
			continue
		}
		o := component(n)
		o.Locations = []kennel.Location{{Path: f.Path(), Line: n.Line, Layer: f.Layer()}}
		if o.Direct == kennel.Direct {
			p.Edges = append(p.Edges, kennel.Edge{From: kennel.RootNode, To: int32(len(p.Occurrences)), Scope: o.Scope})
		}
		p.Occurrences = append(p.Occurrences, o)
	}
	e := kennel.Extraction{Projects: []kennel.Project{p}}
	if nameless > 0 {
		e.Gaps = append(e.Gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: f.Path(),
			Why: fmt.Sprintf("%d of its entries are no packages", nameless)})
	}
	return e, nil
}

// component reads one entry. What is transitive may come by way of
// development dependencies alone, which the file does not say.
// Source: https://dart.dev/tools/pub/glossary#lockfile and pub,
// lib/src/lock_file.dart
func component(n *lockfile.Node) kennel.Occurrence {
	o := kennel.Occurrence{Component: kennel.Component{
		Package: kennel.Package{Ecosystem: kennel.Pub, Name: n.Key},
		Version: n.Text("version"),
	}}
	switch use := n.Text("dependency"); {
	case use == "transitive":
		o.Direct = kennel.Transitive
	case use == "direct main":
		o.Direct, o.Scope = kennel.Direct, kennel.ScopeShipped
	case use == "direct dev":
		o.Direct, o.Scope = kennel.Direct, kennel.ScopeDevelopment
	case strings.HasPrefix(use, "direct"): // overridden
		o.Direct = kennel.Direct
	}
	about := n.Get("description")
	switch n.Text("source") {
	case "hosted":
		o.Origin = kennel.OriginRegistry
		if sum, ok := lockfile.Hex(about.Text("sha256"), 32); ok {
			o.Hashes = []kennel.Hash{{Algorithm: "SHA-256", Value: sum}}
		}
	case "git":
		o.Origin, o.Commit = kennel.OriginVCS, about.Text("resolved-ref")
	case "path":
		o.Origin = kennel.OriginLocal
	}
	return o // what comes with the SDK has no origin of its own
}
