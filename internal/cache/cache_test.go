package cache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

func open(t *testing.T, folder string, limit int64) *Cache {
	t.Helper()
	c, err := Open(folder, limit)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func keep(t *testing.T, c *Cache, key, text string) (Entry, string) {
	t.Helper()
	p, err := c.Create()
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(p.File(), text)
	e, path, err := p.Keep(Entry{Key: key, ETag: "tag", Asked: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	p.Drop() // after Keep it does nothing
	return e, path
}

func TestKeepAndFind(t *testing.T) {
	folder := t.TempDir()
	c := open(t, folder, 0)
	if _, ok := c.Find("one"); ok {
		t.Error("found what was never kept")
	}
	kept, path := keep(t, c, "one", "content")
	again := open(t, folder, 0)
	e, ok := again.Find("one")
	if !ok || e.Digest != kept.Digest || e.Size != 7 || e.ETag != "tag" {
		t.Fatalf("got %+v", e)
	}
	if got, err := again.Path(e); err != nil || got != path {
		t.Errorf("got %s, %v", got, err)
	}
	later := time.Now().Add(time.Hour)
	if err := c.Renew(e, later); err != nil {
		t.Fatal(err)
	}
	if e, _ := again.Find("one"); !e.Asked.Equal(later) || e.ETag != "tag" {
		t.Errorf("got %+v", e)
	}
	if two, at := keep(t, c, "two", "content"); at != path || two.Digest != kept.Digest {
		t.Error("one content lies there twice")
	}
}

func TestNothingIsBelievedUnhashed(t *testing.T) {
	c := open(t, t.TempDir(), 0)
	for name, text := range map[string]string{"altered": "CONTENT", "cut": "cont", "grown": "content and more", "empty": ""} {
		e, path := keep(t, c, "one", "content")
		os.WriteFile(path, []byte(text), 0o600)
		if _, err := c.Path(e); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v", name, err)
		}
		if _, again := keep(t, c, "one", "content"); again != path {
			t.Errorf("%s: kept again at %s", name, again)
		}
		if _, err := c.Path(e); err != nil {
			t.Errorf("%s: it was not replaced: %v", name, err)
		}
		// An entry that is wrong is no reason to remove a good file.
		e.Size++
		if _, err := c.Path(e); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s: a good file is gone", name)
		}
	}
	for _, digest := range []string{"", "..", "../../x", strings.Repeat("z", 64), strings.Repeat("0", 63)} {
		if _, err := c.Path(Entry{Digest: digest}); err == nil {
			t.Errorf("%q was opened", digest)
		}
	}
	e, _ := keep(t, c, "one", "content")
	for _, text := range []string{"", "{", `{"Key":"two"}`, `{"Key":"one","Digest":"../../../x"}`, strings.Repeat("x", maxEntry+1)} {
		os.WriteFile(c.indexed(e.Key), []byte(text), 0o600)
		if got, ok := c.Find("one"); ok {
			t.Errorf("%.20q gave %+v", text, got)
		}
	}
}

func TestDroppedAndAbandoned(t *testing.T) {
	folder := t.TempDir()
	c := open(t, folder, 0)
	p, _ := c.Create()
	p.Drop()
	crashed, _ := c.Create()
	crashed.File().Close()
	if err := c.trim(); err != nil {
		t.Fatal(err)
	}
	left, _ := os.ReadDir(filepath.Join(folder, aside))
	if len(left) != 1 {
		t.Fatalf("what may be on its way is gone: %v", left)
	}
	long := time.Now().Add(-2 * abandoned)
	os.Chtimes(crashed.File().Name(), long, long)
	if err := c.trim(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(filepath.Join(folder, aside)); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestTheOldestGoFirst(t *testing.T) {
	c := open(t, t.TempDir(), 0)
	text := strings.Repeat("x", 990)
	aged := func(path string, hours int) {
		at := time.Now().Add(-time.Duration(hours) * time.Hour)
		os.Chtimes(path, at, at)
	}
	var entries []Entry
	for i := range 6 {
		e, path := keep(t, c, strconv.Itoa(i), strconv.Itoa(i)+text)
		entries = append(entries, e)
		aged(path, 20-i)
	}
	used := c.stored(entries[0].Digest)
	if _, err := c.Path(entries[0]); err != nil { // used just now
		t.Fatal(err)
	}
	mirror := c.Tree("old mirror")
	os.MkdirAll(filepath.Join(mirror, "objects"), 0o700)
	os.WriteFile(filepath.Join(mirror, "objects", "pack"), []byte(text), 0o600)
	aged(mirror, 100)
	c.SetState("head", []byte("kept for good"))
	c.limit = 4000
	if err := c.trim(); err != nil {
		t.Fatal(err)
	}
	if n := Size(filepath.Join(c.folder, content)) + Size(filepath.Join(c.folder, index)) + Size(filepath.Join(c.folder, trees)); n > 4000 {
		t.Errorf("%d bytes are left", n)
	}
	if _, err := os.Stat(mirror); err == nil {
		t.Error("the oldest is still there")
	}
	if _, err := os.Stat(used); err != nil {
		t.Error("what was just used is gone")
	}
	if _, err := c.Path(entries[1]); err == nil {
		t.Error("the second oldest is still there")
	}
	if _, err := c.Path(entries[5]); err != nil {
		t.Error("the newest is gone")
	}
	if text, err := c.State("head"); err != nil || string(text) != "kept for good" {
		t.Errorf("got %q, %v", text, err)
	}
	if text, err := c.State("none"); err != nil || text != nil {
		t.Errorf("got %q, %v", text, err)
	}
}

// It trims itself once much was written, and never what is in use.
func TestGrowthIsBounded(t *testing.T) {
	c := open(t, t.TempDir(), 10_000)
	c.grace = 0
	for i := range 100 {
		keep(t, c, strconv.Itoa(i), strconv.Itoa(i)+strings.Repeat("x", 500))
	}
	if n := Size(filepath.Join(c.folder, content)); n > 11_000 {
		t.Errorf("%d bytes of at most 10000 and a sixteenth", n)
	}
}

// TestMain serves as the other process of TestProcessesShare.
func TestMain(m *testing.M) {
	if folder := os.Getenv("KENNEL_TEST_CACHE_HANG"); folder != "" {
		fmt.Println(hang(folder))
		os.Exit(1)
	}
	if folder := os.Getenv("KENNEL_TEST_CACHE"); folder != "" {
		if err := work(folder); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// work counts up a state under a lock and keeps files that others keep too.
func work(folder string) error {
	c, err := Open(folder, 100_000)
	if err != nil {
		return err
	}
	for i := range 20 {
		unlock, err := c.Lock(context.Background(), "count")
		if err != nil {
			return err
		}
		text, err := c.State("count")
		if err != nil {
			return err
		}
		n, _ := strconv.Atoi(string(text))
		if err := c.SetState("count", []byte(strconv.Itoa(n+1))); err != nil {
			return err
		}
		unlock()
		p, err := c.Create()
		if err != nil {
			return err
		}
		text = bytes.Repeat([]byte{byte(i)}, 10_000)
		p.File().Write(text)
		e, _, err := p.Keep(Entry{Key: strconv.Itoa(i)})
		if err != nil {
			return err
		}
		path, err := c.Path(e)
		if err != nil {
			return err
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, text) {
			return fmt.Errorf("another content is there: %v", err)
		}
	}
	return nil
}

func TestProcessesShare(t *testing.T) {
	folder := t.TempDir()
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "KENNEL_TEST_CACHE="+folder)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	wait.Wait()
	if text, err := open(t, folder, 0).State("count"); err != nil || string(text) != "80" {
		t.Errorf("counted to %q, %v", text, err)
	}
}

func TestLockCanBeGivenUp(t *testing.T) {
	folder := t.TempDir()
	unlock, err := open(t, folder, 0).Lock(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := open(t, folder, 0).Lock(ctx, "x"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	unlock()
	again, err := open(t, folder, 0).Lock(t.Context(), "x") // the one given up lets go
	if err != nil {
		t.Fatal(err)
	}
	again()
}

func TestOpenWhereNothingCanBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	os.WriteFile(file, nil, 0o600)
	if _, err := Open(file, 0); err == nil {
		t.Error("a file was taken as a cache")
	}
}

func BenchmarkKeepAndPath(b *testing.B) {
	c, err := Open(b.TempDir(), 0)
	if err != nil {
		b.Fatal(err)
	}
	text := bytes.Repeat([]byte("x"), 100_000)
	for i := 0; b.Loop(); i++ {
		p, _ := c.Create()
		p.File().Write(text)
		e, _, err := p.Keep(Entry{Key: strconv.Itoa(i % 100)})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Path(e); err != nil {
			b.Fatal(err)
		}
	}
}
