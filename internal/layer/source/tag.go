package source

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/kennel-oss/kennel"
)

// tree is the tagged tree that a release is compared with.
type tree struct {
	tag     kennel.Tag
	before  kennel.Tag // the tag of the version before it; zero for none
	at      time.Time
	folder  string // with its "/" at the end, or ""
	entries []kennel.TreeEntry
	byPath  map[string]int              // of all entries
	byID    map[string][]int            // of all entries
	modules []string                    // paths of submodules, with "/"
	named   bool                        // its folder has the manifest of the npm package
	stated  bool                        // and that states the release's version
	same    int                         // files of the release that are somewhere in it
	earlier map[string]kennel.TreeEntry // the .gitignore files of the tag before, once read
}

const (
	notItsSource = "the tagged tree explains next to nothing of the release: it is not its source, or not this one alone"
	noTag        = "no tag of the repository is named after this version"
)

const (
	maxCandidates = 8  // trees that are read
	maxTwins      = 32 // places of one content that are looked at
)

// choose finds the tag and folder whose tree explains most of the release.
func choose(ctx context.Context, h kennel.History, c kennel.Component, r *release) (*tree, error) {
	tags, err := h.Tags()
	if err != nil {
		return nil, &kennel.CouldNotLook{Reason: "the repository's tags could not be read", Err: err}
	}
	list := candidates(tags, c, packedFrom(r))
	if len(list) == 0 {
		return nil, &kennel.CouldNotLook{Reason: noTag}
	}
	var best *tree
	var unread *kennel.CouldNotLook
	skipped := false // trees of other packages' tags
	score := 0
	for _, tag := range list {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		entries, err := h.Tree(tag.Commit)
		if err != nil {
			unread = &kennel.CouldNotLook{Reason: "the tagged tree could not be read", Err: err}
			if tag.Name == "" {
				unread.Reason = "the repository has no such commit as the release is said to be made from, and no tag that is named after this version"
			}
			continue
		}
		t := newTree(tag, entries)
		n, err := t.place(h, r, c)
		if err != nil {
			return nil, &kennel.CouldNotLook{Reason: "the release could not be read", Err: err}
		}
		if t.named && !t.stated && foreign(tag.Name, c) {
			skipped = true
			continue
		}
		// The package by its name comes before what has more of its files.
		t.same = n
		for _, sure := range []bool{t.named, t.stated} {
			if sure {
				n += len(r.files)
			}
		}
		if n > score {
			best, score = t, n
		}
		if t.stated || t.same*10 >= len(r.files)*9 {
			break
		}
	}
	switch {
	case best == nil && unread != nil:
		return nil, unread
	case best == nil && skipped:
		return nil, &kennel.CouldNotLook{Reason: noTag}
	case best != nil && best.named:
	case best != nil && c.Ecosystem == kennel.NPM && score*2 < len(r.files):
		return nil, &kennel.CouldNotLook{Reason: "no folder of the tagged tree is called this package by its manifest: it is not its source, or its manifest is made"}
	case best == nil || score < 3 && score*5 < len(r.files) || score*50 < len(r.files):
		// A licence and a read-me can be equal in unrelated projects.
		return nil, &kennel.CouldNotLook{Reason: notItsSource}
	}
	best.at = kennel.TagTime(h, best.tag)
	best.before = before(tags, best.tag)
	return best, nil
}

// candidates are what a release can have been made from, likeliest first. A name
// that the user gave is that alone. What a registry says of a commit is the
// publisher's word: for npm it comes before the tags, among which the tree
// decides, and for Go it counts where there is no tag, since a module's zip must
// be the tag's. So does what a crate says of itself.
func candidates(tags []kennel.Tag, c kennel.Component, packed string) []kennel.Tag {
	list := kennel.TagsOf(tags, c)
	claimed := packed
	if c.Commit != "" {
		if c.Ecosystem != kennel.NPM && c.Ecosystem != kennel.Go || len(list) != 1 || list[0].Name != "" {
			return list
		}
		claimed, c.Commit = c.Commit, ""
		list = kennel.TagsOf(tags, c)
	}
	list = list[:min(len(list), maxCandidates)]
	if claimed == "" || c.Ecosystem == kennel.Go && len(list) > 0 {
		return list
	}
	at := slices.IndexFunc(list, func(t kennel.Tag) bool { return t.Commit == claimed })
	switch {
	case at >= 0:
		list[0], list[at] = list[at], list[0]
		return list
	case c.Ecosystem == kennel.NPM:
		return slices.Insert(list, 0, kennel.Tag{Commit: claimed})
	}
	return append(list, kennel.Tag{Commit: claimed})
}

func newTree(tag kennel.Tag, entries []kennel.TreeEntry) *tree {
	t := &tree{tag: tag, entries: entries, byPath: make(map[string]int, len(entries)), byID: make(map[string][]int, len(entries))}
	for i, e := range entries {
		t.byPath[e.Path] = i
		if e.Mode == "160000" {
			t.modules = append(t.modules, e.Path+"/")
			continue
		}
		if twins := t.byID[e.ID]; len(twins) < maxTwins {
			t.byID[e.ID] = append(twins, i)
		}
	}
	return t
}

// place finds the folder of the tree that the release was made from, and how
// many of its files the tree explains.
func (t *tree) place(h kennel.History, r *release, c kennel.Component) (int, error) {
	votes, n := map[string]int{}, 0
	for _, e := range r.files {
		id, err := t.id(r, e)
		if err != nil {
			return 0, err
		}
		twins := t.byID[id]
		if len(twins) == 0 || e.size == 0 {
			continue
		}
		n++
		for _, i := range twins {
			if folder, ok := strings.CutSuffix(t.entries[i].Path, e.path); ok && (folder == "" || strings.HasSuffix(folder, "/")) {
				votes[folder]++
			}
		}
	}
	if packed(r, c) {
		name := c.Name
		if c.Ecosystem == "" {
			m, _ := parseNPM(r.text(npmFile))
			name = m.Name
		}
		if homes := t.homes(h, r, name, votes); len(homes) > 0 {
			all := votes
			votes, t.folder, t.named = map[string]int{}, homes[0], true
			for _, folder := range homes {
				votes[folder] = all[folder]
			}
		}
	}
	for folder, v := range votes {
		if d := cmp.Or(v-votes[t.folder], len(t.folder)-len(folder)); d > 0 || d == 0 && folder < t.folder {
			t.folder = folder
		}
	}
	if m, ok := t.manifestAt(h, t.folder); t.named && ok {
		t.stated = m.Version == c.Version
	}
	return n, nil
}

// foreign reports whether a tag is named after another package of a repository
// of many, as "create-x@1.2.3" is for the package x.
func foreign(tag string, c kennel.Component) bool {
	before, _, ok := strings.Cut(strings.ToLower(tag), strings.ToLower(c.Version))
	before = strings.Trim(before, "-_@/.")
	switch name := strings.ToLower(c.Name); before {
	case "", "v", "r", "rel", "release", "releases", "version", strings.TrimPrefix(name, "@"), path.Base(name):
		return false
	}
	return ok
}

// id is a file's blob id in the format of the tree's repository.
func (t *tree) id(r *release, e entry) (string, error) {
	if e.sha1 == "" || len(t.entries) == 0 || len(t.entries[0].ID) != 64 {
		return e.sha1, nil
	}
	return r.sha256(e)
}

// find returns the entry for a path of the release.
func (t *tree) find(name string) (kennel.TreeEntry, bool) {
	i, ok := t.byPath[t.folder+name]
	if !ok || t.entries[i].Mode == "160000" {
		return kennel.TreeEntry{}, false
	}
	return t.entries[i], true
}

func (t *tree) has(name string) bool { _, ok := t.find(name); return ok }

// inModule reports whether a path of the release lies in a submodule.
func (t *tree) inModule(name string) bool {
	return slices.ContainsFunc(t.modules, func(m string) bool { return strings.HasPrefix(t.folder+name, m) })
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
