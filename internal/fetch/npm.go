package fetch

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/cache"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// npmRegistry asks the npm registries that npm is set up for.
type npmRegistry struct {
	*Registries
	settings npmSettings
	client   *Client
	trusted  *trusted
}

func (r *Registries) openNPM() (*npmRegistry, error) {
	s, err := readNPM(r.getenv, os.Environ())
	if err != nil {
		return nil, err
	}
	a := access{trusted: &trusted{}, authorization: s.authorization, proxy: s.proxy}
	if a.authorities, err = s.authorities(r.getenv); err != nil {
		return nil, err
	}
	return &npmRegistry{r, s, newRegistryClient(r.agent, a), a.trusted}, nil
}

// document returns what the registry says of a package, as it was said at most
// age ago.
func (n *npmRegistry) document(ctx context.Context, name string, age time.Duration) (*packument, error) {
	if !npmName(name) {
		return nil, fmt.Errorf("%q is no name of an npm package", name)
	}
	registry, err := n.settings.registry(name)
	if err != nil {
		return nil, err
	}
	n.trusted.add(registry)
	address := registry.String() + strings.Replace(name, "/", "%2f", 1)
	key := "npm document 1 " + registry.Redacted() + " " + name
	entry, path, ok := n.stored(key, age)
	if ok {
		if d, err := loadPackument(path); err == nil {
			return d, nil
		}
	}
	if n.offline {
		return nil, fmt.Errorf("what npm lists of %s: %w", name, ErrOffline)
	}
	etag := entry.ETag
	if _, err := n.cache.Path(entry); err != nil {
		etag = ""
	}
	ctx, cancel := context.WithTimeoutCause(ctx, listingTime, fmt.Errorf("it took longer than %v", listingTime))
	defer cancel()
	var d *packument
	w := want{address: address, header: http.Header{"Accept": {"application/json"}}, etag: etag, max: maxPackument}
	result, err := n.client.get(ctx, w, func(body io.Reader) (err error) {
		d, err = readPackument(body)
		return err
	})
	switch {
	case NotFound(err):
		return nil, fmt.Errorf("the npm registry has no package %s: %w", name, fs.ErrNotExist)
	case refused(err):
		return nil, fmt.Errorf("the npm registry wants to know who asks for %s: set %s in your own .npmrc: %w", name, "//"+registry.Host+registry.Path+":_authToken", err)
	case err != nil:
		return nil, err
	case !result.Changed:
		if d, err = loadPackument(n.mustPath(entry)); err != nil {
			return nil, err
		}
		return d, n.cache.Renew(entry, time.Now())
	case d.Name != name:
		return nil, fmt.Errorf("asked for %s the npm registry answered for %.80q", name, d.Name)
	}
	return d, n.savePackument(d, cache.Entry{Key: key, ETag: result.ETag, Asked: time.Now()})
}

func (n *npmRegistry) mustPath(e cache.Entry) string {
	path, _ := n.cache.Path(e) // looked at before; "" is an error when opened
	return path
}

func (n *npmRegistry) savePackument(d *packument, e cache.Entry) error {
	p, err := n.cache.Create()
	if err != nil {
		return err
	}
	defer p.Drop()
	if err := json.NewEncoder(p.File()).Encode(d); err != nil {
		return err
	}
	_, _, err = p.Keep(e)
	return err
}

func loadPackument(path string) (*packument, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	d := new(packument)
	return d, json.NewDecoder(f).Decode(d)
}

func (n *npmRegistry) release(ctx context.Context, c kennel.Component, progress Progress) (string, error) {
	what := c.Name + "@" + c.Version
	r, err := n.find(ctx, c)
	if err != nil {
		return "", err
	}
	registry, err := n.settings.registry(c.Name)
	if err != nil {
		return "", err
	}
	address, err := tarball(registry, r.Tarball)
	if err != nil {
		return "", fmt.Errorf("%s: %w", what, err)
	}
	promised := []promise{{"the registry", strongest(lockfile.Integrity(r.Digest))}, {"the lock file", c.Hashes}}
	if !sufficient(promised) {
		return "", fmt.Errorf("%s: the registry states no hash of it, so it cannot be told from another file", what)
	}
	if err := agree(what, promised); err != nil {
		return "", err
	}
	check := func(f *os.File) error { return holds(what, f, promised) }
	path, err := n.artifact(ctx, "npm release "+registry.Redacted()+" "+what, check, download(n.client, address.String(), progress))
	var mismatch *kennel.Mismatch
	if err != nil && !errors.As(err, &mismatch) {
		err = fmt.Errorf("%s: %w", what, err)
	}
	return path, err
}

// find returns what the registry lists of one release. What was published
// since the listing was taken is found too.
func (n *npmRegistry) find(ctx context.Context, c kennel.Component) (npmRelease, error) {
	for _, age := range []time.Duration{fresh, justNow} {
		d, err := n.document(ctx, c.Name, age)
		if err != nil {
			return npmRelease{}, err
		}
		for _, r := range d.Releases {
			if r.Version == c.Version && r.Withdrawn {
				return npmRelease{}, fmt.Errorf("%s@%s was unpublished: %w", c.Name, c.Version, fs.ErrNotExist)
			}
			if r.Version == c.Version {
				return r, nil
			}
		}
	}
	return npmRelease{}, fmt.Errorf("the npm registry lists no %s@%s: %w", c.Name, c.Version, fs.ErrNotExist)
}

// tarball is where a release's file is fetched from. Whatever host the
// registry's document names, the registry that the user has set up is asked:
// documents of mirrors name the public registry, and a document must not lead
// to other addresses.
func tarball(registry *url.URL, written string) (*url.URL, error) {
	u, err := url.Parse(written)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("the registry names no file of it but %.200q", written)
	}
	to := *registry
	to.Path, to.RawPath, to.RawQuery = u.Path, u.RawPath, u.RawQuery
	if u.Host != registry.Host && !strings.HasPrefix(u.Path, registry.Path) {
		to = *registry.JoinPath(u.EscapedPath())
		to.RawQuery = u.RawQuery
	}
	return &to, nil
}

// npmName reports whether a name can be asked for: [@scope/]name of characters
// that mean nothing else in an address.
func npmName(name string) bool {
	if len(name) > 214 {
		return false
	}
	bare := name
	if scope, rest, ok := strings.Cut(name, "/"); ok {
		if len(scope) < 2 || scope[0] != '@' || !npmWord(scope[1:]) {
			return false
		}
		bare = rest
	}
	return npmWord(bare)
}

func npmWord(s string) bool {
	if s == "" || s[0] == '.' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~!*'()", c) >= 0) {
			return false
		}
	}
	return true
}

// sha1Integrity writes a hexadecimal SHA-1 as an integrity, "" for what is none.
func sha1Integrity(shasum string) string {
	raw, err := hex.DecodeString(shasum)
	if err != nil || len(raw) != 20 {
		return ""
	}
	return "sha1-" + base64.StdEncoding.EncodeToString(raw)
}
