package extracttest

import (
	"bufio"
	"compress/gzip"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/datatest"
)

// Tree reads the folder of one real input, with the files beside it.
func Tree(t testing.TB, input string) fstest.MapFS {
	t.Helper()
	top := filepath.Join(datatest.Folder(t), "inputs", filepath.FromSlash(path.Dir(input)))
	tree := fstest.MapFS{}
	entries, err := os.ReadDir(top)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Type().IsRegular() {
			data, err := os.ReadFile(filepath.Join(top, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			tree[e.Name()] = &fstest.MapFile{Data: data, Mode: fs.FileMode(0o644)}
		}
	}
	return tree
}

// Expected holds x to what a peer found in the real lock files that x matches:
// every package of theirs, and no other, but for the differences, each
// "name version" with the reason why it is right. A difference that no input
// shows is an error too.
func Expected(t *testing.T, x kennel.Extractor, differences map[string]string) {
	t.Helper()
	f, err := os.Open(filepath.Join(datatest.Folder(t), "expected", "lockfiles.packages.tsv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string]map[string]bool)
	for lines := bufio.NewScanner(z); lines.Scan(); {
		if row := strings.Split(lines.Text(), "\t"); len(row) == 4 && row[0] != "input" {
			if want[row[0]] == nil {
				want[row[0]] = make(map[string]bool)
			}
			want[row[0]][row[2]+" "+row[3]] = true
		}
	}
	seen := make(map[string]bool)
	inputs := 0
	for input, rows := range want {
		tree := Tree(t, input)
		name := path.Base(input)
		if !x.Match(File(tree, name)) {
			continue
		}
		inputs++
		got := make(map[string]bool)
		inv, _ := Extract(t, x, tree)
		for _, p := range inv.Projects {
			for _, o := range p.Occurrences {
				version := o.Version
				if o.Ecosystem == kennel.Go {
					version = strings.TrimPrefix(version, "v") // as the peer writes it
				}
				got[o.Name+" "+version] = true
			}
		}
		t.Logf("%s: %d packages, %d expected, gaps %v", input, len(got), len(rows), inv.Gaps)
		for row := range rows {
			if !got[row] {
				if seen[row] = true; differences[row] == "" {
					t.Errorf("%s: missing %s", input, row)
				}
			}
		}
		for row := range got {
			if !rows[row] {
				if seen[row] = true; differences[row] == "" {
					t.Errorf("%s: additional %s", input, row)
				}
			}
		}
	}
	if inputs == 0 {
		t.Fatalf("%s matches no expected input", x.Name())
	}
	for row := range differences {
		if !seen[row] {
			t.Errorf("stale difference %s", row)
		}
	}
}
