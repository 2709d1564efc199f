// Package fetch makes Kennel's only outgoing connections: downloads of
// advisory feeds and databases. Proxies (HTTP_PROXY, HTTPS_PROXY, NO_PROXY)
// and additional authorities (SSL_CERT_FILE, SSL_CERT_DIR) are taken from the
// environment as Go's net/http does.
package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// MaxSize bounds one download, in bytes. OSV's largest zip (npm) has some
	// 200 MB.
	MaxSize  = 4 << 30
	attempts = 4
	patience = 60 * time.Second // without a byte a transfer is given up
)

// Client downloads files. The zero value is not usable; see [New].
type Client struct {
	http  *http.Client
	agent string
	stall time.Duration // without a byte a transfer is given up
	down  sync.Map      // host -> outage
	wait  func(ctx context.Context, d time.Duration) error
}

// New returns a client that names itself agent.
func New(agent string) *Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{Timeout: 15 * time.Second}).DialContext
	transport.TLSHandshakeTimeout = 15 * time.Second
	transport.ResponseHeaderTimeout = patience
	return &Client{
		http: &http.Client{Transport: transport, CheckRedirect: func(to *http.Request, via []*http.Request) error {
			if len(via) >= 5 {
				return &redirect{"more than 5 redirects"}
			}
			if via[0].URL.Scheme == "https" && to.URL.Scheme != "https" {
				return &redirect{"redirected from https to " + to.URL.Redacted()}
			}
			return nil
		}},
		agent: agent,
		stall: patience,
		wait: func(ctx context.Context, d time.Duration) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(d):
				return nil
			}
		},
	}
}

// Result is what a download came to.
type Result struct {
	Changed bool   // false when the server says that the file there is still good
	ETag    string // the server's name for this content; "" when it gives none
}

// Progress is told how many bytes have come, and of how many; total is -1
// when the server does not say.
type Progress func(done, total int64)

// File downloads address into the file at path, which appears whole or not at
// all. With a non-empty etag and the file still there, the server is asked
// whether it changed since. Passing faults (refused or broken connections,
// 429, 5xx) are tried again; a transfer cut short is an error.
func (c *Client) File(ctx context.Context, address, path, etag string, progress Progress) (r Result, err error) {
	if _, err := os.Stat(path); err != nil {
		etag = ""
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return Result{}, err
	}
	defer func() {
		if err != nil || !r.Changed {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	r, err = c.get(ctx, want{address: address, etag: etag, max: MaxSize, progress: progress}, func(body io.Reader) error {
		return refill(f, body)
	})
	if err != nil || !r.Changed {
		return r, err
	}
	if err := f.Sync(); err != nil {
		return Result{}, err
	}
	if err := f.Close(); err != nil {
		return Result{}, err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return Result{}, err
	}
	return r, nil
}

// refill makes body the whole content of f.
func refill(f *os.File, body io.Reader) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(f, body)
	return err
}

// want is what is asked of a server.
type want struct {
	address  string
	header   http.Header // beside what every request has
	etag     string      // with one, an unchanged content does not come again
	max      int64       // bytes of the body, unpacked
	progress Progress
	came     func(from *url.URL, ip string) // told what answered in the end; nil for nothing
}

// get asks for an address and gives the body to take, once more from its start
// when a passing fault is tried again. Once take is done the rest is read too:
// without an error of get, all of the body came. An error of take ends it.
func (c *Client) get(ctx context.Context, w want, take func(body io.Reader) error) (Result, error) {
	u, err := url.Parse(w.address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return Result{}, fmt.Errorf("%q is not an http(s) address", w.address)
	}
	if o, ok := c.down.Load(u.Host); ok && time.Since(o.(outage).at) < outageTime {
		return Result{}, fmt.Errorf("download %s: it did not answer a moment ago: %w", u.Redacted(), o.(outage).err)
	}
	var last error
	for i := range attempts {
		if i > 0 {
			if err := c.wait(ctx, pause(last, i)); err != nil {
				return Result{}, err
			}
		}
		r, err := c.once(ctx, w, take)
		if err == nil {
			return r, nil
		}
		last = err
		var p *passing
		if !errors.As(err, &p) || ctx.Err() != nil {
			break
		}
	}
	var p *passing
	if errors.As(last, &p) && p.unreached && ctx.Err() == nil {
		c.down.Store(u.Host, outage{last, time.Now()})
	}
	return Result{}, fmt.Errorf("download %s: %w", u.Redacted(), last)
}

// outage is that a host could not be reached, however often it was tried. Who
// asks for a thousand packages is not to wait a thousand times.
type outage struct {
	err error
	at  time.Time
}

const outageTime = 30 * time.Second

// NotFound reports whether err says that there is nothing at the address.
func NotFound(err error) bool {
	var s *status
	return errors.As(err, &s) && (s.code == http.StatusNotFound || s.code == http.StatusGone)
}

// refused reports whether the server wants other credentials.
func refused(err error) bool {
	var s *status
	return errors.As(err, &s) && (s.code == http.StatusUnauthorized || s.code == http.StatusForbidden)
}

// passing wraps an error that trying again may cure.
type passing struct {
	err       error
	after     time.Duration // what the server asked for
	unreached bool          // there was no answer at all
}

func (p *passing) Error() string { return p.err.Error() }
func (p *passing) Unwrap() error { return p.err }

// redirect is a redirection that is not followed; trying again does not help.
type redirect struct{ why string }

func (r *redirect) Error() string { return r.why }

type status struct{ code int }

func (s *status) Error() string {
	return fmt.Sprintf("the server answered %d %s", s.code, http.StatusText(s.code))
}

func pause(err error, attempt int) time.Duration {
	var p *passing
	if errors.As(err, &p) && p.after > 0 {
		return min(p.after, time.Minute)
	}
	return time.Second << (attempt - 1)
}

func (c *Client) once(ctx context.Context, w want, take func(io.Reader) error) (Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.address, nil)
	if err != nil {
		return Result{}, err
	}
	for name, values := range w.header {
		request.Header[name] = values
	}
	request.Header.Set("User-Agent", c.agent)
	if w.etag != "" {
		request.Header.Set("If-None-Match", w.etag)
	}
	var ip string
	if w.came != nil {
		request = request.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) {
			ip, _, _ = net.SplitHostPort(i.Conn.RemoteAddr().String())
		}}))
	}
	response, err := c.http.Do(request)
	if err != nil {
		var refused *redirect
		if errors.As(err, &refused) {
			return Result{}, err
		}
		return Result{}, &passing{err: err, unreached: true}
	}
	defer response.Body.Close()
	switch code := response.StatusCode; {
	case code == http.StatusNotModified && w.etag != "":
		return Result{ETag: w.etag}, nil
	case code == http.StatusOK:
	case code == http.StatusTooManyRequests, code >= 500:
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		return Result{}, &passing{err: &status{code}, after: time.Duration(seconds) * time.Second}
	default:
		return Result{}, &status{code}
	}
	if response.ContentLength > w.max {
		return Result{}, fmt.Errorf("it has %d bytes, at most %d are fetched", response.ContentLength, w.max)
	}
	if w.came != nil {
		w.came(response.Request.URL, ip)
	}
	// A server that stops sending must not hold the run for ever.
	watchdog := time.AfterFunc(c.stall, func() { cancel(fmt.Errorf("the server sent nothing for %v", c.stall)) })
	defer watchdog.Stop()
	body := &counted{r: response.Body, max: w.max, total: response.ContentLength, progress: w.progress, watchdog: watchdog, stall: c.stall}
	err = take(body)
	if err == nil {
		_, err = io.Copy(io.Discard, body)
	}
	switch {
	case body.failed != nil:
		return Result{}, &passing{err: cmp.Or(context.Cause(ctx), body.failed)}
	case body.done > w.max:
		return Result{}, fmt.Errorf("it has more than %d bytes", w.max)
	case err != nil:
		return Result{}, err
	case response.ContentLength >= 0 && body.done != response.ContentLength:
		return Result{}, &passing{err: fmt.Errorf("cut short: %d of %d bytes came", body.done, response.ContentLength)}
	}
	return Result{Changed: true, ETag: strings.TrimSpace(response.Header.Get("ETag"))}, nil
}

// counted reports and bounds what passes through it.
type counted struct {
	r                io.Reader
	done, max, total int64
	failed           error // of the connection
	progress         Progress
	watchdog         *time.Timer
	stall            time.Duration
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if n > 0 {
		c.done += int64(n)
		c.watchdog.Reset(c.stall)
		if c.progress != nil {
			c.progress(c.done, c.total)
		}
	}
	switch {
	case c.done > c.max:
		return 0, fmt.Errorf("more than %d bytes", c.max)
	case err != nil && err != io.EOF:
		c.failed = err
	}
	return n, err
}
