package history

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Import makes a bare repository at folder, which must not exist or be empty,
// of a stream as git fast-import reads it. It is of SHA-1, and its HEAD is the
// branch master. Nothing of anybody's configuration, hooks or templates takes
// part, and a stream cannot name files to read or write outside of folder. On
// an error what was made is left there.
func Import(ctx context.Context, folder string, stream io.Reader) error {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	if err := empty(folder); err != nil {
		return err
	}
	for _, sub := range []string{"objects", filepath.Join("refs", "heads"), filepath.Join("refs", "tags")} {
		if err := os.MkdirAll(filepath.Join(folder, sub), 0o755); err != nil {
			return err
		}
	}
	for name, content := range map[string]string{
		"HEAD":   "ref: refs/heads/master\n",
		"config": "[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	p, err := start(ctx, folder, stream, "fast-import", "--quiet")
	if errors.Is(err, errNoGit) {
		return errors.New("git is not installed, and it takes git to make a repository: install it, as by apt install git, dnf install git, brew install git or winget install Git.Git")
	}
	if err != nil {
		return fmt.Errorf("a repository could not be made: %w", err)
	}
	// It answers nothing while it reads, however long that takes, and so its
	// silence says nothing.
	if _, err := io.Copy(io.Discard, p.out.from); err != nil {
		p.end()
		return fmt.Errorf("a repository could not be made: %w", err)
	}
	if err := p.wait(); err != nil {
		return fmt.Errorf("a repository could not be made: %w", err)
	}
	return nil
}

// empty is an error when something is in folder.
func empty(folder string) error {
	list, err := os.ReadDir(folder)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	if len(list) > 0 {
		return fmt.Errorf("%s is not empty: name a folder that does not exist yet", folder)
	}
	return nil
}
