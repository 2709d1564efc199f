package history

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Lengths of object ids in hexadecimal.
const (
	sha1Length   = 40
	sha256Length = 64
)

// shadow makes the git directory that git is run on: nothing of the examined
// repository is in it but its objects, through alternates, and the refs given,
// which have been checked. idLength says which hash it is of.
//
// A commit graph or an index over several packs is a cache that whoever sent
// the repository could fill with other parents and dates than the commits
// have, so neither is read.
func (l location) shadow(refs []ref, head string, idLength int) (folder string, err error) {
	objects := filepath.Join(l.common, "objects")
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
	config := "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
	if idLength == sha256Length {
		config = "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n"
	}
	config += "[core]\n\tcommitGraph = false\n\tmultiPackIndex = false\n\tattributesFile = " + os.DevNull + "\n"
	if head == "" {
		head = "ref: refs/heads/none"
	}
	var packed bytes.Buffer
	packed.WriteString("# pack-refs with: sorted \n")
	for _, r := range refs {
		packed.WriteString(r.id + " " + r.name + "\n")
	}
	for name, content := range map[string]string{
		"HEAD":                    head + "\n",
		"config":                  config,
		"packed-refs":             packed.String(),
		"objects/info/alternates": alternate(objects) + "\n",
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

// alternate writes a path as git reads it in objects/info/alternates: quoted
// as in C where it would mean something else.
func alternate(folder string) string {
	if !strings.ContainsAny(folder, "\n\\\"") && !strings.HasPrefix(folder, "#") {
		return folder
	}
	return `"` + strings.NewReplacer("\\", `\\`, `"`, `\"`, "\n", `\n`).Replace(folder) + `"`
}

// errCut says that a repository's history does not go back to its beginning.
var errCut = errors.New("its history is cut: get the rest with git fetch --unshallow")

// cut tells whether history ends early (a shallow clone) or was told to run
// otherwise (grafts). What hangs on who was there before is not to be told
// from such a repository.
func (l location) cut() error {
	for _, name := range []string{"shallow", "info/grafts"} {
		info, err := os.Lstat(filepath.Join(l.common, filepath.FromSlash(name)))
		if err == nil && info.Size() > 0 {
			return fmt.Errorf("the repository has a %q file: %w", name, errCut)
		}
	}
	return nil
}
