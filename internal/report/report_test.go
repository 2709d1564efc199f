package report

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/vex"
)

// ours are the formats that this package writes itself; the others have their
// tests where they are written.
var ours = []Format{Text, JSON, SARIF, HTML, Markdown}

var update = flag.Bool("update", false, "rewrite the golden files")

func render(t testing.TB, f Format, j kennel.Judgement, o Options) []byte {
	t.Helper()
	if o.Tool.Name == "" {
		o.Tool = tool
	}
	var b bytes.Buffer
	if err := Write(&b, f, j, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	if len(cases) == 0 {
		t.Fatal("no cases")
	}
	for _, f := range ours {
		for _, c := range cases {
			name := c.name + "." + string(f)
			t.Run(name, func(t *testing.T) {
				got := render(t, f, c.make(), Options{})
				if again := render(t, f, c.make(), Options{}); !bytes.Equal(got, again) {
					t.Error("two reports of one judgement differ")
				}
				if f == HTML {
					got = withoutAssets(got)
				}
				golden(t, name+".golden", got)
			})
		}
	}
}

// withoutAssets takes the style and script out of a page, which are the same
// in each and have files of their own.
func withoutAssets(page []byte) []byte {
	s := strings.ReplaceAll(string(page), pageStyle, "…")
	s = strings.ReplaceAll(s, pageScript, "…")
	head, rest, _ := strings.Cut(s, "style-src")
	_, rest, _ = strings.Cut(rest, "base-uri")
	return []byte(head + "style-src … base-uri" + rest)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; go test -run TestGolden -update, and look at the change\n%s", name, firstDifference(got, want))
	}
}

func firstDifference(got, want []byte) string {
	g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "got  " + g[i] + "\nwant " + w[i]
		}
	}
	return "one is longer"
}

func TestUnknownFormat(t *testing.T) {
	if err := Write(&bytes.Buffer{}, "pdf", empty(), Options{}); err == nil || !strings.Contains(err.Error(), "pdf") {
		t.Errorf("got %v", err)
	}
	if _, ok := ParseFormat("pdf"); ok {
		t.Error("pdf is a format")
	}
	if f, ok := ParseFormat("sarif"); !ok || f != SARIF {
		t.Error("sarif is none")
	}
}

// TestDelegated holds the formats of other rooms to being wired.
func TestDelegated(t *testing.T) {
	for f, mark := range map[Format]string{CycloneDX: `"bomFormat"`, SPDX: `"SPDX-2.3"`, OpenVEX: `"https://openvex.dev/ns`} {
		if out := string(render(t, f, many(), Options{})); !strings.Contains(out, mark) || !strings.Contains(out, "kennel") {
			t.Errorf("%s: %.200s", f, out)
		}
	}
	if err := Write(&bytes.Buffer{}, OpenVEX, cleanCase(), Options{}); !errors.Is(err, vex.ErrNothingToSay) {
		t.Errorf("OpenVEX of nothing: %v", err)
	}
}
