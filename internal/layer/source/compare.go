package source

import (
	"bytes"
	"context"
	"io/fs"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

// compare puts every file of the release into its class.
func (c *Comparison) compare(ctx context.Context, r *release, t *tree, h kennel.History) error {
	attributes := readAttributes(t, h)
	shipped := make(map[string]bool, len(r.files))
	for _, e := range r.files {
		if err := ctx.Err(); err != nil {
			return err
		}
		id, err := t.id(r, e)
		if err != nil {
			return &kennel.CouldNotLook{Reason: "the release could not be read", Err: err}
		}
		shipped[t.folder+e.path] = true
		f := File{Path: e.path, ID: id, sha1: e.sha1, Size: e.size, Class: Phantom, tree: t.folder + e.path}
		from, inTree := t.find(e.path)
		switch {
		case id == "" || !inTree && t.inModule(e.path):
			f.Class = Uncompared
		case inTree && from.ID == id && e.link() == (from.Mode == "120000"):
			c.Same++
			if !e.link() && from.Mode == "100755" != (e.mode&0o111 != 0) {
				c.Modes = append(c.Modes, e.path)
				if from.Mode != "100755" {
					c.executable = append(c.executable, e.path)
				}
			}
			continue
		case inTree:
			f.Class = c.modified(r, t, h, e, from, attributes)
		case e.size > 0 && len(t.byID[id]) > 0:
			f.Class = Renamed
			f.Explained = sameAs + t.entries[t.byID[id][0]].Path
		case e.size > 0 && e.size <= maxText && !e.link():
			// A copy elsewhere with other line endings is a copy.
			if twins := t.byID[blobID(otherEndings(r.text(e.path)), id)]; len(twins) > 0 {
				f.Class, f.Explained = Renamed, sameAs+t.entries[twins[0]].Path
			}
		}
		if f.Class == LineEndings {
			c.Same++
		}
		if f.Class == LineEndings || f.Class == Substituted {
			f.Explained = f.Class.String()
		}
		c.Differ = append(c.Differ, f)
	}
	for _, e := range t.entries {
		if strings.HasPrefix(e.Path, t.folder) && !shipped[e.Path] && e.Mode != "160000" && !attributes.ignored(e.Path) {
			c.Missing++
		}
	}
	return nil
}

// modified is the class of a file that the tree has with another content.
func (c *Comparison) modified(r *release, t *tree, h kennel.History, e entry, from kennel.TreeEntry, a attributes) Class {
	content := r.text(e.path)
	if content == nil {
		// A link that became the file it leads to is what some archivers make.
		return Modified
	}
	if from.Mode == "120000" {
		if to, err := h.Blob(from.ID, maxPath); err == nil && t.leadsTo(from.Path, string(to), e.sha1) {
			return LineEndings
		}
		return Modified
	}
	if blobID(otherEndings(content), from.ID) == from.ID {
		return LineEndings
	}
	if a.substituted(from.Path) && from.Size <= maxText {
		if source, err := h.Blob(from.ID, maxText); err == nil && fits(source, content) {
			return Substituted
		}
	}
	return Modified
}

const (
	maxPath = 4096
	sameAs  = "the same as "
)

// leadsTo reports whether a link of the tree leads to a file of that content.
func (t *tree) leadsTo(link, to, id string) bool {
	dir := link[:strings.LastIndexByte(link, '/')+1]
	for strings.HasPrefix(to, "../") && dir != "" {
		dir = strings.TrimSuffix(dir, "/")
		dir, to = dir[:strings.LastIndexByte(dir, '/')+1], to[3:]
	}
	i, ok := t.byPath[dir+to]
	return ok && fs.ValidPath(dir+to) && t.entries[i].ID == id
}

// fits reports whether content is what export-subst makes of source: each
// $Format:…$ replaced by something on its line.
func fits(source, content []byte) bool {
	open := []byte("$Format:")
	for {
		i := bytes.Index(source, open)
		if i < 0 {
			return bytes.Equal(source, content)
		}
		if !bytes.HasPrefix(content, source[:i]) {
			return false
		}
		content, source = content[i:], source[i+len(open):]
		end := bytes.IndexByte(source, '$')
		if end < 0 {
			return false
		}
		source = source[end+1:]
		literal := source
		if next := bytes.Index(source, open); next >= 0 {
			literal = source[:next]
		}
		// What was put in ends where the rest of the line goes on.
		line, _, _ := bytes.Cut(literal, []byte("\n"))
		stop := bytes.IndexByte(content, '\n')
		if stop < 0 {
			stop = len(content)
		}
		at := bytes.LastIndex(content[:stop], line)
		if at < 0 {
			return false
		}
		content = content[at:]
	}
}

// attributes are the rules of a tree's .gitattributes that change archives.
type attributes struct{ ignore, subst []pattern }

type pattern struct{ folder, glob string }

const maxAttributes = 64 // files that are read

func readAttributes(t *tree, h kennel.History) attributes {
	var a attributes
	n := 0
	for _, e := range t.entries {
		if folder, ok := strings.CutSuffix(e.Path, ".gitattributes"); ok && (folder == "" || strings.HasSuffix(folder, "/")) && e.Size <= 1<<20 {
			if n++; n > maxAttributes {
				break
			}
			if b, err := h.Blob(e.ID, 1<<20); err == nil {
				a.add(folder, b)
			}
		}
	}
	return a
}

func (a *attributes) add(folder string, text []byte) {
	for line := range bytes.Lines(text) {
		f := strings.Fields(string(line))
		if len(f) < 2 || strings.HasPrefix(f[0], "#") {
			continue
		}
		if p := (pattern{folder, f[0]}); slices.Contains(f[1:], "export-ignore") {
			a.ignore = append(a.ignore, p)
		} else if slices.Contains(f[1:], "export-subst") {
			a.subst = append(a.subst, p)
		}
	}
}

func (a attributes) ignored(name string) bool     { return matches(a.ignore, name) }
func (a attributes) substituted(name string) bool { return matches(a.subst, name) }

func matches(list []pattern, name string) bool {
	return slices.ContainsFunc(list, func(p pattern) bool { return p.matches(name) })
}

// matches reports whether git's pattern covers a path of the tree, or a folder
// above it.
func (p pattern) matches(name string) bool {
	rest, ok := strings.CutPrefix(name, p.folder)
	if !ok {
		return false
	}
	glob := strings.TrimSuffix(p.glob, "/")
	glob = strings.TrimSuffix(glob, "/**")
	anchored := strings.Contains(glob, "/")
	glob = strings.TrimPrefix(glob, "/")
	parts := strings.Split(rest, "/")
	for i := range parts {
		if anchored {
			if globbed(glob, strings.Join(parts[:i+1], "/")) {
				return true
			}
		} else if globbed(glob, parts[i]) {
			return true
		}
	}
	return false
}
