package cache

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Lock waits until nobody else, in this process or another, holds the lock of
// this name. Names share a bounded number of locks: hold one at a time.
func (c *Cache) Lock(ctx context.Context, name string) (unlock func(), err error) {
	return c.lock(ctx, "", hashed(name), os.O_RDWR)
}

// Hold keeps the tree of this name from being dropped or replaced until
// release. Any number may hold one; what is added to it meanwhile harms nobody.
func (c *Cache) Hold(ctx context.Context, name string) (release func(), err error) {
	return c.lock(ctx, "held-", hashed(name), os.O_RDONLY)
}

// Alone keeps others from holding the tree of this name until release. It does
// not wait: ok is false when somebody holds it now.
func (c *Cache) Alone(name string) (release func(), ok bool) { return c.alone(hashed(name)) }

func (c *Cache) alone(hash string) (release func(), ok bool) {
	ctx, cancel := context.WithTimeout(context.Background(), atOnce)
	defer cancel()
	release, err := c.lock(ctx, "held-", hash, os.O_RDWR)
	return release, err == nil
}

// atOnce is how long a lock that is free may take.
const atOnce = 100 * time.Millisecond

// lock locks the file that stands for what has this hash, for readers with
// os.O_RDONLY and else for one alone.
func (c *Cache) lock(ctx context.Context, kind, hash string, flag int) (unlock func(), err error) {
	number, err := strconv.ParseUint(hash[:min(8, len(hash))], 16, 64)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(c.folder, locks, fmt.Sprintf("%s%02d", kind, number%stripes))
	type result struct {
		f   *lockedfile.File
		err error
	}
	// The system's lock cannot be called off: who gives up waiting leaves it
	// to be released when it comes.
	got := make(chan result)
	go func() {
		f, err := lockedfile.OpenFile(path, flag|os.O_CREATE, 0o600)
		select {
		case got <- result{f, err}:
		case <-ctx.Done():
			if err == nil {
				f.Close()
			}
		}
	}()
	select {
	case r := <-got:
		if r.err != nil {
			return nil, fmt.Errorf("the cache could not be locked: %w", r.err)
		}
		return func() { r.f.Close() }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// State returns a small file that is never dropped, and nothing for one that
// is not there.
func (c *Cache) State(name string) ([]byte, error) {
	text, err := read(c.state(name), maxEntry)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

// SetState replaces a small file that is never dropped.
func (c *Cache) SetState(name string, text []byte) error { return c.write(c.state(name), text) }

// Tree returns the folder that is kept under a name; it may not be there yet.
// Its use is noted, so that it is not dropped soon. Read it while you [Cache.Hold]
// it; add to it under the lock of its name, and take away only when [Cache.Alone]
// besides.
func (c *Cache) Tree(name string) string {
	path := filepath.Join(c.folder, trees, hashed(name))
	touch(path)
	return path
}
