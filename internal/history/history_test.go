package history

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repo makes a repository with one commit on main and a later change that is
// not committed.
func repo(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	folder := t.TempDir()
	write(t, filepath.Join(folder, "kennel.yaml"), "version: 1\n")
	write(t, filepath.Join(folder, "web", "kennel.yaml"), "ignore: [web]\n")
	git(t, folder, "init", "-q", "-b", "main")
	git(t, folder, "add", ".")
	git(t, folder, "-c", "user.name=A", "-c", "user.email=a@a.example", "commit", "-q", "-m", "one")
	git(t, folder, "tag", "v1")
	write(t, filepath.Join(folder, "kennel.yaml"), "waivers: []\n")
	return folder
}

func git(t testing.TB, folder string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", folder}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v: %s", args, err, out)
	}
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestFile(t *testing.T) {
	folder := repo(t)
	for _, revision := range []string{"main", "HEAD", "v1", "refs/heads/main", "refs/tags/v1"} {
		data, err := File(t.Context(), folder, revision, "kennel.yaml")
		if err != nil || string(data) != "version: 1\n" {
			t.Errorf("%s: %q, %v", revision, data, err)
		}
	}
	data, err := File(t.Context(), filepath.Join(folder, "web"), "main", "kennel.yaml")
	if err != nil || string(data) != "ignore: [web]\n" {
		t.Errorf("below the top: %q, %v", data, err)
	}
	git(t, folder, "pack-refs", "--all")
	git(t, folder, "gc", "-q")
	if _, err := File(t.Context(), folder, "main", "kennel.yaml"); err != nil {
		t.Errorf("packed: %v", err)
	}
	if _, err := File(t.Context(), folder, "main", "nothing.yaml"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	folder := repo(t)
	for _, revision := range []string{"nobranch", "--upload-pack=touch x", "-x", "main:kennel.yaml", "main\nHEAD", "../../etc/passwd"} {
		if _, err := File(t.Context(), folder, revision, "kennel.yaml"); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", revision, err)
		}
	}
	if _, err := File(t.Context(), t.TempDir(), "main", "kennel.yaml"); err == nil || !strings.Contains(err.Error(), "no git repository") {
		t.Errorf("outside a repository: %v", err)
	}
	write(t, filepath.Join(folder, ".git", "objects", "info", "alternates"), "/elsewhere\n")
	if _, err := File(t.Context(), folder, "main", "kennel.yaml"); err == nil || !strings.Contains(err.Error(), "borrows objects") {
		t.Errorf("alternates: %v", err)
	}
}

// A repository's own configuration can run programs on many git commands.
// None of it may be read.
func TestNothingOfTheRepositoryRuns(t *testing.T) {
	folder := repo(t)
	trap := filepath.Join(folder, "trap")
	script := "#!/bin/sh\ntouch " + trap + "\n"
	for _, name := range []string{"post-checkout", "reference-transaction", "fsmonitor"} {
		path := filepath.Join(folder, ".git", "hooks", name)
		write(t, path, script)
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	hook := filepath.Join(folder, ".git", "hooks", "fsmonitor")
	config := "[core]\n\tfsmonitor = " + hook + "\n\tpager = " + hook + "\n\tsshCommand = " + hook + "\n[alias]\n\trev-parse = !" + hook + "\n\tcat-file = !" + hook + "\n[filter \"x\"]\n\tsmudge = " + hook + "\n"
	f, err := os.OpenFile(filepath.Join(folder, ".git", "config"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(config); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if _, err := File(t.Context(), folder, "main", "kennel.yaml"); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(trap); err == nil {
		t.Fatal("something of the examined repository was executed")
	}
}

func TestReplaceRefsDoNotReplace(t *testing.T) {
	folder := repo(t)
	git(t, folder, "checkout", "-q", "-b", "other")
	git(t, folder, "-c", "user.name=A", "-c", "user.email=a@a.example", "commit", "-q", "-am", "two")
	git(t, folder, "replace", "main", "other")
	data, err := File(t.Context(), folder, "main", "kennel.yaml")
	if err != nil || string(data) != "version: 1\n" {
		t.Errorf("%q, %v", data, err)
	}
}

// A file that cannot be read is not one that is not there: what was trusted
// must not vanish in silence.
func TestDamageIsNotAbsence(t *testing.T) {
	folder := repo(t)
	blob, err := exec.Command("git", "-C", folder, "rev-parse", "main:kennel.yaml").Output()
	if err != nil {
		t.Fatal(err)
	}
	id := strings.TrimSpace(string(blob))
	object := filepath.Join(folder, ".git", "objects", id[:2], id[2:])
	if err := os.Remove(object); err != nil {
		t.Fatal(err)
	}
	if _, err := File(t.Context(), folder, "main", "kennel.yaml"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing blob: %v", err)
	}
}

func TestOnlyRegularFilesInside(t *testing.T) {
	folder := repo(t)
	for _, name := range []string{"web", "../kennel.yaml", "/kennel.yaml"} {
		if _, err := File(t.Context(), folder, "main", name); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(folder, "web"), link); err != nil {
		t.Skip("symbolic links cannot be made here: ", err)
	}
	data, err := File(t.Context(), link, "main", "kennel.yaml")
	if err != nil || string(data) != "ignore: [web]\n" {
		t.Errorf("through a link: %q, %v", data, err)
	}
	data, err = File(t.Context(), filepath.Join(folder, "web"), "main", "../kennel.yaml")
	if err != nil || string(data) != "version: 1\n" {
		t.Errorf("above the folder, inside the repository: %q, %v", data, err)
	}
}
