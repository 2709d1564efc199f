package source

import (
	"cmp"
	"context"
	"errors"
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
	earlier map[string]kennel.TreeEntry // the .gitignore files of the tag before, once read
}

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
	list := kennel.TagsOf(tags, c)
	if commit := packedFrom(r); commit != "" && c.Commit == "" {
		// A tag of that commit comes first, or else the commit itself last.
		if i := slices.IndexFunc(list, func(t kennel.Tag) bool { return t.Commit == commit }); i >= 0 {
			list[0], list[i] = list[i], list[0]
		} else if list = append(list[:min(len(list), maxCandidates-1)], kennel.Tag{Commit: commit}); len(list) == 1 {
			if _, err := h.Tree(commit); err != nil {
				list = nil
			}
		}
	}
	if len(list) == 0 {
		return nil, &kennel.CouldNotLook{Reason: "no tag of the repository is named after this version"}
	}
	var best *tree
	score := 0
	for _, tag := range list[:min(len(list), maxCandidates)] {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		entries, err := h.Tree(tag.Commit)
		if err != nil && tag.Name == "" && c.Commit == "" {
			continue // the release names a commit that is not there
		}
		if err != nil {
			return nil, &kennel.CouldNotLook{Reason: "the tagged tree could not be read", Err: err}
		}
		t := newTree(tag, entries)
		n, err := t.place(r)
		if err != nil {
			return nil, &kennel.CouldNotLook{Reason: "the release could not be read", Err: err}
		}
		if n > score {
			best, score = t, n
		}
		if score*10 >= len(r.files)*9 {
			break
		}
	}
	// A licence and a read-me can be equal in unrelated projects.
	if best == nil || score < 3 && score*5 < len(r.files) || score*50 < len(r.files) {
		return nil, &kennel.CouldNotLook{Reason: "the tagged tree explains next to nothing of the release: it is not its source, or not this one alone"}
	}
	best.at = when(h, best.tag)
	best.before = before(tags, best.tag)
	return best, nil
}

var errFound = errors.New("found")

// when is a tag's time, or else its commit's. A history that can tell a commit's
// time at once saves a walk.
func when(h kennel.History, tag kennel.Tag) time.Time {
	if !tag.Time.IsZero() {
		return tag.Time
	}
	if direct, ok := h.(interface {
		CommitTime(id string) (time.Time, error)
	}); ok {
		at, err := direct.CommitTime(tag.Commit)
		if err == nil {
			return at
		}
	}
	var at time.Time
	h.Commits(func(c kennel.Commit) error {
		if c.ID != tag.Commit {
			return nil
		}
		at = c.Committed
		return errFound
	})
	return at
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
func (t *tree) place(r *release) (int, error) {
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
	for folder, v := range votes {
		if d := cmp.Or(v-votes[t.folder], len(t.folder)-len(folder)); d > 0 || d == 0 && folder < t.folder {
			t.folder = folder
		}
	}
	return n, nil
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
