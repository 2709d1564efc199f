package fetch

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func client() *Client {
	c := New("kennel/test")
	c.wait = func(context.Context, time.Duration) error { return nil }
	return c
}

func serve(t *testing.T, h http.HandlerFunc) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func TestFileAndETag(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("User-Agent") != "kennel/test" {
			t.Errorf("user agent %q", r.Header.Get("User-Agent"))
		}
		w.Header().Set("ETag", `"one"`)
		if r.Header.Get("If-None-Match") == `"one"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, "advisories")
	})
	path := filepath.Join(t.TempDir(), "all.zip")
	r, err := client().File(t.Context(), address, path, "", nil)
	if err != nil || !r.Changed || r.ETag != `"one"` {
		t.Fatalf("got %+v, %v", r, err)
	}
	if data, _ := os.ReadFile(path); string(data) != "advisories" {
		t.Errorf("got %q", data)
	}
	r, err = client().File(t.Context(), address, path, r.ETag, nil)
	if err != nil || r.Changed {
		t.Errorf("an unchanged file came again: %+v, %v", r, err)
	}
	os.Remove(path)
	if r, err = client().File(t.Context(), address, path, `"one"`, nil); err != nil || !r.Changed {
		t.Errorf("a file that is gone was not fetched again: %+v, %v", r, err)
	}
}

func TestPassingFaultsAreTriedAgain(t *testing.T) {
	n := 0
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n++; n < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		fmt.Fprint(w, "ok")
	})
	if _, err := client().File(t.Context(), address, filepath.Join(t.TempDir(), "x"), "", nil); err != nil || n != 3 {
		t.Errorf("%d tries, %v", n, err)
	}
}

func TestCutShortKeepsTheOldFile(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "half")
	})
	folder := t.TempDir()
	path := filepath.Join(folder, "x")
	os.WriteFile(path, []byte("old"), 0o644)
	if _, err := client().File(t.Context(), address, path, "", nil); err == nil {
		t.Fatal("a transfer cut short passed")
	}
	if data, _ := os.ReadFile(path); string(data) != "old" {
		t.Errorf("the old file was lost: %q", data)
	}
	if left, _ := os.ReadDir(folder); len(left) != 1 {
		t.Errorf("something was left behind: %v", left)
	}
}

func TestRefusals(t *testing.T) {
	loop := ""
	loop = serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, loop+r.URL.Path+"x", http.StatusFound)
	})
	missing := serve(t, http.NotFound)
	for address, want := range map[string]string{
		"ftp://host.example/x": "not an http(s) address",
		"file:///etc/passwd":   "not an http(s) address",
		"":                     "not an http(s) address",
		loop:                   "redirects",
		missing:                "404",
	} {
		_, err := client().File(t.Context(), address, filepath.Join(t.TempDir(), "x"), "", nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", address, err, want)
		}
		if NotFound(err) != (address == missing) {
			t.Errorf("%q: NotFound is wrong for %v", address, err)
		}
	}
}

func TestCredentialsStayOutOfErrors(t *testing.T) {
	address := strings.Replace(serve(t, http.NotFound), "http://", "http://user:secret@", 1)
	_, err := client().File(t.Context(), address, filepath.Join(t.TempDir(), "x"), "", nil)
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

func TestEndlessBody(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) { io.Copy(w, zeros{}) })
	_, err := client().get(t.Context(), want{address: address, max: 1 << 20}, func(body io.Reader) error {
		_, err := io.Copy(io.Discard, body)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "more than 1048576 bytes") {
		t.Errorf("got %v", err)
	}
}

// A host that cannot be reached is not tried for each of a thousand packages.
func TestOutage(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	c := client()
	waits := 0
	c.wait = func(context.Context, time.Duration) error { waits++; return nil }
	for range 10 {
		if _, err := c.File(t.Context(), s.URL, filepath.Join(t.TempDir(), "x"), "", nil); err == nil || !strings.Contains(err.Error(), "refused") {
			t.Fatalf("got %v", err)
		}
	}
	if waits != attempts-1 {
		t.Errorf("waited %d times", waits)
	}
}
