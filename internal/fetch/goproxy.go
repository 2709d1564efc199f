package fetch

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb"

	"github.com/kennel-oss/kennel/internal/cache"
)

const (
	maxAnswer = 16 << 20 // bytes of anything that a module proxy says beside a zip
	h1        = "h1"     // the algorithm of go.sum, as a kennel.Hash names it
)

// errDirect says that GOPROXY leads to a module's repository itself.
var errDirect = errors.New("go is set up to ask the module's own repository (GOPROXY direct, GOPRIVATE or GONOPROXY), which is not done yet")

// goProxy asks the Go module proxies that the go command is set up for.
// Source: https://go.dev/ref/mod#goproxy-protocol
type goProxy struct {
	*Registries
	settings goSettings
	client   *Client
	trusted  *trusted

	mu  sync.Mutex
	dbs map[string]*database // by GOSUMDB's key and address
}

// database is a checksum database and how it is reached.
type database struct {
	*sumdb.Client
	*sumReader
}

func (r *Registries) openGo() (*goProxy, error) {
	s, err := readGo(r.getenv)
	if err != nil {
		return nil, err
	}
	g := &goProxy{Registries: r, settings: s, trusted: &trusted{}, dbs: map[string]*database{}}
	g.client = newRegistryClient(r.agent, access{trusted: g.trusted, authorization: netrc(r.getenv, s)})
	return g, nil
}

// ask tries the proxies in turn, as GOPROXY says. The error wraps
// fs.ErrNotExist when all of them say that there is no such thing.
func (g *goProxy) ask(path string, try func(proxy *url.URL) error) error {
	choices, err := g.settings.proxies(path)
	if err != nil {
		return err
	}
	var last error
	for _, c := range choices {
		if c.address == nil {
			if last != nil && errors.Is(last, fs.ErrNotExist) {
				return fmt.Errorf("the module proxies before it have none, and %w", errDirect)
			}
			return cmp.Or(last, errDirect)
		}
		g.trusted.add(c.address)
		if err := try(c.address); err == nil {
			return nil
		} else if last == nil || !errors.Is(err, fs.ErrNotExist) {
			last = err
		}
		if !c.anyError && !errors.Is(last, fs.ErrNotExist) {
			break
		}
	}
	return last
}

// read returns what a proxy says, from the cache when it is no older than age.
func (g *goProxy) read(ctx context.Context, path, file string, age time.Duration) (text []byte, err error) {
	escaped, err := module.EscapePath(path)
	if err != nil {
		return nil, err
	}
	key := g.key(escaped + "/" + file)
	if _, stored, ok := g.stored(key, age); ok {
		return os.ReadFile(stored)
	}
	if g.offline {
		return nil, ErrOffline
	}
	err = g.ask(path, func(proxy *url.URL) (err error) {
		text, err = g.bytes(ctx, proxy, escaped+"/"+file)
		return err
	})
	if err != nil {
		return nil, err
	}
	return text, g.keep(key, text)
}

// key is what the cache knows a proxy's file by. Another GOPROXY may have
// another, and may hold a password.
func (g *goProxy) key(file string) string {
	sum := sha256.Sum256([]byte(g.settings["GOPROXY"]))
	return "go " + hex.EncodeToString(sum[:8]) + " " + file
}

func (g *goProxy) keep(key string, text []byte) error {
	p, err := g.cache.Create()
	if err != nil {
		return err
	}
	defer p.Drop()
	if _, err := p.File().Write(text); err != nil {
		return err
	}
	_, _, err = p.Keep(cache.Entry{Key: key, Asked: time.Now()})
	return err
}

// bytes gets a small file below an address.
func (g *goProxy) bytes(ctx context.Context, base *url.URL, file string) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, listingTime, fmt.Errorf("it took longer than %v", listingTime))
	defer cancel()
	if base.Scheme == "file" {
		f, err := os.Open(local(base, file))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return bounded(f)
	}
	var text []byte
	_, err := g.client.get(ctx, want{address: below(base, file), max: maxAnswer}, func(body io.Reader) (err error) {
		text, err = bounded(body)
		return err
	})
	if NotFound(err) {
		return nil, fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return text, err
}

func bounded(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxAnswer+1))
	if err == nil && len(text) > maxAnswer {
		err = fmt.Errorf("it has more than %d bytes", maxAnswer)
	}
	return text, err
}

// below is the address of a file; its name is escaped by Go's own rules.
func below(base *url.URL, file string) string {
	u := *base
	u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/")+"/"+file, ""
	return u.String()
}

func local(base *url.URL, file string) string {
	return filepath.FromSlash(strings.TrimSuffix(base.Path, "/") + "/" + file)
}

// moduleInfo is what a proxy says of a version. Only the version is certain to
// be there, and nothing of it is in the checksum database.
type moduleInfo struct {
	Version string
	Time    time.Time
	Origin  struct{ VCS, URL, Subdir, Ref, Hash string }
}

func (g *goProxy) info(ctx context.Context, path, version string) (i moduleInfo, err error) {
	escaped, err := module.EscapeVersion(version)
	if err != nil {
		return i, err
	}
	text, err := g.read(ctx, path, "@v/"+escaped+".info", forever)
	if err != nil {
		return i, err
	}
	if i, err = readInfo(text); err == nil && i.Version != version {
		err = fmt.Errorf("asked for %s@%s the module proxy answered for %.80q", path, version, i.Version)
	}
	return i, err
}

func (g *goProxy) infoKey(path, version string) (string, error) {
	escapedPath, err := module.EscapePath(path)
	if err != nil {
		return "", err
	}
	escapedVersion, err := module.EscapeVersion(version)
	return g.key(escapedPath + "/@v/" + escapedVersion + ".info"), err
}

func readInfo(text []byte) (i moduleInfo, err error) {
	if err = json.Unmarshal(text, &i); err != nil {
		err = fmt.Errorf("the module proxy's answer could not be read: %w", err)
	}
	return i, err
}
