package cargo

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// manifestsMax bounds how many Cargo.toml files of one workspace are read, and
// globsMax how many patterns name them.
const (
	manifestsMax = 5000
	globsMax     = 100
)

// workspace is the manifests that a lock file belongs to.
type workspace struct {
	root    *manifest            // nil when there is none
	members map[string]*manifest // by package name
}

// readWorkspace reads the Cargo.toml in dir, those of the workspace's members,
// and those that path dependencies lead to. Only the first one's error is one:
// of a member that cannot be read, the scopes stay unknown.
func readWorkspace(target fs.FS, dir string) (workspace, error) {
	w := workspace{members: make(map[string]*manifest)}
	root, err := readManifest(target, dir, nil)
	if err != nil {
		return w, err
	}
	w.root = root
	queue := root.listed(target, dir)
	named := make(map[string]bool, len(queue))
	for _, at := range queue {
		named[at] = true
	}
	excluded := make(map[string]bool, len(root.exclude))
	for _, x := range root.exclude {
		excluded[path.Join(dir, x)] = true
	}
	seen := map[string]bool{dir: true}
	follow := func(at string, m *manifest) {
		if m.name != "" && w.members[m.name] == nil {
			w.members[m.name] = m
		}
		for _, folder := range m.folders {
			queue = append(queue, path.Join(at, folder))
		}
	}
	root.member = true
	follow(dir, root)
	for len(queue) > 0 && len(seen) < manifestsMax {
		at := queue[0]
		queue = queue[1:]
		if seen[at] || excluded[at] || !fs.ValidPath(at) {
			continue
		}
		seen[at] = true
		if m, err := readManifest(target, at, root); err == nil {
			m.member = named[at]
			follow(at, m)
		}
	}
	return w, nil
}

// listed returns the folders of the members that the root names, by path or by
// pattern.
func (m *manifest) listed(target fs.FS, dir string) []string {
	var folders []string
	for _, glob := range m.members[:min(globsMax, len(m.members))] {
		glob = path.Join(dir, glob)
		if !strings.ContainsAny(glob, "*?[{") {
			folders = append(folders, glob)
			continue
		}
		found, err := doublestar.Glob(target, glob+"/Cargo.toml", doublestar.WithNoFollow())
		if err != nil {
			continue // a pattern that fits nothing
		}
		for _, at := range found {
			folders = append(folders, path.Dir(at))
		}
	}
	slices.Sort(folders)
	return slices.Compact(folders)
}
