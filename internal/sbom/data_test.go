package sbom

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// rows reads a tab-separated file, plain or gzipped, without its heading.
func rows(t *testing.T, path string) [][]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(z); err != nil {
			t.Fatal(err)
		}
		data = b.Bytes()
	}
	var out [][]string
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		out = append(out, strings.Split(lines.Text(), "\t"))
	}
	if len(out) < 2 {
		t.Fatalf("%s: no rows", path)
	}
	return out[1:]
}

type pv struct {
	ecosystem     kennel.Ecosystem
	name, version string
}

// TestRealInputs holds reading to what another scanner found in the same
// documents.
func TestRealInputs(t *testing.T) {
	dir := dataDir(t)
	read := make(map[string]map[pv]bool)
	count := make(map[string]int)
	for _, p := range sbomInputs(t) {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		input, _ := filepath.Rel(filepath.Join(dir, "inputs"), p)
		input = filepath.ToSlash(input)
		f := Identify(data)
		if f == None {
			t.Logf("%s: not a bill of materials", input)
			continue
		}
		if d := Detect(data[:min(len(data), 4096)]); d != f && d != Undecided {
			t.Errorf("%s: the head says %s, the whole %s", input, d, f)
		}
		x, err := Read(input, data)
		if err != nil {
			t.Errorf("%s: %v", input, err)
			continue
		}
		read[input] = make(map[pv]bool)
		for _, p := range x.Projects {
			direct, scoped := 0, 0
			for _, o := range p.Occurrences {
				read[input][pv{o.Ecosystem, ecosystem.NameKey(o.Package), strings.TrimPrefix(o.Version, "v")}] = true
				count[input]++
				if o.Direct == kennel.Direct {
					direct++
				}
				if o.Scope != kennel.ScopeUnknown {
					scoped++
				}
			}
			t.Logf("%s: %s: %d occurrences, %d edges, graph %v, %d direct, %d scoped", input, f, len(p.Occurrences), len(p.Edges), p.Graph, direct, scoped)
		}
		for _, g := range x.Gaps {
			t.Logf("   gap %s: %s", g.Kind, g.Why)
		}
	}
	for _, row := range rows(t, filepath.Join(dir, "expected", "inputs.packages.tsv")) {
		if want, _ := strconv.Atoi(row[1]); strings.HasPrefix(row[0], "sbom-") && count[row[0]] != want {
			t.Logf("DIFF %s: want %d, read %d", row[0], want, count[row[0]])
		}
	}
	seen := 0
	for _, row := range rows(t, filepath.Join(dir, "expected", "inputs.matches.tsv.gz")) {
		if !strings.HasPrefix(row[0], "sbom-") {
			continue
		}
		seen++
		e := kennel.Ecosystem(row[1])
		want := pv{e, ecosystem.NameKey(kennel.Package{Ecosystem: e, Name: row[2]}), strings.TrimPrefix(row[3], "v")}
		if !read[row[0]][want] {
			t.Errorf("%s: %v has the match %s and was not read", row[0], want, row[4])
		}
	}
	if seen == 0 {
		t.Fatal("no expected matches")
	}
}
