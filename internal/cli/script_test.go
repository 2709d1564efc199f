package cli

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(cleaning{m}, map[string]func(){"kennel": func() { os.Exit(Main()) }})
}

// cleaning removes what the tests of this package share.
type cleaning struct{ m *testing.M }

func (c cleaning) Run() int {
	var err error
	if testFolder, err = os.MkdirTemp("", "kennel-test-"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(testFolder)
	return c.m.Run()
}

// TestScripts runs the program as a user does; each script is a text a user
// could read.
func TestScripts(t *testing.T) {
	folder := filepath.Join("testdata", "script")
	if found, _ := filepath.Glob(filepath.Join(folder, "*.txt")); len(found) == 0 {
		t.Fatal("no scripts")
	}
	testscript.Run(t, testscript.Params{
		Dir: folder,
		Setup: func(env *testscript.Env) error {
			// Nothing of the machine's own configuration or database counts.
			env.Setenv("KENNEL_CONFIG_DIR", filepath.Join(env.WorkDir, ".config"))
			env.Setenv("KENNEL_DB", filepath.Join(env.WorkDir, ".db"))
			env.Setenv("KENNEL_CACHE", filepath.Join(env.WorkDir, ".cache"))
			env.Setenv("CI", "")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status, "registry": registry},
	})
}

// status N COMMAND... runs a command and wants exactly that exit status.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command...")
	}
	want, err := strconv.Atoi(args[0])
	if err != nil {
		ts.Fatalf("usage: status N command...")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var failed *exec.ExitError
		if !errors.As(err, &failed) {
			ts.Fatalf("%v", err)
		}
		got = failed.ExitCode()
	}
	if got != want {
		ts.Fatalf("%v: exit status %d, want %d", args[1:], got, want)
	}
}
