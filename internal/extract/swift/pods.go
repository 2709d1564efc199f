package swift

import (
	"errors"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// cocoaPods has no name in OSV, so that no advisories are known.
const cocoaPods kennel.Ecosystem = "CocoaPods"

// readPods reads a Podfile.lock. PODS lists each pod with what it needs,
// DEPENDENCIES what the project asks for.
// Source: CocoaPods Core, lib/cocoapods-core/lockfile.rb
func readPods(f kennel.File, data []byte) (kennel.Extraction, error) {
	docs, err := lockfile.ParseYAML(data)
	if err != nil {
		return kennel.Extraction{}, err
	}
	if len(docs) != 1 || docs[0].Get("PODS") == nil {
		return kennel.Extraction{}, errors.New("not a lock file of CocoaPods: it has no PODS")
	}
	var (
		lock     = docs[0]
		external = lock.Get("EXTERNAL SOURCES")
		checkout = lock.Get("CHECKOUT OPTIONS")
		g        lockfile.Graph
		nodes    = make(map[string]int32)
		needs    []*lockfile.Node
		outside  = make(map[string]*lockfile.Node)
		commits  = make(map[string]string)
	)
	for n := range external.Each() {
		outside[n.Key] = n
	}
	for n := range checkout.Each() {
		commits[n.Key] = n.Text(":commit")
	}
	for item := range lock.Get("PODS").Each() {
		text, list := item.Value, (*lockfile.Node)(nil)
		if text == "" { // "- name (version):" with a list
			for k := range item.Each() {
				text, list = k.Key, k
			}
		}
		name, version := cutPod(text)
		if name == "" {
			return kennel.Extraction{}, errors.New("one of its PODS has no name")
		}
		o := kennel.Occurrence{
			Component: kennel.Component{
				Package: kennel.Package{Ecosystem: cocoaPods, Name: name},
				Version: version, Origin: kennel.OriginRegistry,
			},
			Direct:    kennel.Transitive,
			Locations: []kennel.Location{{Path: f.Path(), Line: item.Line, Layer: f.Layer()}},
		}
		pod, _, _ := strings.Cut(name, "/") // a subspec comes with its pod
		if n := outside[pod]; n != nil {
			o.Origin, o.Commit = kennel.OriginVCS, commits[pod]
			if n.Get(":path") != nil || n.Get(":podspec") != nil && n.Get(":git") == nil {
				o.Origin = kennel.OriginLocal
			}
		}
		nodes[name] = g.Add(o)
		needs = append(needs, list)
	}
	for from, list := range needs {
		for n := range list.Each() {
			name, constraint := cutPod(n.Value)
			if to, ok := nodes[name]; ok {
				g.Need(int32(from), to, constraint, kennel.ScopeUnknown)
			}
		}
	}
	for n := range lock.Get("DEPENDENCIES").Each() {
		name, constraint := cutPod(n.Value)
		if to, ok := nodes[name]; ok {
			g.Occurrences[to].Direct = kennel.Direct
			g.Need(kennel.RootNode, to, constraint, kennel.ScopeUnknown)
		}
	}
	return kennel.Extraction{Projects: []kennel.Project{{
		Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: cocoaPods,
		Occurrences: g.Occurrences, Edges: g.Edges, Graph: true,
	}}}, nil
}

// cutPod splits "Alamofire (~> 5.6)". A source in place of the constraint
// ("from `../x`") is none.
func cutPod(text string) (name, constraint string) {
	name, constraint, _ = strings.Cut(text, " (")
	constraint = strings.TrimSuffix(constraint, ")")
	if strings.HasPrefix(constraint, "from ") {
		constraint = ""
	}
	return strings.TrimSpace(name), strings.TrimPrefix(constraint, "= ")
}
