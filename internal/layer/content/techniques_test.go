package content_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/judge"
	"github.com/kennel-oss/kennel/internal/layer/content"
	"github.com/kennel-oss/kennel/internal/policy"
)

// Imitations of published techniques are found and their benign twins are not,
// or techniques.tsv says so. Rows that are still open are measured and logged
// in the half that may be looked at, and not run in the others.
func TestTechniques(t *testing.T) {
	p, err := policy.Compile(policy.Default())
	if err != nil {
		t.Fatal(err)
	}
	j := judge.New(judge.Options{Policy: p, Layers: []kennel.Layer{content.New()}})
	root := filepath.Join("testdata", "techniques")
	table, err := os.ReadFile(filepath.Join(root, "techniques.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(table)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		row := strings.Split(strings.TrimSpace(line), "\t")
		if len(row) != 4 || !slices.Contains([]string{"open", "found", "missed"}, row[2]) || !slices.Contains([]string{"open", "quiet", "flagged"}, row[3]) {
			t.Fatalf("techniques.tsv: %q", line)
		}
		name, half := row[0], row[1]
		listed[name] = true
		for _, part := range []struct{ file, want, reviewed, allowed string }{
			{"attack.txtar", row[2], "found", "missed"},
			{"benign.txtar", row[3], "flagged", "quiet"},
		} {
			if part.want == "open" && half != "looked at" {
				continue
			}
			t.Run(name+"/"+strings.TrimSuffix(part.file, ".txtar"), func(t *testing.T) {
				subject := technique(t, filepath.Join(root, name, part.file))
				c, err := j.Case(t.Context(), name, subject)
				if err != nil {
					t.Fatal(err)
				}
				got := part.reviewed
				if c.Verdict == kennel.Allow {
					got = part.allowed
				}
				say := t.Errorf
				if got == part.want || part.want == "open" {
					say = t.Logf
				}
				say("%s, and techniques.tsv says %s", got, part.want)
				if row[2] == "found" && part.file == "attack.txtar" && half != "fresh" {
					release, err := subject.Release()
					if err != nil {
						t.Fatal(err)
					}
					previous, _ := subject.Previous()
					carried(t, subject.Component, release, previous)
				}
				for _, o := range c.Outcomes {
					if o.Reason != "" && !o.Beyond {
						t.Errorf("could not look: %s", o.Reason)
					}
					for _, cue := range o.Results {
						t.Logf("%s (%s): %s", cue.Rule, cue.Severity, cue.Title)
					}
				}
			})
		}
	}
	if carriedCount["wide text"] > 15 && len(carriedCount) != len(carriers) { // not when some are asked for by name
		t.Errorf("of %d carriers, these were tried: %v", len(carriers), carriedCount)
	}
	t.Log(carriedCount)
	folders, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		if f.IsDir() && !listed[f.Name()] {
			t.Errorf("%s is not in techniques.tsv", f.Name())
		}
	}
	if len(listed) < 15 {
		t.Errorf("%d techniques, want 15 or more", len(listed))
	}
}

// technique reads an archive of testdata/techniques as a subject.
func technique(t *testing.T, file string) kennel.Subject {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head := strings.Fields(string(archive.Comment))
	if len(head) != 3 {
		t.Fatalf("%s: its first line is not ecosystem, name, version: %q", file, archive.Comment)
	}
	fsys, err := txtar.FS(archive)
	if err != nil {
		t.Fatal(err)
	}
	grants := kennel.Grants{Release: fsys}
	if _, err := fs.Stat(fsys, "release"); err == nil {
		grants.Release, _ = fs.Sub(fsys, "release")
		grants.Previous, _ = fs.Sub(fsys, "previous")
	}
	c := kennel.Component{Package: kennel.Package{Ecosystem: kennel.Ecosystem(head[0]), Name: head[1]}, Version: head[2]}
	if head[0] == "generic" {
		c.Ecosystem = ""
	}
	return kennel.NewSubject(c, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), grants)
}
