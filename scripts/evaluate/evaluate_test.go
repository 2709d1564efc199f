package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The measures run on a small repository made here, as they do on real ones.
func TestMeasures(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program")
	}
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	work := t.TempDir()
	kennel := filepath.Join(work, "kennel")
	run(t, "", nil, "go", "build", "-o", kennel, "../../cmd/kennel")

	// Two commits of a lock file: nothing of it is in the empty cache, so that
	// the update is measured as one that could not be looked at.
	home := filepath.Join(work, "clones", "owner", "home")
	lock := func(version string) {
		write(t, filepath.Join(home, "package-lock.json"), fmt.Sprintf(`{"name":"home","lockfileVersion":3,"packages":{"":{"name":"home"},"node_modules/leash":{"version":%q}}}`, version))
	}
	lock("1.0.0")
	git := func(args ...string) string {
		return run(t, home, []string{"GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@a.example", "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@a.example"}, "git", args...)
	}
	git("init", "-q", "-b", "main")
	git("add", ".")
	git("commit", "-q", "-m", "one")
	git("tag", "-a", "-m", "one", "v1.0.0")
	lock("1.0.1")
	git("commit", "-q", "-a", "-m", "update leash")
	commit := strings.TrimSpace(git("rev-parse", "HEAD"))
	list := filepath.Join(work, "updates.tsv")
	write(t, list, "# a comment\nowner/home\tpackage-lock.json\t"+commit+"\t2026-01-01\tlooked at\n")
	t.Setenv("KENNEL_CACHE", filepath.Join(work, "cache"))
	t.Setenv("KENNEL_DB", filepath.Join(work, "none"))
	out := run(t, ".", nil, "go", "run", ".", "updates", "-kennel", kennel, "-offline", "-list", list, filepath.Join(work, "clones"))
	for _, want := range []string{"| owner/home | " + commit[:10] + " | 2026-01-01 | 1 | allow |", "1 of 1 updates pass", "content of 0 looked at", "not in the cache"} {
		if !strings.Contains(out, want) {
			t.Errorf("updates lacks %q:\n%s", want, out)
		}
	}

	// A case with a cue of one layer, and one that could not look.
	file := filepath.Join(work, "case.json")
	text, err := json.Marshal(map[string]any{"subject": "leash", "as_of": "2024-01-02T03:04:05Z", "verdict": "review", "outcomes": []any{
		map[string]any{"layer": "source", "state": "found", "findings": []any{map[string]any{"rule": "phantom", "verdict": "review", "at": "2024-01-01T00:00:00Z"}}},
		map[string]any{"layer": "authority", "state": "could_not_look", "reason": "no tags", "findings": []any{}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, string(text))
	out = run(t, ".", nil, "go", "run", ".", "layers", "-disclosed", "2024-01-11", file)
	for _, want := range []string{"| leash | source | review | 1, 0 | 10 | 9 | allow |", "| leash | authority | could not look | 0, 0 |  |  | review, by source |"} {
		if !strings.Contains(out, want) {
			t.Errorf("layers lacks %q:\n%s", want, out)
		}
	}

	// The others on the same repository and on a tree of one package.
	write(t, filepath.Join(work, "repositories.tsv"), "owner/home\ttuned on\n")
	out = run(t, "../..", nil, "go", "run", "./scripts/evaluate-authority", "-list", filepath.Join(work, "repositories.tsv"), filepath.Join(work, "clones"))
	if !strings.Contains(out, "| owner/home | 1 | 0 |") {
		t.Errorf("evaluate-authority:\n%s", out)
	}
	tree := filepath.Join(work, "node_modules")
	write(t, filepath.Join(tree, "leash", "package.json"), `{"name":"leash","version":"1.0.0"}`)
	write(t, filepath.Join(work, "packages.tsv"), "leash\t1.0.0\tsha512-x\tlooked at\n")
	out = run(t, "../..", nil, "go", "run", "./scripts/evaluate-packages", "-list", filepath.Join(work, "packages.tsv"), tree)
	if !strings.Contains(out, "| looked at | 1 | 1 | 0 | 0 | 0 |") {
		t.Errorf("evaluate-packages:\n%s", out)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// run runs a command and returns what it wrote.
func run(t *testing.T, dir string, environ []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), environ...)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, stderr.String())
	}
	return out.String()
}
