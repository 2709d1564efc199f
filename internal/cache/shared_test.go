package cache

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// hang takes a lock, holds a tree, writes half a file and goes no further.
func hang(folder string) error {
	c, err := Open(folder, 0)
	if err != nil {
		return err
	}
	if _, err := c.Lock(context.Background(), "x"); err != nil {
		return err
	}
	if _, err := c.Hold(context.Background(), "tree"); err != nil {
		return err
	}
	p, err := c.Create()
	if err != nil {
		return err
	}
	if _, err := p.File().WriteString("half"); err != nil {
		return err
	}
	fmt.Println("hangs")
	time.Sleep(time.Minute)
	return errors.New("nobody killed it")
}

func TestKilledProcess(t *testing.T) {
	folder := t.TempDir()
	c := open(t, folder, 0)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "KENNEL_TEST_CACHE_HANG="+folder)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "hangs\n" {
		t.Fatalf("got %q, %v", line, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := c.Lock(ctx, "x"); err == nil {
		t.Error("two have one lock")
	}
	if _, ok := c.Alone("tree"); ok {
		t.Error("another process holds the tree, and this one is alone")
	}
	cmd.Process.Kill()
	cmd.Wait()
	ctx, cancel = context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	unlock, err := c.Lock(ctx, "x")
	if err != nil {
		t.Fatal(err)
	}
	unlock()
	soon(t, func() bool { return isAlone(c, "tree") })
	keep(t, c, "one", "content")
	left, _ := filepath.Glob(filepath.Join(folder, aside, "new-*"))
	if len(left) != 1 {
		t.Fatalf("got %v", left)
	}
	os.Chtimes(left[0], time.Time{}, time.Now().Add(-2*abandoned))
	if err := c.trim(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(folder, aside, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// isAlone reports whether nobody else holds a tree.
func isAlone(c *Cache, name string) bool {
	release, ok := c.Alone(name)
	if ok {
		release()
	}
	return ok
}

// soon waits for what those who gave up waiting delay for a moment.
func soon(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it never came")
		}
	}
}

func TestHeldTreesStay(t *testing.T) {
	c := open(t, t.TempDir(), 1)
	tree := c.Tree("x")
	os.MkdirAll(tree, 0o700)
	os.WriteFile(filepath.Join(tree, "pack"), []byte("objects"), 0o600)
	long := time.Now().Add(-100 * time.Hour)
	there := func() bool { _, err := os.Stat(filepath.Join(tree, "pack")); return err == nil }
	one, err := c.Hold(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	two, err := c.Hold(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	os.Chtimes(tree, long, long)
	for _, release := range []func(){one, two} {
		if err := c.trim(); err != nil {
			t.Fatal(err)
		}
		if !there() {
			t.Fatal("a tree that is held was dropped")
		}
		release()
	}
	soon(t, func() bool { c.trim(); return !there() })
	// What was used since it was looked at stays.
	os.MkdirAll(tree, 0o700)
	if c.drop(piece{path: tree, used: long, tree: true}) {
		t.Error("a tree that was used just now was dropped")
	}
	// What is no name of ours does not end the trim.
	strange := filepath.Join(c.folder, trees, "x")
	os.MkdirAll(strange, 0o700)
	os.WriteFile(filepath.Join(strange, "x"), []byte("x"), 0o600)
	os.Chtimes(strange, long, long)
	if err := c.trim(); err != nil {
		t.Error(err)
	}
	// A lock holds off what is alone, and the other way round.
	var alone func()
	soon(t, func() (ok bool) { alone, ok = c.Alone("y"); return ok })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := c.Hold(ctx, "y"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	alone()
}

// What lies in the future, from before the clock was set back, grows old too.
func TestTrimAfterTheClockWasSetBack(t *testing.T) {
	c := open(t, t.TempDir(), 10)
	_, path := keep(t, c, "one", "longer than ten bytes")
	crashed, _ := c.Create()
	crashed.File().Close()
	ahead := time.Now().Add(1000 * time.Hour)
	for _, file := range []string{path, crashed.File().Name(), filepath.Join(c.folder, trimmed)} {
		if err := os.Chtimes(file, ahead, ahead); err != nil {
			t.Fatal(err)
		}
	}
	keep(t, c, "two", "x") // trims, since nobody knows when that was done last
	for _, file := range []string{path, crashed.File().Name(), filepath.Join(c.folder, trimmed)} {
		if info, err := os.Stat(file); err != nil || info.ModTime().After(time.Now().Add(time.Minute)) {
			t.Errorf("%s: %v", file, err)
		}
	}
	c.grace = 0
	time.Sleep(10 * time.Millisecond)
	if err := c.trim(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("it stays for ever")
	}
}

func FuzzEntry(f *testing.F) {
	f.Add(`{"Key":"x","Digest":"`+strings.Repeat("0a", 32)+`","Size":7,"ETag":"\"y\"","Asked":"2024-01-02T03:04:05Z"}`, "x")
	f.Add(`{"Key":"x","Digest":"../../x","Size":-1}`, "x")
	f.Add(`{"Key":"\u0000","Digest":"`+strings.Repeat("FF", 32)+`"}`, "\x00")
	c := &Cache{folder: f.TempDir()}
	f.Fuzz(func(t *testing.T, text, key string) {
		e, ok := readEntry([]byte(text), key)
		if !ok {
			return
		}
		if e.Key != key || e.Size < 0 || filepath.Dir(filepath.Dir(c.stored(e.Digest))) != filepath.Join(c.folder, content) {
			t.Errorf("%q gave %+v", text, e)
		}
		if _, err := c.Path(e); err == nil {
			t.Errorf("%+v is in an empty cache", e)
		}
	})
}
