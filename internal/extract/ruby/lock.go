package ruby

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// lock is a Gemfile.lock as read.
type lock struct {
	gems     []gem
	at       map[[2]string]int // name and version -> index in gems
	direct   []need
	sections int
	odd      int // lines that fit nothing
	oddLine  int
	left     int // gems beyond the bound
}

// gem is one gem at a version, for all the platforms it is locked for.
type gem struct {
	kennel.Component
	lines     []int
	platforms []string
	needs     []need
	root      bool // the gem of this very folder
}

// need is a dependency as written: "name (~> 1.0, >= 1.2)".
type need struct{ name, constraint string }

func readLock(f kennel.File, text []byte) (kennel.Extraction, error) {
	l := parse(string(lockfile.TrimBOM(text)))
	if l.sections == 0 && len(text) > 0 {
		return kennel.Extraction{}, errors.New("none of the sections of a Gemfile.lock")
	}
	p, gaps := l.project(f)
	if l.left > 0 {
		gaps = append(gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: f.Path(),
			Why: fmt.Sprintf("only the first %d gems were read, %d are left out", lockfile.PackagesMax, l.left)})
	}
	if l.odd > 0 {
		gaps = append(gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: f.Path(),
			Why: fmt.Sprintf("%d lines fit no section of a lock file, the first is line %d", l.odd, l.oddLine)})
	}
	return kennel.Extraction{Projects: []kennel.Project{p}, Gaps: gaps}, nil
}

// parse reads the sections. Their indentation carries the meaning: two blanks
// a source's attribute, four a gem, six what it needs.
// Source: https://github.com/rubygems/rubygems (bundler/lib/bundler/lockfile_parser.rb)
func parse(text string) *lock {
	l := &lock{at: make(map[[2]string]int, strings.Count(text, "\n")/4)}
	section, revision, local := "", "", false
	origin, current, number := kennel.OriginUnknown, -1, 0
	for line := range strings.SplitSeq(text, "\n") {
		number++
		line = strings.TrimSuffix(line, "\r")
		body := strings.TrimLeft(line, " ")
		if body == "" {
			continue
		}
		switch indent := len(line) - len(body); {
		case indent == 0:
			section, revision, local, current = line, "", false, -1
			origin = sourceOrigin(line)
			if isSection(line) {
				l.sections++
			} else {
				l.fits(number, false)
			}
		case section == "DEPENDENCIES":
			name, constraint, ok := split(strings.TrimSuffix(body, "!"))
			if l.fits(number, ok) {
				l.direct = append(l.direct, need{name, constraint})
			}
		case section == "CHECKSUMS":
			l.checksum(body)
		case origin == kennel.OriginUnknown: // PLATFORMS, RUBY VERSION, BUNDLED WITH
		case indent == 2:
			switch attribute, value, _ := strings.Cut(body, ": "); attribute {
			case "revision":
				revision = value
			case "remote":
				local = origin == kennel.OriginLocal && value == "."
			}
		case indent == 4:
			name, locked, ok := split(body)
			if current = -1; !l.fits(number, ok && locked != "") {
				continue
			}
			if current = l.gem(name, locked, origin, number); current >= 0 {
				g := &l.gems[current]
				g.Commit, g.root = revision, local
			}
		case indent == 6 && current < 0: // of a gem that was left out
		case indent == 6:
			name, constraint, ok := split(body)
			if l.fits(number, ok) {
				g := &l.gems[current]
				g.needs = append(g.needs, need{name, constraint})
			}
		default:
			l.fits(number, false)
		}
	}
	return l
}

func (l *lock) fits(line int, ok bool) bool {
	if !ok {
		if l.odd++; l.oddLine == 0 {
			l.oddLine = line
		}
	}
	return ok
}

// sourceOrigin is the origin of the gems in a section, unknown for those that
// hold none.
func sourceOrigin(section string) kennel.Origin {
	switch section {
	case "GEM", "PLUGIN SOURCE":
		return kennel.OriginRegistry
	case "GIT":
		return kennel.OriginVCS
	case "PATH":
		return kennel.OriginLocal
	}
	return kennel.OriginUnknown
}

// isSection: sections are words in capitals; new ones come with new versions
// of Bundler.
func isSection(line string) bool {
	return strings.Trim(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ ") == ""
}

// split parts "name (inside)".
func split(s string) (name, inside string, ok bool) {
	name, rest, has := strings.Cut(s, " ")
	if !has {
		return name, "", name != ""
	}
	if len(rest) < 2 || rest[0] != '(' || rest[len(rest)-1] != ')' {
		return "", "", false
	}
	return name, rest[1 : len(rest)-1], name != ""
}

// gem returns the index of a gem as locked, "1.2.3" or "1.2.3-x86_64-linux".
// Those of several platforms are one: advisories know no platforms. It is
// negative for one beyond the bound.
func (l *lock) gem(name, locked string, origin kennel.Origin, line int) int {
	version, platform, _ := strings.Cut(locked, "-")
	i, known := l.at[[2]string{name, version}]
	if !known {
		if len(l.gems) >= lockfile.PackagesMax {
			l.left++
			return -1
		}
		i = len(l.gems)
		l.at[[2]string{name, version}] = i
		l.gems = append(l.gems, gem{Component: kennel.Component{
			Package: kennel.Package{Ecosystem: kennel.RubyGems, Name: name}, Version: version, Origin: origin}})
	}
	g := &l.gems[i]
	g.lines = append(g.lines, line)
	g.platforms = append(g.platforms, cmp.Or(platform, "ruby"))
	return i
}

// checksum reads "name (1.2.3-platform) sha256=0123…".
func (l *lock) checksum(body string) {
	at := strings.LastIndexByte(body, ' ')
	if at < 0 {
		return
	}
	name, locked, ok := split(body[:at])
	version, _, _ := strings.Cut(locked, "-")
	i, known := l.at[[2]string{name, version}]
	if !ok || !known {
		return
	}
	for digest := range strings.SplitSeq(body[at+1:], ",") {
		algorithm, value, _ := strings.Cut(digest, "=")
		size, as := 0, ""
		switch algorithm {
		case "sha256":
			size, as = 32, "SHA-256"
		case "sha512":
			size, as = 64, "SHA-512"
		}
		if value, ok := lockfile.Hex(value, size); ok && size > 0 {
			l.gems[i].Hashes = append(l.gems[i].Hashes, kennel.Hash{Algorithm: as, Value: value})
		}
	}
}
