package source_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/history"
	"github.com/kennel-oss/kennel/internal/layer/source"
)

// A repository of git's own, in both of its object formats.
func TestWithGit(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	files := map[string]string{"configure.ac": "AC_INIT\n", "a.c": "int a;\n", "run.sh": "echo\n"}
	for _, format := range []string{"sha1", "sha256"} {
		folder := t.TempDir()
		git := func(args ...string) {
			t.Helper()
			cmd := exec.Command("git", append([]string{"-C", folder, "-c", "user.name=n", "-c", "user.email=n@k.example", "-c", "tag.gpgSign=false", "-c", "commit.gpgSign=false"}, args...)...)
			cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("git %v: %v\n%s", args, err, out)
			}
		}
		git("init", "-q", "--object-format="+format)
		release := fstest.MapFS{}
		for name, content := range files {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
			release["x-1.0/"+name] = &fstest.MapFile{Data: []byte(content), Mode: 0o644}
		}
		git("add", ".")
		git("commit", "-q", "-m", "all")
		git("tag", "v1.0")
		h, err := history.Open(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		release["x-1.0/run.sh"].Mode = 0o755
		release["x-1.0/b.c"] = &fstest.MapFile{Data: []byte("int b;\n")}
		s := kennel.NewSubject(kennel.Component{Version: "1.0"}, time.Time{}, kennel.Grants{Release: release, History: h})
		c, err := source.Compare(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		if c.Same != 3 || len(c.Modes) != 1 || len(c.Differ) != 1 || c.Differ[0].Class != source.Phantom || c.At.IsZero() {
			t.Errorf("%s: %+v", format, c)
		}
	}
}
