package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/kennel-oss/kennel/internal/cache"
	"github.com/kennel-oss/kennel/internal/history"
)

// Repository returns a folder with the git repository at an address: a bare
// mirror in the cache, brought up to date unless offline, or the local path
// that the address is. It stays as it is, but for what is added to it, until
// held is closed. What packages write is brought into the form of an address
// by [RepositoryAddress].
func (r *Registries) Repository(ctx context.Context, address string, progress Progress) (folder string, held io.Closer, err error) {
	if !strings.Contains(address, "://") { // read where it is
		if _, err := os.Stat(address); err != nil {
			return "", nil, fmt.Errorf("the source repository could not be opened: %w", err)
		}
		return address, closer(func() {}), nil
	}
	name := "git " + address
	unlock, err := r.cache.Lock(ctx, name)
	if err != nil {
		return "", nil, err
	}
	defer unlock()
	folder = r.cache.Tree(name)
	if !r.offline {
		if err := r.mirror(ctx, address, name, folder, progress); err != nil {
			return "", nil, err
		}
	}
	release, err := r.cache.Hold(ctx, name)
	if err != nil {
		return "", nil, err
	}
	if _, err := os.Stat(filepath.Join(folder, "HEAD")); err != nil {
		release()
		return "", nil, fmt.Errorf("%s: %w", address, ErrOffline)
	}
	return folder, closer(release), nil
}

// closer is a function that ends something.
type closer func()

func (c closer) Close() error { c(); return nil }

// mirror brings the mirror in folder up to date, under the lock of its name.
func (r *Registries) mirror(ctx context.Context, address, name, folder string, progress Progress) error {
	from, err := r.moved(ctx, address)
	if err != nil {
		return err
	}
	release, alone := r.cache.Alone(name)
	if alone {
		defer release()
	}
	before := cache.Size(folder)
	if err := history.Mirror(ctx, from, folder, alone, progress); err != nil {
		return err
	}
	r.cache.Added(cache.Size(folder) - before)
	return nil
}

// advertisement is what git asks a server for first.
// Source: https://git-scm.com/docs/http-protocol
const advertisement = "/info/refs"

// gitServers are asked where a repository is. All else of them is git's.
type gitServers struct {
	client  *Client
	trusted *trusted
}

func (r *Registries) openGit() (*gitServers, error) {
	a := access{trusted: &trusted{}}
	var err error
	if a.authorities, err = gitAuthorities(r.getenv); err != nil {
		return nil, err
	}
	return &gitServers{newRegistryClient(r.agent, a), a.trusted}, nil
}

// moved returns where the repository at an address is now: renamed ones
// redirect. Git, which would follow from one public name to any host of this
// network, follows none; here each connection goes to a public address, and
// where another host is named, it has to be one that a package could name. Git
// is told which address the name stood for; behind a proxy the proxy decides.
func (r *Registries) moved(ctx context.Context, address string) (history.Remote, error) {
	none := history.Remote{}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return none, fmt.Errorf("%.200q is no address", address)
	}
	g, err := r.git()
	if err != nil {
		return none, err
	}
	if u.Scheme == "http" && loopback(u.Hostname()) { // this machine's own, as in tests
		g.trusted.add(u)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, listingTime, fmt.Errorf("it took longer than %v", listingTime))
	defer cancel()
	var from *url.URL
	var ip string
	w := want{
		address: strings.TrimSuffix(address, "/") + advertisement + "?service=git-upload-pack",
		header:  http.Header{"Git-Protocol": {"version=2"}}, // whose answer is short
		max:     maxPackument,
		came:    func(u *url.URL, at string) { from, ip = u, at },
	}
	_, err = g.client.get(ctx, w, func(io.Reader) error { return errEnough })
	switch {
	case from == nil && err != nil:
		return none, err
	case !errors.Is(err, errEnough):
		return none, fmt.Errorf("%s gave no answer", u.Redacted())
	}
	path, ok := strings.CutSuffix(from.Path, advertisement)
	if !ok || from.User != nil {
		return none, &redirect{"redirected to " + from.Redacted() + ", which is no git repository"}
	}
	via, err := g.client.http.Transport.(*http.Transport).Proxy(&http.Request{URL: from})
	if err != nil {
		return none, err
	}
	if _, err := netip.ParseAddr(from.Hostname()); via != nil || err == nil {
		ip = "" // it is the proxy's, or is in the address already
	}
	to := url.URL{Scheme: from.Scheme, Host: from.Host, Path: path}
	if from.Scheme == u.Scheme && from.Host == u.Host {
		return history.Remote{Address: to.String(), IP: ip}, nil
	}
	final, err := RepositoryAddress(to.String())
	return history.Remote{Address: final, IP: ip}, err
}

// errEnough ends an answer of which no more is needed.
var errEnough = errors.New("enough was read")

// gitAuthorities are the system's and those that git is told of by the
// environment, nil when it is told of none.
func gitAuthorities(getenv func(string) string) (*x509.CertPool, error) {
	file := getenv("GIT_SSL_CAINFO")
	if file == "" {
		return nil, nil
	}
	text, err := settingsFile(file)
	if err != nil {
		return nil, fmt.Errorf("git's authorities (GIT_SSL_CAINFO) could not be read: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, err
	}
	pool.AppendCertsFromPEM(text)
	return pool, nil
}
