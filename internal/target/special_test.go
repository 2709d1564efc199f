//go:build unix

package target

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kennel-oss/kennel/internal/archive"
)

// TestPipesStayShut: opening a pipe would wait for ever.
func TestPipesStayShut(t *testing.T) {
	dir := write(t, map[string]string{"a.list": "one\n", "link.list": "-> pipe.list"})
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.list"), 0o644); err != nil {
		t.Skip(err)
	}
	if d := cmp.Diff([]string{"a.list: one"}, summary(inventory(t, dir, Options{}))); d != "" {
		t.Error(d)
	}
	d, err := openFolder(dir, archive.Limits{}.Resolved())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, name := range []string{"pipe.list", "link.list"} {
		if _, err := d.Open(name); err == nil {
			t.Error(name, "was opened")
		}
	}
	if f, _, err := d.openSeen("pipe.list"); err == nil {
		f.Close()
		t.Error("a pipe that took a file's place was opened")
	}
}
