package target

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/kennel-oss/kennel"
)

// Progress says how far an inventory is.
type Progress struct {
	Entries int // files and folders met so far
	Inputs  int // files that extractors recognised, 0 while walking
	Done    int // how many of them are read
}

// Inventory walks the target, hands every file to the extractors that match
// it, and returns what they found, normalized. Extractors are called
// concurrently, the largest file first so that none of them is alone at the
// end. The result does not depend on timing. An extractor that fails or panics
// makes a gap and the rest goes on; an error means that there was nothing to
// walk, or that ctx ended. An inventory without projects and gaps means that
// nothing was recognised.
//
// report, which may be nil, is told now and then how far it is; it is not
// called concurrently.
func (t *Target) Inventory(ctx context.Context, extractors []kennel.Extractor, report func(Progress)) (kennel.Inventory, error) {
	if report == nil {
		report = func(Progress) {}
	}
	w := &walk{t: t, extractors: extractors, seen: func(n int) { report(Progress{Entries: n}) }}
	if err := w.run(ctx); err != nil {
		return kennel.Inventory{}, fmt.Errorf("%s: %w", t.Name, err)
	}
	w.follow()
	if len(w.matches) == 0 && t.zipped {
		in, err := t.inside()
		if err != nil {
			w.gap(t.only, "it cannot be looked into: %v", err)
			return kennel.Inventory{Target: t.Name, Gaps: w.gaps}, nil
		}
		defer in.Close()
		return in.Inventory(ctx, extractors, report)
	}
	results, err := w.extract(ctx, report)
	if err != nil {
		return kennel.Inventory{}, fmt.Errorf("%s: %w", t.Name, err)
	}
	inv := kennel.Inventory{Target: t.Name, Gaps: w.gaps, Ignored: w.ignored}
	if t.tree != nil {
		inv.Gaps = append(inv.Gaps, t.tree.Gaps()...)
	}
	inv.Owned = fold(results)
	for _, r := range results {
		inv.Projects = append(inv.Projects, r.Projects...)
		inv.Gaps = append(inv.Gaps, r.Gaps...)
	}
	inv.Normalize()
	return inv, nil
}

// extract returns what each match gave, in the order of matches.
func (w *walk) extract(ctx context.Context, report func(Progress)) ([]kennel.Extraction, error) {
	order := make([]int, len(w.matches))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(w.matches[b].file.Size(), w.matches[a].file.Size())
	})
	results := make([]kennel.Extraction, len(w.matches))
	var (
		next, done atomic.Int64
		telling    sync.Mutex
		workers    sync.WaitGroup
	)
	for range min(runtime.GOMAXPROCS(0), len(order)) {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := next.Add(1) - 1
				if i >= int64(len(order)) {
					return
				}
				m := order[i]
				results[m] = w.one(ctx, w.matches[m])
				telling.Lock()
				report(Progress{Entries: w.entries, Inputs: len(order), Done: int(done.Add(1))})
				telling.Unlock()
			}
		})
	}
	workers.Wait()
	return results, ctx.Err()
}

// one lets one extractor read one file.
func (w *walk) one(ctx context.Context, m match) (out kennel.Extraction) {
	x := w.extractors[m.by]
	defer func() {
		if p := recover(); p != nil {
			out = kennel.Extraction{}
			w.gap(m.file.path, "the %s extractor failed on it, which is an error of Kennel's: %v", x.Name(), p)
		}
	}()
	out, err := x.Extract(ctx, m.file)
	if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		w.gap(m.file.path, "%v", reason(err))
	}
	detach(&out, m.file.Size())
	return out
}
