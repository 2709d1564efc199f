package fetch

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

const maxSettings = 1 << 20 // bytes of a client's settings file

// npmSettings are what the npm client of this machine is set up with: the
// environment first, then the user's, the global and the built-in npmrc. A
// project's own .npmrc is never read, since whoever wrote the project could
// send the user's tokens anywhere with it.
// Source: https://docs.npmjs.com/cli/configuring-npm/npmrc
type npmSettings map[string]string

// readNPM reads the settings without running npm.
func readNPM(getenv func(string) string, environ []string) (npmSettings, error) {
	env := npmEnvironment(environ)
	s := npmSettings{}
	add := func(file string) error {
		if file == "" {
			return nil
		}
		text, err := settingsFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("npm's settings could not be read: %w", err)
		}
		for key, value := range parseNPMRC(text, getenv) {
			if _, ok := s[key]; !ok {
				s[key] = value
			}
		}
		return nil
	}
	for key, value := range env {
		s[key] = value
	}
	user := s["userconfig"]
	if user == "" {
		if home, err := os.UserHomeDir(); err == nil {
			user = filepath.Join(home, ".npmrc")
		}
	}
	if err := add(user); err != nil {
		return nil, err
	}
	npm := program(getenv("PATH"), "npm")
	global := s["globalconfig"]
	if global == "" {
		if prefix := npmPrefix(s, getenv); prefix != "" {
			global = filepath.Join(prefix, "etc", "npmrc")
		}
	}
	if err := add(global); err != nil {
		return nil, err
	}
	if npm != "" { // …/npm/bin/npm-cli.js
		root := filepath.Dir(filepath.Dir(npm))
		if err := add(filepath.Join(root, "npmrc")); err != nil {
			return nil, err
		}
		if s["registry"] == "" {
			s["registry"] = npmDefault(root)
		}
	}
	return s, nil
}

// npmPrefix is where npm installs for all users, whose etc/npmrc is the global
// one: as set, else where node lies.
func npmPrefix(s npmSettings, getenv func(string) string) string {
	if s["prefix"] != "" {
		return s["prefix"]
	}
	if prefix := getenv("PREFIX"); prefix != "" {
		return prefix
	}
	node := program(getenv("PATH"), "node")
	switch {
	case node == "":
		return ""
	case runtime.GOOS == "windows":
		return filepath.Dir(node)
	}
	return filepath.Dir(filepath.Dir(node))
}

// npmDefault reads the registry that the npm client installed at root asks
// when nothing is set, "" when it cannot be told. It stands in the client's
// own table of settings, which is data in the form of a script.
func npmDefault(root string) string {
	for _, file := range []string{
		"node_modules/@npmcli/config/lib/definitions/definitions.js",
		"lib/utils/config/definitions.js",
	} {
		text, err := settingsFile(filepath.Join(root, filepath.FromSlash(file)))
		if err != nil {
			continue
		}
		if address := definedRegistry(string(text)); address != "" {
			return address
		}
	}
	return ""
}

// definedRegistry reads the registry out of npm's table of settings.
func definedRegistry(table string) string {
	for _, head := range []string{"Definition('registry'", "define('registry'"} {
		_, entry, ok := strings.Cut(table, head)
		if !ok {
			continue
		}
		_, value, ok := strings.Cut(entry, "default:")
		if value = strings.TrimSpace(value); !ok || value == "" || !strings.ContainsRune("`'\"", rune(value[0])) {
			continue
		}
		if address, _, ok := strings.Cut(value[1:], value[:1]); ok {
			return address
		}
	}
	return ""
}

// npmEnvironment reads npm_config_… variables.
func npmEnvironment(environ []string) npmSettings {
	s := npmSettings{}
	for _, pair := range environ {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || value == "" || len(name) <= len("npm_config_") || !strings.EqualFold(name[:len("npm_config_")], "npm_config_") {
			continue
		}
		key := name[len("npm_config_"):]
		if !strings.HasPrefix(key, "//") { // tokens are spelt as in the file
			key = strings.ToLower(key[:1] + strings.ReplaceAll(key[1:], "_", "-"))
		}
		s[key] = value
	}
	return s
}

// parseNPMRC reads an npmrc: "key = value" lines, of which the last of a key
// counts, with ${VARIABLES}. A value with an unset variable is left out, so
// that no half of a secret is sent. Sections and lists are no registries'
// settings and are passed over.
func parseNPMRC(text []byte, getenv func(string) string) npmSettings {
	s := npmSettings{}
	lines := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	lines.Buffer(nil, maxSettings+1)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == ';' || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			break // what follows belongs to a section
		}
		key, value, ok := strings.Cut(line, "=")
		key = iniValue(strings.TrimSpace(key))
		if !ok {
			value = "true"
		}
		key, known := expand(key, getenv)
		value, set := expand(iniValue(strings.TrimSpace(value)), getenv)
		if known && set && key != "" && !strings.HasSuffix(key, "[]") {
			s[key] = value
		}
	}
	return s
}

// iniValue takes quotes, escapes and a comment off a key or value.
func iniValue(s string) string {
	if len(s) >= 2 && s[0] == s[len(s)-1] && (s[0] == '"' || s[0] == '\'') {
		if s[0] == '\'' {
			return s[1 : len(s)-1]
		}
		var text string
		if json.Unmarshal([]byte(s), &text) == nil {
			return text
		}
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && strings.IndexByte(`\;#`, s[i+1]) >= 0:
			i++
			b.WriteByte(s[i])
		case c == ';' || c == '#':
			return strings.TrimSpace(b.String())
		default:
			b.WriteByte(c)
		}
	}
	return strings.TrimSpace(b.String())
}

// expand replaces ${NAME}, and ${NAME?} by nothing when it is not set. ok is
// false when a variable is not set.
func expand(s string, getenv func(string) string) (text string, ok bool) {
	ok = true
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "${")
		b.WriteString(before)
		if !found {
			return b.String(), ok
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || name == "" || strings.ContainsAny(name, "${") {
			b.WriteString("${")
			s = rest
			continue
		}
		name, optional := strings.CutSuffix(name, "?")
		value := getenv(name)
		if value == "" && !optional {
			ok = false
		}
		b.WriteString(value)
		s = after
	}
}

// private reports whether the user set up a registry of its own for the
// package's scope, beside the one for all others.
func (s npmSettings) private(name string) bool {
	scope, _, ok := strings.Cut(name, "/")
	own := strings.TrimSuffix(s[scope+":registry"], "/")
	return ok && strings.HasPrefix(scope, "@") && own != "" && own != strings.TrimSuffix(s["registry"], "/")
}

// program finds a program on a search path, with links resolved, and runs
// nothing. "" is none.
func program(search, name string) string {
	endings := []string{""}
	if runtime.GOOS == "windows" {
		endings = []string{".exe", ".cmd", ""}
	}
	for _, folder := range filepath.SplitList(search) {
		for _, ending := range endings {
			file := filepath.Join(folder, name+ending)
			if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && filepath.IsAbs(file) {
				if real, err := filepath.EvalSymlinks(file); err == nil {
					return real
				}
			}
		}
	}
	return ""
}

// settingsFile reads a file of a client's settings.
func settingsFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxSettings {
		return nil, fmt.Errorf("%s is no file of at most %d bytes", name, maxSettings)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSettings))
}
