package yarn

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// readClassic reads a Yarn 1 lock file: entries headed by their descriptors,
// indented by two, with tables indented by four.
//
//	"@s/a@^1.0.0", "@s/a@^1.1.0":
//	  version "1.2.0"
//	  resolved "https://registry.example/@s/a/-/a-1.2.0.tgz#SHA1"
//	  integrity sha512-…
//	  dependencies:
//	    b "^2.0.0"
func (l *lock) readClassic(text string) error {
	var (
		e     classic
		table string
		line  int
		words []string
		err   error
		known = strings.Contains(text, "# yarn lockfile v1")
	)
	for rest := text; rest != ""; {
		var s string
		s, rest, _ = strings.Cut(rest, "\n")
		s = strings.TrimSuffix(s, "\r")
		line++
		body := strings.TrimLeft(s, " ")
		if body == "" || body[0] == '#' {
			if v, ok := strings.CutPrefix(body, "# yarn lockfile v"); ok && v != "1" {
				l.gap("lock file version %.20q is newer than the one known here (1): read as that one", v)
				known = true
			}
			continue
		}
		if words, err = split(body, words[:0]); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
		heading := words[len(words)-1] == ":"
		switch indent := len(s) - len(body); {
		case indent == 0 && heading && len(words) > 1:
			l.finish(&e)
			e = classic{line: line}
			for _, w := range words[:len(words)-1] {
				if w != "," {
					e.descriptors = append(e.descriptors, w)
				}
			}
			table, known = "", true
		case indent == 2 && heading && len(words) == 2 && e.line > 0:
			table = words[0]
		case indent == 2 && len(words) == 2 && e.line > 0:
			table = ""
			switch words[0] {
			case "version":
				e.version = words[1]
			case "resolved":
				e.resolved = words[1]
			case "integrity":
				e.integrity = words[1]
			}
		case indent == 4 && len(words) == 2 && table != "":
			switch table {
			case "dependencies":
				e.needs = append(e.needs, need{words[0], words[1], kennel.ScopeShipped})
			case "optionalDependencies":
				e.needs = append(e.needs, need{words[0], words[1], kennel.ScopeOptional})
			}
		case indent >= 2 && e.line > 0 && words[0] == "integrity":
			e.integrity = strings.Join(words[1:], " ") // several algorithms
		default:
			return fmt.Errorf("line %d is not understood", line)
		}
	}
	l.finish(&e)
	if !known {
		return errors.New("not a lock file of Yarn")
	}
	return l.classicRoot()
}

// classic is one entry of a Yarn 1 lock file.
type classic struct {
	descriptors                  []string
	version, resolved, integrity string
	needs                        []need
	line                         int
}

func (l *lock) finish(e *classic) {
	if e.line == 0 {
		return
	}
	name, constraint := splitDescriptor(e.descriptors[0])
	if real, version, ok := lockfile.NodeAlias(constraint); ok {
		name, constraint = real, version
	}
	if name == "" {
		l.gap("line %d: an entry without a name is left out", e.line)
		return
	}
	o := kennel.Occurrence{
		Component: kennel.Component{
			Package: kennel.Package{Ecosystem: kennel.NPM, Name: name},
			Version: e.version,
			Hashes:  lockfile.Integrity(e.integrity),
		},
		Locations: l.place(e.line),
	}
	address, fragment, _ := strings.Cut(e.resolved, "#")
	o.Address = lockfile.Address(e.resolved)
	o.Origin, o.Commit = lockfile.NodeOrigin(constraint)
	if origin, commit := lockfile.NodeOrigin(e.resolved); origin == kennel.OriginVCS {
		o.Origin, o.Commit = origin, commit
	} else if sum, ok := lockfile.Hex(fragment, 20); ok && len(o.Hashes) == 0 && strings.HasPrefix(address, "http") {
		o.Hashes = []kennel.Hash{{Algorithm: "SHA-1", Value: sum}}
	}
	if o.Origin == kennel.OriginUnknown {
		o.Origin = kennel.OriginRegistry
	}
	l.put(o, e.descriptors, e.needs)
}

// split cuts a line into words; "," and ":" at a word's end are words.
func split(s string, words []string) ([]string, error) {
	for s != "" {
		switch {
		case s[0] == ' ':
			s = s[1:]
		case s[0] == ',' || s[0] == ':':
			words = append(words, s[:1])
			s = s[1:]
		case s[0] == '"':
			end := 1
			for end < len(s) && s[end] != '"' {
				if s[end] == '\\' {
					end++
				}
				end++
			}
			if end >= len(s) {
				return nil, errors.New("an unfinished string")
			}
			word := s[1:end]
			if strings.IndexByte(word, '\\') >= 0 {
				if err := json.Unmarshal([]byte(s[:end+1]), &word); err != nil {
					return nil, errors.New("a malformed string")
				}
			}
			words = append(words, word)
			s = s[end+1:]
		default:
			end := 0
			for end < len(s) && s[end] != ' ' && s[end] != ',' && !(s[end] == ':' && end+1 == len(s)) {
				end++
			}
			words = append(words, s[:end])
			s = s[end:]
		}
	}
	return words, nil
}

// globsMax and membersMax bound what a workspace may have read.
const (
	globsMax   = 100
	membersMax = 10_000
)

// classicRoot adds what the package.json files say: Yarn 1 keeps neither the
// root nor the members of a workspace in its lock file.
func (l *lock) classicRoot() error {
	dir := path.Dir(l.file.Path())
	root, err := lockfile.ReadManifest(l.file.FS(), dir)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			l.gap("package.json beside it cannot be read (%v): what the project asks for itself is not known", err)
		}
		return nil // DirectUnknown says it
	}
	l.rooted = true
	l.name, l.version = root.Name, root.Version
	members := 0
	for _, glob := range root.Workspaces[:min(globsMax, len(root.Workspaces))] {
		if strings.HasPrefix(glob, "!") {
			continue
		}
		found, err := doublestar.Glob(l.file.FS(), path.Join(dir, glob, "package.json"), doublestar.WithNoFollow())
		if err != nil {
			l.gap("the workspace pattern %.80q is not understood", glob)
			continue
		}
		for _, at := range found {
			if strings.Contains("/"+at, "/node_modules/") {
				continue
			}
			if members++; members > membersMax {
				l.gap("the workspace has more than %d members: the others were not looked at", membersMax)
				break
			}
			m, err := lockfile.ReadManifest(l.file.FS(), path.Dir(at))
			if err != nil || m.Name == "" {
				l.gap("the workspace member %.200q has no readable name", at)
				continue
			}
			n := l.put(l.member(m, at), nil, manifestNeeds(m))
			l.byName[m.Name] = append(l.byName[m.Name], n)
			l.Need(kennel.RootNode, n, "", kennel.ScopeShipped)
		}
	}
	l.wanted = append(l.wanted, wanted{kennel.RootNode, manifestNeeds(root)})
	return nil
}

func (l *lock) member(m lockfile.Manifest, at string) kennel.Occurrence {
	return kennel.Occurrence{
		Component: kennel.Component{
			Package:  kennel.Package{Ecosystem: kennel.NPM, Name: m.Name},
			Version:  m.Version,
			Licenses: m.Licenses,
			Origin:   kennel.OriginLocal,
		},
		Locations: []kennel.Location{{Path: at, Layer: l.file.Layer()}},
	}
}

func manifestNeeds(m lockfile.Manifest) []need {
	needs := make([]need, 0, len(m.Needs))
	for _, n := range m.Needs {
		if !n.Peer { // Yarn leaves peers to the one who uses the package
			needs = append(needs, need{n.Alias, n.Constraint, n.Scope})
		}
	}
	return needs
}
