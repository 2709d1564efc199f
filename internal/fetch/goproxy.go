package fetch

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
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
	"golang.org/x/mod/semver"
	"golang.org/x/mod/sumdb"
	"golang.org/x/mod/sumdb/dirhash"
	modzip "golang.org/x/mod/zip"

	kennel "github.com/kennel-oss/kennel"
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
	g.client = newRegistryClient(r.agent, access{trusted: g.trusted, authorization: netrc(r.getenv, s["GOAUTH"])})
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

// release returns a module's zip. Its hash is that of the checksum database,
// unless the user's own settings take the module out of it; then the proxy
// that the user named is believed.
func (g *goProxy) release(ctx context.Context, c kennel.Component, progress Progress) (string, error) {
	what := c.Name + "@" + c.Version
	m := module.Version{Path: c.Name, Version: c.Version}
	if err := module.Check(m.Path, m.Version); err != nil || semver.Canonical(m.Version) != strings.TrimSuffix(m.Version, "+incompatible") {
		return "", fmt.Errorf("%q is no version of a Go module", what)
	}
	if _, err := g.info(ctx, m.Path, m.Version); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("the module proxy has no %s: %w", what, fs.ErrNotExist)
		}
		return "", fmt.Errorf("%s: %w", what, err)
	}
	promised := []promise{{who: "the checksum database"}, {"the lock file", named(c.Hashes, h1)}}
	var err error
	if promised[0].hashes, err = g.sum(ctx, m); err != nil {
		return "", err
	}
	check := func(f *os.File) error { return moduleHolds(m, f, promised) }
	if len(promised[0].hashes) > 0 && len(promised[1].hashes) > 0 && promised[0].hashes[0] != promised[1].hashes[0] {
		return "", &Mismatch{What: what, Who: "the lock file", Algorithm: h1, Want: h1Text(promised[1].hashes[0]), Got: h1Text(promised[0].hashes[0]) + " by the checksum database"}
	}
	escapedPath, _ := module.EscapePath(m.Path) // both were checked above
	escapedVersion, _ := module.EscapeVersion(m.Version)
	file := escapedPath + "/@v/" + escapedVersion + ".zip"
	path, err := g.artifact(ctx, g.key(file), check, func(ctx context.Context, to *os.File) error {
		return g.ask(m.Path, func(proxy *url.URL) error {
			if proxy.Scheme == "file" {
				from, err := os.Open(local(proxy, file))
				if err != nil {
					return err
				}
				defer from.Close()
				return refill(to, io.LimitReader(from, maxArtifact))
			}
			err := download(g.client, below(proxy, file), progress)(ctx, to)
			if NotFound(err) {
				err = fmt.Errorf("%w: %w", fs.ErrNotExist, err)
			}
			return err
		})
	})
	var mismatch *Mismatch
	if err != nil && !errors.As(err, &mismatch) {
		err = fmt.Errorf("%s: %w", what, err)
	}
	return path, err
}

// moduleHolds compares a module's zip with what was promised. Its sizes are
// bounded before anything is unpacked.
func moduleHolds(m module.Version, f *os.File, all []promise) error {
	checked, err := modzip.CheckZip(m, f.Name())
	if err == nil {
		err = checked.Err()
	}
	if err != nil {
		return fmt.Errorf("it is no zip of a Go module: %w", err)
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	z, err := zip.NewReader(f, size)
	if err != nil {
		return err
	}
	byName := make(map[string]*zip.File, len(z.File))
	var names []string
	for _, file := range z.File {
		byName[file.Name] = file
		names = append(names, file.Name)
	}
	sum, err := dirhash.Hash1(names, func(name string) (io.ReadCloser, error) { return byName[name].Open() })
	if err != nil {
		return err
	}
	is, err := parseH1(sum)
	if err != nil {
		return err
	}
	for _, p := range all {
		for _, wanted := range p.hashes {
			if wanted != is {
				return &Mismatch{What: m.String(), Who: p.who, Algorithm: h1, Want: h1Text(wanted), Got: sum}
			}
		}
	}
	return nil
}

// parseH1 reads a hash as go.sum writes it.
func parseH1(sum string) (kennel.Hash, error) {
	digest, ok := strings.CutPrefix(sum, "h1:")
	raw, err := base64.StdEncoding.DecodeString(digest)
	if !ok || err != nil || len(raw) != 32 {
		return kennel.Hash{}, fmt.Errorf("%.80q is no hash of a Go module", sum)
	}
	return kennel.Hash{Algorithm: h1, Value: hex.EncodeToString(raw)}, nil
}

// h1Text writes a hash as go.sum does.
func h1Text(h kennel.Hash) string {
	raw, _ := hex.DecodeString(h.Value)
	return "h1:" + base64.StdEncoding.EncodeToString(raw)
}

// netrc returns what is sent to an address by the user's .netrc, as the go
// command does unless GOAUTH is off.
func netrc(getenv func(string) string, auth string) func(*url.URL) string {
	if auth != "" && !strings.Contains(auth, "netrc") {
		return nil
	}
	file := getenv("NETRC")
	if file == "" {
		if home, err := os.UserHomeDir(); err == nil {
			file = filepath.Join(home, ".netrc")
		}
	}
	text, err := settingsFile(file)
	if err != nil {
		return nil
	}
	logins := parseNetrc(text)
	return func(u *url.URL) string {
		if u.Scheme != "https" && !loopback(u.Hostname()) {
			return ""
		}
		return logins[u.Host]
	}
}

// parseNetrc reads "machine HOST login NAME password SECRET" entries, of which
// the first of a host counts; a default for all hosts is not followed.
func parseNetrc(text []byte) map[string]string {
	logins := map[string]string{}
	host, login, password := "", "", ""
	macro := false
	for line := range bytes.Lines(text) {
		if macro { // a macro ends at an empty line
			macro = len(bytes.TrimSpace(line)) > 0
			continue
		}
		words := strings.Fields(string(line))
		for i := 0; i < len(words) && !macro; i++ {
			next := ""
			if i+1 < len(words) {
				next = words[i+1]
			}
			switch words[i] {
			case "machine":
				host, login, password = next, "", ""
				i++
			case "default":
				host, login, password = "", "", ""
			case "login":
				login = next
				i++
			case "password":
				password = next
				i++
			case "macdef":
				macro = true
			}
			if _, ok := logins[host]; !ok && host != "" && login != "" && password != "" {
				logins[host] = "Basic " + base64.StdEncoding.EncodeToString([]byte(login+":"+password))
			}
		}
	}
	return logins
}
