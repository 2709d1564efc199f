package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
	"time"
)

// trusted are the addresses ("host:port") that the user's own settings name.
// Any other comes from a stranger and may not lie inside this machine's
// network.
type trusted struct{ sync.Map }

func (t *trusted) add(u *url.URL) { t.Store(address(u), true) }

// address is where a connection for u goes to.
func address(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = "443"
		if u.Scheme == "http" {
			port = "80"
		}
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// access is how a kind of registry is reached.
type access struct {
	trusted       *trusted
	authorization func(*url.URL) string // what to send to an address, "" for nothing
	proxy         func(*url.URL) (*url.URL, error)
	authorities   *x509.CertPool // nil for the system's
}

// newRegistryClient returns a client for registries. It follows a redirection
// away from them, as to the storage behind a registry, only to public
// addresses: which address a name stands for is looked at when the connection
// is made, so that a name cannot change its mind in between. Through a proxy
// the proxy decides.
func newRegistryClient(agent string, a access) *Client {
	c := New(agent)
	t := c.http.Transport.(*http.Transport)
	t.MaxResponseHeaderBytes = 1 << 20
	t.MaxIdleConnsPerHost = 16
	if a.authorities != nil {
		t.TLSClientConfig = &tls.Config{RootCAs: a.authorities}
		t.ForceAttemptHTTP2 = true
	}
	t.Proxy = func(r *http.Request) (*url.URL, error) {
		via, err := http.ProxyFromEnvironment(r)
		if a.proxy != nil {
			var set *url.URL
			if set, err = a.proxy(r.URL); set != nil || err != nil {
				via = set
			}
		}
		if via != nil {
			a.trusted.add(via)
		}
		return via, err
	}
	t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		d := &net.Dialer{Timeout: 15 * time.Second}
		if _, ok := a.trusted.Load(addr); !ok {
			d.Control = func(_, to string, _ syscall.RawConn) error {
				if !public(to) {
					return &redirect{fmt.Sprintf("redirected to %s, which lies inside this network (%s)", addr, to)}
				}
				return nil
			}
		}
		return d.DialContext(ctx, network, addr)
	}
	if a.authorization != nil {
		c.http.Transport = &authorized{t, a.authorization}
	}
	return c
}

// authorized adds to each request, redirected ones too, what its own address
// is to be sent.
type authorized struct {
	next http.RoundTripper
	of   func(*url.URL) string
}

func (a *authorized) RoundTrip(r *http.Request) (*http.Response, error) {
	if value := a.of(r.URL); value != "" {
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", value)
	}
	return a.next.RoundTrip(r)
}

// special are the address blocks that are no part of the public internet, lead
// into others (6to4, Teredo), or belong to nobody.
// Source: https://www.iana.org/assignments/iana-ipv4-special-registry and
// https://www.iana.org/assignments/iana-ipv6-special-registry
var special = [...]string{
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
	"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32",
	"2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
}

// public reports whether an "address:port" lies in the public internet. Where
// an IPv6 address is a translated IPv4 one (RFC 4291, RFC 6052), that one
// counts: in networks without IPv4 all of it is reached so.
func public(hostport string) bool {
	to, err := netip.ParseAddrPort(hostport)
	if err != nil {
		return false
	}
	ip := to.Addr().Unmap().WithZone("")
	if b := ip.As16(); netip.MustParsePrefix("64:ff9b::/96").Contains(ip) {
		ip = netip.AddrFrom4([4]byte(b[12:]))
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for _, block := range special {
		if netip.MustParsePrefix(block).Contains(ip) {
			return false
		}
	}
	return true
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}
