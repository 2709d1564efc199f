package fetch

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/module"
)

// goSettings are what the go command of this machine is set up with: the
// environment, then the user's go/env, then $GOROOT/go.env. They are read
// without running go. GOFLAGS and GOINSECURE are not followed: a connection
// that cannot be verified is none.
// Source: https://go.dev/ref/mod#environment-variables
type goSettings map[string]string

var goVariables = []string{"GOPROXY", "GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOSUMDB", "GOAUTH"}

func readGo(getenv func(string) string) (goSettings, error) {
	s := goSettings{}
	for _, name := range goVariables {
		if value := getenv(name); value != "" {
			s[name] = value
		}
	}
	user := getenv("GOENV")
	if user == "" {
		if folder, err := os.UserConfigDir(); err == nil {
			user = filepath.Join(folder, "go", "env")
		}
	}
	root := goRoot(getenv)
	for _, file := range []string{user, filepath.Join(root, "go.env")} {
		if file == "off" || file == "" || file == "go.env" {
			continue
		}
		text, err := settingsFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("go's settings could not be read: %w", err)
		}
		for name, value := range parseGoEnv(text) {
			if _, ok := s[name]; !ok {
				s[name] = value
			}
		}
	}
	if s["GOSUMDB"] != "" && s["GOSUMDB"] != "off" && !strings.Contains(s["GOSUMDB"], "+") {
		name, at, _ := strings.Cut(s["GOSUMDB"], " ")
		if key := knownSumDB(root, name); key != "" {
			s["GOSUMDB"] = strings.TrimSpace(key + " " + at)
		}
	}
	return s, nil
}

// goRoot is where Go is installed, "" when it is not.
func goRoot(getenv func(string) string) string {
	if root := getenv("GOROOT"); root != "" {
		return root
	}
	if tool := program(getenv("PATH"), "go"); tool != "" {
		return filepath.Dir(filepath.Dir(tool))
	}
	return ""
}

// knownSumDB reads the key of a checksum database that the go command knows by
// its name alone, out of the installed go command's sources. "" is none.
func knownSumDB(root, name string) string {
	text, err := settingsFile(filepath.Join(root, "src", "cmd", "go", "internal", "modfetch", "key.go"))
	if err != nil || root == "" || name == "" {
		return ""
	}
	return keyOf(string(text), name)
}

// keyOf finds a name's key in the go command's table of them.
func keyOf(table, name string) string {
	_, entry, ok := strings.Cut(table, `"`+name+`":`)
	entry = strings.TrimSpace(entry)
	if !ok || !strings.HasPrefix(entry, `"`+name+"+") {
		return ""
	}
	key, _, _ := strings.Cut(entry[1:], `"`)
	return key
}

// parseGoEnv reads lines of NAME=value.
func parseGoEnv(text []byte) goSettings {
	s := goSettings{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxSettings+1)
	for lines.Scan() {
		name, value, ok := strings.Cut(strings.TrimSpace(lines.Text()), "=")
		if ok && name != "" && name[0] != '#' && value != "" {
			s[name] = value
		}
	}
	return s
}

// proxyChoice is one of GOPROXY's.
type proxyChoice struct {
	address *url.URL // nil for direct
	// anyError goes on to the next after any error ("|"), and not only when the
	// proxy has no such module (",").
	anyError bool
}

var errGoOff = errors.New("go is set up to fetch no modules (GOPROXY=off)")

// proxies returns where a module is asked for, in turn.
func (s goSettings) proxies(path string) ([]proxyChoice, error) {
	apart := s["GOPRIVATE"]
	if own, ok := s["GONOPROXY"]; ok {
		apart = own
	}
	if apart != "none" && module.MatchPrefixPatterns(apart, path) {
		return []proxyChoice{{}}, nil
	}
	list := s["GOPROXY"]
	if list == "" {
		return nil, errors.New("no Go module proxy is set up here: install Go, or set GOPROXY")
	}
	var all []proxyChoice
	for list != "" {
		one := list
		anyError := false
		if i := strings.IndexAny(list, ",|"); i >= 0 {
			one, anyError, list = list[:i], list[i] == '|', list[i+1:]
		} else {
			list = ""
		}
		switch one = strings.TrimSpace(one); one {
		case "":
			continue
		case "off":
			if len(all) == 0 {
				return nil, errGoOff
			}
			return all, nil
		case "direct":
			return append(all, proxyChoice{}), nil
		}
		u, err := url.Parse(one)
		if err != nil || u.Scheme != "file" && (u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
			return nil, errors.New("GOPROXY names something that is no address")
		}
		all = append(all, proxyChoice{u, anyError})
	}
	if len(all) == 0 {
		return nil, errors.New("GOPROXY names no proxy")
	}
	return all, nil
}

// sumDB returns the checksum database's verifier key and address, or no key
// when a module is not to be looked up there.
func (s goSettings) sumDB(path string) (key string, address *url.URL, err error) {
	apart := s["GOPRIVATE"]
	if own, ok := s["GONOSUMDB"]; ok {
		apart = own
	}
	set := s["GOSUMDB"]
	if set == "off" || apart != "none" && module.MatchPrefixPatterns(apart, path) {
		return "", nil, nil
	}
	key, at, _ := strings.Cut(set, " ")
	name, _, known := strings.Cut(key, "+")
	if !known {
		return "", nil, fmt.Errorf("the key of the checksum database %q is not known: set GOSUMDB to name+key, or install Go", name)
	}
	at = strings.TrimSpace(at)
	if at == "" {
		at = "https://" + name
	}
	address, err = url.Parse(at)
	if err != nil || address.Host == "" {
		return "", nil, errors.New("GOSUMDB names something that is no address")
	}
	return key, address, nil
}

// addresses are those ("host:port") of the proxies and the checksum database.
func (s goSettings) addresses() map[string]bool {
	all := map[string]bool{}
	add := func(one string) {
		if u, err := url.Parse(strings.TrimSpace(one)); err == nil && u.Host != "" {
			all[address(u)] = true
		}
	}
	for one := range strings.FieldsFuncSeq(s["GOPROXY"], func(r rune) bool { return r == ',' || r == '|' }) {
		add(one)
	}
	key, at, _ := strings.Cut(strings.TrimSpace(s["GOSUMDB"]), " ")
	if name, _, _ := strings.Cut(key, "+"); strings.TrimSpace(at) == "" {
		at = "https://" + name
	}
	if key != "off" {
		add(at)
	}
	return all
}

// explicitSumDB reports whether the user named the checksum database's address.
func (s goSettings) explicitSumDB() bool {
	_, _, ok := strings.Cut(strings.TrimSpace(s["GOSUMDB"]), " ")
	return ok
}
