package authority

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

// record is what is kept of a history as of a moment: some bytes for each
// commit, and whole only the few commits that a rule may show.
type record struct {
	asOf     time.Time
	people   people
	commits  []brief // newest first
	tags     []tag   // by time; annotated or not
	releases []tag   // the tags that stand for a release, by time
	first    map[int32]time.Time
	began    time.Time // of the project

	fixture, contact, check, probe, ignore []kennel.Commit // within the window, newest first
}

// brief is what is kept of every commit.
type brief struct {
	author int32
	at     int64 // seconds since 1970, committer's clock
}

// tag is a tag with its time and person.
type tag struct {
	kennel.Tag
	at     time.Time
	tagger int32 // -1 when it is not annotated
}

// maxKept bounds each list of commits kept whole.
const maxKept = 2000

// collect reads the history once, as of a moment, or as of the release of a
// component where the history has its tag and that is earlier.
func collect(ctx context.Context, h kennel.History, c kennel.Component, asOf time.Time) (*record, error) {
	all, err := h.Tags()
	if err != nil {
		return nil, err
	}
	if at := released(h, all, c); !at.IsZero() && at.Before(asOf) {
		asOf = at // what came with later releases is no answer about this one
	}
	r := &record{asOf: asOf, first: map[int32]time.Time{}}
	// Lightweight tags have the time of their commit.
	light := map[string]time.Time{}
	for _, t := range all {
		if !t.Annotated || t.Time.IsZero() {
			light[t.Commit] = time.Time{}
		}
	}
	mailmap, mailmapAt := "", time.Time{}
	// A commit that was picked onto another branch is the same work: it keeps
	// its author and the author's date. It counts where it came first.
	type work struct {
		author int32
		at     int64
	}
	done := map[work]int{} // its index in r.commits
	err = h.Commits(func(c kennel.Commit) error {
		if _, ok := light[c.ID]; ok {
			light[c.ID] = c.Committed
		}
		if c.Committed.IsZero() || c.Committed.After(asOf) {
			return nil
		}
		r.people.index(c.Committer)
		w, at := work{r.people.index(c.Author), c.Authored.Unix()}, c.Committed.Unix()
		if i, again := done[w]; again {
			r.commits[i].at = min(r.commits[i].at, at)
		} else {
			done[w] = len(r.commits)
			r.commits = append(r.commits, brief{w.author, at})
		}
		if r.began.IsZero() || c.Committed.Before(r.began) {
			r.began = c.Committed
		}
		for _, ch := range c.Changes {
			if ch.Path == ".mailmap" && ch.New != "" && c.Committed.After(mailmapAt) {
				mailmap, mailmapAt = ch.New, c.Committed
			}
		}
		if c.Committed.After(asOf.Add(-window)) {
			r.keep(c)
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	if mailmap != "" {
		text, err := h.Blob(mailmap, 1<<20)
		if err != nil {
			return nil, fmt.Errorf(".mailmap: %w", err)
		}
		r.people.mailmap(text)
	}
	for _, t := range all {
		k := tag{Tag: t, at: t.Time, tagger: -1}
		if t.Annotated {
			k.tagger = r.people.index(t.Tagger)
		}
		if k.at.IsZero() {
			k.at = light[t.Commit]
		}
		if t.Commit != "" && !k.at.IsZero() && !k.at.After(asOf) {
			r.tags = append(r.tags, k)
		}
	}
	r.people.join()
	slices.SortStableFunc(r.tags, func(a, b tag) int { return a.at.Compare(b.at) })
	for i := range r.tags {
		if t := &r.tags[i]; t.tagger >= 0 {
			t.tagger = r.people.who(t.tagger)
		}
		if strings.ContainsAny(r.tags[i].Name, "0123456789") {
			r.releases = append(r.releases, r.tags[i])
		}
	}
	for i := range r.commits {
		c := &r.commits[i]
		c.author = r.people.who(c.author)
		at := time.Unix(c.at, 0).UTC()
		if f, ok := r.first[c.author]; !ok || at.Before(f) {
			r.first[c.author] = at
		}
	}
	return r, nil
}

// released is when a component's tag was made; zero when none is found.
func released(h kennel.History, tags []kennel.Tag, c kennel.Component) time.Time {
	named := kennel.TagsOf(tags, c)
	if len(named) == 0 {
		return time.Time{}
	}
	return kennel.TagTime(h, named[0])
}

// keep puts a commit of the window where rules look for it.
func (r *record) keep(c kennel.Commit) {
	lists := map[*[]kennel.Commit][]kennel.Change{}
	fixtures, others := 0, 0
	for _, ch := range c.Changes {
		base := path.Base(ch.Path)
		switch {
		case isFixture(ch):
			fixtures++
		case !isProse(ch.Path) && ch.Status != 'D':
			others++
		}
		switch {
		case isContact(ch.Path):
			lists[&r.contact] = append(lists[&r.contact], ch)
		case isCheck(ch.Path):
			lists[&r.check] = append(lists[&r.check], ch)
		case base == ".gitignore" && ch.New != "":
			lists[&r.ignore] = append(lists[&r.ignore], ch)
		case mayProbe(base) && ch.New != "":
			lists[&r.probe] = append(lists[&r.probe], ch)
		}
	}
	if fixtures > 0 && others == 0 {
		lists[&r.fixture] = c.Changes
	}
	for list, changes := range lists {
		if len(*list) < maxKept {
			k := c
			k.Changes = slices.Clone(changes)
			for i := range k.Changes { // else it would hold all paths of a large commit
				k.Changes[i].Path = strings.Clone(k.Changes[i].Path)
			}
			*list = append(*list, k)
		}
	}
}

// isNewcomer reports whether a person was new to a project of some age at a
// moment: their first commit, if any, lies less than newcomer back.
func (r *record) isNewcomer(who int32, at time.Time) bool {
	first, ok := r.first[who]
	if !ok || first.After(at) {
		first = at
	}
	return first.Sub(r.began) >= established && at.Sub(first) < newcomer
}

// sinceFirst tells for how long somebody has been there.
func (r *record) sinceFirst(who int32, at time.Time) string {
	first, ok := r.first[who]
	if !ok || first.After(at) {
		return "no commit before"
	}
	return "first commit " + first.Format(time.DateOnly)
}

func evidence(kind, what, says string) kennel.Evidence {
	return kennel.Evidence{Kind: kind, What: what, Says: says}
}

func commitEvidence(c kennel.Commit) kennel.Evidence {
	says := fmt.Sprintf("%s, by %s", c.Committed.Format("2006-01-02 15:04Z"), c.Author.Name)
	if c.Committer != c.Author {
		says += ", committed by " + c.Committer.Name
	}
	return evidence("commit", c.ID, says)
}

func tagEvidence(t tag) kennel.Evidence {
	says := t.at.Format("2006-01-02 15:04Z")
	if t.Annotated {
		says += ", tagged by " + t.Tagger.Name + " <" + t.Tagger.Email + ">"
	}
	if t.Signature.Key != "" {
		says += ", signed with " + t.Signature.Key
	}
	return evidence("tag", t.Name, says)
}
