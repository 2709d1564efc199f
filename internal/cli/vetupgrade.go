package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
	"github.com/kennel-oss/kennel/internal/fetch"
	"github.com/kennel-oss/kennel/internal/judge"
	"github.com/kennel-oss/kennel/internal/layer/content"
	"github.com/kennel-oss/kennel/internal/layer/origin"
	"github.com/kennel-oss/kennel/internal/target"
)

// fetchers is how many releases are fetched at once: registries serve clients
// with more, and each holds two unpacked releases.
const fetchers = 6

// upgrade makes the case of a dependency update: of what is in the second lock
// file or folder and not in the first.
func (v *vetting) upgrade(ctx context.Context, old, updated string) (kennel.Case, error) {
	before, err := v.inventoryOf(ctx, old)
	if err != nil {
		return kennel.Case{}, err
	}
	after, err := v.inventoryOf(ctx, updated)
	if err != nil {
		return kennel.Case{}, err
	}
	grants := kennel.Grants{}
	layers, gaps, err := v.knownLayer(&grants)
	if err != nil {
		return kennel.Case{}, err
	}
	registries, err := v.registries()
	if err != nil {
		return kennel.Case{}, err
	}
	grants.Registry = registries
	gaps = append(gaps, kennel.Gap{Kind: kennel.GapNotJudged, What: "source", Why: "was not compared; for one release: kennel vet pkg:…"})
	layers = append(layers, origin.New())
	layers = append(append(layers, v.publisherLayer()...), content.New())
	same, fresh := v.judge(layers...), v.judge(append(v.nameLayer(), layers...)...)
	changes := judge.Changes(before, after)
	bar := v.progress(v.f.quiet)
	defer bar.done()
	parts, err := v.each(ctx, bar, len(changes), fetchers, func(ctx context.Context, i int) (kennel.Case, error) {
		change := changes[i]
		g := grants
		g.Refused = map[kennel.Need]error{}
		defer v.fetchBoth(ctx, registries, change.Component, change.Before, &g)()
		j := same
		if change.New() {
			j = fresh
		}
		s := kennel.NewSubject(change.Component, v.asOf, g)
		s.Before = change.Before
		c, err := j.Case(ctx, change.Component.Name+" "+change.Component.Version, s)
		c.Previous = change.Before.Version
		return c, err
	})
	if err != nil {
		return kennel.Case{}, &exit{exitFailed, err}
	}
	gaps = append(gaps, after.Gaps...)
	for _, g := range before.Gaps {
		g.What = old + ": " + g.What
		gaps = append(gaps, g)
	}
	made := same.Join(fmt.Sprintf("%s to %s", old, updated), v.asOf, parts, gaps)
	made.File = updated
	return made, nil
}

// inventoryOf says what a lock file or folder asks for. A file that is no lock
// file asks for nothing, which would look like an update without changes.
func (v *vetting) inventoryOf(ctx context.Context, arg string) (kennel.Inventory, error) {
	f := v.f.scanFlags
	t, inv, err := v.app.inventory(ctx, &f, arg, trusted{})
	if err != nil {
		return inv, err
	}
	defer t.Close()
	if len(inv.Projects) == 0 {
		if err := nothingChecked(&inv); err != nil {
			return inv, err
		}
		return inv, &exit{exitFailed, fmt.Errorf("nothing in %s was recognised: name a lock file, or a folder with lock files", arg)}
	}
	return inv, nil
}

// fetchBoth grants a release and the one before it, which may be zero, until
// the function it returns is called.
func (v *vetting) fetchBoth(ctx context.Context, r *fetch.Registries, now, before kennel.Component, g *kennel.Grants) func() {
	release, done, err := v.fetched(ctx, r, now)
	if g.Release = release; err != nil {
		g.Refused[kennel.NeedRelease] = err
	}
	if before.Name == "" || before.Version == "" || err != nil || ecosystem.Order(now.Ecosystem, now.Version, before.Version) == 0 {
		return done
	}
	previous, donePrevious, err := v.fetched(ctx, r, before)
	if g.Previous = previous; err != nil {
		g.Refused[kennel.NeedPrevious] = err
	}
	return func() { done(); donePrevious() }
}

// fetched returns a release's files. The function it returns is never nil. The
// error is a [kennel.CouldNotLook]; the files are nil with it.
func (v *vetting) fetched(ctx context.Context, r *fetch.Registries, c kennel.Component) (fs.FS, func(), error) {
	none := func() {}
	if c.Origin == kennel.OriginVCS || c.Origin == kennel.OriginURL {
		return nil, none, &kennel.CouldNotLook{Reason: "it does not come from a registry"}
	}
	path, err := r.Release(ctx, c, nil)
	var noClient *fetch.NoClient
	switch {
	case err == nil:
	case errors.As(err, &noClient):
		return nil, none, &kennel.CouldNotLook{Reason: err.Error(), Err: err}
	case errors.Is(err, fetch.ErrOffline):
		return nil, none, &kennel.CouldNotLook{Reason: "the release is not in the cache, and --offline was asked for", Err: err, Retry: true}
	case errors.Is(err, fs.ErrNotExist):
		return nil, none, &kennel.CouldNotLook{Reason: "the registry has no such release", Err: err}
	default:
		return nil, none, &kennel.CouldNotLook{Reason: "the release could not be fetched", Err: err, Retry: true}
	}
	t, err := target.Open(ctx, path, target.Options{Limits: v.f.limits})
	if err != nil {
		return nil, none, &kennel.CouldNotLook{Reason: "the release could not be unpacked", Err: err}
	}
	return t.FS(), func() { t.Close() }, nil
}
