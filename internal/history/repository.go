package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

// Repository is an open repository. It is a [kennel.History]; each of its
// errors is, or wraps, a [kennel.CouldNotLook].
//
// It shows the project's own lines: branches, remote branches, tags and HEAD,
// and not pull requests, notes or replacements. Of a history that is cut (a
// shallow clone, grafts) Commits says nothing at all.
type Repository struct {
	ctx      context.Context
	at       location
	shadow   string
	refs     []ref
	idLength int

	mu      sync.Mutex // guards what follows
	tags    []kennel.Tag
	sizes   *objects // answers what an object is
	content *objects // answers with the object
	closed  bool
}

var _ kennel.History = (*Repository)(nil)

// Open opens the git repository at folder: a bare one, or the top of a working
// tree. ctx bounds all that is done with it. Close it after use.
func Open(ctx context.Context, folder string) (*Repository, error) {
	r, err := open(ctx, folder)
	if err != nil {
		return nil, couldNot("the source repository could not be opened", err)
	}
	return r, nil
}

func open(ctx context.Context, folder string) (*Repository, error) {
	l, err := at(folder)
	if err != nil {
		return nil, err
	}
	refs, head, err := l.refs()
	if err != nil {
		return nil, err
	}
	r := &Repository{ctx: ctx, at: l, refs: refs, idLength: sha1Length}
	if len(refs) > 0 {
		r.idLength = len(refs[0].id)
	} else if head != "" {
		r.idLength = len(head)
	}
	if r.shadow, err = l.shadow(refs, head, r.idLength); err != nil {
		return nil, err
	}
	// Whether git is here and takes the shadow is told now, not later.
	if _, err := run(ctx, r.shadow, maxName, "rev-parse", "--git-dir"); err != nil {
		os.RemoveAll(r.shadow)
		return nil, err
	}
	return r, nil
}

// Close ends what runs for r and removes what Open made. No method may be
// called after it.
func (r *Repository) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for _, o := range []*objects{r.sizes, r.content} {
		if o != nil {
			o.end()
		}
	}
	r.sizes, r.content = nil, nil
	return os.RemoveAll(r.shadow)
}

// Commits calls visit for each commit that a ref reaches. One commit is held
// at a time, and git works ahead while visit runs.
func (r *Repository) Commits(visit func(kennel.Commit) error) error {
	if err := r.at.cut(); err != nil {
		return couldNot("the history could not be read", err)
	}
	p, err := start(r.ctx, r.shadow, nil, logArgs...)
	if err != nil {
		return couldNot("the history could not be read", err)
	}
	var own error
	err = parseLog(p.out, func(c kennel.Commit) error {
		own = visit(c)
		return own
	})
	if own != nil {
		p.end()
		return own
	}
	if err != nil {
		p.end()
	} else {
		err = p.wait()
	}
	if p.out.late.Load() {
		err = fmt.Errorf("git gave nothing for %v", silence)
	}
	if err != nil {
		return couldNot("the history could not be read", err)
	}
	return nil
}

// Tags returns every tag, by name. A tag that cannot be followed to what it
// stands for is an error: it may be the one that matters.
func (r *Repository) Tags() ([]kennel.Tag, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tags == nil {
		tags, err := r.readTags()
		if err != nil {
			return nil, couldNot("the tags could not be read", err)
		}
		r.tags = tags
	}
	return slices.Clone(r.tags), nil
}

// Tree lists the files of a commit or tree, by path. A blob that is not here,
// as in a clone without large files, has size -1 too.
func (r *Repository) Tree(id string) ([]kennel.TreeEntry, error) {
	entries, err := r.tree(id)
	if err != nil {
		return nil, couldNot("the tree could not be read", err)
	}
	return entries, nil
}

// Blob returns the content of a blob of at most max bytes.
func (r *Repository) Blob(id string, max int64) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	text, err := r.object(id, "blob", max)
	if err != nil {
		return nil, couldNot("the file could not be read", err)
	}
	return text, nil
}

// CommitTime returns when a commit says that it was committed, zero when it
// does not say.
func (r *Repository) CommitTime(id string) (time.Time, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	text, err := r.object(id, "commit", maxCommit)
	if err != nil {
		return time.Time{}, couldNot("the commit could not be read", err)
	}
	for line := range strings.Lines(string(text)) {
		if who, ok := strings.CutPrefix(line, "committer "); ok {
			_, at := parsePerson(strings.TrimSuffix(who, "\n"))
			return at, nil
		}
		if line == "\n" {
			break
		}
	}
	return time.Time{}, nil
}

const maxCommit = 1 << 20 // bytes of a commit object

func couldNot(reason string, err error) error {
	var already *kennel.CouldNotLook
	if errors.As(err, &already) {
		return err
	}
	return &kennel.CouldNotLook{Reason: reason, Err: err}
}
