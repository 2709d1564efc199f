package fetch

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/sumdb/note"

	kennel "github.com/kennel-oss/kennel"
)

// goServer imitates a module proxy with a checksum database behind it.
type goServer struct {
	address string
	files   map[string][]byte
	mu      sync.Mutex
	asked   []string
}

// moduleZip makes the zip of a module, and its hash.
func moduleZip(t *testing.T, path, version string, files map[string]string) ([]byte, string) {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		w, err := z.Create(path + "@" + version + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write([]byte(text))
	}
	z.Close()
	file := filepath.Join(t.TempDir(), "x.zip")
	os.WriteFile(file, b.Bytes(), 0o600)
	sum, err := dirhash.HashZip(file, dirhash.Hash1)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), sum
}

const madeAt = "2022-03-04T05:06:07Z"

// newGoServer serves releases of path. sums gives what the database says, by
// version; those of the zips when nil. Several servers may have one signer.
func newGoServer(t *testing.T, signer, path string, versions []string, sums map[string]string) *goServer {
	t.Helper()
	s := &goServer{files: map[string][]byte{}}
	if sums == nil {
		sums = map[string]string{}
	}
	escaped, _ := module.EscapePath(path)
	for _, version := range versions {
		content, sum := moduleZip(t, path, version, map[string]string{"go.mod": "module " + path + "\n", "x.go": "package x\n"})
		if sums[version] == "" {
			sums[version] = sum
		}
		at := "/" + escaped + "/@v/" + version
		s.files[at+".zip"] = content
		s.files[at+".info"] = fmt.Appendf(nil, `{"Version":%q,"Time":%q}`, version, madeAt)
		s.files[at+".mod"] = []byte("module " + path + "\n")
	}
	s.files["/"+escaped+"/@v/list"] = []byte(strings.Join(versions, "\n") + "\n")
	database := sumdb.NewServer(sumdb.NewTestServer(signer, func(path, version string) ([]byte, error) {
		sum, ok := sums[version]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return fmt.Appendf(nil, "%s %s %s\n%s %s/go.mod %s\n", path, version, sum, path, version, sum), nil
	}))
	s.address = serve(t, func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.URL.Path)
		content, ok := s.files[r.URL.Path]
		s.mu.Unlock()
		switch {
		case r.URL.Path == "/sumdb/sum.example/supported":
		case strings.HasPrefix(r.URL.Path, "/sumdb/sum.example/"):
			http.StripPrefix("/sumdb/sum.example", database).ServeHTTP(w, r)
		case ok:
			w.Write(content)
		default:
			http.NotFound(w, r)
		}
	})
	return s
}

// verifiers are the public keys of signers.
var verifiers = map[string]string{}

// newSigner makes a database's key.
func newSigner(t *testing.T) string {
	t.Helper()
	signer, verifier, err := note.GenerateKey(rand.Reader, "sum.example")
	if err != nil {
		t.Fatal(err)
	}
	verifiers[signer] = verifier
	return signer
}

func settleGo(t *testing.T, proxy, signer string) {
	t.Helper()
	settle(t, "")
	for _, name := range goVariables {
		t.Setenv(name, "")
	}
	t.Setenv("GOPROXY", proxy)
	t.Setenv("GOSUMDB", "off")
	if signer != "" {
		t.Setenv("GOSUMDB", verifiers[signer])
	}
}

func goComponent(path, version string) kennel.Component {
	return kennel.Component{Package: kennel.Package{Ecosystem: kennel.Go, Name: path}, Version: version}
}

func TestGoReleaseAndOffline(t *testing.T) {
	signer := newSigner(t)
	s := newGoServer(t, signer, "host.example/Up/x", []string{"v1.0.0", "v1.1.0"}, nil)
	settleGo(t, s.address, signer)
	folder := t.TempDir()
	c := goComponent("host.example/Up/x", "v1.0.0")
	path, err := registries(t, folder, false).Release(t.Context(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(path); !bytes.Equal(text, s.files["/host.example/!up/x/@v/v1.0.0.zip"]) {
		t.Error("another file came")
	}
	asked := len(s.asked)
	off := registries(t, folder, true)
	if _, err := off.Release(t.Context(), c, nil); err != nil || len(s.asked) != asked {
		t.Errorf("%v, asked %v", err, s.asked[asked:])
	}
	c.Version = "v1.1.0"
	if _, err := off.Release(t.Context(), c, nil); !errors.Is(err, ErrOffline) {
		t.Errorf("got %v", err)
	}
	c.Version = "v1.9.0"
	if _, err := registries(t, folder, false).Release(t.Context(), c, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	for _, version := range []string{"", "1.0.0", "v1", "v2.0.0", "v1.0.0/../x", "master"} {
		c.Version = version
		if _, err := registries(t, folder, false).Release(t.Context(), c, nil); err == nil {
			t.Errorf("%q was taken as a version", version)
		}
	}
}

func TestGoHashesHold(t *testing.T) {
	signer := newSigner(t)
	_, wrong := moduleZip(t, "host.example/x", "v1.0.0", map[string]string{"go.mod": "module host.example/x\n"})
	s := newGoServer(t, signer, "host.example/x", []string{"v1.0.0", "v1.1.0"}, map[string]string{"v1.0.0": wrong})
	settleGo(t, s.address, signer)
	r := registries(t, t.TempDir(), false)
	var mismatch *kennel.Mismatch
	if _, err := r.Release(t.Context(), goComponent("host.example/x", "v1.0.0"), nil); !errors.As(err, &mismatch) || mismatch.Who != "the checksum database" || mismatch.Want != wrong {
		t.Errorf("got %v", err)
	}
	c := goComponent("host.example/x", "v1.1.0")
	h, _ := parseH1(wrong)
	c.Hashes = []kennel.Hash{h}
	if _, err := r.Release(t.Context(), c, nil); !errors.As(err, &mismatch) || mismatch.Who != "the lock file" {
		t.Errorf("got %v", err)
	}
	t.Setenv("GOSUMDB", "off") // then go.sum alone says it
	if _, err := registries(t, t.TempDir(), false).Release(t.Context(), c, nil); !errors.As(err, &mismatch) || mismatch.Who != "the lock file" {
		t.Errorf("got %v", err)
	}
	c.Hashes = nil
	if _, err := registries(t, t.TempDir(), false).Release(t.Context(), c, nil); err != nil {
		t.Errorf("got %v", err)
	}
}

// A database that shows another history than before is told loudly, by a later
// run too, and stays told.
func TestForkedChecksumDatabase(t *testing.T) {
	signer := newSigner(t)
	first := newGoServer(t, signer, "host.example/x", []string{"v1.0.0", "v1.1.0"}, nil)
	settleGo(t, first.address, signer)
	folder := t.TempDir()
	if _, err := registries(t, folder, false).Release(t.Context(), goComponent("host.example/x", "v1.0.0"), nil); err != nil {
		t.Fatal(err)
	}
	fork := newGoServer(t, signer, "host.example/y", []string{"v1.0.0", "v1.1.0"}, nil)
	t.Setenv("GOPROXY", fork.address)
	r := registries(t, folder, false)
	for _, version := range []string{"v1.0.0", "v1.1.0"} {
		var loud *SecurityError
		if _, err := r.Release(t.Context(), goComponent("host.example/y", version), nil); !errors.As(err, &loud) || !strings.Contains(err.Error(), "SECURITY ERROR") {
			t.Errorf("got %v", err)
		}
	}
	// With another key it is no fork, and not believed either.
	t.Setenv("GOSUMDB", verifiers[newSigner(t)])
	if _, err := registries(t, folder, false).Release(t.Context(), goComponent("host.example/y", "v1.0.0"), nil); err == nil || !strings.Contains(err.Error(), "could not be looked up") {
		t.Errorf("got %v", err)
	}
}

func TestChecksumDatabaseThatKnowsNothing(t *testing.T) {
	signer := newSigner(t)
	s := newGoServer(t, signer, "host.example/x", []string{"v1.0.0"}, nil)
	other := newGoServer(t, newSigner(t), "host.example/z", []string{"v1.0.0"}, nil)
	settleGo(t, s.address, signer)
	s.files["/host.example/x/@v/v1.5.0.info"] = []byte(`{"Version":"v1.5.0"}`)
	if _, err := registries(t, t.TempDir(), false).Release(t.Context(), goComponent("host.example/x", "v1.5.0"), nil); err == nil || !strings.Contains(err.Error(), "checksum database") {
		t.Errorf("got %v", err)
	}
	t.Setenv("GOSUMDB", verifiers[signer]+" "+other.address+"/sumdb/sum.example") // signed by another
	if _, err := registries(t, t.TempDir(), false).Release(t.Context(), goComponent("host.example/x", "v1.0.0"), nil); err == nil {
		t.Error("another's signature was taken")
	}
}

func TestGoProxiesInTurn(t *testing.T) {
	signer := newSigner(t)
	good := newGoServer(t, signer, "host.example/x", []string{"v1.0.0"}, nil)
	none := serve(t, http.NotFound)
	broken := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	for list, want := range map[string]string{
		none + "," + good.address:   "",
		broken + "," + good.address: "403",
		broken + "|" + good.address: "",
		none + ",off":               "no host.example/x",
		none + ",direct":            "GOPROXY direct",
		"direct":                    "GOPROXY direct",
		"off":                       "GOPROXY=off",
	} {
		settleGo(t, list, "")
		_, err := registries(t, t.TempDir(), false).Release(t.Context(), goComponent("host.example/x", "v1.0.0"), nil)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v", list, err)
		}
		if err != nil && errors.Is(err, fs.ErrNotExist) != strings.HasSuffix(list, ",off") {
			t.Errorf("%s: whether there is none is wrong for %v", list, err)
		}
	}
	settleGo(t, good.address, "")
	t.Setenv("GOPRIVATE", "host.example")
	if _, err := registries(t, t.TempDir(), false).Release(t.Context(), goComponent("host.example/x", "v1.0.0"), nil); !errors.Is(err, errDirect) {
		t.Errorf("got %v", err)
	}
}

func TestGoProxyInAFolder(t *testing.T) {
	s := newGoServer(t, newSigner(t), "host.example/x", []string{"v1.0.0"}, nil)
	folder := t.TempDir()
	for name, text := range s.files {
		file := filepath.Join(folder, filepath.FromSlash(name))
		os.MkdirAll(filepath.Dir(file), 0o755)
		os.WriteFile(file, text, 0o644)
	}
	settleGo(t, "file://"+filepath.ToSlash(folder), "")
	r := registries(t, t.TempDir(), false)
	if _, err := r.Release(t.Context(), goComponent("host.example/x", "v1.0.0"), nil); err != nil {
		t.Error(err)
	}
	if l, err := r.Listing(t.Context(), goComponent("host.example/x", "").Package); err != nil || len(l.Releases) != 1 {
		t.Errorf("got %+v, %v", l, err)
	}
	if _, err := r.Listing(t.Context(), goComponent("host.example/y", "").Package); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestGoListing(t *testing.T) {
	var versions []string
	for i := range 30 {
		versions = append(versions, fmt.Sprintf("v1.%d.0", i))
	}
	versions = append(versions, "v1.29.1-0.20230102030405-0123456789ab")
	s := newGoServer(t, newSigner(t), "github.com/a/b/sub/v1x", versions, nil)
	settleGo(t, s.address, "")
	s.files["/github.com/a/b/sub/v1x/@v/v1.29.0.info"] = []byte(`{"Version":"v1.29.0","Time":"2023-01-01T00:00:00Z","Origin":{"VCS":"git","URL":"https://code.example/a","Subdir":"sub","Hash":"0123456789012345678901234567890123456789"}}`)
	s.files["/github.com/a/b/sub/v1x/@v/v1.29.0.mod"] = []byte("module github.com/a/b/sub/v1x\nretract [v1.3.0, v1.4.0] // broken\n")
	delete(s.files, "/github.com/a/b/sub/v1x/@v/v1.28.0.info") // listed and gone
	r := registries(t, t.TempDir(), false)
	if _, err := r.Release(t.Context(), goComponent("github.com/a/b/sub/v1x", "v1.2.0"), nil); err != nil {
		t.Fatal(err)
	}
	s.asked = nil
	l, err := r.Listing(t.Context(), goComponent("github.com/a/b/sub/v1x", "").Package)
	if err != nil || len(l.Releases) != 31 {
		t.Fatalf("%d releases, %v", len(l.Releases), err)
	}
	if n := len(s.asked); n > dated+2 {
		t.Errorf("asked %d times: %v", n, s.asked)
	}
	by := map[string]kennel.Release{}
	for i, r := range l.Releases {
		by[r.Version] = r
		if i > 0 && r.Published.Before(l.Releases[i-1].Published) {
			t.Errorf("%s is out of order", r.Version)
		}
	}
	if r := by["v1.29.0"]; r.Source != "https://code.example/a" || r.Folder != "sub" || len(r.Commit) != 40 || r.Published.Year() != 2023 {
		t.Errorf("got %+v", r)
	}
	if r := by["v1.2.0"]; r.Published.IsZero() || r.Source != "https://github.com/a/b" || r.Folder != "sub/v1x" {
		t.Errorf("what was asked for is not known: %+v", r)
	}
	if r := by["v1.3.0"]; !r.Withdrawn || !r.Published.IsZero() {
		t.Errorf("got %+v", r)
	}
	if r := by["v1.28.0"]; !r.Published.IsZero() {
		t.Errorf("got %+v", r)
	}
	if r := by["v1.29.1-0.20230102030405-0123456789ab"]; !strings.HasPrefix("0123456789ab", r.Commit) || r.Published.IsZero() {
		t.Errorf("got %+v", r)
	}
	// A proxy that fails on one of the newest is no shorter list.
	s.files["/github.com/a/b/sub/v1x/@v/v1.27.0.info"] = []byte("{")
	if _, err := registries(t, t.TempDir(), false).Listing(t.Context(), goComponent("github.com/a/b/sub/v1x", "").Package); err == nil {
		t.Error("a broken answer was passed over")
	}
	for _, path := range []string{"", "../x", "x", "host.example/../y", "host.example/x y"} {
		if _, err := r.Listing(t.Context(), goComponent(path, "").Package); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: got %v", path, err)
		}
	}
}

func TestModuleWithoutTags(t *testing.T) {
	s := newGoServer(t, newSigner(t), "golang.org/x/thing/cmd", nil, nil)
	version := "v0.0.0-20230102030405-0123456789ab"
	s.files["/golang.org/x/thing/cmd/@latest"] = []byte(`{"Version":"` + version + `","Time":"2023-01-02T03:04:05Z"}`)
	settleGo(t, s.address, "")
	l, err := registries(t, t.TempDir(), false).Listing(t.Context(), goComponent("golang.org/x/thing/cmd", "").Package)
	if err != nil || len(l.Releases) != 1 || l.Releases[0].Version != version || l.Releases[0].Source != "https://go.googlesource.com/thing" || l.Releases[0].Folder != "cmd" {
		t.Errorf("got %+v, %v", l, err)
	}
}

// A zip that claims less than it unpacks to, or more than a module may have,
// is refused before it fills anything.
func TestHostileModuleZips(t *testing.T) {
	path, version := "host.example/x", "v1.0.0"
	s := newGoServer(t, newSigner(t), path, []string{version}, nil)
	settleGo(t, s.address, "")
	name := "/host.example/x/@v/v1.0.0.zip"
	good := s.files[name]
	lying := bytes.Clone(good)
	bomb := func() []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		z.CreateRaw(&zip.FileHeader{Name: path + "@" + version + "/big", Method: zip.Deflate, UncompressedSize64: 600 << 20, CompressedSize64: 5})
		z.Close()
		return b.Bytes()
	}
	elsewhere, _ := moduleZip(t, "host.example/other", version, map[string]string{"x": "x"})
	escape, _ := moduleZip(t, path, version, map[string]string{"../../x": "x"})
	if i := bytes.LastIndex(lying, []byte("PK\x01\x02")); i > 0 {
		copy(lying[i+24:], []byte{1, 0, 0, 0}) // the directory's uncompressed size
	}
	for what, content := range map[string][]byte{"cut": good[:len(good)/2], "no zip": []byte("x"), "bomb": bomb(), "elsewhere": elsewhere, "escape": escape, "lying": lying} {
		s.files[name] = content
		if _, err := registries(t, t.TempDir(), false).Release(t.Context(), goComponent(path, version), nil); err == nil {
			t.Errorf("%s was taken", what)
		}
	}
}

func TestMirroredDates(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n) }
	releases := func(days ...int) (all []kennel.Release) {
		for i, n := range days {
			all = append(all, kennel.Release{Version: fmt.Sprintf("1.%d.%d", i/5, i%5), Published: day(n)})
		}
		return all
	}
	for name, test := range map[string]struct {
		releases []kennel.Release
		want     bool
	}{
		"none":          {nil, false},
		"in order":      {releases(0, 9, 20, 33, 50, 60, 71, 80, 90, 101), false},
		"few":           {releases(0, 0, 0), false},
		"on one day":    {releases(0, 0, 0, 0, 0, 0, 0, 0, 0, 400), true},
		"backwards":     {releases(90, 10, 80, 20, 30, 100, 95, 90, 120, 130), true},
		"once a slip":   {releases(0, 9, 20, 33, 50, 60, 71, 70, 90, 101), false},
		"no date":       {[]kennel.Release{{Version: "1.0.0"}, {Version: "1.0.1"}}, false},
		"old line late": {releases(0, 9, 20, 33, 500, 60, 71, 80, 90, 501), false},
	} {
		if got := mirrored(test.releases); got != test.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
