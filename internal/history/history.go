// Package history reads git repositories that may be hostile.
//
// It runs the installed git's plumbing on a git directory that it makes
// itself (HEAD, and alternates to the examined objects), in a fixed
// environment, without the target's configuration, hooks, replace refs or
// lazy fetching. A repository that brings alternates of its own is refused.
// Without git the answer is an error, never "nothing there".
package history

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	maxFile  = 1 << 20          // bytes of one file that File returns
	patience = 30 * time.Second // for one git command
)

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
	shadow, err := repo.shadow()
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(shadow)
	id, err := repo.resolve(revision)
	if err != nil {
		// Not a ref: git itself knows abbreviated hashes and ~1.
		id = revision
	}
	commit, err := run(ctx, shadow, "rev-parse", "--verify", "--quiet", "--end-of-options", id+"^{commit}")
	if err != nil {
		return nil, fmt.Errorf("git knows no revision %q here; in CI, fetch it first (fetch-depth: 0)", revision)
	}
	inTree := path.Join(filepath.ToSlash(prefix), name)
	if !fs.ValidPath(inTree) || path.IsAbs(name) {
		return nil, fmt.Errorf("%s leads out of the repository", name)
	}
	// "mode type id size\tpath", or nothing where there is no such file.
	entry, err := run(ctx, shadow, "ls-tree", "-z", "--long", "--full-tree", strings.TrimSpace(string(commit)), "--", inTree)
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
	return run(ctx, shadow, "cat-file", "blob", facts[2])
}

// repository is where an examined repository keeps its objects and refs.
type repository struct {
	git    string // the folder with HEAD
	common string // the folder with objects and packed-refs
}

// find looks for the repository that folder belongs to. prefix is folder's
// path in the working tree.
func find(folder string) (repository, string, error) {
	// A link into a working tree means the tree that it leads to.
	at, err := filepath.EvalSymlinks(folder)
	if err == nil {
		at, err = filepath.Abs(at)
	}
	if err != nil {
		return repository{}, "", err
	}
	prefix := ""
	for {
		git := filepath.Join(at, ".git")
		if info, err := os.Stat(git); err == nil {
			if !info.IsDir() {
				if git, err = linked(git); err != nil {
					return repository{}, "", err
				}
			}
			common := git
			if text, err := os.ReadFile(filepath.Join(git, "commondir")); err == nil {
				common = filepath.Join(git, strings.TrimSpace(string(text)))
			}
			return repository{git, common}, prefix, nil
		}
		parent := filepath.Dir(at)
		if parent == at {
			return repository{}, "", fmt.Errorf("%s is in no git repository", folder)
		}
		prefix = filepath.Join(filepath.Base(at), prefix)
		at = parent
	}
}

// linked follows the .git file of a worktree or submodule.
func linked(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	to, ok := strings.CutPrefix(strings.TrimSpace(string(text)), "gitdir: ")
	if !ok {
		return "", fmt.Errorf("%s: not a git link", file)
	}
	if !filepath.IsAbs(to) {
		to = filepath.Join(filepath.Dir(file), to)
	}
	return to, nil
}

// resolve looks a ref up in files, as HEAD, a branch, a remote branch or tag.
func (r repository) resolve(name string) (string, error) {
	for _, ref := range []string{name, "refs/" + name, "refs/tags/" + name, "refs/heads/" + name, "refs/remotes/" + name} {
		if !fs.ValidPath(ref) {
			continue
		}
		for range 5 { // symbolic refs
			text, err := os.ReadFile(filepath.Join(r.common, filepath.FromSlash(ref)))
			if ref == "HEAD" {
				text, err = os.ReadFile(filepath.Join(r.git, "HEAD"))
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
		if packed, err := os.ReadFile(filepath.Join(r.common, "packed-refs")); err == nil {
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

// shadow makes the git directory that git is run on: nothing of the examined
// repository is in it but its objects.
func (r repository) shadow() (folder string, err error) {
	objects := filepath.Join(r.common, "objects")
	for _, own := range []string{"alternates", "http-alternates"} {
		if _, err := os.Lstat(filepath.Join(objects, "info", own)); err == nil {
			return "", fmt.Errorf("the repository borrows objects through %s: that is not followed", own)
		}
	}
	folder, err = os.MkdirTemp("", "kennel-git-")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(folder)
		}
	}()
	for name, content := range map[string]string{
		"HEAD":                    "ref: refs/heads/none\n",
		"config":                  "[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
		"objects/info/alternates": objects + "\n",
		"refs/heads/.keep":        "",
	} {
		file := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return "", err
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			return "", err
		}
	}
	return folder, nil
}

// run runs one git command on a shadow directory and returns its output.
func run(ctx context.Context, shadow string, args ...string) ([]byte, error) {
	git, err := exec.LookPath("git")
	if err != nil {
		return nil, errors.New("git is not installed: install it, or name the file itself")
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, git, append([]string{"--git-dir=" + shadow, "--no-replace-objects", "--literal-pathspecs"}, args...)...)
	cmd.Dir = shadow
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + shadow, "LC_ALL=C",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_TERMINAL_PROMPT=0",
		"GIT_NO_LAZY_FETCH=1", "GIT_OPTIONAL_LOCKS=0", "GIT_PROTOCOL_FROM_USER=0", "GIT_ALLOW_PROTOCOL=",
	}
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(complaint.String()))
	}
	return out.Bytes(), nil
}
