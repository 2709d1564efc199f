package source

import (
	"context"
	"errors"

	"github.com/kennel-oss/kennel"
)

// compareBefore notes which of the files that are left the release before had,
// byte for byte. Without one nothing is noted.
func (c *Comparison) compareBefore(ctx context.Context, s kennel.Subject) error {
	fsys, err := s.Previous()
	if errors.Is(err, kennel.ErrNotGranted) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(c.Left()) == 0 {
		return nil
	}
	previous, err := read(ctx, fsys, kennel.Component{})
	if err != nil {
		return &kennel.CouldNotLook{Reason: "the release before could not be read", Err: err}
	}
	for i := range c.Differ {
		f := &c.Differ[i]
		at, ok := previous.index[f.Path]
		f.before = ok && f.left() && f.sha1 != "" && previous.files[at].sha1 == f.sha1
	}
	return nil
}
