package pnpm

import (
	"cmp"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// importersMax bounds the manifests that are opened for their members' names.
const importersMax = 10_000

// kinds are the tables of an importer. The last two are pnpm itself and what
// configures it.
var kinds = [...]struct {
	key   string
	scope kennel.Scope
}{
	{"dependencies", kennel.ScopeShipped},
	{"optionalDependencies", kennel.ScopeOptional},
	{"devDependencies", kennel.ScopeDevelopment},
	{"configDependencies", kennel.ScopeDevelopment},
	{"packageManagerDependencies", kennel.ScopeDevelopment},
}

// importers adds the workspace's members, and what they and the root ask for.
func (l *lock) importers(doc *lockfile.Node) {
	root := path.Dir(l.file.Path())
	if m, err := lockfile.ReadManifest(l.file.FS(), root); err == nil {
		l.name, l.version = m.Name, m.Version
	}
	for c := range doc.Get("catalogs").Each() {
		for d := range c.Each() {
			if l.catalogs == nil {
				l.catalogs = make(map[[2]string]string)
			}
			l.catalogs[[2]string{c.Key, d.Key}] = d.Text("specifier")
		}
	}
	importers := doc.Get("importers")
	if importers.Empty() { // a single package stands on top
		l.importer(kennel.RootNode, ".", doc, nil)
		return
	}
	members := make(map[string]int32)
	opened := 0
	for i := range importers.Each() {
		if i.Key == "." {
			members["."] = kennel.RootNode
			continue
		}
		o := kennel.Occurrence{
			Component: kennel.Component{
				Package: kennel.Package{Ecosystem: kennel.NPM, Name: path.Base(i.Key)},
				Origin:  kennel.OriginLocal,
			},
			Locations: []kennel.Location{{Path: l.file.Path(), Line: i.Line, Layer: l.file.Layer()}},
		}
		if opened++; opened <= importersMax {
			if m, err := lockfile.ReadManifest(l.file.FS(), path.Join(root, i.Key)); err == nil && m.Name != "" {
				o.Name, o.Version, o.Licenses = m.Name, m.Version, m.Licenses
			}
		}
		n := l.Add(o)
		members[path.Clean(i.Key)] = n
		l.Need(kennel.RootNode, n, "", kennel.ScopeShipped)
	}
	for i := range importers.Each() {
		l.importer(members[path.Clean(i.Key)], i.Key, i, members)
	}
}

func (l *lock) importer(from int32, dir string, i *lockfile.Node, members map[string]int32) {
	specifiers := make(map[string]string)
	for s := range i.Get("specifiers").Each() {
		specifiers[s.Key] = s.Value
	}
	for _, kind := range kinds {
		table := i.Get(kind.key)
		for d := range table.Each() {
			ref, constraint := d.Value, specifiers[d.Key]
			if !d.Empty() { // since version 6: {specifier, version}
				ref, constraint = d.Text("version"), d.Text("specifier")
			}
			if catalog, ok := strings.CutPrefix(constraint, "catalog:"); ok {
				constraint = cmp.Or(l.catalogs[[2]string{cmp.Or(catalog, "default"), d.Key}], constraint)
			}
			l.need(from, d.Key, ref, constraint, kind.scope, members, dir)
		}
	}
}

// needs adds the edges of one table of a package, whose references are exact:
// the lock file does not keep its constraints.
func (l *lock) needs(from int32, table *lockfile.Node, scope kennel.Scope, members map[string]int32, dir string) {
	for d := range table.Each() {
		l.need(from, d.Key, d.Value, "", scope, members, dir)
	}
}

func (l *lock) need(from int32, name, ref, constraint string, scope kennel.Scope, members map[string]int32, dir string) {
	if folder, ok := strings.CutPrefix(ref, "link:"); ok && name != "" {
		l.link(from, name, folder, constraint, scope, members, dir)
		return
	}
	key := target(name, ref, l.major)
	to, ok := l.at[key]
	if !ok {
		to, ok = l.at[withoutPeers(key)]
	}
	if !ok {
		if l.missing++; l.missing == 1 {
			l.example = key
		}
		return
	}
	if to != from {
		l.Need(from, to, constraint, scope)
	}
}

// link adds an edge to a folder: a member, or one outside the workspace.
func (l *lock) link(from int32, name, folder, constraint string, scope kennel.Scope, members map[string]int32, dir string) {
	at := path.Join(dir, folder)
	to, ok := members[at]
	if !ok {
		key := "link:" + at
		if to, ok = l.at[key]; !ok {
			to = l.Add(kennel.Occurrence{
				Component: kennel.Component{
					Package: kennel.Package{Ecosystem: kennel.NPM, Name: name},
					Origin:  kennel.OriginLocal,
				},
				Locations: []kennel.Location{{Path: l.file.Path(), Layer: l.file.Layer()}},
			})
			l.at[key] = to
		}
	}
	if to != from && to >= 0 {
		l.Need(from, to, constraint, scope)
	}
}
