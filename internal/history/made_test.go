package history

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// made makes a repository with commits and a tag for every tenth, through git
// fast-import: one process.
func made(tb testing.TB, folder string, commits int) {
	tb.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		tb.Skip("git is not installed")
	}
	var in strings.Builder
	for i := range commits {
		at := 1_600_000_000 + i*3600
		fmt.Fprintf(&in, "commit refs/heads/main\nauthor A %d <a%d@a.example> %d +0000\ncommitter C <c@c.example> %d +0000\ndata 3\none\n", i%3, i%3, at, at+60)
		fmt.Fprintf(&in, "M 100644 inline src/file%d.c\ndata %d\n%s\n", i%50, len(strconv.Itoa(i)), strconv.Itoa(i))
		if i%10 == 0 {
			fmt.Fprintf(&in, "tag v1.%d\nfrom refs/heads/main\ntagger T <t@t.example> %d +0100\ndata 4\ntext\n", i/10, at+120)
		}
	}
	git(tb, folder, "init", "-q", "-b", "main", "--bare")
	cmd := exec.Command("git", "--git-dir="+folder, "fast-import", "--quiet")
	cmd.Stdin = strings.NewReader(in.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("git fast-import: %v: %s", err, out)
	}
}

// peak reads the most memory this process has had, in MiB.
func peak(status []byte) float64 {
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	n, _ := strconv.ParseFloat(strings.TrimSpace(strings.SplitN(after, "kB", 2)[0]), 64)
	return n / 1024
}

func output(tb testing.TB, folder string, args ...string) string {
	tb.Helper()
	out, err := exec.Command("git", append([]string{"-C", folder}, args...)...).Output()
	if err != nil {
		tb.Fatalf("git %v: %v", args, err)
	}
	return strings.TrimSpace(string(out))
}

func remove(tb testing.TB, name string) {
	tb.Helper()
	if err := os.Remove(name); err != nil {
		tb.Fatal(err)
	}
}
