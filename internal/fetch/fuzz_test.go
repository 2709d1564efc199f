package fetch

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	kennel "github.com/kennel-oss/kennel"
)

func FuzzNetrc(f *testing.F) {
	f.Add("machine a.example login u password p\nmachine b.example\n login v\n password q\n")
	f.Add("macdef init\n machine c.example login x password y\n\ndefault login z password z\nmachine")
	f.Add("machine machine login login password password\r\nmachine a.example:8443 password p login u")
	f.Fuzz(func(t *testing.T, text string) {
		for host, sent := range parseNetrc([]byte(text)) {
			if host == "" || !strings.Contains(text, host) || !strings.HasPrefix(sent, "Basic ") || strings.ContainsAny(sent, "\r\n") {
				t.Errorf("%q is sent %q", host, sent)
			}
		}
	})
}

func FuzzGoAnswers(f *testing.F) {
	f.Add(`{"Version":"v1.2.3","Time":"2022-03-04T05:06:07Z","Origin":{"VCS":"git","URL":"https://code.example/a","Subdir":"x","Hash":"0123"}}`, "a.example/x")
	f.Add("v1.0.0\nv1.1.0 2022-03-04T05:06:07Z\n\nv2.0.0+incompatible\nnonsense", "a.example/x")
	f.Add("module a.example/x\nretract v1.0.0 // why\nretract [v1.1.0, v1.2.0]\nretract (\n v1.1.5\n [v2.0.0, v1.0.0]\n)\n", "a.example/x/v2")
	f.Add(`{"Version":[],"Time":0,"Origin":null}`, "github.com/a/b/c/v3")
	f.Fuzz(func(t *testing.T, text, path string) {
		if i, err := readInfo([]byte(text)); err == nil {
			r := undated(path, "v1.0.0")
			date(&r, i)
		}
		versions, err := readList(path, text)
		if err != nil {
			return
		}
		for _, v := range versions {
			if module.Check(path, v) != nil {
				t.Errorf("%q has no version %q", path, v)
			}
			undated(path, v)
		}
		versions = append(versions, "v1.0.0", "v1.1.5", "v1.3.0")
		semver.Sort(versions)
		releases := make([]kennel.Release, len(versions))
		for i, v := range versions {
			releases[i].Version = v
		}
		markRetracted([]byte(text), versions, releases)
		mirrored(releases)
	})
}

func FuzzGoSum(f *testing.F) {
	f.Add("h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
	f.Add("h1:47DEQpj8HBSa\n+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
	f.Add("h2:x")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := parseH1(text)
		if err != nil {
			return
		}
		if again, err := parseH1(h1Text(h)); err != nil || again != h {
			t.Errorf("%q became %+v, %v", text, again, err)
		}
	})
}

// A client's tables of defaults are scripts, of which one entry is read.
func FuzzClientTables(f *testing.F) {
	f.Add("define('registry', {\n  default: `https://a.example/`,\n  type: url })", "registry")
	f.Add("var known = map[string]string{\n\t\"sum.example\": \"sum.example+01234567+AAAA\",\n}", "sum.example")
	f.Add("Definition('registry', default:'", "")
	f.Fuzz(func(t *testing.T, table, name string) {
		if s := definedRegistry(table); !strings.Contains(table, s) {
			t.Errorf("registry %q", s)
		}
		if key := keyOf(table, name); key != "" && !strings.HasPrefix(key, name+"+") {
			t.Errorf("the key of %q is %q", name, key)
		}
		npmEnvironment([]string{table, name, "npm_config_" + table, "npm_config_" + name + "=" + table})
		npmSettings{"https-proxy": table, "noproxy": name}.proxy(&url.URL{Scheme: "https", Host: "a.example"})
	})
}

// Any bytes are either what was promised or an error.
func FuzzModuleZip(f *testing.F) {
	m := module.Version{Path: "a.example/x", Version: "v1.0.0"}
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Add(fuzzedZip(f, "a.example/x@v1.0.0/go.mod", "module a.example/x\n"))
	f.Add(fuzzedZip(f, "a.example/x@v1.0.0/../x", "x"))
	never := kennel.Hash{Algorithm: h1, Value: strings.Repeat("0", 64)}
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := os.CreateTemp(folder, "")
		if err != nil {
			t.Skip(err)
		}
		defer os.Remove(file.Name())
		defer file.Close()
		file.Write(text)
		if moduleHolds(m, file, []promise{{"the lock file", []kennel.Hash{never}}}) == nil {
			t.Error("a hash that nothing has held")
		}
		var mismatch *kennel.Mismatch
		if err := moduleHolds(m, file, nil); errors.As(err, &mismatch) {
			t.Errorf("nothing was promised: %v", err)
		}
	})
}

// What the cache holds is hashed, but who can write it can write both.
func FuzzStoredPackument(f *testing.F) {
	d, err := readPackument(strings.NewReader(document("x", "https://host.example", "content")))
	if err != nil {
		f.Fatal(err)
	}
	text, err := json.Marshal(d)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"Releases":[{"Published":"x"},null]}`))
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(folder, "x")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Skip(err)
		}
		if d, err := loadPackument(path); err == nil {
			d.listing()
		}
	})
}

func fuzzedZip(f *testing.F, name, text string) []byte {
	f.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err != nil {
		f.Fatal(err)
	}
	w.Write([]byte(text))
	if err := z.Close(); err != nil {
		f.Fatal(err)
	}
	return b.Bytes()
}
