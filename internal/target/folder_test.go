package target

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/kennel-oss/kennel/internal/archive"
)

func TestFolderFS(t *testing.T) {
	dir := write(t, map[string]string{"a": "x", "b/c": "y", "b/d/e": "z", "l": "-> b/c"})
	d, err := openFolder(dir, archive.Limits{}.Resolved())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := fstest.TestFS(d, "a", "b/c", "b/d/e", "l"); err != nil {
		t.Error(err)
	}
}

func TestFolderLeavesNothing(t *testing.T) {
	dir := write(t, map[string]string{"secret": "s", "in/out": "-> ../secret", "in/abs": "-> /etc/hosts", "in/dir": "-> .."})
	d, err := openFolder(filepath.Join(dir, "in"), archive.Limits{}.Resolved())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, name := range []string{"out", "abs", "dir/secret", "../secret", "/etc/hosts", ""} {
		if b, err := d.ReadFile(name); err == nil {
			t.Errorf("%s: read %q", name, b)
		}
		if f, err := d.Open(name); err == nil {
			f.Close()
			t.Errorf("%s: opened", name)
		}
		if _, err := d.ReadDir(name); err == nil {
			t.Errorf("%s: listed", name)
		}
	}
}

// TestNamesThatAreNoText: such a file is shown escaped, and read.
func TestNamesThatAreNoText(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("file names are text here")
	}
	dir := write(t, map[string]string{"d\xff/caf\xe9.list": "one\n", `lit\xe9.list`: "two\n"})
	inv := inventory(t, dir, Options{})
	if d := cmp.Diff([]string{`d\xff/caf\xe9.list: one`, `lit\xe9.list: two`}, summary(inv)); d != "" {
		t.Error(d)
	}
	single := inventory(t, filepath.Join(dir, "d\xff", "caf\xe9.list"), Options{})
	if d := cmp.Diff([]string{`caf\xe9.list: one`}, summary(single)); d != "" {
		t.Error(d)
	}
}

func TestUnreadable(t *testing.T) {
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		t.Skip("everything is readable here")
	}
	dir := write(t, map[string]string{"a/x.list": "x\n", "b.list": "y\n", "c.list": "z\n"})
	if err := os.Chmod(filepath.Join(dir, "a"), 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(filepath.Join(dir, "a"), 0o755)
	if err := os.Chmod(filepath.Join(dir, "b.list"), 0); err != nil {
		t.Fatal(err)
	}
	want := []string{"c.list: z", "gap unreadable a: the folder could not be listed: permission denied", "gap unreadable b.list: permission denied"}
	if d := cmp.Diff(want, summary(inventory(t, dir, Options{}))); d != "" {
		t.Error(d)
	}
}

// TestDeterministic: timing changes nothing, not even where a bound cuts.
func TestDeterministic(t *testing.T) {
	files := make(map[string]string)
	for i := range 600 {
		name := strings.Repeat("d/", i%7) + "n" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + ".list"
		files[name] = "pkg\npkg" + name + "\n"
		if i%50 == 0 {
			files[name] = "panic\n"
		}
	}
	dir := write(t, files)
	for _, entries := range []int{0, 300} {
		first := summary(inventory(t, dir, Options{Limits: archive.Limits{Entries: entries}}))
		if len(first) < 100 {
			t.Fatal("only", len(first))
		}
		for range 5 {
			if again := summary(inventory(t, dir, Options{Limits: archive.Limits{Entries: entries}})); !slices.Equal(first, again) {
				t.Fatal(cmp.Diff(first, again))
			}
		}
	}
}

var _ fs.FS = (*folder)(nil)
