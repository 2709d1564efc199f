package cli

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"runtime"
	"slices"
	"sync"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/extract/all"
	"github.com/kennel-oss/kennel/internal/layer/content"
	"github.com/kennel-oss/kennel/internal/target"
)

// place is a release at a place of an installed tree. A package that is
// installed twice is looked at twice: one copy may not be like the other.
type place struct {
	component kennel.Component
	at        kennel.Location
}

// tree makes the case of an installed tree, package by package.
func (v *vetting) tree(ctx context.Context, arg string, t *target.Target) (kennel.Case, error) {
	bar := v.progress(v.f.quiet)
	defer bar.done()
	inv, err := t.Inventory(ctx, all.Extractors(), func(p target.Progress) { bar.show("%d files", p.Entries) })
	if err != nil {
		return kennel.Case{}, &exit{exitFailed, err}
	}
	var places []place
	other := map[kennel.Ecosystem]int{}
	for i := range inv.Projects {
		for _, o := range inv.Projects[i].Occurrences {
			installed := false
			for _, at := range o.Locations {
				if target.IsInstalled(at) {
					places, installed = append(places, place{o.Component, at}), true
				}
			}
			if !installed && inv.Projects[i].Installed {
				other[o.Ecosystem]++
			}
		}
	}
	// Manifests inside of packages are theirs: what matters here is what of the
	// tree could not be read.
	gaps := slices.DeleteFunc(inv.Gaps, func(g kennel.Gap) bool { return g.Kind != kennel.GapUnreadable })
	for _, e := range slices.Sorted(maps.Keys(other)) {
		gaps = append(gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: string(e), Why: fmt.Sprintf("installed packages of this ecosystem are not looked at yet: %d", other[e])})
	}
	at := make([]kennel.Location, len(places))
	for i, p := range places {
		at[i] = p.at
	}
	owned := t.Places(at)
	strays, away, err := v.strays(ctx, owned)
	if err != nil {
		return kennel.Case{}, &exit{exitFailed, err}
	}
	if len(places)+len(strays) == 0 {
		return kennel.Case{}, &exit{exitFailed, fmt.Errorf("no installed package was found in %s: name a node_modules or site-packages folder", arg)}
	}
	j := v.judge(v.nameLayer(), content.New())
	parts, err := v.each(ctx, bar, len(places), runtime.GOMAXPROCS(0), func(ctx context.Context, i int) (kennel.Case, error) {
		p := places[i]
		grants := kennel.Grants{}
		files, err := owned.Files(p.at)
		if err != nil {
			grants.Refused = map[kennel.Need]error{kennel.NeedRelease: &kennel.CouldNotLook{Reason: "its files could not be told", Err: err}}
		}
		grants.Release = files
		return j.Case(ctx, path.Dir(p.at.Path), kennel.NewSubject(p.component, v.asOf, grants))
	})
	if err != nil {
		return kennel.Case{}, &exit{exitFailed, err}
	}
	return j.Join(arg, v.asOf, append(alike(parts), strays...), append(gaps, away...)), nil
}

// strays makes the cases of the code in a tree that no package owns: whoever
// can make a package run can make it run this.
func (v *vetting) strays(ctx context.Context, owned *target.Places) ([]kennel.Case, []kennel.Gap, error) {
	unowned, away, err := owned.Unowned(ctx)
	if err != nil {
		return nil, nil, err
	}
	j := v.judge(content.New())
	var out []kennel.Case
	for _, u := range unowned {
		what := "files that no package owns"
		if u.JavaScript {
			what = "JavaScript files that no package owns"
		}
		name := fmt.Sprintf("%s: %s (%d, such as %s)", u.Tree, what, u.Count, u.First)
		c, err := j.Case(ctx, name, kennel.NewSubject(kennel.Component{}, v.asOf, kennel.Grants{Release: u.Files}))
		if err != nil {
			return nil, nil, err
		}
		out = append(out, c)
	}
	return out, away, nil
}

// alike makes one of the copies of a release of which the same is said.
func alike(parts []kennel.Case) []kennel.Case {
	type said struct {
		of       kennel.Key
		outcomes [sha256.Size]byte
	}
	at := make(map[said]int, len(parts)) // in kept
	more := map[int]int{}                // copies beside the one in kept
	var kept []kennel.Case
	for _, p := range parts {
		text, err := json.Marshal(p.Outcomes)
		if err != nil { // nothing that could be compared
			kept = append(kept, p)
			continue
		}
		s := said{p.Component.Key(), sha256.Sum256(text)}
		if i, ok := at[s]; ok {
			more[i]++
			continue
		}
		at[s] = len(kept)
		kept = append(kept, p)
	}
	for i, n := range more {
		kept[i].Subject = fmt.Sprintf("%s and %d more places", kept[i].Subject, n)
	}
	return kept
}

// each makes n cases, some at a time, in the order of their numbers.
func (v *vetting) each(ctx context.Context, bar *bar, n, atOnce int, one func(ctx context.Context, i int) (kennel.Case, error)) ([]kennel.Case, error) {
	var (
		mu      sync.Mutex
		next    int
		done    int
		failed  error
		workers sync.WaitGroup
		parts   = make([]kennel.Case, n)
	)
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		next++
		return next - 1, next <= n && failed == nil
	}
	for range min(atOnce, n) {
		workers.Go(func() {
			for i, more := take(); more; i, more = take() {
				c, err := one(ctx, i)
				mu.Lock()
				parts[i] = c
				if err != nil && failed == nil {
					failed = err
				}
				done++
				bar.show("%d of %d packages", done, n)
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	return parts, failed
}
