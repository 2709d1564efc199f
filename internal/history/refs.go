package history

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Bounds on the refs of a repository. The largest public ones have some
// hundred thousand (a ref for each pull request); packed-refs takes up to about
// 200 bytes for each.
const (
	maxRefs   = 500_000
	maxPacked = 64 << 20
	maxDepth  = 32 // of folders below refs
	maxName   = 4096
)

// ref is a name that stands for an object.
type ref struct{ name, id string }

// apart are the refs that are no lines of the project's own: anybody's pull
// requests, notes, and what one person's clone keeps for itself. Replacements
// in particular would show commits as they are not.
var apart = []string{"refs/pull/", "refs/merge-requests/", "refs/changes/", "refs/notes/", "refs/replace/",
	"refs/original/", "refs/bisect/", "refs/rewritten/", "refs/worktree/", "refs/prefetch/"}

// refs reads the refs of l, sorted by name, and the id of a HEAD that stands
// for a commit itself. It runs nothing.
func (l location) refs() (refs []ref, head string, err error) {
	if _, err := os.Lstat(filepath.Join(l.common, "reftable")); err == nil {
		return nil, "", errors.New("the repository keeps its refs in a reftable, which is not read: clone it with --ref-format=files")
	}
	all := map[string]string{}
	packed, err := read(filepath.Join(l.common, "packed-refs"), maxPacked)
	if err == nil {
		if err := parsePacked(packed, all); err != nil {
			return nil, "", err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, "", err
	}
	symbolic := map[string]string{}
	if err := l.loose("refs", 0, all, symbolic); err != nil {
		return nil, "", err
	}
	for name, to := range symbolic {
		for range 5 {
			further, ok := symbolic[to]
			if !ok {
				break
			}
			to = further
		}
		delete(all, name)
		if id, ok := all[to]; ok && symbolic[to] == "" {
			all[name] = id
		}
	}
	for name, id := range all {
		if !slices.ContainsFunc(apart, func(p string) bool { return strings.HasPrefix(name, p) }) && name != "refs/stash" {
			refs = append(refs, ref{name, id})
		}
	}
	slices.SortFunc(refs, func(a, b ref) int { return strings.Compare(a.name, b.name) })
	text, err := read(filepath.Join(l.git, "HEAD"), maxName)
	if err != nil {
		return nil, "", err
	}
	if id := strings.TrimSpace(string(text)); isID(id) {
		head = id
	}
	for _, r := range refs {
		if len(r.id) != len(refs[0].id) || head != "" && len(r.id) != len(head) {
			return nil, "", errors.New("the repository's refs are of two kinds of hash")
		}
	}
	return refs, head, nil
}

// loose reads the refs that are files of their own below folder, a path
// relative to l.common.
func (l location) loose(folder string, depth int, all, symbolic map[string]string) error {
	if depth > maxDepth {
		return fmt.Errorf("%q lies more than %d folders deep", folder, maxDepth)
	}
	entries, err := os.ReadDir(filepath.Join(l.common, filepath.FromSlash(folder)))
	if errors.Is(err, fs.ErrNotExist) && depth == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := folder + "/" + e.Name()
		if strings.HasPrefix(e.Name(), ".") || strings.HasSuffix(e.Name(), ".lock") {
			continue // git passes over them too: a lock is a write under way
		}
		if e.IsDir() {
			if err := l.loose(name, depth+1, all, symbolic); err != nil {
				return err
			}
			continue
		}
		if !e.Type().IsRegular() {
			return fmt.Errorf("ref %q is not a regular file", name)
		}
		if len(all) >= maxRefs || len(symbolic) >= maxRefs {
			return fmt.Errorf("more than %d refs", maxRefs)
		}
		text, err := read(filepath.Join(l.common, filepath.FromSlash(name)), maxName)
		if err != nil {
			return err
		}
		line := strings.TrimSpace(string(text))
		to, isSymbolic := strings.CutPrefix(line, "ref: ")
		switch {
		case !validRef(name):
			return fmt.Errorf("%q is no name of a ref", name)
		case isSymbolic:
			symbolic[name] = strings.TrimSpace(to)
		case isID(line):
			all[name] = line
		default:
			return fmt.Errorf("ref %q names no object", name)
		}
	}
	return nil
}

// parsePacked adds the refs of a packed-refs file to all.
func parsePacked(text []byte, all map[string]string) error {
	for line := range bytes.Lines(text) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		if len(line) == 0 || line[0] == '#' || line[0] == '^' {
			continue // ^ is what the tag above stands for, which the tag says itself
		}
		id, name, ok := strings.Cut(string(line), " ")
		if !ok || !isID(id) || !validRef(name) {
			return fmt.Errorf("packed-refs has a line that is no ref: %.80q", line)
		}
		if len(all) >= maxRefs {
			return fmt.Errorf("more than %d refs", maxRefs)
		}
		all[name] = id
	}
	return nil
}

// isID reports whether s is a whole object id.
func isID(s string) bool {
	if len(s) != sha1Length && len(s) != sha256Length {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// validRef keeps to the rules of git check-ref-format.
// Source: https://git-scm.com/docs/git-check-ref-format
func validRef(name string) bool {
	if !strings.HasPrefix(name, "refs/") || len(name) > maxName || strings.Contains(name, "..") || strings.Contains(name, "@{") {
		return false
	}
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c == 0x7f || strings.IndexByte("~^:?*[\\", c) >= 0 {
			return false
		}
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part[0] == '.' || strings.HasSuffix(part, ".") || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return true
}
