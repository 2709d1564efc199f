// Package pnpm reads pnpm-lock.yaml of lock file versions 5 to 9.
package pnpm

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// New returns the extractor of pnpm's lock files.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "pnpm" }

// Match takes lock files outside node_modules: one that a dependency was
// published with locks nothing here.
func (extractor) Match(f kennel.File) bool {
	p := f.Path()
	return p[strings.LastIndexByte(p, '/')+1:] == "pnpm-lock.yaml" &&
		!strings.HasPrefix(p, "node_modules/") && !strings.Contains(p, "/node_modules/")
}

// newest is the newest lock file version whose meaning is known here.
// Source: https://github.com/pnpm/spec/tree/master/lockfile
const newest = 9

func (extractor) Extract(_ context.Context, f kennel.File) (kennel.Extraction, error) {
	text, err := lockfile.Read(f)
	if err != nil {
		return kennel.Extraction{}, err
	}
	docs, err := lockfile.ParseYAML(text)
	if err != nil {
		return kennel.Extraction{}, err
	}
	l := lock{file: f, at: make(map[string]int32)}
	for _, doc := range docs {
		if err := l.read(doc); err != nil {
			return kennel.Extraction{}, err
		}
	}
	if l.major == 0 {
		return kennel.Extraction{}, errors.New("no lockfileVersion: not a lock file of pnpm 3 or later")
	}
	l.Resolve()
	p := kennel.Project{
		Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: kennel.NPM, Name: l.name, Version: l.version,
		Occurrences: l.Occurrences, Edges: l.Edges, Graph: l.missing == 0,
	}
	if l.missing > 0 {
		l.gap("%d dependencies name a package that the lock file does not hold, such as %.80q", l.missing, l.example)
	}
	return kennel.Extraction{Projects: []kennel.Project{p}, Gaps: l.gaps}, nil
}

// lock is a lock file being resolved.
type lock struct {
	lockfile.Graph
	file          kennel.File
	name, version string // of the root
	major         int
	catalogs      map[[2]string]string // catalog and package -> the constraint that members share
	at            map[string]int32     // key in packages or snapshots -> node
	gaps          []kennel.Gap
	missing       int
	example       string
}

func (l *lock) gap(format string, args ...any) {
	const enough = 20
	if len(l.gaps) < enough {
		l.gaps = append(l.gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: l.file.Path(), Why: fmt.Sprintf(format, args...)})
	}
}

// read takes one document: pnpm 11 keeps its own tools in a document before
// the project's.
func (l *lock) read(doc *lockfile.Node) error {
	version := doc.Text("lockfileVersion")
	if version == "" {
		return nil
	}
	number, _, _ := strings.Cut(version, ".")
	major, err := strconv.Atoi(number)
	if err != nil || major < 5 {
		return fmt.Errorf("lockfileVersion %.20q is not known here (5 to %d are)", version, newest)
	}
	if major > newest {
		l.gap("lockfileVersion %s is newer than the newest one known here (%d): read as that one", version, newest)
		major = newest
	}
	l.major = major
	packages, snapshots := doc.Get("packages"), doc.Get("snapshots")
	clear(l.at)
	var info map[string]*lockfile.Node
	if major >= 9 {
		info = make(map[string]*lockfile.Node)
		for p := range packages.Each() {
			info[p.Key] = p
		}
	}
	entries := packages
	if !snapshots.Empty() {
		entries = snapshots
	}
	nodes := make([]int32, 0, 64)
	for e := range entries.Each() {
		p := e
		if major >= 9 {
			if p = info[withoutPeers(e.Key)]; p == nil {
				p = e
			}
		}
		if _, twice := l.at[e.Key]; twice {
			l.gap("line %d: %.80q is there twice; this one counts", e.Line, e.Key)
		}
		n, ok := l.add(e.Key, p)
		if !ok {
			l.gap("line %d: %.80q is not understood", e.Line, e.Key)
			nodes = append(nodes, none)
			continue
		}
		l.at[e.Key] = n
		nodes = append(nodes, n)
	}
	if major >= 9 && !snapshots.Empty() {
		l.unused(packages, snapshots)
	}
	l.importers(doc)
	i := 0
	for e := range entries.Each() {
		if n := nodes[i]; n != none {
			l.needs(n, e.Get("dependencies"), kennel.ScopeShipped, nil, "")
			l.needs(n, e.Get("optionalDependencies"), kennel.ScopeOptional, nil, "")
		}
		i++
	}
	return nil
}

const none int32 = -2

// unused adds packages that no snapshot speaks of, so that nothing is lost.
func (l *lock) unused(packages, snapshots *lockfile.Node) {
	have := make(map[string]bool)
	for s := range snapshots.Each() {
		have[withoutPeers(s.Key)] = true
	}
	for p := range packages.Each() {
		if !have[p.Key] {
			if n, ok := l.add(p.Key, p); ok {
				l.at[p.Key] = n
			}
		}
	}
}

// add makes a node of the package that key names and p describes.
func (l *lock) add(key string, p *lockfile.Node) (int32, bool) {
	name, ref := splitKey(key, l.major)
	var resolution *lockfile.Node
	o := kennel.Occurrence{Locations: []kennel.Location{{Path: l.file.Path(), Line: p.Line, Layer: l.file.Layer()}}}
	for k := range p.Each() {
		switch k.Key {
		case "name":
			name = k.Value
		case "version":
			o.Version = k.Value
		case "resolution":
			resolution = k
		case "dev": // before version 9, pnpm's own conclusion
			if k.Value == "true" {
				o.Scope = kennel.ScopeDevelopment
			}
		case "optional":
			if k.Value == "true" && o.Scope == kennel.ScopeUnknown {
				o.Scope = kennel.ScopeOptional
			}
		}
	}
	o.Origin, o.Commit = lockfile.NodeOrigin(ref)
	if o.Origin == kennel.OriginRegistry && o.Version == "" {
		o.Version = ref
	}
	for k := range resolution.Each() {
		switch k.Key {
		case "integrity":
			o.Hashes = lockfile.Integrity(k.Value)
		case "commit":
			o.Origin, o.Commit = kennel.OriginVCS, k.Value
		case "tarball":
			o.Address = lockfile.Address(k.Value)
		case "directory":
			o.Origin = kennel.OriginLocal
		}
	}
	if name == "" {
		return 0, false
	}
	o.Package = kennel.Package{Ecosystem: kennel.NPM, Name: name}
	return l.Add(o), true
}
