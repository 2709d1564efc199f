package python

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

// generate writes a lock file of n packages, each of which needs two others
// and has three files.
func generate(kind string, n int) []byte {
	var b strings.Builder
	w := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	switch kind {
	case "uv.lock":
		w("version = 1\nrevision = 3\n\n[[package]]\nname = \"shop\"\nversion = \"1\"\nsource = { editable = \".\" }\ndependencies = [\n    { name = \"package-0\" },\n]\n")
	case "pylock.toml":
		w("lock-version = \"1.0\"\n")
	case "Pipfile.lock":
		w("{\"_meta\": {\"pipfile-spec\": 6}, \"default\": {\n")
	}
	for i := range n {
		x, y := (i*7+1)%n, (i*13+5)%n
		switch kind {
		case "poetry.lock":
			w("[[package]]\nname = \"package-%d\"\nversion = \"1.%d.0\"\ndescription = \"The package %d\"\noptional = false\npython-versions = \">=3.9\"\ngroups = [\"main\"]\nfiles = [\n", i, i, i)
			for f := range 3 {
				w("    {file = \"package_%d-1.%d.0-cp31%d-manylinux.whl\", hash = \"sha256:%064x\"},\n", i, i, f, i*3+f)
			}
			w("]\n\n[package.dependencies]\npackage-%d = \">=1.0,<2.0\"\npackage-%d = {version = \">=1\", markers = \"python_version < \\\"3.13\\\"\"}\n\n", x, y)
		case "uv.lock":
			w("[[package]]\nname = \"package-%d\"\nversion = \"1.%d.0\"\nsource = { registry = \"https://index.example/simple\" }\ndependencies = [\n    { name = \"package-%d\" },\n    { name = \"package-%d\", marker = \"os_name == 'nt'\" },\n]\nwheels = [\n", i, i, x, y)
			for f := range 3 {
				w("    { url = \"https://files.example/packages/%02x/package_%d-1.%d.0-cp31%d.whl\", hash = \"sha256:%064x\", size = 1, upload-time = \"2026-01-02T03:04:05.678Z\" },\n", i%256, i, i, f, i*3+f)
			}
			w("]\n\n")
		case "pdm.lock":
			w("[[package]]\nname = \"package-%d\"\nversion = \"1.%d.0\"\nsummary = \"The package\"\ngroups = [\"default\"]\ndependencies = [\n    \"package-%d>=1.0\",\n    \"package-%d<2; python_version < \\\"3.13\\\"\",\n]\nfiles = [\n", i, i, x, y)
			for f := range 3 {
				w("    {file = \"package_%d-1.%d.0-cp31%d.whl\", hash = \"sha256:%064x\"},\n", i, i, f, i*3+f)
			}
			w("]\n\n")
		case "pylock.toml":
			w("[[packages]]\nname = \"package-%d\"\nversion = \"1.%d.0\"\ndependencies = [{name = \"package-%d\"}, {name = \"package-%d\"}]\nwheels = [\n", i, i, x, y)
			for f := range 3 {
				w("    {name = \"package_%d-1.%d.0-cp31%d.whl\", url = \"https://files.example/%d.whl\", hashes = {sha256 = \"%064x\"}},\n", i, i, f, i, i*3+f)
			}
			w("]\n\n")
		case "Pipfile.lock":
			comma := ","
			if i == n-1 {
				comma = ""
			}
			w("        \"package-%d\": {\n            \"hashes\": [\n                \"sha256:%064x\",\n                \"sha256:%064x\"\n            ],\n            \"markers\": \"python_version >= '3.9'\",\n            \"version\": \"==1.%d.0\"\n        }%s\n", i, i, i+1, i, comma)
		case "requirements.txt":
			w("package-%d==1.%d.0 \\\n    --hash=sha256:%064x \\\n    --hash=sha256:%064x\n    # via package-%d\n", i, i, i, i+1, x)
		}
	}
	switch kind {
	case "poetry.lock":
		w("[metadata]\nlock-version = \"2.1\"\n")
	case "pdm.lock":
		w("[metadata]\nlock_version = \"4.5.0\"\n")
	case "Pipfile.lock":
		w("}}\n")
	}
	return []byte(b.String())
}

var kinds = []string{"poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", "Pipfile.lock", "requirements.txt"}

func TestGeneratedLocksAreReadWhole(t *testing.T) {
	for _, kind := range kinds {
		inv, _ := extracttest.Extract(t, New(), fstest.MapFS{kind: {Data: generate(kind, 500)}})
		if len(inv.Gaps) > 0 || len(inv.Projects) != 1 || len(inv.Projects[0].Occurrences) != 500 {
			t.Errorf("%s: gaps %v, projects %d", kind, inv.Gaps, len(inv.Projects))
		}
	}
}

func BenchmarkExtract(b *testing.B) {
	for _, kind := range kinds {
		text := generate(kind, 10_000)
		f := extracttest.File(fstest.MapFS{kind: {Data: text}}, kind)
		b.Run(kind, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if e, err := New().Extract(context.Background(), f); err != nil || len(e.Projects[0].Occurrences) != 10_000 {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestIsLowerHex(t *testing.T) {
	for c := range 256 {
		want := strings.IndexByte("0123456789abcdef", byte(c)) >= 0
		if got := isLowerHex(string([]byte{byte(c)})); got != want {
			t.Errorf("%#x: %v", c, got)
		}
	}
}
