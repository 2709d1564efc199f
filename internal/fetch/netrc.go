package fetch

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// netrc returns what is sent to an address by the user's .netrc, as the go
// command does unless GOAUTH is off. Nothing is sent but to the addresses that
// the settings name: a proxy could else redirect to any host of the .netrc, with
// a path of its choice.
func netrc(getenv func(string) string, s goSettings) func(*url.URL) string {
	auth := s["GOAUTH"]
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
	logins, set := parseNetrc(text), s.addresses()
	return func(u *url.URL) string {
		if !set[address(u)] || u.Scheme != "https" && !loopback(u.Hostname()) {
			return ""
		}
		return cmp.Or(logins[u.Host], logins[u.Hostname()])
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
