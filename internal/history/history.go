// Package history reads git repositories that may be hostile.
//
// It runs the installed git's plumbing on a git directory that it makes
// itself (HEAD, refs that were checked, and alternates to the examined
// objects), in a fixed environment, without the target's configuration, hooks,
// attributes, replace refs, caches or lazy fetching. A repository that brings
// alternates of its own is refused. Without git the answer is an error, never
// "nothing there".
//
// Open gives a whole history; File one file that is trusted, as a branch has
// it.
package history

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

const maxFile = 1 << 20 // bytes of one file that File returns

// File returns the content of a file as a revision has it; name is
// slash-separated and relative to folder, which lies in a repository's working
// tree. The error wraps fs.ErrNotExist only when the revision was read and has
// no such file: an unknown revision, or one that is damaged or not wholly
// there, is an error of its own.
func File(ctx context.Context, folder, revision, name string) ([]byte, error) {
	if strings.HasPrefix(revision, "-") || strings.ContainsAny(revision, ":\x00\n ") {
		return nil, fmt.Errorf("%q is not a git revision", revision)
	}
	repo, prefix, err := find(folder)
	if err != nil {
		return nil, err
	}
	id, err := repo.resolve(revision)
	if err != nil {
		// Not a ref: git itself knows abbreviated hashes and ~1.
		id = revision
	}
	shadow, err := repo.shadow(nil, "", len(id))
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(shadow)
	commit, err := run(ctx, shadow, maxFile, "rev-parse", "--verify", "--quiet", "--end-of-options", id+"^{commit}")
	if err != nil {
		return nil, fmt.Errorf("git knows no revision %q here; in CI, fetch it first (fetch-depth: 0)", revision)
	}
	inTree := path.Join(filepath.ToSlash(prefix), name)
	if !fs.ValidPath(inTree) || path.IsAbs(name) {
		return nil, fmt.Errorf("%s leads out of the repository", name)
	}
	// "mode type id size\tpath", or nothing where there is no such file.
	entry, err := run(ctx, shadow, maxFile, "ls-tree", "-z", "--long", "--full-tree", strings.TrimSpace(string(commit)), "--", inTree)
	if err != nil {
		return nil, fmt.Errorf("%s at %s could not be read: %w", name, revision, err)
	}
	if len(entry) == 0 {
		return nil, fmt.Errorf("%s at %s: %w", name, revision, fs.ErrNotExist)
	}
	facts := strings.Fields(string(entry))
	if len(facts) < 4 || !strings.HasPrefix(facts[0], "100") || facts[1] != "blob" {
		return nil, fmt.Errorf("%s at %s is not a regular file", name, revision)
	}
	if n, err := strconv.ParseInt(facts[3], 10, 64); err != nil || n > maxFile {
		return nil, fmt.Errorf("%s at %s has %s bytes, at most %d are read", name, revision, facts[3], maxFile)
	}
	return run(ctx, shadow, maxFile, "cat-file", "blob", facts[2])
}

// resolve looks a ref up in files, as HEAD, a branch, a remote branch or tag.
func (l location) resolve(name string) (string, error) {
	for _, ref := range []string{name, "refs/" + name, "refs/tags/" + name, "refs/heads/" + name, "refs/remotes/" + name} {
		if !fs.ValidPath(ref) {
			continue
		}
		for range 5 { // symbolic refs
			text, err := read(filepath.Join(l.common, filepath.FromSlash(ref)), maxName)
			if ref == "HEAD" {
				text, err = read(filepath.Join(l.git, "HEAD"), maxName)
			}
			if err != nil {
				break
			}
			to, symbolic := strings.CutPrefix(strings.TrimSpace(string(text)), "ref: ")
			if !symbolic {
				return to, nil
			}
			if ref = to; !fs.ValidPath(ref) {
				break
			}
		}
		if packed, err := read(filepath.Join(l.common, "packed-refs"), maxPacked); err == nil {
			for line := range bytes.Lines(packed) {
				id, packedName, ok := strings.Cut(strings.TrimSpace(string(line)), " ")
				if ok && packedName == ref {
					return id, nil
				}
			}
		}
	}
	return "", errors.New("no such ref")
}
