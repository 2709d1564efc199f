package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

// TestMain serves as the other process of the tests below.
func TestMain(m *testing.M) {
	folder := os.Getenv("KENNEL_TEST_FETCH")
	if folder == "" {
		os.Exit(m.Run())
	}
	r, err := NewRegistries(RegistryOptions{Agent: "kennel/test", Cache: folder})
	for i := 0; err == nil && i < 10; i++ {
		var path string
		var text []byte
		if path, err = r.Release(context.Background(), npmComponent("x", "1.1.0"), nil); err == nil {
			text, err = os.ReadFile(path)
		}
		if err == nil && string(text) != "content" {
			err = fmt.Errorf("got %q", text)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// other starts a process that asks for x 1.1.0 with a cache.
func other(t *testing.T, folder string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "KENNEL_TEST_FETCH="+folder)
	cmd.Stderr = new(strings.Builder)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	return cmd
}

// A process that is killed in the middle of a download leaves nothing that
// counts, and no lock that anybody waits for.
func TestKilledInTheMiddleOfADownload(t *testing.T) {
	half := make(chan bool)
	var whole atomic.Bool
	npmServer(t, "x", "https://host.example", func(w http.ResponseWriter, r *http.Request) {
		if whole.Load() {
			fmt.Fprint(w, "content")
			return
		}
		w.Header().Set("Content-Length", "7")
		fmt.Fprint(w, "cont")
		w.(http.Flusher).Flush()
		half <- true
		<-r.Context().Done()
	})
	folder := t.TempDir()
	cmd := other(t, folder)
	select {
	case <-half:
	case <-time.After(30 * time.Second):
		t.Fatal("the other process asked for nothing")
	}
	cmd.Process.Kill()
	if err := cmd.Wait(); err == nil {
		t.Fatal("it ended by itself")
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "aside", "*")); len(left) != 1 {
		t.Errorf("it was to be killed while it wrote: %v", left)
	}
	if _, err := registries(t, folder, true).Release(t.Context(), npmComponent("x", "1.1.0"), nil); !errors.Is(err, ErrOffline) {
		t.Errorf("half a file: got %v", err)
	}
	whole.Store(true)
	path, err := registries(t, folder, false).Release(t.Context(), npmComponent("x", "1.1.0"), nil)
	if text, _ := os.ReadFile(path); err != nil || string(text) != "content" {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestProcessesShareACache(t *testing.T) {
	npmServer(t, "x", "https://host.example", content("content"))
	folder := t.TempDir()
	var wait sync.WaitGroup
	for range 3 {
		cmd := other(t, folder)
		wait.Go(func() {
			if err := cmd.Wait(); err != nil {
				t.Errorf("%v: %s", err, cmd.Stderr)
			}
		})
	}
	wait.Wait()
	if _, err := registries(t, folder, true).Release(t.Context(), npmComponent("x", "1.1.0"), nil); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "aside", "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// What was asked for while the clock was ahead is asked for again, unless it
// can never change.
func TestClockSetBack(t *testing.T) {
	var asked atomic.Int32
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		fmt.Fprint(w, document("x", "https://host.example", "content"))
	})
	settle(t, address)
	folder := t.TempDir()
	r := registries(t, folder, false)
	x := kennel.Package{Ecosystem: kennel.NPM, Name: "x"}
	for i, age := range []time.Duration{0, time.Minute, -time.Minute, -1000 * time.Hour, 20 * time.Minute} {
		if i > 0 {
			e, ok := r.cache.Find("npm document 1 " + address + "/ x")
			if !ok {
				t.Fatal("nothing was kept")
			}
			if err := r.cache.Renew(e, time.Now().Add(-age)); err != nil {
				t.Fatal(err)
			}
		}
		before := asked.Load()
		if _, err := r.Listing(t.Context(), x); err != nil {
			t.Fatal(err)
		}
		if again := asked.Load() > before; again != (age != time.Minute) {
			t.Errorf("%v old: asked again: %v", age, again)
		}
		if _, err := registries(t, folder, true).Listing(t.Context(), x); err != nil {
			t.Errorf("%v old, offline: %v", age, err)
		}
	}
	e, _ := r.cache.Find("npm document 1 " + address + "/ x")
	if err := r.cache.Renew(e, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := r.stored(e.Key, forever); !ok {
		t.Error("what never changes was asked for again")
	}
}
