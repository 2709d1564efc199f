package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

// settle gives a test a home of its own, so that nothing of this machine's
// settings counts, and an npm that asks address.
func settle(t *testing.T, address string) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("PATH", "")
	t.Setenv("PREFIX", "")
	t.Setenv("GOROOT", "")
	t.Setenv("GOENV", "off")
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(strings.ToLower(name), "npm_config_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("npm_config_registry", address)
}

func registries(t *testing.T, folder string, offline bool) *Registries {
	t.Helper()
	r, err := NewRegistries(RegistryOptions{Agent: "kennel/test", Cache: folder, Offline: offline})
	if err != nil {
		t.Fatal(err)
	}
	impatient := func(context.Context, time.Duration) error { return nil }
	if n, err := r.npm(); err == nil {
		n.client.wait = impatient
	}
	if g, err := r.golang(); err == nil {
		g.client.wait = impatient
	}
	if g, err := r.git(); err == nil {
		g.client.wait = impatient
	}
	return r
}

func integrity(content string) string {
	sum := sha512.Sum512([]byte(content))
	return "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
}

func npmComponent(name, version string) kennel.Component {
	return kennel.Component{Package: kennel.Package{Ecosystem: kennel.NPM, Name: name}, Version: version}
}

// document writes a packument of one package with the tarball's content named.
func document(name, host, content string) string {
	return fmt.Sprintf(`{"name":%[1]q,"dist-tags":{"latest":"1.1.0"},"maintainers":[{"name":"ann","email":"ann@a.example"},"bob <bob@b.example>"],
	"time":{"created":"2020-01-01T00:00:00Z","modified":"2024-01-01T00:00:00Z","1.0.0":"2020-01-01T00:00:00.123Z","1.1.0":"2021-02-03T00:00:00+01:00","0.9.0":"2019-01-01T00:00:00Z"},
	"versions":{
	 "1.1.0":{"name":%[1]q,"version":"1.1.0","_npmUser":{"name":"pipeline","email":"p@p.example","trustedPublisher":{"id":"x"}},"repository":{"type":"git","url":"git+https://code.example/a/b.git","directory":"packages/x"},
	   "gitHead":"0123456789012345678901234567890123456789","scripts":{"postinstall":"node x.js","test":"x"},"dependencies":{"b":"^1","alias":"npm:@real/thing@^2"},"optionalDependencies":{"a":"1"},
	   "dist":{"integrity":%[3]q,"shasum":"da39a3ee5e6b4b0d3255bfef95601890afd80709","tarball":"%[2]s/%[1]s/-/x-1.1.0.tgz","attestations":{"url":"x"}}},
	 "1.0.0":{"name":%[1]q,"version":"1.0.0","repository":"github:a/b","dist":{"shasum":"da39a3ee5e6b4b0d3255bfef95601890afd80709","tarball":"%[2]s/%[1]s/-/x-1.0.0.tgz"}}}}`,
		name, host, integrity(content))
}

// npmServer serves one package, and its files by a handler.
func npmServer(t *testing.T, name, host string, file http.HandlerFunc) string {
	address := ""
	address = serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.EscapedPath() == "/"+strings.Replace(name, "/", "%2f", 1):
			if h := r.Header.Get("If-None-Match"); h == `"one"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			w.Header().Set("ETag", `"one"`)
			at := host
			if at == "" {
				at = address
			}
			fmt.Fprint(w, document(name, at, "content"))
		case strings.Contains(r.URL.Path, "/-/"):
			file(w, r)
		default:
			http.NotFound(w, r)
		}
	})
	settle(t, address)
	return address
}

func content(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }
}

func TestNPMListing(t *testing.T) {
	npmServer(t, "@scope/x", "", content("content"))
	l, err := registries(t, t.TempDir(), false).Listing(t.Context(), kennel.Package{Ecosystem: kennel.NPM, Name: "@scope/x"})
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Releases) != 3 || l.Releases[0].Version != "0.9.0" || !l.Releases[0].Withdrawn || l.Releases[1].Version != "1.0.0" || l.Mirrored {
		t.Fatalf("got %+v", l)
	}
	if len(l.Maintainers) != 2 || l.Maintainers[1] != (kennel.Person{Name: "bob", Email: "bob@b.example"}) {
		t.Errorf("maintainers %+v", l.Maintainers)
	}
	last := l.Releases[2]
	if !last.Trusted || !last.Attested || !last.Hooks || last.Publisher.Name != "pipeline" || last.Folder != "packages/x" || last.Digest != integrity("content") ||
		last.Source != "git+https://code.example/a/b.git" || strings.Join(last.Dependencies, " ") != "@real/thing a b" || len(last.Commit) != 40 ||
		!last.Published.Equal(time.Date(2021, 2, 2, 23, 0, 0, 0, time.UTC)) {
		t.Errorf("got %+v", last)
	}
	if first := l.Releases[1]; first.Hooks || first.Trusted || first.Source != "github:a/b" || !strings.HasPrefix(first.Digest, "sha1-") {
		t.Errorf("got %+v", first)
	}
}

func TestNPMReleaseAndOffline(t *testing.T) {
	var asked atomic.Int64
	npmServer(t, "x", "https://public.example", func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		fmt.Fprint(w, "content")
	})
	folder := t.TempDir()
	var most int64
	path, err := registries(t, folder, false).Release(t.Context(), npmComponent("x", "1.1.0"), func(done, total int64) { most = done })
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(path); string(text) != "content" || most != 7 {
		t.Errorf("got %q, progress %d", text, most)
	}
	off := registries(t, folder, true)
	if _, err := off.Release(t.Context(), npmComponent("x", "1.1.0"), nil); err != nil || asked.Load() != 1 {
		t.Errorf("%v, asked %d times", err, asked.Load())
	}
	if l, err := off.Listing(t.Context(), npmComponent("x", "").Package); err != nil || len(l.Releases) != 3 {
		t.Errorf("got %+v, %v", l, err)
	}
	if _, err := off.Release(t.Context(), npmComponent("y", "1.1.0"), nil); !errors.Is(err, ErrOffline) {
		t.Errorf("got %v", err)
	}
	// What somebody did to the cached file is noticed.
	os.WriteFile(path, []byte("changed"), 0o600)
	if _, err := off.Release(t.Context(), npmComponent("x", "1.1.0"), nil); !errors.Is(err, ErrOffline) {
		t.Errorf("an altered file was taken: %v", err)
	}
	if _, err := registries(t, folder, false).Release(t.Context(), npmComponent("x", "1.1.0"), nil); err != nil || asked.Load() != 2 {
		t.Errorf("%v, asked %d times", err, asked.Load())
	}
}

func TestNPMHashesHold(t *testing.T) {
	npmServer(t, "x", "", content("other content"))
	folder := t.TempDir()
	r := registries(t, folder, false)
	var wrong *kennel.Mismatch
	if _, err := r.Release(t.Context(), npmComponent("x", "1.1.0"), nil); !errors.As(err, &wrong) || wrong.Who != "the registry" {
		t.Fatalf("got %v", err)
	}
	if _, err := r.Release(t.Context(), npmComponent("x", "1.0.0"), nil); !errors.As(err, &wrong) || wrong.Algorithm != "SHA-1" {
		t.Fatalf("got %v", err)
	}
	if kept := tree(t, folder); strings.Contains(kept, "other content") || strings.Contains(kept, "new-") {
		t.Errorf("the wrong file was kept")
	}
	for _, algorithm := range []string{"SHA-512", "SHA-256"} {
		c := npmComponent("x", "1.1.0")
		c.Hashes = []kennel.Hash{{Algorithm: algorithm, Value: strings.Repeat("00", 32)}}
		if _, err := r.Release(t.Context(), c, nil); !errors.As(err, &wrong) || algorithm == "SHA-512" && wrong.Who != "the lock file" {
			t.Errorf("%s: got %v", algorithm, err)
		}
	}
	c := npmComponent("x", "1.0.0") // the lock file knows better than the registry's SHA-1
	sum := sha512.Sum512([]byte("other content"))
	c.Hashes = []kennel.Hash{{Algorithm: "SHA-512", Value: hex.EncodeToString(sum[:])}}
	if _, err := r.Release(t.Context(), c, nil); !errors.As(err, &wrong) || wrong.Who != "the registry" {
		t.Errorf("got %v", err)
	}
}

// tree is what lies below a folder, names and contents.
func tree(t *testing.T, folder string) string {
	var b strings.Builder
	filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			text, _ := os.ReadFile(path)
			fmt.Fprintf(&b, "%s %s\n", path, text)
		}
		return nil
	})
	return b.String()
}

func TestNPMHasNone(t *testing.T) {
	npmServer(t, "x", "", content("content"))
	r := registries(t, t.TempDir(), false)
	for _, c := range []kennel.Component{npmComponent("nosuch", "1.0.0"), npmComponent("x", "9.0.0"), npmComponent("x", "0.9.0")} {
		if _, err := r.Release(t.Context(), c, nil); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s@%s: got %v", c.Name, c.Version, err)
		}
	}
	for _, name := range []string{"", "..", "../x", "a/b", "@/x", "@a/b/c", "x?y", "x#y", "x y", "@a/..", strings.Repeat("x", 215)} {
		if _, err := r.Listing(t.Context(), kennel.Package{Ecosystem: kennel.NPM, Name: name}); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: got %v", name, err)
		}
	}
	var none *NoClient
	if _, err := r.Listing(t.Context(), kennel.Package{Ecosystem: kennel.PyPI, Name: "x"}); !errors.As(err, &none) || err.Error() != "no registry client for PyPI yet" {
		t.Errorf("got %v", err)
	}
	if _, err := r.Release(t.Context(), kennel.Component{Package: kennel.Package{Ecosystem: kennel.Cargo}}, nil); !errors.As(err, &none) {
		t.Errorf("got %v", err)
	}
}

func TestNPMHostileFiles(t *testing.T) {
	inside := serve(t, content("content")) // an address that no setting names
	for name, test := range map[string]struct {
		file http.HandlerFunc
		want string
	}{
		"cut off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "content")
		}, "EOF"},
		"missing":  {http.NotFound, "404"},
		"redirect": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, inside, http.StatusFound) }, "inside this network"},
		"loop":     {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, "redirects"},
		"too long": {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "99999999999") }, "at most"},
		"unpacked": {func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Accept-Encoding") != "identity" {
				t.Error("asked to pack what is packed")
			}
			w.Header().Set("Content-Encoding", "gzip")
			fmt.Fprint(w, "content packed once more")
		}, "not the file"},
	} {
		t.Run(name, func(t *testing.T) {
			npmServer(t, "x", "", test.file)
			folder := t.TempDir()
			_, err := registries(t, folder, false).Release(t.Context(), npmComponent("x", "1.1.0"), nil)
			if err == nil || !strings.Contains(err.Error(), test.want) || errors.Is(err, fs.ErrNotExist) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if left, _ := os.ReadDir(filepath.Join(folder, "aside")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestNPMSilence(t *testing.T) {
	npmServer(t, "x", "", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "c")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	r := registries(t, t.TempDir(), false)
	n, _ := r.npm()
	n.client.stall = 50 * time.Millisecond
	if _, err := r.Release(t.Context(), npmComponent("x", "1.1.0"), nil); err == nil || !strings.Contains(err.Error(), "sent nothing") {
		t.Errorf("got %v", err)
	}
}

func TestNPMHostileDocuments(t *testing.T) {
	body := func(text string) http.HandlerFunc { return content(text) }
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"empty":        {body(""), "could not be read"},
		"no object":    {body("[]"), "answered for"},
		"another":      {body(`{"name":"y"}`), "answered for"},
		"cut":          {body(`{"name":"x","versions":{"1.0.0":{"na`), "could not be read"},
		"two":          {body(`{"name":"x"}{}`), "could not be read"},
		"deep":         {body(`{"name":"x","versions":{"1":` + strings.Repeat("[", 100000)), "could not be read"},
		"not UTF-8":    {body("{\"name\":\"x\xff\"}"), "could not be read"},
		"unauthorised": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }, ":_authToken"},
		"busy":         {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, "503"},
		"bomb": {func(w http.ResponseWriter, _ *http.Request) { // some 100 kB become 100 MB in one string
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			io.WriteString(z, `{"name":"x","readme":"`)
			io.Copy(z, io.LimitReader(zeros{}, 100<<20))
			z.Close()
		}, "one value of it"},
		"endless": {func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, `{"name":"x","versions":{"1.0.0":{"description":"`)
			io.Copy(w, zeros{})
		}, "one value of it"},
		"too many": {func(w http.ResponseWriter, r *http.Request) {
			b := bytes.NewBufferString(`{"name":"x","versions":{`)
			for i := range maxVersions + 2 {
				fmt.Fprintf(b, `"1.0.%d":{},`, i)
			}
			w.Write(b.Bytes())
		}, "versions"},
	} {
		t.Run(name, func(t *testing.T) {
			settle(t, serve(t, test.answer))
			_, err := registries(t, t.TempDir(), false).Listing(t.Context(), npmComponent("x", "").Package)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

// largePackument writes a document of some size with many versions.
func largePackument(w io.Writer, versions int) {
	io.WriteString(w, `{"name":"x","time":{"created":"2020-01-01T00:00:00Z"},"versions":{`)
	filler := `"readme":"` + strings.Repeat("What nobody reads. ", 750) + `","devDependencies":{` + strings.Repeat(`"of no use":"^1.0.0",`, 30) + `"last":"1"},`
	for i := range versions {
		if i > 0 {
			io.WriteString(w, ",")
		}
		fmt.Fprintf(w, `"1.0.%d":{"name":"x",%s"dependencies":{"a":"1"},"repository":{"url":"https://code.example/a/b"},"dist":{"integrity":%q,"tarball":"https://host.example/x.tgz"}}`, i, filler, integrity(fmt.Sprint(i)))
	}
	io.WriteString(w, "}}")
}

func TestLargePackumentTakesLittleMemory(t *testing.T) {
	settle(t, serve(t, func(w http.ResponseWriter, _ *http.Request) { largePackument(w, 4000) })) // 60 MB
	r := registries(t, t.TempDir(), false)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	l, err := r.Listing(t.Context(), npmComponent("x", "").Package)
	runtime.ReadMemStats(&after)
	if err != nil || len(l.Releases) != 4000 {
		t.Fatalf("%d releases, %v", len(l.Releases), err)
	}
	if grown := after.HeapSys - before.HeapSys; grown > 32<<20 && grown < 1<<40 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
}

func BenchmarkPackument(b *testing.B) {
	var text bytes.Buffer
	largePackument(&text, 1000)
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if _, err := readPackument(bytes.NewReader(text.Bytes())); err != nil {
			b.Fatal(err)
		}
	}
}

func TestManyAskAtOnce(t *testing.T) {
	npmServer(t, "x", "", content("content"))
	folder := t.TempDir()
	var wait sync.WaitGroup
	for range 2 { // two processes, as far as the cache can tell
		r := registries(t, folder, false)
		for range 8 {
			wait.Go(func() {
				path, err := r.Release(context.Background(), npmComponent("x", "1.1.0"), nil)
				if text, _ := os.ReadFile(path); err != nil || string(text) != "content" {
					t.Errorf("got %q, %v", text, err)
				}
			})
		}
	}
	wait.Wait()
}

func TestUnpublishedPackage(t *testing.T) {
	d, err := readPackument(strings.NewReader(`{"name":"x","time":{"created":"2020-01-01T00:00:00Z","1.0.0":"2020-01-01T00:00:00Z","unpublished":{"time":"2021-01-01T00:00:00Z","versions":["1.0.0","1.0.1"]}}}`))
	if err != nil || len(d.Releases) != 2 || !d.Releases[0].Withdrawn || d.Releases[0].Version != "1.0.1" {
		t.Errorf("got %+v, %v", d, err)
	}
}

func FuzzPackument(f *testing.F) {
	f.Add([]byte(document("x", "https://host.example", "content")))
	f.Add([]byte(`{"name":"x","time":{"unpublished":{"versions":["1.0.0"]}},"versions":{"1.0.0":null,"1.0.0":{"dist":[],"repository":7,"maintainers":{"a":1}}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if d, err := readPackument(bytes.NewReader(text)); err == nil {
			d.listing()
		}
	})
}
