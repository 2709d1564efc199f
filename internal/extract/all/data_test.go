package all

import (
	"bufio"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/datatest"
	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

// TestReal compares with what a peer finds in real lock files, for the
// ecosystems that no other room compares.
func TestReal(t *testing.T) {
	data := datatest.Folder(t)
	f, err := os.Open(filepath.Join(data, "expected", "lockfiles.packages.tsv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string]map[string]bool) // input -> rows
	for lines := bufio.NewScanner(rows); lines.Scan(); {
		input, row, _ := strings.Cut(lines.Text(), "\t")
		switch ecosystem, _, _ := strings.Cut(row, "\t"); kennel.Ecosystem(ecosystem) {
		case kennel.Hex, kennel.Pub, kennel.Swift, kennel.Maven:
			if want[input] == nil {
				want[input] = make(map[string]bool)
			}
			want[input][row] = true
		}
	}
	if len(want) == 0 {
		t.Fatal("nothing to compare")
	}
	for input, rows := range want {
		content, err := os.ReadFile(filepath.Join(data, "inputs", input))
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range Extractors() {
			inv, _ := extracttest.Extract(t, x, fstest.MapFS{input: {Data: content}})
			for _, p := range inv.Projects {
				for _, o := range p.Occurrences {
					row := string(o.Ecosystem) + "\t" + o.Name + "\t" + o.Version
					if !rows[row] {
						t.Errorf("%s: %q is additional", input, row)
					}
					delete(rows, row)
				}
			}
		}
		for row := range rows {
			t.Errorf("%s: %q is missing", input, row)
		}
	}
}
