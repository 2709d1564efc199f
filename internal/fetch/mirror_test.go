package fetch

import (
	"errors"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kennel-oss/kennel/internal/history"
)

// gitServer serves an empty repository /x.git, which has moved there from
// /old.git.
func gitServer(t *testing.T) (address string) {
	t.Helper()
	where, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Skip("git is not installed")
	}
	backend := filepath.Join(strings.TrimSpace(string(where)), "git-http-backend")
	if _, err := os.Stat(backend); err != nil {
		t.Skip("git has no http-backend here")
	}
	root := t.TempDir()
	if out, err := exec.Command("git", "init", "-q", "--bare", filepath.Join(root, "x.git")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	git := &cgi.Handler{Path: backend, Env: []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1", "HOME=" + root}, InheritEnv: []string{"PATH"}}
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		if rest, ok := strings.CutPrefix(r.URL.RequestURI(), "/old.git/"); ok {
			http.Redirect(w, r, "/x.git/"+rest, http.StatusMovedPermanently)
			return
		}
		git.ServeHTTP(w, r)
	})
}

// A repository that was renamed is found; one that leads elsewhere is not
// followed, neither by us nor by git.
func TestRepositoryThatMoved(t *testing.T) {
	address := gitServer(t)
	folder := t.TempDir()
	for _, name := range []string{"/x.git", "/old.git", "/old.git/"} {
		at, held, err := registries(t, folder, false).Repository(t.Context(), address+name, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		repository, err := history.Open(t.Context(), at)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else {
			repository.Close()
		}
		held.Close()
		at, held, err = registries(t, folder, true).Repository(t.Context(), address+name, nil)
		if err != nil || at == "" {
			t.Fatalf("%s, offline: %v", name, err)
		}
		held.Close()
	}
	r := registries(t, folder, false)
	for name, to := range map[string]string{
		"inner name":      strings.Replace(address, "127.0.0.1", "localhost", 1) + "/x.git/info/refs",
		"inner address":   "https://169.254.169.254/x.git/info/refs",
		"another port":    "http://127.0.0.1:1/x.git/info/refs",
		"no repository":   "/login",
		"a file":          "file:///etc/passwd",
		"credentials too": strings.Replace(address, "://", "://user:hidden@", 1) + "/x.git/info/refs",
	} {
		from := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/login" {
				return
			}
			http.Redirect(w, r, to, http.StatusFound)
		})
		if _, _, err := r.Repository(t.Context(), from+"/y.git", nil); err == nil || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	// What a name stands for is looked up once.
	named := strings.Replace(address, "127.0.0.1", "localhost", 1)
	if from, err := r.moved(t.Context(), named+"/old.git"); err != nil || from != (history.Remote{Address: named + "/x.git", IP: "127.0.0.1"}) {
		t.Errorf("got %+v, %v", from, err)
	}
	// A name of the public internet that stands for an inner address.
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	if _, err := r.moved(t.Context(), secure.URL+"/x.git"); err == nil || !strings.Contains(err.Error(), "inside this network") {
		t.Errorf("got %v", err)
	}
	if _, _, err := registries(t, folder, true).Repository(t.Context(), address+"/none.git", nil); !errors.Is(err, ErrOffline) {
		t.Errorf("got %v", err)
	}
}

// A mirror that somebody reads is neither dropped nor made anew.
func TestRepositoryIsHeld(t *testing.T) {
	address := gitServer(t)
	folder := t.TempDir()
	r := registries(t, folder, false)
	at, held, err := r.Repository(t.Context(), address+"/x.git", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 60 {
		if err := os.WriteFile(filepath.Join(at, "objects", "pack", "x"+strings.Repeat("x", i)+".pack"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	packs := func() int {
		left, err := os.ReadDir(filepath.Join(at, "objects", "pack"))
		if err != nil {
			t.Fatal(err)
		}
		return len(left)
	}
	another := registries(t, folder, false)
	_, too, err := another.Repository(t.Context(), address+"/x.git", nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := packs(); n != 60 {
		t.Errorf("%d of 60 are left to who reads them", n)
	}
	too.Close()
	held.Close()
	deadline := time.Now().Add(10 * time.Second) // who gave up waiting may have it for a moment
	for packs() > 1 && time.Now().Before(deadline) {
		_, again, err := another.Repository(t.Context(), address+"/x.git", nil)
		if err != nil {
			t.Fatal(err)
		}
		again.Close()
	}
	if n := packs(); n > 1 {
		t.Errorf("%d are left when nobody reads", n)
	}
	local, held, err := r.Repository(t.Context(), at, nil)
	if err != nil || local != at || held.Close() != nil {
		t.Errorf("got %s, %v", local, err)
	}
}

// A proxy's redirection is no way to what the .netrc has for other hosts.
func TestNetrcIsForTheSettingsHosts(t *testing.T) {
	var sent []string
	note := func(w http.ResponseWriter, r *http.Request) { sent = append(sent, r.Header.Get("Authorization")) }
	elsewhere := serve(t, note)
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		note(w, r)
		http.Redirect(w, r, elsewhere+"/x", http.StatusFound)
	})
	settleGo(t, proxy+"|https://second.example:8443/go,direct", "")
	file := filepath.Join(t.TempDir(), "netrc")
	p, _ := url.Parse(proxy)
	e, _ := url.Parse(elsewhere)
	text := "machine " + p.Host + " login u password p\nmachine " + e.Host + " login v password q\n" +
		"machine second.example login w password r\nmachine sum.example login x password s\nmachine other.example login y password t\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("NETRC", file)
	g, err := registries(t, t.TempDir(), false).golang()
	if err != nil {
		t.Fatal(err)
	}
	g.trusted.add(p)
	g.trusted.add(e) // both are on this machine
	if _, err := g.bytes(t.Context(), p, "x"); err != nil {
		t.Fatal(err)
	}
	if strings.Join(sent, ",") != "Basic dTpw," {
		t.Errorf("sent %q", sent)
	}
	send := netrc(os.Getenv, goSettings{"GOPROXY": proxy + "|https://second.example:8443/go,direct", "GOSUMDB": "sum.example+0+x"})
	for address, want := range map[string]bool{
		proxy + "/x": true, "https://second.example:8443/y": true, "https://sum.example/lookup": true,
		"https://second.example/y": false, "http://second.example:8443/y": false, "https://other.example/": false, elsewhere: false, "https://off/": false,
	} {
		u, _ := url.Parse(address)
		if got := send(u); (got != "") != want {
			t.Errorf("%s is sent %q", address, got)
		}
	}
	if netrc(os.Getenv, goSettings{"GOAUTH": "off", "GOPROXY": proxy}) != nil {
		t.Error("GOAUTH=off is not followed")
	}
}
