package kennel

import (
	"cmp"
	"errors"
	"path"
	"slices"
	"strings"
	"time"
)

// TagsOf returns the tags that can be the component's version, likeliest first.
// Where c.Commit names a tag it is that one alone; where it names anything else
// the answer is a nameless tag of that commit.
func TagsOf(tags []Tag, c Component) []Tag {
	type ranked struct {
		tag  Tag
		rank int
	}
	var list []ranked
	for _, t := range tags {
		if t.Commit == "" {
			continue
		}
		if c.Commit != "" {
			if t.Name == c.Commit {
				return []Tag{t}
			}
			continue
		}
		if rank, ok := namedAfter(t.Name, c); ok {
			list = append(list, ranked{t, rank})
		}
	}
	if c.Commit != "" {
		return []Tag{{Commit: c.Commit}}
	}
	slices.SortFunc(list, func(a, b ranked) int {
		return cmp.Or(a.rank-b.rank, len(a.tag.Name)-len(b.tag.Name), strings.Compare(a.tag.Name, b.tag.Name))
	})
	out := make([]Tag, len(list))
	for i := range list {
		out[i] = list[i].tag
	}
	return out
}

// dots writes the separators that projects use within versions as dots.
var dots = strings.NewReplacer("_", ".", "-", ".", "+", ".")

// TagTime returns when a tag was made, by its own clock or else its commit's;
// zero when neither says. A history that can tell a commit's time at once, as
// CommitTime, saves a walk.
func TagTime(h History, t Tag) time.Time {
	if !t.Time.IsZero() {
		return t.Time
	}
	if direct, ok := h.(interface {
		CommitTime(id string) (time.Time, error)
	}); ok {
		at, err := direct.CommitTime(t.Commit)
		if err != nil {
			return time.Time{} // it is not there
		}
		return at
	}
	var at time.Time
	found := errors.New("found")
	h.Commits(func(c Commit) error {
		if c.ID != t.Commit {
			return nil
		}
		at = c.Committed
		return found
	})
	return at
}

// namedAfter reports whether a tag is named after the component's version: the
// version, in any of the usual separators, with nothing of a version before
// it and nothing but a word like "stable" behind it. A lesser rank is likelier.
func namedAfter(tag string, c Component) (int, bool) {
	version := strings.TrimPrefix(strings.ToLower(c.Version), "v")
	plain := dots.Replace(strings.ToLower(tag))
	at := strings.LastIndex(plain, dots.Replace(version))
	if version == "" || at < 0 {
		return 0, false
	}
	switch plain[at+len(version):] {
	case "", ".stable", ".release", ".final", ".ga":
	default:
		return 0, false
	}
	before := strings.ToLower(tag[:at])
	if b := plain[:at]; b != "" {
		if last := b[len(b)-1]; isDigit(last) || last == '.' && len(b) > 1 && isDigit(b[len(b)-2]) && !strings.HasPrefix(before, "@") && !isName(before, c) {
			return 0, false
		}
	}
	switch {
	case isName(before, c):
		return 0, true
	case before == "" || before == "v":
		return 1, true
	case strings.HasPrefix(before, "r"):
		return 2, true
	}
	return 3, true
}

// isName reports whether what stands before the version is the component.
func isName(before string, c Component) bool {
	before = strings.TrimRight(strings.TrimSuffix(strings.TrimRight(before, "-_@/."), "v"), "-_@/.")
	name := strings.ToLower(c.Name)
	return before != "" && (before == name || before == path.Base(name))
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
