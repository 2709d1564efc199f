package cargo

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"github.com/kennel-oss/kennel/internal/lockfile"
)

// lock is a Cargo.lock as written.
type lock struct {
	Version  int               `toml:"version"`
	Package  []entry           `toml:"package"`
	Root     *entry            `toml:"root"`     // the lock files of before 2017
	Metadata map[string]string `toml:"metadata"` // version 1 keeps its checksums here
}

type entry struct {
	Name         string   `toml:"name"`
	Version      string   `toml:"version"`
	Source       string   `toml:"source"`
	Checksum     string   `toml:"checksum"`
	Replace      string   `toml:"replace"`
	Dependencies []string `toml:"dependencies"`
	line         int
}

// parseTOML reads any TOML. It knows no line numbers.
func parseTOML(text []byte) (lock, error) {
	var l lock
	if err := checkDepth(text); err != nil {
		return l, err
	}
	err := toml.Unmarshal(text, &l)
	return l, err
}

// nestMax bounds nested brackets, for a recursive parser's stack.
const nestMax = 1000

// checkDepth counts brackets, those in strings too, which only makes it
// stricter.
func checkDepth(text []byte) error {
	depth := 0
	for _, c := range text {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case '\n':
			depth = max(depth, 0)
		}
		if depth > nestMax {
			return errors.New("nested too deep")
		}
	}
	return nil
}

// parseFast reads what Cargo itself writes: one key a line, basic strings
// without escapes. Anything else is not ok, and left to the TOML library,
// which takes some twenty times as long; a fuzz test holds both to each other.
func parseFast(text string) (l lock, ok bool) {
	if !utf8.ValidString(text) {
		return l, false
	}
	l.Package = make([]entry, 0, strings.Count(text, "[[package]]"))
	var (
		now      *entry // the table that keys go into; nil on top and in [metadata]
		ignored  entry  // of [[patch.unused]]
		metadata bool
		inList   bool
		seen     uint8 // keys of now
		line     int
		versions int
		sections [2]bool
	)
	for rest := text; rest != ""; {
		var s string
		var more bool
		s, rest, more = strings.Cut(rest, "\n")
		line++
		if s != "" && s[len(s)-1] == '\r' && more {
			s = s[:len(s)-1]
		}
		if inList {
			if s == "]" {
				inList = false
			} else if value, ok := quoted(strings.TrimSuffix(strings.TrimPrefix(s, " "), ",")); ok && s[0] == ' ' && s[len(s)-1] == ',' {
				now.Dependencies = append(now.Dependencies, value)
			} else {
				return l, false
			}
			continue
		}
		switch {
		case s == "":
			continue
		case s[0] == '#':
			for i := range len(s) {
				if s[i] < ' ' && s[i] != '\t' || s[i] == 0x7f {
					return l, false
				}
			}
			continue
		case s == "[[package]]":
			l.Package = append(l.Package, entry{line: line})
			now, metadata, seen = &l.Package[len(l.Package)-1], false, 0
			continue
		case s == "[[patch.unused]]":
			ignored = entry{}
			now, metadata, seen = &ignored, false, 0
			continue
		case s == "[root]":
			if sections[0] {
				return l, false
			}
			sections[0] = true
			l.Root = &entry{line: line}
			now, metadata, seen = l.Root, false, 0
			continue
		case s == "[metadata]":
			if sections[1] {
				return l, false
			}
			sections[1] = true
			l.Metadata = make(map[string]string)
			now, metadata = nil, true
			continue
		}
		key, value, ok := strings.Cut(s, " = ")
		if !ok {
			return l, false
		}
		if now == nil {
			if metadata {
				key, ok1 := quoted(key)
				value, ok2 := quoted(value)
				if _, twice := l.Metadata[key]; twice || !ok1 || !ok2 {
					return l, false
				}
				l.Metadata[key] = value
				continue
			}
			n, err := strconv.Atoi(value)
			if key != "version" || err != nil || versions > 0 || strconv.Itoa(n) != value {
				return l, false
			}
			versions++
			l.Version = n
			continue
		}
		var field *string
		bit := uint8(0)
		switch key {
		case "name":
			field, bit = &now.Name, 1
		case "version":
			field, bit = &now.Version, 2
		case "source":
			field, bit = &now.Source, 4
		case "checksum":
			field, bit = &now.Checksum, 8
		case "replace":
			field, bit = &now.Replace, 16
		case "dependencies":
			bit = 32
			if value != "[" {
				return l, false
			}
			inList = true
		default:
			return l, false
		}
		if seen&bit != 0 {
			return l, false // TOML forbids it
		}
		seen |= bit
		if field != nil {
			if *field, ok = quoted(value); !ok {
				return l, false
			}
		}
	}
	return l, !inList
}

// quoted takes a basic string without escapes.
func quoted(s string) (string, bool) {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return "", false
	}
	s = s[1 : len(s)-1]
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c == 0x7f {
			return "", false
		}
	}
	return s, true
}

// sum returns the checksum of e: its own, or version 1's in [metadata].
func (l *lock) sum(e *entry) string {
	sum := e.Checksum
	if sum == "" && len(l.Metadata) > 0 {
		sum = l.Metadata["checksum "+e.Name+" "+e.Version+" ("+e.Source+")"]
	}
	value, _ := lockfile.Hex(sum, 32)
	return value
}
