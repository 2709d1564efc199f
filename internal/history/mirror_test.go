package history

import (
	"context"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	kennel "github.com/kennel-oss/kennel"
)

// served serves the bare repositories below a folder as a git server does.
func served(t *testing.T, root string) string {
	s := httptest.NewServer(backend(t, root))
	t.Cleanup(s.Close)
	return s.URL
}

func backend(t *testing.T, root string) http.Handler {
	t.Helper()
	where, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Skip("git is not installed")
	}
	backend := filepath.Join(strings.TrimSpace(string(where)), "git-http-backend")
	if _, err := os.Stat(backend); err != nil {
		t.Skip("git has no http-backend here")
	}
	return &cgi.Handler{Path: backend, Env: []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1", "HOME=" + root}, InheritEnv: []string{"PATH"}}
}

// bare makes a folder for a repository below root.
func bare(t *testing.T, root, name string) string {
	t.Helper()
	folder := filepath.Join(root, name)
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestMirror(t *testing.T) {
	root := t.TempDir()
	source := bare(t, root, "x.git")
	made(t, source, 30)
	address := served(t, root) + "/x.git"
	folder := filepath.Join(t.TempDir(), "mirror")
	if err := Mirror(t.Context(), Remote{Address: address}, folder, true, func(done, total int64) {}); err != nil {
		t.Fatal(err)
	}
	count := func() (tags, commits int) {
		t.Helper()
		r, err := Open(t.Context(), folder)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		all, err := r.Tags()
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Commits(func(kennel.Commit) error { commits++; return nil }); err != nil {
			t.Fatal(err)
		}
		return len(all), commits
	}
	if tags, commits := count(); tags != 3 || commits != 30 {
		t.Fatalf("%d tags, %d commits", tags, commits)
	}
	// It follows what the repository does, moved and removed tags too, past what
	// a run that was cut off left.
	output(t, source, "tag", "-d", "v1.0")
	output(t, source, "tag", "-f", "v1.1", "main")
	output(t, source, "tag", "new", "main")
	for _, left := range []string{"objects/pack/tmp_pack_x", "packed-refs.lock", "refs/tags/v1.1.lock"} {
		if err := os.WriteFile(filepath.Join(folder, filepath.FromSlash(left)), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Mirror(t.Context(), Remote{Address: address}, folder, true, nil); err != nil {
		t.Fatal(err)
	}
	if tags, commits := count(); tags != 3 || commits != 30 {
		t.Errorf("%d tags, %d commits", tags, commits)
	}
	if _, err := os.Stat(filepath.Join(folder, "objects/pack/tmp_pack_x")); err == nil {
		t.Error("half a pack is still there")
	}
	// A server that is gone leaves the mirror as it was.
	if err := Mirror(t.Context(), Remote{Address: "http://127.0.0.1:1/x.git"}, folder, true, nil); err == nil {
		t.Error("nobody answered, and all was well")
	}
	if tags, commits := count(); tags != 3 || commits != 30 {
		t.Errorf("%d tags, %d commits", tags, commits)
	}
}

func TestMirrorOfTheSecondObjectFormat(t *testing.T) {
	root := t.TempDir()
	source := bare(t, root, "x.git")
	git(t, source, "init", "-q", "-b", "main", "--bare", "--object-format=sha256")
	tree := output(t, source, "mktree")
	commit := output(t, source, "-c", "user.name=A", "-c", "user.email=a@a.example", "commit-tree", "-m", "x", tree)
	output(t, source, "update-ref", "refs/heads/main", commit)
	folder := filepath.Join(t.TempDir(), "mirror")
	for range 2 {
		if err := Mirror(t.Context(), Remote{Address: served(t, root) + "/x.git"}, folder, true, nil); err != nil {
			t.Fatal(err)
		}
	}
	if got := output(t, folder, "rev-parse", "refs/heads/main"); got != commit {
		t.Errorf("got %s, want %s", got, commit)
	}
}

// A mirror of many packs is made anew.
func TestMirrorOfManyPacks(t *testing.T) {
	root := t.TempDir()
	made(t, bare(t, root, "x.git"), 10)
	folder := filepath.Join(t.TempDir(), "mirror")
	address := served(t, root) + "/x.git"
	if err := Mirror(t.Context(), Remote{Address: address}, folder, true, nil); err != nil {
		t.Fatal(err)
	}
	for i := range maxPacks {
		if err := os.WriteFile(filepath.Join(folder, "objects", "pack", fmt.Sprintf("x%d.pack", i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// One that somebody reads loses nothing.
	if err := Mirror(t.Context(), Remote{Address: address}, folder, false, nil); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(filepath.Join(folder, "objects", "pack")); len(left) <= maxPacks {
		t.Errorf("%d files are left for who reads them", len(left))
	}
	if err := Mirror(t.Context(), Remote{Address: address}, folder, true, nil); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(filepath.Join(folder, "objects", "pack")); len(left) > 4 {
		t.Errorf("%d files are left", len(left))
	}
}

func TestMirrorOfNothing(t *testing.T) {
	root := t.TempDir()
	git(t, bare(t, root, "empty.git"), "init", "-q", "--bare")
	address := served(t, root)
	folder := filepath.Join(t.TempDir(), "mirror")
	if err := Mirror(t.Context(), Remote{Address: address + "/empty.git"}, folder, true, nil); err != nil {
		t.Errorf("got %v", err)
	}
	folder = filepath.Join(t.TempDir(), "mirror")
	for _, bad := range []string{
		address + "/none.git", strings.Replace(address, "http://", "http://user:secret@", 1) + "/empty.git", "http://host.example/x.git", "ssh://git@host.example/x", "git://host.example/x",
		"file://" + filepath.ToSlash(root) + "/empty.git", filepath.Join(root, "empty.git"), "ext::sh -c date", "--upload-pack=date", "", "https://",
	} {
		err := Mirror(t.Context(), Remote{Address: bad}, folder, true, nil)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: got %v", bad, err)
		}
		var could *kennel.CouldNotLook
		if !asCouldNot(err, &could) {
			t.Errorf("%q: %v is no CouldNotLook", bad, err)
		}
		if left, _ := os.ReadDir(filepath.Dir(folder)); len(left) > 0 {
			t.Fatalf("%q left %v", bad, left)
		}
	}
}

func asCouldNot(err error, to **kennel.CouldNotLook) bool {
	c, ok := err.(*kennel.CouldNotLook)
	*to = c
	return ok
}

// Nothing of a server's answer but objects and refs comes to count: no
// redirection, no wrong objects.
func TestMirrorOfHostileServers(t *testing.T) {
	root := t.TempDir()
	made(t, bare(t, root, "x.git"), 3)
	elsewhere := served(t, root)
	folder := filepath.Join(t.TempDir(), "mirror")
	for name, answer := range map[string]http.HandlerFunc{
		"redirects to a file": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		},
		"redirects to a good one": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere+r.URL.RequestURI(), http.StatusMovedPermanently)
		},
		"redirects for ever": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", http.StatusFound) },
		"wants a password": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
		},
		"says nonsense": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
			w.Write([]byte("001e# service=git-upload-pack\n0000ffff"))
		},
	} {
		s := httptest.NewServer(answer)
		if err := Mirror(t.Context(), Remote{Address: s.URL + "/x.git"}, folder, true, nil); err == nil {
			t.Errorf("a server that %s passed", name)
		}
		s.Close()
	}
	if left, _ := os.ReadDir(filepath.Dir(folder)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// cutter lets so many bytes of each answer pass and then breaks the connection.
type cutter struct {
	http.ResponseWriter
	left int
}

func (c *cutter) Write(p []byte) (int, error) {
	if len(p) > c.left {
		c.ResponseWriter.Write(p[:c.left])
		c.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	c.left -= len(p)
	return c.ResponseWriter.Write(p)
}

func TestMirrorThatIsCutOff(t *testing.T) {
	root := t.TempDir()
	made(t, bare(t, root, "x.git"), 300)
	git := backend(t, root)
	limit := 1 << 30
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w = &cutter{w, limit}
		}
		git.ServeHTTP(w, r)
	}))
	defer s.Close()
	folder := filepath.Join(t.TempDir(), "mirror")
	for _, limit = range []int{0, 100, 3000, 9000} {
		if err := Mirror(t.Context(), Remote{Address: s.URL + "/x.git"}, folder, true, nil); err == nil {
			t.Fatalf("%d bytes were enough", limit)
		}
		if left, _ := os.ReadDir(filepath.Dir(folder)); len(left) > 0 {
			t.Fatalf("left behind: %v", left)
		}
	}
	limit = 1 << 30
	if err := Mirror(t.Context(), Remote{Address: s.URL + "/x.git"}, folder, true, nil); err != nil {
		t.Fatal(err)
	}
	before := output(t, folder, "for-each-ref")
	made(t, bare(t, root, "y.git"), 350)
	if err := os.RemoveAll(filepath.Join(root, "x.git")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(root, "y.git"), filepath.Join(root, "x.git")); err != nil {
		t.Fatal(err)
	}
	limit = 1000
	if err := Mirror(t.Context(), Remote{Address: s.URL + "/x.git"}, folder, true, nil); err == nil {
		t.Fatal("1000 bytes were enough")
	}
	if after := output(t, folder, "for-each-ref"); after != before {
		t.Errorf("a mirror that was cut off changed:\n%s\nto\n%s", before, after)
	}
}

// A tree that attacks a checkout is refused; one as old tools wrote it is not.
func TestMirrorChecksObjects(t *testing.T) {
	root := t.TempDir()
	address := served(t, root)
	for name, test := range map[string]struct {
		entry string
		ok    bool
	}{"old": {"040000 src", true}, "attack": {"40000 .git", false}, "upward": {"40000 ..", false}} {
		folder := bare(t, root, name+".git")
		made(t, folder, 1)
		sub := output(t, folder, "rev-parse", "main^{tree}")
		cmd := exec.Command("git", "-C", folder, "hash-object", "-t", "tree", "-w", "--literally", "--stdin")
		cmd.Stdin = strings.NewReader(test.entry + "\x00" + string(unhex(sub)))
		tree, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		commit := output(t, folder, "-c", "user.name=A", "-c", "user.email=a@a.example", "commit-tree", "-m", "x", strings.TrimSpace(string(tree)))
		output(t, folder, "update-ref", "refs/heads/main", commit)
		if err := Mirror(t.Context(), Remote{Address: address + "/" + name + ".git"}, filepath.Join(t.TempDir(), "mirror"), true, nil); (err == nil) != test.ok {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestMirrorBounds(t *testing.T) {
	root := t.TempDir()
	made(t, bare(t, root, "x.git"), 30)
	address := served(t, root) + "/x.git"
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	folder := filepath.Join(t.TempDir(), "mirror")
	if err := Mirror(ctx, Remote{Address: address}, folder, true, nil); err == nil {
		t.Error("a mirror went on after it was called off")
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer s.Close()
	// What grows too large is stopped while a server still sends.
	defer func(n int64) { maxMirror = n }(maxMirror)
	maxMirror = -1
	if err := Mirror(t.Context(), Remote{Address: s.URL + "/x.git"}, folder, true, nil); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(folder)); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A name is looked up once, by whoever looks at what it stands for.
func TestMirrorOfAnAddressLookedUpBefore(t *testing.T) {
	version, _ := exec.Command("git", "version").Output()
	var major, minor int
	if fmt.Sscanf(string(version), "git version %d.%d", &major, &minor); major < 2 || major == 2 && minor < 37 {
		t.Skipf("%s looks names up by itself", version)
	}
	root := t.TempDir()
	made(t, bare(t, root, "x.git"), 3)
	s := httptest.NewTLSServer(backend(t, root)) // its certificate is for example.com
	defer s.Close()
	file := filepath.Join(t.TempDir(), "authority")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_SSL_CAINFO", file)
	for _, name := range connection[:7] {
		t.Setenv(name, "")
	}
	port := s.URL[strings.LastIndexByte(s.URL, ':')+1:]
	from := Remote{Address: "https://example.com:" + port + "/x.git", IP: "127.0.0.1"}
	if err := Mirror(t.Context(), from, filepath.Join(t.TempDir(), "mirror"), true, nil); err != nil {
		t.Error(err)
	}
}
