package python

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf16"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

func extract(t *testing.T, tree fstest.MapFS, path string) (kennel.Extraction, error) {
	t.Helper()
	return New().Extract(context.Background(), extracttest.File(tree, path))
}

// TestHostile: each of these must end, in an error or in what can be said.
func TestHostile(t *testing.T) {
	deep := strings.Repeat("[", 1_000_000)
	tables := strings.Repeat("{a=", 300_000)
	var versions, needs strings.Builder
	for i := range 20_000 { // one name at many versions, all needed by all
		fmt.Fprintf(&versions, "[[package]]\nname = \"same\"\nversion = \"%d\"\ngroups = [\"main\"]\n[package.dependencies]\nsame = \"*\"\nother = \"*\"\n", i)
		fmt.Fprintf(&needs, "same==%d # via same\n", i)
	}
	for name, file := range map[string]struct{ path, text, wants string }{
		"arrays":        {"poetry.lock", "a = " + deep, "nested"},
		"tables":        {"uv.lock", "a = " + tables, "nested"},
		"headers":       {"pdm.lock", "[" + strings.Repeat("a.", 1_000_000) + "a]", "parts"},
		"json":          {"Pipfile.lock", `{"default":` + deep, "depth"},
		"not json":      {"Pipfile.lock", `[]`, "not a JSON object"},
		"not UTF-8":     {"pylock.toml", "a = \"\xff\"", "UTF-8"},
		"conflict":      {"uv.lock", "version = 1\n<<<<<<< HEAD\n", "merge conflict"},
		"versions":      {"poetry.lock", versions.String(), ""},
		"requirements":  {"requirements.txt", needs.String(), ""},
		"backslashes":   {"requirements.txt", strings.Repeat("\\\n", 500_000), ""},
		"one long line": {"requirements.txt", strings.Repeat("a", 5_000_000), ""},
		"includes":      {"requirements.txt", strings.Repeat("-r a.txt\n-r requirements.txt\n", 50_000), ""},
		"metadata":      {"a/x.dist-info/METADATA", strings.Repeat("Name\n", 500_000), "without a name"},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := extract(t, fstest.MapFS{file.path: {Data: []byte(file.text)}}, file.path)
			switch {
			case file.wants == "" && err != nil:
				t.Error(err)
			case file.wants != "" && (err == nil || !strings.Contains(err.Error(), file.wants)):
				t.Errorf("%v, want %q", err, file.wants)
			}
			if len(e.Gaps) > 30 {
				t.Errorf("%d gaps for one file", len(e.Gaps))
			}
		})
	}
}

func TestIncludesAreBounded(t *testing.T) {
	tree := fstest.MapFS{}
	for i := range 300 { // each includes the next and all that are wide
		tree[fmt.Sprintf("deep/requirements%d.txt", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "-r requirements%d.txt\nd%d==1\n", i+1, i)}
		tree[fmt.Sprintf("wide/r%d.txt", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "w%d==1\n", i)}
	}
	var wide strings.Builder
	for i := range 300 {
		fmt.Fprintf(&wide, "-r r%d.txt\n", i)
	}
	tree["wide/requirements.txt"] = &fstest.MapFile{Data: []byte(wide.String())}
	for path, want := range map[string]int{"deep/requirements0.txt": maxIncludeDepth + 1, "wide/requirements.txt": maxIncludes} {
		e, err := extract(t, tree, path)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(e.Projects[0].Occurrences); n != want || len(e.Gaps) == 0 {
			t.Errorf("%s: %d packages, want %d; gaps %v", path, n, want, e.Gaps)
		}
	}
}

func TestEncodings(t *testing.T) {
	text := "# caf\u00e9\r\nweb-core==2.4\r\n"
	little, big := []byte{0xff, 0xfe}, []byte{0xfe, 0xff}
	for _, u := range utf16.Encode([]rune(text)) {
		little = append(little, byte(u), byte(u>>8))
		big = append(big, byte(u>>8), byte(u))
	}
	for name, data := range map[string][]byte{
		"UTF-8": []byte(text), "UTF-8 with mark": []byte("\xef\xbb\xbf" + text), "UTF-16LE": little, "UTF-16BE": big,
		"Latin-1": []byte("# caf\xe9\nweb-core==2.4"), "odd UTF-16": append(little, 'x'),
	} {
		e, err := extract(t, fstest.MapFS{"requirements.txt": {Data: data}}, "requirements.txt")
		if err != nil || len(e.Projects[0].Occurrences) != 1 || e.Projects[0].Occurrences[0].Version != "2.4" {
			t.Errorf("%s: %v %+v", name, err, e)
		}
	}
}

func TestParseRequirement(t *testing.T) {
	for text, want := range map[string]string{
		"a":                                 "a||||",
		"A.b-c_d >= 1.0 , < 2":              "A.b-c_d||>= 1.0 , < 2||",
		"a[x, y](==1.0);python_version<'3'": "a|x y|==1.0||python_version<'3'",
		"a@https://files.example/a.zip ; x": "a|||https://files.example/a.zip|x",
		"a @ git+https://g.example/a@main":  "a|||git+https://g.example/a@main|",
		"-a":                                "",
		"a b":                               "",
		"a[x":                               "",
		"a (>=1":                            "",
		"a @":                               "",
		"":                                  "",
	} {
		r, ok := parseRequirement(text)
		got := strings.Join([]string{r.name, strings.Join(r.extras, " "), r.spec, r.address, r.marker}, "|")
		if !ok {
			got = ""
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := extrasOf(`(extra == "a" and os_name == "nt") or extra=='b' or myextra == "c"`); strings.Join(got, " ") != "a b" {
		t.Errorf("extras %q", got)
	}
}
