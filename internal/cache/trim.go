package cache

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	abandoned = 24 * time.Hour // no download takes this long: its process is gone
	often     = time.Hour      // between two trims that no growth asks for
)

// grown counts what was written and trims the cache now and then: walking it
// costs more than a small overrun.
func (c *Cache) grown(size int64) {
	c.mu.Lock()
	c.written += size
	due := c.written > c.limit/16
	if !due {
		info, err := os.Stat(filepath.Join(c.folder, trimmed))
		due = err != nil || outside(time.Since(info.ModTime()), often)
	}
	if due {
		c.written = 0
	}
	c.mu.Unlock()
	if due {
		// What cannot be removed now is removed by the next who tries.
		_ = c.trim()
	}
}

// trimmed is the file whose time says when the cache was last trimmed.
const trimmed = "trimmed"

// Added notes that a tree grew by size bytes.
func (c *Cache) Added(size int64) { c.grown(size) }

// piece is what is kept or dropped as one.
type piece struct {
	path string
	size int64
	used time.Time
	tree bool
}

// outside reports whether an age is more than max, or below nothing since the
// clock was set back.
func outside(age, max time.Duration) bool { return age < 0 || age > max }

// used is when a file was used last: what lies in the future, from before the
// clock was set back, counts from now on.
func used(path string, info fs.FileInfo, now time.Time) time.Time {
	if at := info.ModTime(); at.Sub(now) <= ahead {
		return at
	}
	touch(path)
	return now
}

// ahead is how far apart the clocks of a file system and its users may be.
const ahead = 10 * time.Minute

// trim drops what was not used for longest until the rest is within the limit,
// and what crashes left behind. Anything used within the grace period stays,
// since somebody may be about to open it.
func (c *Cache) trim() error {
	if err := os.WriteFile(filepath.Join(c.folder, trimmed), nil, 0o600); err != nil {
		return err
	}
	touch(filepath.Join(c.folder, trimmed))
	now := time.Now()
	left, err := os.ReadDir(filepath.Join(c.folder, aside))
	if err != nil {
		return err
	}
	for _, d := range left {
		path := filepath.Join(c.folder, aside, d.Name())
		if info, err := d.Info(); err == nil && now.Sub(used(path, info, now)) > abandoned {
			os.RemoveAll(path)
		}
	}
	var all []piece
	for _, part := range []string{content, index} {
		pieces, err := files(filepath.Join(c.folder, part))
		if err != nil {
			return err
		}
		all = append(all, pieces...)
	}
	folders, err := os.ReadDir(filepath.Join(c.folder, trees))
	if err != nil {
		return err
	}
	for _, d := range folders {
		path := filepath.Join(c.folder, trees, d.Name())
		info, err := d.Info()
		if err != nil {
			continue // dropped by another process meanwhile
		}
		all = append(all, piece{path, Size(path), info.ModTime(), true})
	}
	var total int64
	for i, p := range all {
		total += p.size
		if p.used.After(now) {
			if info, err := os.Lstat(p.path); err == nil {
				all[i].used = used(p.path, info, now)
			}
		}
	}
	slices.SortFunc(all, func(a, b piece) int { return a.used.Compare(b.used) })
	for _, p := range all {
		if total <= c.limit || now.Sub(p.used) < c.grace {
			break
		}
		if c.drop(p) {
			total -= p.size
		}
	}
	return nil
}

// drop removes what was not used since it was looked at, and no tree that
// somebody holds.
func (c *Cache) drop(p piece) bool {
	if p.tree {
		release, ok := c.alone(strings.TrimSuffix(filepath.Base(p.path), ".new"))
		if !ok {
			return false
		}
		defer release()
	}
	if info, err := os.Lstat(p.path); err != nil || !info.ModTime().Equal(p.used) {
		return false
	}
	// Moved away first, so that nobody meets half of a folder.
	gone := filepath.Join(c.folder, aside, "old-"+filepath.Base(p.path))
	if os.Rename(p.path, gone) != nil {
		return false
	}
	os.RemoveAll(gone)
	return true
}

// Size is how many bytes the files below a folder have, 0 when it is not there.
func Size(folder string) int64 {
	pieces, _ := files(folder)
	var n int64
	for _, p := range pieces {
		n += p.size
	}
	return n
}

// files lists the regular files below folder. What vanishes meanwhile, as other
// processes trim too, is left out.
func files(folder string) ([]piece, error) {
	var all []piece
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			if path == folder {
				return err
			}
			return nil
		}
		if d.Type().IsRegular() {
			if info, err := d.Info(); err == nil {
				all = append(all, piece{path, info.Size(), info.ModTime(), false})
			}
		}
		return nil
	})
	return all, err
}
