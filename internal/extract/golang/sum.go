package golang

import (
	"bytes"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// H1 is the algorithm of the hashes in go.sum: the SHA-256 of the sorted list
// of a module's files and their SHA-256s. It is no digest of an archive, so it
// goes by its own name.
// Source: https://go.dev/ref/mod#go-sum-files
const H1 = "h1"

// sums reads a go.sum.
type sums struct {
	want map[string]int32 // "path version" -> node
	// all asks for every module whose content go.sum knows: its highest
	// version and the line it is on.
	all     bool
	highest map[string]requirement
}

// read gives the nodes their hashes and returns the first line that is not a
// checksum, or 0.
func (s *sums) read(text []byte, g *lockfile.Graph) (bad int) {
	if s.all {
		s.highest = make(map[string]requirement)
	}
	line := 0
	for len(text) > 0 {
		now := text
		if i := bytes.IndexByte(text, '\n'); i >= 0 {
			now, text = text[:i], text[i+1:]
		} else {
			text = nil
		}
		line++
		now = bytes.TrimSuffix(now, []byte("\r"))
		end := len(now) - len(" h1:") - 44 // where it is, but for a future algorithm
		if end < 0 || now[end] != ' ' {
			end = bytes.LastIndexByte(now, ' ')
		}
		if end < 0 {
			if len(now) > 0 && bad == 0 {
				bad = line
			}
			continue
		}
		if bytes.HasSuffix(now[:end], []byte("/go.mod")) {
			continue // of the go.mod alone
		}
		hash, ok := bytes.CutPrefix(now[end+1:], []byte("h1:"))
		if !ok {
			continue // a future algorithm, as Go does
		}
		if n, ok := s.want[string(now[:end])]; ok {
			value, ok := lockfile.Base64ToHex(string(hash), 32)
			if ok {
				g.Occurrences[n].Hashes = []kennel.Hash{{Algorithm: H1, Value: value}}
			} else if bad == 0 {
				bad = line
			}
		}
		if s.all {
			name, version, ok := strings.Cut(string(now[:end]), " ")
			if old, have := s.highest[name]; ok && name != "" && (!have || semver.Compare(version, old.version) > 0) {
				s.highest[name] = requirement{path: name, version: version, line: line}
			}
		}
	}
	return bad
}

// addCandidates completes a go.mod of before Go 1.17, which leaves out what its
// requirements require, by the modules in go.sum whose content was ever needed.
func (m *file) addCandidates(g *lockfile.Graph, s *sums, f kennel.File, gap func(string, ...any), haveSum bool) {
	if !haveSum {
		if len(m.require) > 0 {
			gap("a go.mod from before Go 1.17 leaves out indirect modules, and there is no go.sum beside it: run \"go mod tidy -go=1.17\" or later")
		}
		return
	}
	for _, r := range m.require {
		delete(s.highest, r.path)
	}
	for _, r := range m.replace { // go.sum knows the replacement by its own name
		delete(s.highest, r.old)
		delete(s.highest, r.new)
	}
	if len(s.highest) == 0 {
		return
	}
	sum := strings.TrimSuffix(f.Path(), "go.mod") + "go.sum"
	for _, r := range s.highest {
		g.Add(kennel.Occurrence{
			Component: module(r.path, r.version, kennel.OriginRegistry),
			Direct:    kennel.Transitive,
			Locations: []kennel.Location{{Path: sum, Line: r.line, Layer: f.Layer()}},
		})
	}
	gap("a go.mod from before Go 1.17 leaves out indirect modules: %d were taken from go.sum, which may also hold ones no longer needed; run \"go mod tidy -go=1.17\" or later", len(s.highest))
}
