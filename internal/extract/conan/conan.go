// Package conan reads conan.lock, the lock file of Conan: a graph up to its
// version 0.4, flat lists since.
package conan

import (
	"context"
	"errors"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// New returns the extractor for Conan.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "conan" }

func (extractor) Match(f kennel.File) bool { return path.Base(f.Path()) == "conan.lock" }

func (extractor) Extract(_ context.Context, f kennel.File) (kennel.Extraction, error) {
	data, err := f.Bytes()
	if err != nil {
		return kennel.Extraction{}, err
	}
	r := reader{f: f, json: lockfile.NewJSON(data)}
	if err := r.json.Object(r.member); err != nil {
		return kennel.Extraction{}, lockfile.Explain(err, data)
	}
	if !r.known {
		return kennel.Extraction{}, errors.New("not a lock file of Conan: it names no version")
	}
	if err := r.json.End(); err != nil {
		return kennel.Extraction{}, err
	}
	p := kennel.Project{Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: kennel.Conan}
	if r.nodes != nil {
		r.link()
		p.Graph = true
	}
	p.Occurrences, p.Edges = r.graph.Occurrences, r.graph.Edges
	return kennel.Extraction{Projects: []kennel.Project{p}}, nil
}

type reader struct {
	f     kennel.File
	json  *lockfile.JSON
	known bool
	graph lockfile.Graph
	nodes map[string]*node // of the older form, by their number
	order []string
}

// node is one recipe of the older form.
type node struct {
	id            int32 // in the graph; RootNode for the consumer itself
	needs, builds []string
}

func (r *reader) member(name string) error {
	switch name {
	case "version":
		r.known = true
	case "requires":
		return r.list(kennel.ScopeShipped)
	case "build_requires", "python_requires", "config_requires":
		return r.list(kennel.ScopeBuild) // tools of the build, and of the recipes
	case "graph_lock":
		return r.json.Object(func(name string) error {
			if name != "nodes" {
				return r.json.Skip()
			}
			r.nodes = make(map[string]*node)
			return r.json.Object(r.node)
		})
	}
	return r.json.Skip()
}

// list reads references ("zlib/1.2.13#revision%time").
func (r *reader) list(scope kennel.Scope) error {
	return r.json.Array(func(int) error {
		ref, err := r.json.String()
		if o, ok := r.component(ref); ok && err == nil {
			o.Scope = scope
			r.graph.Add(o)
		}
		return err
	})
}

func (r *reader) node(number string) error {
	n := &node{id: kennel.RootNode}
	var ref, path string
	err := r.json.Object(func(name string) (err error) {
		switch name {
		case "ref", "pref": // pref up to Conan 1.27
			ref, err = r.json.String()
		case "path":
			path, err = r.json.String()
		case "requires":
			err = r.numbers(&n.needs)
		case "build_requires":
			err = r.numbers(&n.builds)
		default:
			err = r.json.Skip()
		}
		return err
	})
	if o, ok := r.component(ref); ok && path == "" {
		n.id = r.graph.Add(o)
	}
	if _, twice := r.nodes[number]; !twice {
		r.order = append(r.order, number)
	}
	r.nodes[number] = n
	return err
}

func (r *reader) numbers(to *[]string) error {
	return r.json.Array(func(int) error {
		n, err := r.json.String()
		*to = append(*to, n)
		return err
	})
}

// link turns the numbers into edges.
func (r *reader) link() {
	for _, number := range r.order {
		n := r.nodes[number]
		for _, kind := range []struct {
			to    []string
			scope kennel.Scope
		}{{n.needs, kennel.ScopeUnknown}, {n.builds, kennel.ScopeBuild}} {
			for _, to := range kind.to {
				scope := kind.scope
				if n.id == kennel.RootNode && scope == kennel.ScopeUnknown {
					scope = kennel.ScopeShipped
				}
				if m := r.nodes[to]; m != nil && m.id != kennel.RootNode {
					r.graph.Need(n.id, m.id, "", scope)
				}
			}
		}
	}
	r.graph.Resolve()
}

// component reads a reference: name/version[@user/channel][#revision][:package
// …][%time]. One without a name is the consumer itself.
// Source: https://docs.conan.io/2/reference/conanfile_txt.html
func (r *reader) component(ref string) (kennel.Occurrence, bool) {
	if end := strings.IndexAny(ref, "#%:"); end >= 0 {
		ref = ref[:end]
	}
	ref, owner, owned := strings.Cut(ref, "@")
	name, version, ok := strings.Cut(ref, "/")
	o := kennel.Occurrence{
		Component: kennel.Component{
			Package: kennel.Package{Ecosystem: kennel.Conan, Name: name},
			Version: version,
			Origin:  kennel.OriginRegistry,
		},
		Locations: []kennel.Location{{Path: r.f.Path(), Line: r.json.Line(), Layer: r.f.Layer()}},
	}
	if owned && owner != "" && owner != "_/_" { // ConanCenter has no recipes of users
		o.Origin = kennel.OriginUnknown
		if _, channel, ok := strings.Cut(owner, "/"); ok && channel != "" {
			o.Qualifiers = []kennel.Qualifier{{Key: "channel", Value: channel}}
		}
	}
	return o, ok && name != "" && version != ""
}
