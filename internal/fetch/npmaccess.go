package fetch

import (
	"cmp"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
)

// registry returns the address that a package is asked of, with a slash at its
// end: its scope's, else the default.
func (s npmSettings) registry(name string) (*url.URL, error) {
	address := s["registry"]
	if scope, _, ok := strings.Cut(name, "/"); ok && strings.HasPrefix(scope, "@") && s[scope+":registry"] != "" {
		address = s[scope+":registry"]
	}
	if address == "" {
		return nil, errors.New("no npm registry is set up here: install npm, or set npm_config_registry")
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("npm's registry is set to something that is no http(s) address")
	}
	for key := range s {
		if strings.HasPrefix(key, "//"+u.Host+"/") && (strings.HasSuffix(key, ":certfile") || strings.HasSuffix(key, ":keyfile")) {
			return nil, fmt.Errorf("npm is set up with a client certificate for %s, which is not supported yet", u.Host)
		}
	}
	u.RawQuery, u.Fragment = "", ""
	u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/")+"/", ""
	return u, nil
}

// authorization returns what is sent to an address: only what is set for its
// host and port and for a folder that it lies in, and only where nobody on the
// way can read it.
func (s npmSettings) authorization(u *url.URL) string {
	if u.Scheme != "https" && !loopback(u.Hostname()) {
		return ""
	}
	if strings.Contains(u.Path+"/", "/../") || strings.Contains(u.Path+"/", "/./") {
		return "" // it may mean another folder to the server
	}
	folder := cmp.Or(u.Path, "/")
	for folder != "" {
		folder = folder[:strings.LastIndexByte(folder, '/')+1]
		for _, slash := range []string{folder, strings.TrimSuffix(folder, "/")} {
			at := "//" + u.Host + slash + ":"
			if token := s[at+"_authToken"]; token != "" {
				return "Bearer " + token
			}
			if pair := s[at+"_auth"]; pair != "" {
				return "Basic " + pair
			}
			if password, err := base64.StdEncoding.DecodeString(s[at+"_password"]); err == nil && s[at+"username"] != "" && len(password) > 0 {
				return "Basic " + base64.StdEncoding.EncodeToString([]byte(s[at+"username"]+":"+string(password)))
			}
		}
		folder = strings.TrimSuffix(folder, "/")
	}
	return ""
}

// proxy is npm's own, where it has one. That strict-ssl may be off is not
// followed: a connection that cannot be verified is none.
func (s npmSettings) proxy(to *url.URL) (*url.URL, error) {
	set := s["https-proxy"]
	if to.Scheme == "http" || set == "" || set == "null" {
		set = s["proxy"]
	}
	if set == "" || set == "null" || set == "false" {
		return nil, nil
	}
	for except := range strings.SplitSeq(s["noproxy"], ",") {
		except = strings.TrimPrefix(strings.TrimSpace(except), ".")
		if except != "" && (to.Hostname() == except || strings.HasSuffix(to.Hostname(), "."+except)) {
			return nil, nil
		}
	}
	u, err := url.Parse(set)
	if err != nil || u.Host == "" {
		return nil, errors.New("npm's proxy is set to something that is no address")
	}
	return u, nil
}

// authorities are the system's and those that npm is told of, nil when npm is
// told of none.
func (s npmSettings) authorities(getenv func(string) string) (*x509.CertPool, error) {
	var pool *x509.CertPool
	for _, file := range []string{s["cafile"], getenv("NODE_EXTRA_CA_CERTS")} {
		if file == "" || file == "null" {
			continue
		}
		text, err := settingsFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue // as npm: the connection then fails by itself where it was needed
		}
		if err != nil {
			return nil, fmt.Errorf("npm's cafile could not be read: %w", err)
		}
		if pool == nil {
			if pool, err = x509.SystemCertPool(); err != nil {
				return nil, err
			}
		}
		pool.AppendCertsFromPEM(text)
	}
	return pool, nil
}
