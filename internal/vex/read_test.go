package vex

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestRead reads each document of each fixture and compares what it says with
// the fixture's want.txt.
func TestRead(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no fixtures", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			var want []byte
			documents := a.Files[:0]
			for _, f := range a.Files {
				if f.Name == "want.txt" {
					want = f.Data
					continue
				}
				documents = append(documents, f)
				statements, gaps, err := Read(f.Name, f.Data)
				if err != nil {
					fmt.Fprintf(&got, "%s: error: %v\n", f.Name, err)
				}
				for _, s := range statements {
					fmt.Fprintf(&got, "%s\n", s)
					for label, value := range map[string]string{"aliases": strings.Join(s.Aliases, " ")} {
						put(&got, label, value)
					}
					put(&got, "ids", strings.Join(s.Product.IDs[min(1, len(s.Product.IDs)):], " "))
					put(&got, "justification", s.Justification)
					put(&got, "impact", s.Impact)
					put(&got, "action", s.Action)
					put(&got, "author", s.Author)
					if !s.Time.IsZero() {
						put(&got, "time", s.Time.Format(time.RFC3339))
					}
				}
				for _, g := range gaps {
					fmt.Fprintf(&got, "gap (%s) %s: %s\n", g.Kind, g.What, g.Why)
				}
			}
			if *update {
				a.Files = append(documents, txtar.File{Name: "want.txt", Data: got.Bytes()})
				if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got.String() != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got.String(), want)
			}
		})
	}
}

func put(b *bytes.Buffer, label, value string) {
	if value != "" {
		fmt.Fprintf(b, "  %s: %s\n", label, value)
	}
}

func TestReadRefuses(t *testing.T) {
	deep := strings.Repeat(`{"branches":[`, 1_000_000)
	for name, c := range map[string]struct {
		data string
		not  bool // not VEX at all
	}{
		"empty":          {"", true},
		"text":           {"hello", true},
		"array":          {"[]", true},
		"other JSON":     {`{"name": "x"}`, true},
		"SARIF":          {`{"version": "2.1.0", "runs": []}`, true},
		"cut short":      {`{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [`, false},
		"twice":          {`{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [], "statements": []}`, false},
		"deep":           {`{"document": {"csaf_version": "2.0"}, "product_tree": ` + deep, false},
		"old CSAF":       {`{"document": {"csaf_version": "1.2"}}`, false},
		"bad UTF-8":      {"{\"@context\": \"https://openvex.dev/ns/v0.2.0\", \"author\": \"\xff\"}", false},
		"of another way": {`{"@context": "https://openvex.dev/ns/v0.2.0", "statements": 1}`, false},
	} {
		statements, _, err := Read("x", []byte(c.data))
		if err == nil || len(statements) > 0 || errors.Is(err, ErrNotVEX) != c.not {
			t.Errorf("%s: %v, %d statements", name, err, len(statements))
		}
	}
}

func FuzzRead(f *testing.F) {
	paths, _ := filepath.Glob("testdata/*.txtar")
	for _, path := range paths {
		a, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range a.Files {
			f.Add(file.Data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		statements, gaps, err := Read("f.json", data)
		if err != nil && (len(statements) > 0 || len(gaps) > 0) {
			t.Error("an error together with an answer")
		}
		for _, s := range statements {
			if s.Vulnerability == "" || s.Where != "f.json" || s.Product.Empty() && s.Component.Empty() {
				t.Errorf("half a statement: %+v", s)
			}
		}
		New(statements).Unused()
	})
}
