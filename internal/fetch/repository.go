package fetch

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// RepositoryAddress brings what a package says of its source repository
// ("git+https://host/x/y.git", "github:x/y", "git@host:x/y.git", …) into the
// https address that a git repository can be mirrored from, without branch,
// folder and credentials. It is pure and asks nobody.
//
// Whoever wrote the package wrote this too: hosts that are only reachable
// inside a network are refused, since the package's author cannot mean them
// and who asks them may be made to ask something else.
// Source: https://docs.npmjs.com/cli/configuring-npm/package-json#repository
func RepositoryAddress(written string) (string, error) {
	s := strings.TrimSpace(written)
	refuse := func(why string) (string, error) {
		return "", fmt.Errorf("the source repository %.200q %s", written, why)
	}
	if s == "" || len(s) > 2048 {
		return refuse("is no address")
	}
	s = strings.TrimPrefix(strings.TrimPrefix(s, "scm:"), "git:") // as Maven writes it
	if strings.HasPrefix(s, "//") {
		s = "git:" + s
	}
	for short, host := range map[string]string{"github:": "github.com", "gitlab:": "gitlab.com", "bitbucket:": "bitbucket.org"} {
		if path, ok := strings.CutPrefix(s, short); ok && !strings.HasPrefix(path, "//") {
			s = "https://" + host + "/" + path
		}
	}
	scheme, rest, ok := strings.Cut(s, "://")
	switch {
	case !ok && strings.Contains(s, "@") && strings.Contains(s, ":"): // git@host:path
		scheme, rest = "ssh", s
	case !ok && strings.Count(s, "/") == 1 && !strings.ContainsAny(s, ":@\\") && s[0] != '.' && s[0] != '/':
		scheme, rest = "https", "github.com/"+s
	case !ok && strings.Count(s, "/") >= 2 && strings.Contains(s[:strings.IndexByte(s, '/')], "."): // host/path
		scheme, rest = "https", s
	case !ok:
		return refuse("is no address")
	}
	switch strings.TrimPrefix(scheme, "git+") {
	case "https", "http", "git", "ssh":
	default:
		return refuse("is not reached by https")
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest, _, _ = strings.Cut(rest, "?")
	host, path, _ := strings.Cut(rest, "/")
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
	}
	// What follows a colon is a path in git@host:path, else a port, which only
	// https's own address tells of https.
	if name, after, ok := strings.Cut(host, ":"); ok && !strings.HasPrefix(host, "[") {
		host = name
		switch number := digits(after); {
		case number && strings.HasSuffix(scheme, "https") && after != "443":
			host += ":" + after
		case !number && after != "":
			path = after + "/" + path
		}
	}
	u, err := url.Parse("https://" + strings.ToLower(host) + "/" + path)
	if err != nil || u.User != nil || strings.ContainsAny(u.Path, "\\\x00\r\n") {
		return refuse("is no address")
	}
	name := u.Hostname()
	if !outside(name) {
		return refuse("is on a host that the public internet does not know")
	}
	name = strings.TrimPrefix(name, "www.")
	var parts []string
	for part := range strings.SplitSeq(u.Path, "/") {
		if part == ".." || strings.HasPrefix(part, "-") && len(parts) < 2 {
			return refuse("is no address")
		}
		if part == "-" { // what GitLab's pages put behind a repository
			break
		}
		if part != "" && part != "." {
			parts = append(parts, part)
		}
	}
	switch name {
	case "github.com", "bitbucket.org", "codeberg.org":
		if len(parts) < 2 {
			return refuse("names no repository")
		}
		u.Host, parts = name, parts[:2] // what follows is a page of it
		parts[1] = strings.TrimSuffix(parts[1], ".git")
	}
	if len(parts) == 0 || parts[len(parts)-1] == "" {
		return refuse("names no repository")
	}
	u.Path, u.RawPath = "/"+strings.Join(parts, "/"), ""
	return u.String(), nil
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// outside reports whether a host name can be one of the public internet.
func outside(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return public(netip.AddrPortFrom(ip, 443).String())
	}
	host = strings.TrimSuffix(host, ".")
	last := host[strings.LastIndexByte(host, '.')+1:]
	if last == host || digits(last) || strings.HasPrefix(last, "0x") {
		return false // a name of the own network, or an address in another spelling
	}
	switch last {
	case "localhost", "local", "internal", "localdomain", "lan", "home", "corp", "intranet", "arpa":
		return false
	}
	for i := range len(host) {
		if c := host[i]; !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '.' || c == '-') {
			return false
		}
	}
	return !strings.HasPrefix(host, "-") && !strings.Contains(host, "..")
}
