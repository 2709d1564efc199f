package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/cache"
)

const (
	// fresh is how long what a registry listed is taken as it was.
	fresh   = 10 * time.Minute
	justNow = 30 * time.Second
	forever = 100 * 365 * 24 * time.Hour // of what never changes
	// Bounds on the whole of one request, beside the bound on silence: a server
	// may drip for ever.
	listingTime  = 5 * time.Minute
	artifactTime = 30 * time.Minute
	// maxArtifact bounds a release, in bytes. Go's modules have 500 MB at most,
	// the largest npm packages some hundreds.
	maxArtifact = 1 << 30
)

// Registries asks the package registries that this machine's package managers
// are set up for, as they would, and keeps what came in the cache. It is a
// [kennel.Registry], for npm and Go, and safe for concurrent use.
//
// What a registry says is a stranger's: sizes are bounded, artifacts count only
// once their hashes hold, a registry's redirection never leads from https to
// http nor to an address inside this machine's network, and credentials go to
// none but the address that the user's own settings name for them.
type Registries struct {
	agent   string
	offline bool
	cache   *cache.Cache
	getenv  func(string) string
	npm     func() (*npmRegistry, error)
	golang  func() (*goProxy, error)
	git     func() (*gitServers, error)

	mu   sync.Mutex
	busy map[string]*sync.Mutex // by package: who asks twice at once waits
}

var _ kennel.Registry = (*Registries)(nil)

// RegistryOptions say how registries are asked.
type RegistryOptions struct {
	Agent   string // what the client names itself, as for [New]
	Cache   string // the cache's folder; "" is KENNEL_CACHE, else kennel in the user's cache
	Limit   int64  // the cache's greatest size in bytes; 0 is its default
	Offline bool   // answer from the cache alone
}

// NewRegistries opens the cache. The package managers' settings are read when
// they are first needed.
func NewRegistries(o RegistryOptions) (*Registries, error) {
	folder := cmp.Or(o.Cache, os.Getenv("KENNEL_CACHE"))
	if folder == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("where to keep downloads is not known: %w; set KENNEL_CACHE", err)
		}
		folder = filepath.Join(user, "kennel")
	}
	c, err := cache.Open(folder, o.Limit)
	if err != nil {
		return nil, err
	}
	r := &Registries{agent: o.Agent, offline: o.Offline, cache: c, getenv: os.Getenv, busy: map[string]*sync.Mutex{}}
	r.npm = sync.OnceValues(r.openNPM)
	r.golang = sync.OnceValues(r.openGo)
	r.git = sync.OnceValues(r.openGit)
	return r, nil
}

// NoClient says that the registry of an ecosystem cannot be asked yet.
type NoClient struct{ Ecosystem kennel.Ecosystem }

// Is makes it an [errors.ErrUnsupported] for those who do not know it.
func (e *NoClient) Is(target error) bool { return target == errors.ErrUnsupported }

func (e *NoClient) Error() string { return fmt.Sprintf("no registry client for %s yet", e.Ecosystem) }

// ErrOffline is the cause when the cache does not have what was asked for and
// no connection is to be made.
var ErrOffline = errors.New("it is not in the cache, and no connection is to be made")

// Listing returns what the package's registry lists, at most ten minutes old.
// Of Go modules only the highest 20 versions have times, and those that the
// cache knows of: proxies tell them one by one. An error that wraps
// [io/fs.ErrNotExist] says that the registry has no such package.
func (r *Registries) Listing(ctx context.Context, p kennel.Package) (kennel.Listing, error) {
	defer r.only(p)()
	switch p.Ecosystem {
	case kennel.NPM:
		n, err := r.npm()
		if err != nil {
			return kennel.Listing{}, err
		}
		d, err := n.document(ctx, p.Name, fresh)
		if err != nil {
			return kennel.Listing{}, err
		}
		l := d.listing()
		l.Private = n.settings.private(p.Name)
		return l, nil
	case kennel.Go:
		g, err := r.golang()
		if err != nil {
			return kennel.Listing{}, err
		}
		return g.listing(ctx, p.Name)
	}
	return kennel.Listing{}, &NoClient{p.Ecosystem}
}

// Release returns the path of a release's artifact in the cache: an npm
// tarball or a Go module zip. What its registry, the checksum database and
// c.Hashes say of its content holds for it, else the error is a [kennel.Mismatch]. An
// error that wraps [io/fs.ErrNotExist] says that there is no such release.
func (r *Registries) Release(ctx context.Context, c kennel.Component, progress Progress) (string, error) {
	defer r.only(c.Package)()
	switch c.Ecosystem {
	case kennel.NPM:
		n, err := r.npm()
		if err != nil {
			return "", err
		}
		return n.release(ctx, c, progress)
	case kennel.Go:
		g, err := r.golang()
		if err != nil {
			return "", err
		}
		return g.release(ctx, c, progress)
	}
	return "", &NoClient{c.Ecosystem}
}

// only waits until nobody else asks for a package.
func (r *Registries) only(p kennel.Package) (unlock func()) {
	r.mu.Lock()
	name := string(p.Ecosystem) + " " + p.Name
	m := r.busy[name]
	if m == nil {
		m = new(sync.Mutex)
		r.busy[name] = m
	}
	r.mu.Unlock()
	m.Lock()
	return m.Unlock
}

// stored is a file that the cache has, no older than age. What was asked for
// in the future was asked for before the clock was set back: nobody knows when.
func (r *Registries) stored(key string, age time.Duration) (cache.Entry, string, bool) {
	e, ok := r.cache.Find(key)
	if !ok {
		return e, "", false
	}
	if old := time.Since(e.Asked); !r.offline && age != forever && (old < 0 || old > age) {
		return e, "", false
	}
	path, err := r.cache.Path(e)
	return e, path, err == nil
}

// artifact returns a file from the cache, or has it downloaded by get. check
// says whether it is what was promised: what is not is not kept.
func (r *Registries) artifact(ctx context.Context, key string, check func(*os.File) error, get func(context.Context, *os.File) error) (string, error) {
	if _, path, ok := r.stored(key, forever); ok {
		f, err := os.Open(path)
		if err == nil {
			defer f.Close()
			err = check(f) // another lock file may promise another content
		}
		return path, err
	}
	if r.offline {
		return "", ErrOffline
	}
	ctx, cancel := context.WithTimeoutCause(ctx, artifactTime, fmt.Errorf("it took longer than %v", artifactTime))
	defer cancel()
	p, err := r.cache.Create()
	if err != nil {
		return "", err
	}
	defer p.Drop()
	if err := get(ctx, p.File()); err != nil {
		return "", err
	}
	if _, err := p.File().Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	if err := check(p.File()); err != nil {
		return "", err
	}
	_, path, err := p.Keep(cache.Entry{Key: key, Asked: time.Now()})
	return path, err
}

// download gets an address for [Registries.artifact]. An artifact is itself
// compressed: nothing is to be packed or unpacked on the way.
func download(c *Client, address string, progress Progress) func(context.Context, *os.File) error {
	w := want{address: address, header: http.Header{"Accept-Encoding": {"identity"}}, max: maxArtifact, progress: progress}
	return func(ctx context.Context, f *os.File) error {
		_, err := c.get(ctx, w, func(body io.Reader) error { return refill(f, body) })
		return err
	}
}
