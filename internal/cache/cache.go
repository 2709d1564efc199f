// Package cache keeps downloaded files by the digest of their content, and
// finds them again by what was asked for.
//
// A folder is shared by any number of processes. Files are written aside,
// synced and renamed, so a reader sees a whole file or none, and what a crash
// leaves behind is swept up later. No file is trusted for being there: it is
// hashed again each time it is opened, and one that changed counts as missing.
// The total size is bounded; what was not used for longest goes first.
package cache

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// DefaultLimit bounds a cache's total size in bytes unless told otherwise.
const DefaultLimit = 2 << 30

const (
	maxEntry = 1 << 20 // bytes of an index entry; ETags are what servers make them
	stripes  = 64      // lock files, by the hash of what is locked
)

// Cache is an open cache folder. Its methods are safe for concurrent use.
type Cache struct {
	folder string
	limit  int64
	grace  time.Duration // what was used this recently is never removed

	mu      sync.Mutex
	written int64 // bytes since the last trim
}

// Open opens the cache in folder, which is made when it is not there. limit is
// its greatest size in bytes, [DefaultLimit] when it is 0.
func Open(folder string, limit int64) (*Cache, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	for _, part := range []string{aside, index, content, trees, states, locks} {
		if err := os.MkdirAll(filepath.Join(folder, part), 0o700); err != nil {
			return nil, fmt.Errorf("the cache could not be opened: %w", err)
		}
	}
	return &Cache{folder: folder, limit: cmp.Or(limit, DefaultLimit), grace: time.Hour}, nil
}

// The folders of a cache.
const (
	aside   = "aside"   // files being written
	index   = "index"   // what a request gave
	content = "content" // files by the SHA-256 of their content
	trees   = "trees"   // folders that are kept as one, such as git mirrors
	states  = "states"  // small files that are never dropped
	locks   = "locks"
)

// Entry is what a request gave.
type Entry struct {
	Key    string // what was asked for
	Digest string // SHA-256 of the content, lower-case hexadecimal
	Size   int64
	ETag   string    // the server's name for this content, "" for none
	Asked  time.Time // when the server last said that this is its answer
}

// Find returns what was stored for key. The content is not looked at yet.
func (c *Cache) Find(key string) (Entry, bool) {
	text, err := read(c.indexed(key), maxEntry)
	if err != nil {
		return Entry{}, false
	}
	return readEntry(text, key)
}

// readEntry reads what the index has of key.
func readEntry(text []byte, key string) (e Entry, ok bool) {
	if json.Unmarshal(text, &e) != nil || e.Key != key || !isDigest(e.Digest) || e.Size < 0 {
		return Entry{}, false
	}
	return e, true
}

// Path returns the path of an entry's content after hashing it. An error that
// wraps [fs.ErrNotExist] says that it is not there, or not any more what it
// was.
func (c *Cache) Path(e Entry) (string, error) {
	if !isDigest(e.Digest) {
		return "", fmt.Errorf("%q is no digest", e.Digest)
	}
	path := c.stored(e.Digest)
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if n, err := io.Copy(h, f); err != nil || n != e.Size || hex.EncodeToString(h.Sum(nil)) != e.Digest {
		// A torn or altered file. It stays until the next download is renamed
		// over it: by its name, another process's good file could be removed.
		return "", fmt.Errorf("a cached file is not what it was: %w", cmp.Or(err, error(fs.ErrNotExist)))
	}
	touch(path)
	return path, nil
}

// Renew notes that the server said at the moment asked that e still is its
// answer.
func (c *Cache) Renew(e Entry, asked time.Time) error {
	e.Asked = asked
	return c.note(e)
}

// Pending is a file on its way into the cache.
type Pending struct {
	c    *Cache
	f    *os.File
	done bool
}

// Create begins a file. It must be ended with Keep or Drop.
func (c *Cache) Create() (*Pending, error) {
	f, err := os.CreateTemp(filepath.Join(c.folder, aside), "new-*")
	if err != nil {
		return nil, fmt.Errorf("the cache could not be written: %w", err)
	}
	return &Pending{c: c, f: f}, nil
}

// File is the file to write. It is read back from its start by Keep.
func (p *Pending) File() *os.File { return p.f }

// Drop forgets the file; after Keep it does nothing.
func (p *Pending) Drop() {
	if !p.done {
		p.done = true
		p.f.Close()
		os.Remove(p.f.Name())
	}
}

// Keep stores what was written as the answer to e.Key, of which e.ETag and
// e.Asked are stored too, and returns the entry and its path.
func (p *Pending) Keep(e Entry) (Entry, string, error) {
	defer p.Drop()
	if _, err := p.f.Seek(0, io.SeekStart); err != nil {
		return Entry{}, "", err
	}
	h := sha256.New()
	var err error
	if e.Size, err = io.Copy(h, p.f); err != nil {
		return Entry{}, "", err
	}
	e.Digest = hex.EncodeToString(h.Sum(nil))
	path := p.c.stored(e.Digest)
	if err := p.c.place(p.f, path); err != nil {
		return Entry{}, "", fmt.Errorf("the cache could not be written: %w", err)
	}
	p.done = true
	if err := p.c.note(e); err != nil {
		return Entry{}, "", err
	}
	p.c.grown(e.Size)
	return e, path, nil
}

// note writes an entry into the index.
func (c *Cache) note(e Entry) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return c.write(c.indexed(e.Key), text)
}

// write puts a small file in place, whole or not at all.
func (c *Cache) write(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Join(c.folder, aside), "new-*")
	if err == nil {
		if _, err = f.Write(text); err == nil {
			err = c.place(f, path)
		}
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}
	if err != nil {
		return fmt.Errorf("the cache could not be written: %w", err)
	}
	return nil
}

// place syncs f, closes it and moves it to path.
func (c *Cache) place(f *os.File, path string) error {
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func (c *Cache) indexed(key string) string {
	h := hashed(key)
	return filepath.Join(c.folder, index, h[:2], h)
}

func (c *Cache) stored(digest string) string {
	return filepath.Join(c.folder, content, digest[:2], digest)
}

func (c *Cache) state(name string) string { return filepath.Join(c.folder, states, hashed(name)) }

func hashed(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func isDigest(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == sha256.Size
}

// touch notes that a file was used. That it cannot be noted makes it go
// earlier and harms nothing.
func touch(path string) {
	now := time.Now()
	_ = os.Chtimes(path, now, now)
}

// read returns a file of at most max bytes.
func read(path string, max int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, max+1))
	if err == nil && int64(len(text)) > max {
		err = fmt.Errorf("%s has more than %d bytes", path, max)
	}
	return text, err
}
