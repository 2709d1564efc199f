package python

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

// differ are the rows in which the reference is not followed, or which it lacks,
// and why.
var differ = map[string]string{
	"python/CERTCC+VINCE/requirements.txt typing-extensions ":      "see the row with 4.9.0",
	"python/DataDog+guarddog/uv.lock guarddog ":                    "source = { editable = \".\" }: it is the project itself, which ours names as the project",
	"python/CERTCC+VINCE/requirements.txt typing-extensions 4.9.0": "the file says >=4.9.0: the lower bound of a range is no version; ours has none and a gap",
}

// TestFindsWhatTheReferenceFinds holds the extractor to the packages that
// another scanner found in the real lock files beside the checkout.
func TestFindsWhatTheReferenceFinds(t *testing.T) {
	root := datatest.Folder(t)
	f, err := os.Open(filepath.Join(root, "expected", "lockfiles.packages.tsv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]bool{} // input -> "name version"
	for lines := bufio.NewScanner(unzipped); lines.Scan(); {
		row := strings.Split(lines.Text(), "\t")
		if len(row) == 4 && strings.HasPrefix(row[0], "python/") {
			if want[row[0]] == nil {
				want[row[0]] = map[string]bool{}
			}
			want[row[0]][key(row[2])+" "+row[3]] = true
		}
	}
	if len(want) == 0 {
		t.Fatal("the reference has no rows for this room")
	}
	for input, rows := range want {
		inv := extractInput(t, filepath.Join(root, "inputs"), input)
		got := map[string]bool{}
		for _, p := range inv.Projects {
			for _, o := range p.Occurrences {
				got[key(o.Name)+" "+o.Version] = true
			}
		}
		for row := range rows {
			if why, known := differ[input+" "+row]; !got[row] && !known {
				t.Errorf("%s: %s is missing", input, row)
			} else if got[row] && known {
				t.Errorf("%s: %s is found, though %s", input, row, why)
			}
		}
		for row := range got {
			if _, known := differ[input+" "+row]; !rows[row] && !known {
				t.Errorf("%s: %s is ours alone", input, row)
			}
		}
		t.Logf("%s: %d projects, %d rows, %d found, gaps %v", input, len(inv.Projects), len(rows), len(got), inv.Gaps)
	}
}

func extractInput(t testing.TB, root, input string) kennel.Inventory {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, input))
	if err != nil {
		t.Fatal(err)
	}
	inv, matched := extracttest.Extract(t, New(), fstest.MapFS{input: {Data: text, Mode: 0o444}})
	if matched != 1 {
		t.Fatalf("%s: matched %d files", input, matched)
	}
	return inv
}
