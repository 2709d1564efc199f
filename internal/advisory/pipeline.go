package advisory

import (
	"context"
	"runtime"
	"sync"
)

// ordered runs work on what produce yields, on all cores, and hands the
// results to consume in the order of production. The first error of produce
// or consume, or the context's end, stops it.
func ordered[T, R any](ctx context.Context, produce func(yield func(T) bool) error, work func(T) R, consume func(R) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	type job struct {
		in  T
		out chan R
	}
	workers := max(runtime.GOMAXPROCS(0), 2)
	jobs := make(chan job)
	queue := make(chan chan R, 2*workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for j := range jobs {
				j.out <- work(j.in)
			}
		})
	}
	go func() {
		defer close(queue)
		defer close(jobs)
		err := produce(func(in T) bool {
			j := job{in, make(chan R, 1)}
			select {
			case queue <- j.out:
			case <-ctx.Done():
				return false
			}
			select {
			case jobs <- j:
				return true
			case <-ctx.Done():
				j.out <- *new(R)
				return false
			}
		})
		if err != nil {
			cancel(err)
		}
	}()
	var failed error
	for out := range queue {
		r := <-out
		if failed == nil && ctx.Err() == nil {
			if failed = consume(r); failed != nil {
				cancel(failed)
			}
		}
	}
	wg.Wait()
	if failed != nil {
		return failed
	}
	return context.Cause(ctx)
}
