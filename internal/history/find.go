package history

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// location is where an examined repository keeps its objects and refs.
type location struct {
	git    string // the folder with HEAD
	common string // the folder with objects and packed-refs
}

// find looks for the repository that folder belongs to. prefix is folder's
// path in the working tree.
func find(folder string) (location, string, error) {
	at, err := real(folder)
	if err != nil {
		return location{}, "", err
	}
	prefix := ""
	for {
		l, err := workTree(at)
		if err == nil || !errors.Is(err, os.ErrNotExist) {
			return l, prefix, err
		}
		parent := filepath.Dir(at)
		if parent == at {
			return location{}, "", fmt.Errorf("%s is in no git repository", folder)
		}
		prefix = filepath.Join(filepath.Base(at), prefix)
		at = parent
	}
}

// at locates the repository that folder itself is: a bare one, or the top of a
// working tree. It does not search upward, since a folder unpacked inside some
// other repository has nothing to do with that one's history.
func at(folder string) (location, error) {
	top, err := real(folder)
	if err != nil {
		return location{}, err
	}
	l, err := workTree(top)
	if err == nil || !errors.Is(err, os.ErrNotExist) {
		return l, err
	}
	if isGit(top) {
		return shared(top)
	}
	return location{}, fmt.Errorf("%s is no git repository: name its top folder or a bare repository", folder)
}

// real resolves links, for a link into a working tree means the tree that it
// leads to.
func real(folder string) (string, error) {
	at, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return "", err
	}
	return filepath.Abs(at)
}

// workTree locates the repository of the working tree whose top is at. The
// error wraps os.ErrNotExist when at is no such top.
func workTree(at string) (location, error) {
	git := filepath.Join(at, ".git")
	info, err := os.Stat(git)
	if err != nil {
		return location{}, err
	}
	if !info.IsDir() {
		if git, err = linked(git); err != nil {
			return location{}, err
		}
	}
	return shared(git)
}

func isGit(folder string) bool {
	_, head := os.Lstat(filepath.Join(folder, "HEAD"))
	objects, err := os.Stat(filepath.Join(folder, "objects"))
	return head == nil && err == nil && objects.IsDir()
}

// shared follows a worktree's commondir to what its repository shares.
func shared(git string) (location, error) {
	text, err := read(filepath.Join(git, "commondir"), 1<<12)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return location{git, git}, nil
	case err != nil:
		return location{}, err
	}
	common := strings.TrimSpace(string(text))
	if !filepath.IsAbs(common) {
		common = filepath.Join(git, common)
	}
	return location{git, common}, nil
}

// linked follows the .git file of a worktree or submodule.
func linked(file string) (string, error) {
	text, err := read(file, 1<<12)
	if err != nil {
		return "", fmt.Errorf("the git link could not be read: %w", quiet(err))
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

// quiet hides that a file is missing from callers that search on when one is.
func quiet(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return errors.New(err.Error())
	}
	return err
}

// read returns a regular file of at most max bytes. Whatever is not regular
// (a pipe would block for ever) is refused before it is opened.
func read(file string, max int64) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", file)
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, max+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > max {
		return nil, fmt.Errorf("%s has more than %d bytes", file, max)
	}
	return text, nil
}
