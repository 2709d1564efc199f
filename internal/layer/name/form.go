package name

import (
	"slices"
	"strings"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// how is a way in which one name is taken for another while its form stays.
type how uint8

const (
	_          how = iota
	separators     // cross-env, crossenv; @types/node, types-node
	glyphs         // jellyfish, jeIIyfish
	order          // react-native, native-react
	decorated      // dateutil, python3-dateutil; express, express-js
	domain         // org.fasterxml…, com.fasterxml…
)

func (h how) String() string {
	return [...]string{"", "without its separators", "to the eye", "but for the order of its words",
		"but for an affix: a language, a number", "but for the domain"}[h]
}

// form is what stays of a name under a way.
type form struct {
	how how
	key string
}

// fold brings a name to the one spelling under which it is compared: a Go
// module without its major version.
func fold(e kennel.Ecosystem, name string) string {
	if e == kennel.Go {
		name = series(name)
	}
	return ecosystem.NameKey(kennel.Package{Ecosystem: e, Name: name})
}

// series cuts the major version off a module's path: "/v2", or ".v2" at gopkg.in.
func series(path string) string {
	cut := strings.LastIndex(path, "/v")
	if strings.HasPrefix(path, "gopkg.in/") {
		cut = strings.LastIndex(path, ".v")
	}
	if cut < 0 || cut+2 == len(path) || strings.Trim(path[cut+2:], "0123456789") != "" {
		return path
	}
	return path[:cut]
}

// owner returns the part of a name that only its owner can publish under: npm's
// scope, a Go module's host and first folder, Maven's group; "" where names
// have none.
func owner(e kennel.Ecosystem, name string) string {
	switch e {
	case kennel.NPM:
		if scope, _, ok := strings.Cut(name, "/"); ok && strings.HasPrefix(scope, "@") {
			return scope
		}
	case kennel.Go:
		host, rest, _ := strings.Cut(name, "/")
		if shared(host) {
			user, _, _ := strings.Cut(rest, "/")
			return host + "/" + user
		}
		return host
	case kennel.Maven:
		group, _, _ := strings.Cut(name, ":")
		return group
	}
	return ""
}

// shared reports whether anybody can have a folder at a host.
func shared(host string) bool {
	switch host {
	case "github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gitee.com", "gopkg.in", "sr.ht", "git.sr.ht":
		return true
	}
	return false
}

// forms returns what stays of a folded name under each way that its ecosystem has.
func forms(e kennel.Ecosystem, name string) []form {
	if len(name) > maxLength {
		return nil
	}
	var all []form
	add := func(how how, key string) {
		if len(key) >= minLength {
			all = append(all, form{how, key})
		}
	}
	switch e {
	case kennel.Go: // the owner alone is taken for another
		owner := owner(e, name)
		rest := name[len(owner):]
		if rest == "" {
			return nil
		}
		add(separators, squash(owner)+rest)
		add(glyphs, skeleton(owner)+rest)
		add(decorated, strings.Join(plain(owner), "")+rest)
		return all
	case kennel.Maven:
		group, artifact, _ := strings.Cut(name, ":")
		add(separators, squash(group)+":"+artifact)
		add(glyphs, skeleton(group)+":"+artifact)
		if _, rest, ok := strings.Cut(group, "."); ok && strings.Contains(rest, ".") {
			add(domain, rest+":"+artifact)
		}
		return all
	}
	add(separators, squash(name))
	add(glyphs, skeleton(name))
	parts := slices.Collect(words(name))
	if len(parts) > 1 {
		sorted := slices.Sorted(slices.Values(parts))
		add(order, strings.Join(sorted, " "))
	}
	if !strings.HasPrefix(name, "@") {
		add(decorated, strings.Join(plain(name), "-"))
	}
	return all
}

// words yields the parts between separators.
func words(name string) func(func(string) bool) {
	return strings.FieldsFuncSeq(name, separator)
}

func separator(r rune) bool {
	switch r {
	case '-', '_', '.', '/', '@', ':', '~':
		return true
	}
	return false
}

// squash leaves the separators out.
func squash(name string) string {
	return strings.Map(func(r rune) rune {
		if separator(r) {
			return -1
		}
		return r
	}, name)
}

// skeleton is what a hurried eye sees: letters that look like others become
// those. Of Unicode's confusables, those of Latin letters that are in use in
// other alphabets of Europe.
func skeleton(name string) string {
	name = strings.Map(func(r rune) rune {
		switch r {
		case '0', 'о', 'ο':
			return 'o'
		case '1', 'I', '|', 'і', 'ι', 'ı':
			return 'l'
		case '5', 'ѕ':
			return 's'
		case 'а', 'α':
			return 'a'
		case 'е', 'ε':
			return 'e'
		case 'с':
			return 'c'
		case 'р', 'ρ':
			return 'p'
		case 'у':
			return 'y'
		case 'х':
			return 'x'
		case 'ј':
			return 'j'
		case 'к', 'κ':
			return 'k'
		case 'ν':
			return 'v'
		}
		return r
	}, name)
	return strings.ReplaceAll(strings.ReplaceAll(name, "rn", "m"), "vv", "w")
}

// plain returns the words of a name without those that only name a language,
// and without such an affix or number on the others.
func plain(name string) []string {
	var all []string
	for word := range words(name) {
		if language(word) {
			continue
		}
		for _, bare := range [...]string{
			strings.TrimPrefix(word, "node"), strings.TrimSuffix(word, "js"),
			strings.TrimSuffix(word, "py"), strings.TrimRight(word, "0123456789"),
		} {
			if bare != word && len(bare) >= 4 {
				word = bare
				break
			}
		}
		all = append(all, word)
	}
	return all
}

func language(word string) bool {
	switch word {
	case "js", "node", "nodejs", "javascript", "ts", "py", "python", "python2", "python3", "py2", "py3",
		"rb", "ruby", "rs", "rust", "go", "golang", "official":
		return true
	}
	return false
}
