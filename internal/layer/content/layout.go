package content

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

// open lists the files of a release as what installs it lays them out.
func open(ctx context.Context, fsys fs.FS, c kennel.Component) (*release, error) {
	r := &release{fsys: fsys, top: ".", index: map[string]int{}, others: map[string]int{}}
	strip := r.layout(c)
	err := fs.WalkDir(fsys, r.top, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			r.gap(gap{why: unreadable, what: name})
			if name == r.top {
				return err
			}
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if d.IsDir() {
			switch {
			case d.Name() == "node_modules" && r.top == "." && !strip && name != ".":
				// An installed package's own node_modules are packages of their
				// own; those in a tarball are part of it.
				return fs.SkipDir
			case r.top == "." && name == ".git/objects" && exists(fsys, ".git/HEAD"):
				return fs.SkipDir // a checkout's store, whose files are compressed
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil // links lead to files that are listed themselves
		}
		inner := name
		if r.top != "." {
			inner = strings.TrimPrefix(name, r.top+"/")
		}
		if strip {
			var ok bool
			if _, inner, ok = strings.Cut(name, "/"); !ok {
				return nil // npm unpacks nothing of it
			}
		}
		if len(r.files) == maxFiles {
			return errTooMany
		}
		info, err := d.Info()
		if err != nil {
			r.gap(gap{why: unreadable, what: name})
			return nil
		}
		if i, ok := r.index[inner]; ok {
			r.doubled = append(r.doubled, [2]string{r.files[i].whole, name})
		}
		r.index[inner] = len(r.files)
		r.files = append(r.files, file{path: inner, whole: name, size: info.Size(), run: info.Mode()&0o111 != 0})
		return nil
	})
	if errors.Is(err, errTooMany) {
		r.gap(gap{why: fmt.Sprintf("of its files, those past the first %d were not read", maxFiles)})
		err = nil
	}
	if err == nil && len(r.files) == 0 {
		err = errors.New("it has no files")
	}
	return r, err
}

// layout finds the folder that holds the release, and reports whether the first
// part of every path is to be taken away instead: npm does that with a tarball,
// whatever the folders are called, so that several become one.
func (r *release) layout(c kennel.Component) (strip bool) {
	module := c.Name + "@" + c.Version
	if info, err := fs.Stat(r.fsys, module); fs.ValidPath(module) && err == nil && info.IsDir() {
		r.top = module // a Go module's zip
		return false
	}
	list, err := fs.ReadDir(r.fsys, ".")
	if err != nil {
		return false
	}
	if len(list) == 1 {
		if list[0].IsDir() {
			r.top = list[0].Name()
		}
		return false
	}
	if c.Ecosystem != kennel.NPM && c.Ecosystem != "" {
		return false
	}
	folders, manifest := 0, ""
	for _, d := range list {
		if !d.IsDir() {
			continue
		}
		folders++
		if name := d.Name() + "/package.json"; manifest == "" && exists(r.fsys, name) {
			manifest = name
		}
	}
	if exists(r.fsys, "package.json") {
		if manifest != "package/package.json" || c.Name == "" {
			return false // an installed package
		}
		// A tarball has a folder of that name, and what stands beside it is not
		// unpacked; a package may have one too, but not itself in it.
		text, err := r.read(manifest, maxText)
		m := parseNPM(plain(text))
		return err == nil && m != nil && m.name == c.Name
	}
	return manifest != "" && (c.Ecosystem == kennel.NPM || manifest == "package/package.json")
}

func exists(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	return err == nil && info.Mode().IsRegular()
}

// doubles tells files of an archive that become one when it is unpacked: the
// last is what runs, and who looks into the archive sees both.
func (a *account) doubles() []chain {
	if len(a.release.doubled) == 0 {
		return nil
	}
	c := chain{rule: "doubled-file", severity: kennel.SeverityLow, says: "files in several folders of the archive become one when it is unpacked"}
	for _, pair := range a.release.doubled {
		name := path.Base(pair[1])
		if name == "package.json" || slices.Contains([]string{".js", ".cjs", ".mjs", ".sh", ".gyp", ".node"}, path.Ext(name)) {
			c.severity, c.file = kennel.SeverityMedium, pair[1]
		}
		if len(c.evidence) < 6 {
			c.evidence = append(c.evidence, kennel.Evidence{Kind: "file", What: pair[1], Says: "is unpacked to the place of " + pair[0]})
		}
	}
	return []chain{c}
}
