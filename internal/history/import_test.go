package history

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	kennel "github.com/kennel-oss/kennel"
)

func TestImport(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	// Nothing of the user's configuration takes part.
	home := t.TempDir()
	marker := filepath.Join(home, "ran")
	hooks := filepath.Join(home, "hooks")
	for _, name := range []string{"reference-transaction", "post-update"} {
		write(t, filepath.Join(hooks, name), "#!/bin/sh\ntouch "+marker+"\n")
		if err := os.Chmod(filepath.Join(hooks, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(home, ".gitconfig"), "[core]\n\thooksPath = "+hooks+"\n[init]\n\tdefaultObjectFormat = sha256\n")
	t.Setenv("HOME", home)
	t.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(home, ".gitconfig"))

	var stream strings.Builder
	for i := range 3 {
		fmt.Fprintf(&stream, "commit refs/heads/master\nmark :%d\ncommitter A <a@a.example> %d +0200\ndata 3\none\nM 100644 inline f\ndata 1\n%d\n", i+1, 1_600_000_000+i, i)
	}
	fmt.Fprint(&stream, "tag v1\nfrom :2\ntagger A <a@a.example> 1600000009 +0200\ndata 3\none\n")
	folder := filepath.Join(t.TempDir(), "new", "r.git")
	if err := Import(t.Context(), folder, strings.NewReader(stream.String())); err != nil {
		t.Fatal(err)
	}
	r, err := Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	n := 0
	if err := r.Commits(func(kennel.Commit) error { n++; return nil }); err != nil || n != 3 {
		t.Errorf("%d commits, %v", n, err)
	}
	if tags, err := r.Tags(); err != nil || len(tags) != 1 || tags[0].Name != "v1" {
		t.Errorf("%v, %v", tags, err)
	}
	if _, err := os.Stat(marker); err == nil {
		t.Error("a hook ran")
	}
	if err := Import(t.Context(), folder, strings.NewReader("")); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("into a repository: %v", err)
	}
}

func TestImportRefuses(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	outside := filepath.Join(t.TempDir(), "outside")
	for name, stream := range map[string]string{
		"no stream":     "what is this\n",
		"cut off":       "commit refs/heads/master\ncommitter A <a@a.example> 0 +0000\ndata 100\nx",
		"marks outside": "feature export-marks=" + outside + "\nblob\nmark :1\ndata 1\nx\n",
	} {
		if err := Import(t.Context(), filepath.Join(t.TempDir(), "r.git"), strings.NewReader(stream)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := os.Stat(outside); err == nil {
		t.Error("a stream wrote outside of its repository")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Import(ctx, filepath.Join(t.TempDir(), "r.git"), strings.NewReader("")); err == nil {
		t.Error("cancelled: no error")
	}
	t.Setenv("PATH", "")
	if err := Import(t.Context(), filepath.Join(t.TempDir(), "r.git"), strings.NewReader("")); err == nil || !strings.Contains(err.Error(), "install") {
		t.Errorf("without git: %v", err)
	}
}
