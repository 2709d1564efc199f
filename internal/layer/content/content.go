package content

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/kennel-oss/kennel"
)

// New returns the layer. With the previous release it tells what appeared;
// without, only what stands out by itself.
func New() kennel.Layer { return layer{} }

type layer struct{}

func (layer) Name() string       { return "content" }
func (layer) Needs() kennel.Need { return kennel.NeedRelease | kennel.NeedPrevious }

func (layer) Examine(ctx context.Context, s kennel.Subject) ([]kennel.Finding, error) {
	fsys, err := s.Release()
	if err != nil {
		return nil, err
	}
	m := newMemo()
	now, err := examine(ctx, fsys, s.Component, m)
	if err != nil {
		return nil, fmt.Errorf("the release: %w", err)
	}
	var before *account
	switch fsys, err := s.Previous(); {
	case errors.Is(err, kennel.ErrNotGranted):
	case err != nil:
		now.release.gap(gap{why: notCompared, what: err.Error()})
	default:
		c := s.Component
		c.Version = s.Before.Version // whose folder names it
		if before, err = examine(ctx, fsys, c, m); err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			now.release.gap(gap{why: notCompared, what: err.Error()})
		} else if !before.release.whole() {
			// What it seems to lack may be where nobody looked.
			now.release.gap(gap{why: "the release before it was not wholly looked at", what: before.release.unseen().Error()})
		}
	}
	now.unread()
	return cues(s.Component, now, before), now.release.unseen()
}

const notCompared = "it could not be compared with the release before it"

// account is what a release can do.
type account struct {
	release *release
	scripts []script
	chains  []chain
}

func examine(ctx context.Context, fsys fs.FS, c kennel.Component, m *memo) (*account, error) {
	r, err := open(ctx, fsys, c)
	if err == nil {
		err = r.examine(ctx, m)
	}
	if err != nil {
		return nil, &kennel.CouldNotLook{Reason: "it could not be read", Err: err}
	}
	r.npm = parseNPM(r.manifest())
	r.lostManifests()
	a := &account{release: r, scripts: r.rank()}
	a.chains = a.join()
	return a, nil
}
