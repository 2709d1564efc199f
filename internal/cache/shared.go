package cache

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// Lock waits until nobody else, in this process or another, holds the lock of
// this name. Names share a bounded number of locks: hold one at a time.
func (c *Cache) Lock(ctx context.Context, name string) (unlock func(), err error) {
	sum := sha256.Sum256([]byte(name))
	path := filepath.Join(c.folder, locks, fmt.Sprintf("%02d", sum[0]%stripes))
	type result struct {
		unlock func()
		err    error
	}
	// The system's lock cannot be called off: who gives up waiting leaves it
	// to be released when it comes.
	got := make(chan result)
	go func() {
		unlock, err := lockedfile.MutexAt(path).Lock()
		select {
		case got <- result{unlock, err}:
		case <-ctx.Done():
			if err == nil {
				unlock()
			}
		}
	}()
	select {
	case r := <-got:
		return r.unlock, r.err
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
// Its use is noted, so that it is not dropped soon. Change it only under the
// lock of its name.
func (c *Cache) Tree(name string) string {
	path := filepath.Join(c.folder, trees, hashed(name))
	touch(path)
	return path
}
