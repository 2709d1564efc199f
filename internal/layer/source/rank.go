package source

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
)

// rank fills in who runs the files that differ, and which .gitignore names
// those that are left.
func (c *Comparison) rank(ctx context.Context, b *build, t *tree, h kennel.History) error {
	if err := b.follow(ctx); err != nil {
		return err
	}
	for i := range c.Differ {
		f := &c.Differ[i]
		at := b.r.index[f.Path]
		f.Reach, f.By = b.reach[at], b.by[at]
		if b.npm && f.Class == Modified && f.Reach < Imported && javascript(f.Path) {
			f.Reach, f.By = Imported, "whoever imports it by its path runs it"
		}
		if path.Ext(f.Path) == ".m4" && f.Reach != Run && f.Explained == "" {
			for _, dir := range []string{".", path.Dir(path.Dir(f.Path))} {
				if name := path.Join(dir, "configure"); carries(b.r.text(name), b.r.text(f.Path)) {
					f.Reach, f.By = Run, name+" carries its text"
				}
			}
		}
	}
	c.ignored(t, h)
	return nil
}

// ignored looks up which .gitignore of the tagged tree names a file that is
// left.
func (c *Comparison) ignored(t *tree, h kennel.History) {
	texts := map[string][]byte{}
	for i := range c.Differ {
		f := &c.Differ[i]
		if f.Class != Phantom || f.Explained != "" || f.Reach == Shipped {
			continue
		}
		for dir := path.Dir(f.Path); ; dir = path.Dir(dir) {
			name := path.Join(dir, ".gitignore")
			if e, ok := t.find(name); ok && e.Size <= 1<<20 {
				if _, read := texts[name]; !read {
					texts[name], _ = h.Blob(e.ID, 1<<20)
				}
				folder := strings.TrimSuffix(name, ".gitignore")
				if n := ignoring(texts[name], folder, f.Path); n > 0 {
					f.Ignored = fmt.Sprintf("%s%s:%d", t.folder, name, n)
					f.newly = c.newly(t, h, name, folder, f.Path)
					break
				}
			}
			if dir == "." {
				break
			}
		}
	}
}

// newly names the tag before this release's when its .gitignore, which it must
// have had, does not yet name the file; "" otherwise.
func (c *Comparison) newly(t *tree, h kennel.History, name, folder, file string) string {
	if t.before.Commit == "" {
		return ""
	}
	if t.earlier == nil {
		t.earlier = map[string]kennel.TreeEntry{}
		entries, err := h.Tree(t.before.Commit)
		if err != nil {
			return ""
		}
		for _, e := range entries {
			if path.Base(e.Path) == ".gitignore" {
				t.earlier[e.Path] = e
			}
		}
	}
	e, ok := t.earlier[t.folder+name]
	if !ok || e.Size > 1<<20 {
		return ""
	}
	text, err := h.Blob(e.ID, 1<<20)
	if err != nil || ignoring(text, folder, file) > 0 {
		return ""
	}
	return t.before.Name
}

// ignoring returns the line of a .gitignore that names a file itself; one that
// covers it by a wildcard alone says little.
func ignoring(text []byte, folder, name string) int {
	n := 0
	for line := range bytes.Lines(text) {
		n++
		glob := strings.TrimSpace(string(line))
		if glob == "" || strings.ContainsAny(glob, "*?[#!") {
			continue
		}
		if (pattern{folder, glob}).matches(name) && path.Base(strings.TrimSuffix(glob, "/")) == path.Base(name) {
			return n
		}
	}
	return 0
}
