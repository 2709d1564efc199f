package cli

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// registry FOLDER serves FOLDER/NAME/VERSION/… as an npm registry on the
// loopback, and points npm's settings at it. Versions were published a day
// apart, in the order of their names, by the person whom the file ".publisher"
// of a version names, else by "ann". The text "INTEGRITY name version" in the
// lock files beside it becomes the release's.
func registry(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: registry FOLDER")
	}
	folder := ts.MkAbs(args[0])
	artifacts := map[string][]byte{}
	documents := map[string]map[string]any{}
	integrity := map[string]string{}
	releases, err := filepath.Glob(filepath.Join(folder, "*", "*"))
	ts.Check(err)
	if len(releases) == 0 {
		ts.Fatalf("no release in %s", args[0])
	}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	ts.Defer(server.Close)
	for i, dir := range releases {
		name, version := strings.ReplaceAll(filepath.Base(filepath.Dir(dir)), "+", "/"), filepath.Base(dir)
		archive, publisher := packed(ts, dir)
		sum := sha512.Sum512(archive)
		file := fmt.Sprintf("/%s/-/%s-%s.tgz", name, path.Base(name), version)
		artifacts[file] = archive
		integrity[name+" "+version] = "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
		d := documents[name]
		if d == nil {
			d = map[string]any{"name": name, "versions": map[string]any{}, "time": map[string]any{}, "dist-tags": map[string]any{},
				"maintainers": []any{map[string]any{"name": "ann", "email": "ann@a.example"}}}
			documents[name] = d
		}
		d["versions"].(map[string]any)[version] = map[string]any{
			"name": name, "version": version, "_npmUser": map[string]any{"name": publisher, "email": publisher + "@a.example"},
			"dist": map[string]any{"tarball": server.URL + file, "integrity": integrity[name+" "+version]},
		}
		d["time"].(map[string]any)[version] = time.Date(2024, 1, 1+i, 0, 0, 0, 0, time.UTC).Format(time.RFC3339)
		d["dist-tags"].(map[string]any)["latest"] = version
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if archive, ok := artifacts[r.URL.Path]; ok {
			w.Write(archive)
		} else if d, ok := documents[strings.TrimPrefix(r.URL.Path, "/")]; ok {
			json.NewEncoder(w).Encode(d)
		} else {
			http.NotFound(w, r)
		}
	})
	ts.Setenv("npm_config_registry", server.URL+"/")
	locks, err := filepath.Glob(filepath.Join(folder, "..", "*", "package-lock.json"))
	ts.Check(err)
	for _, lock := range locks {
		text, err := os.ReadFile(lock)
		ts.Check(err)
		for what, value := range integrity {
			for _, end := range []string{`"`, " "} {
				text = bytes.ReplaceAll(text, []byte("INTEGRITY "+what+end), []byte(value+end))
			}
		}
		ts.Check(os.WriteFile(lock, text, 0o644))
	}
}

// packed makes the archive of a release and says who published it.
func packed(ts *testscript.TestScript, dir string) (archive []byte, publisher string) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	publisher = "ann"
	ts.Check(fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		if name == ".publisher" {
			publisher = strings.TrimSpace(string(text))
			return nil
		}
		if err := w.WriteHeader(&tar.Header{Name: "package/" + name, Mode: 0o644, Size: int64(len(text)), Format: tar.FormatUSTAR}); err != nil {
			return err
		}
		_, err = w.Write(text)
		return err
	}))
	ts.Check(w.Close())
	ts.Check(z.Close())
	return b.Bytes(), publisher
}
