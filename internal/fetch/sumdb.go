package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb"

	kennel "github.com/kennel-oss/kennel"
)

// SecurityError says that a checksum database contradicts what it said before,
// or what it signed: somebody is shown another history than the rest of the
// world. Nothing that rests on it is to be believed.
type SecurityError struct {
	Database string
	Says     string // the proof, for its operators
}

func (e *SecurityError) Error() string {
	return fmt.Sprintf("SECURITY ERROR: the checksum database %s contradicts itself; trust no module fetched here until that is explained:\n%s", e.Database, e.Says)
}

// sum returns the hash that the checksum database has of a module's zip, none
// for a module that the user's settings take out of it. The database's
// signature, that the answer is in the signed tree, and that this tree goes on
// from the one seen last, also by earlier runs, are all checked.
func (g *goProxy) sum(ctx context.Context, m module.Version) ([]kennel.Hash, error) {
	key, address, err := g.settings.sumDB(m.Path)
	if err != nil || key == "" {
		return nil, err
	}
	g.mu.Lock()
	db := g.dbs[key]
	if db == nil {
		reader := &sumReader{proxy: g, key: key, direct: address}
		db = &database{sumdb.NewClient(reader), reader}
		g.dbs[key] = db
	}
	g.mu.Unlock()
	lines, err := db.lookup(ctx, m)
	if err != nil {
		// Its client remembers failures too: the next look-up begins anew. A
		// contradiction is found again, since the signed tree was kept.
		g.mu.Lock()
		if g.dbs[key] == db {
			delete(g.dbs, key)
		}
		g.mu.Unlock()
		return nil, err
	}
	for _, line := range lines {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == m.Path && fields[1] == m.Version {
			h, err := parseH1(fields[2])
			return []kennel.Hash{h}, err
		}
	}
	return nil, fmt.Errorf("the checksum database has no hash of %s", m)
}

// lookup returns the database's lines on a module. A look-up that nobody waits
// for any more goes on by itself, since its client knows no context.
func (d *database) lookup(ctx context.Context, m module.Version) ([]string, error) {
	var lines []string
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		lines, err = d.Lookup(m.Path, m.Version)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	d.sumReader.mu.Lock()
	defer d.sumReader.mu.Unlock()
	if d.security != nil {
		return nil, d.security
	}
	if err != nil {
		if errors.Is(d.failed, ErrOffline) { // the client hides the cause
			err = d.failed
		}
		return nil, fmt.Errorf("%s could not be looked up in the checksum database: %w", m, err)
	}
	return lines, nil
}

// sumReader is how a checksum database is reached: through a module proxy that
// offers it, else directly, as the go command does. What it said is kept; the
// signed tree is kept for good.
type sumReader struct {
	proxy  *goProxy
	key    string
	direct *url.URL

	once sync.Once
	base *url.URL
	err  error

	mu       sync.Mutex
	security error // once there is one, nothing counts any more
	failed   error // the last
}

var _ sumdb.ClientOps = (*sumReader)(nil)

func (r *sumReader) name() string {
	name, _, _ := strings.Cut(r.key, "+")
	return name
}

// ReadRemote asks the database.
func (r *sumReader) ReadRemote(path string) ([]byte, error) {
	text, err := r.remote(path)
	if err != nil {
		r.mu.Lock()
		r.failed = err
		r.mu.Unlock()
	}
	return text, err
}

func (r *sumReader) remote(path string) ([]byte, error) {
	if r.proxy.offline {
		return nil, ErrOffline
	}
	// The database's client knows no context: its lookups are shared by all
	// who wait for them. Each request is bounded by itself.
	ctx := context.Background()
	r.once.Do(func() { r.base, r.err = r.find(ctx) })
	if r.err != nil {
		return nil, r.err
	}
	return r.proxy.bytes(ctx, r.base, strings.TrimPrefix(path, "/"))
}

// find asks the proxies whether they offer the database.
func (r *sumReader) find(ctx context.Context) (*url.URL, error) {
	r.proxy.trusted.add(r.direct)
	if r.proxy.settings.explicitSumDB() {
		return r.direct, nil
	}
	var base *url.URL
	err := r.proxy.ask("", func(proxy *url.URL) error {
		at, err := url.Parse(below(proxy, "sumdb/"+r.name()))
		if err != nil {
			return err
		}
		base = at
		_, err = r.proxy.bytes(ctx, at, "supported")
		return err
	})
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errDirect) || errors.Is(err, errGoOff) {
		return r.direct, nil
	}
	return base, err
}

// ReadConfig returns the key, or the signed tree seen last.
func (r *sumReader) ReadConfig(file string) ([]byte, error) {
	if file == "key" {
		return []byte(r.key), nil
	}
	text, err := r.proxy.cache.State("sumdb " + file)
	if err == nil && text == nil {
		text = []byte{}
	}
	return text, err
}

// WriteConfig replaces the signed tree seen last, unless another process has
// been there first.
func (r *sumReader) WriteConfig(file string, old, new []byte) error {
	name := "sumdb " + file
	unlock, err := r.proxy.cache.Lock(context.Background(), name)
	if err != nil {
		return err
	}
	defer unlock()
	now, err := r.proxy.cache.State(name)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, old) {
		return sumdb.ErrWriteConflict
	}
	return r.proxy.cache.SetState(name, new)
}

// ReadCache returns what the database said before; its client checks it again.
func (r *sumReader) ReadCache(file string) ([]byte, error) {
	_, path, ok := r.proxy.stored("sumdb "+file, forever)
	if !ok {
		return nil, fs.ErrNotExist
	}
	return os.ReadFile(path)
}

// WriteCache keeps what the database said; that it cannot costs another request.
func (r *sumReader) WriteCache(file string, text []byte) { _ = r.proxy.keep("sumdb "+file, text) }

// Log is told what is of no use to a person.
func (r *sumReader) Log(string) {}

// SecurityError is told of a contradiction.
func (r *sumReader) SecurityError(says string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.security = &SecurityError{Database: r.name(), Says: says}
}
