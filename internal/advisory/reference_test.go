package advisory

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	kennel "github.com/kennel-oss/kennel"
)

// TestReference compares with what osv-scanner says of the same data. Where
// we differ one of the two is wrong; the list of differences is explained in
// docs/differences.tsv. KENNEL_DIFFERENCES names a file to write it to.
func TestReference(t *testing.T) {
	db := openReal(t)
	data := dataDir(t)
	var out strings.Builder
	for _, name := range []string{"boundary", "inputs"} {
		type subject struct{ input, e, name, version string }
		want := make(map[subject]map[string]bool)
		for _, r := range rows(t, filepath.Join(data, "expected", name+".matches.tsv.gz")) {
			s := subject{r[0], r[1], r[2], r[3]}
			if want[s] == nil {
				want[s] = make(map[string]bool)
			}
			want[s][r[4]] = true
		}
		missing, extra, same := 0, 0, 0
		var lines []string
		for s, ids := range want {
			c := kennel.Component{Package: kennel.Package{Ecosystem: kennel.Ecosystem(s.e), Name: s.name}, Version: s.version}
			matches, err := db.Match(c)
			if err != nil {
				lines = append(lines, fmt.Sprintf("error\t%s\t%s\t%s\t%s\t%v", s.input, s.e, s.name, s.version, err))
			}
			got := make(map[string]kennel.Match)
			for _, m := range matches {
				got[m.Advisory.ID] = m
			}
			for id := range ids {
				if _, ok := got[id]; ok {
					same++
				} else {
					missing++
					lines = append(lines, fmt.Sprintf("missing\t%s\t%s\t%s\t%s\t%s", s.input, s.e, s.name, s.version, id))
				}
			}
			for id, m := range got {
				if !ids[id] {
					extra++
					lines = append(lines, fmt.Sprintf("extra\t%s\t%s\t%s\t%s\t%s\t%s", s.input, s.e, s.name, s.version, id, m.Range))
				}
			}
		}
		if same == 0 {
			t.Fatal("nothing was compared")
		}
		t.Logf("%s: %d components, %d matches alike, %d missing, %d additional", name, len(want), same, missing, extra)
		sort.Strings(lines)
		for _, l := range lines {
			out.WriteString(l + "\n")
		}
	}
	if path := os.Getenv("KENNEL_DIFFERENCES"); path != "" {
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
