package sbom

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/datatest"
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

// differences are where this reading and the other scanner's count differ, and
// why; its rows of misread names are told apart below.
type difference struct {
	input       string // the end of its path
	theirs, own int
	reason      string
}

var differences = []difference{
	{"Example-1-Decoupled/obom.json", 1, 0, "the one counted is the operating system, which has no purl and is no package"},
	{"harp-darwin-amd64.sbom.json", 705, 592, "113 Go packages have the name and version of their module, which is listed too"},
	{"ACME-v2.3.spdx.json", 1, 2, "the other scanner skips pkg:alpine/openssl, which old generators write for pkg:apk/alpine"},
	{"calico-pod2daemon-flexvol-sha256_0df20a8ceea52f7d0a7cbc0614a168db7f10099f5efe1af483dcfe9540028281.json", 14, 13, "busybox has a CPE and no purl: a gap names it"},
	{"prom-node-exporter-sha256_429250707b3d10c716f11b0c839f476c68919ad562b13c3097674ae7decfb17d.json", 37, 36, "busybox has a CPE and no purl: a gap names it"},
	{"vault-enterprise-sha256_f54ba7e6d63d7b6d5764151dcbed0dcff91277002ee4e8bfddd8608b2df21752.json", 414, 410, "the image itself, and ./api, ./sdk and ./api/auth/kubernetes, which are paths and name no module: a gap names them"},
	{"desktop-vpnkit-controller-sha256_b5bcb3a7172ae44d3a1df2e74a1b4d4e10d5562efe1d3c9197b23b383de70a86.json", 3, 0, "pkg:oci names container images, which are no packages"},
}

// TestRealInputs holds reading to what another scanner found in the same
// documents: every difference in number is explained, and whatever had a match
// there is read here.
func TestRealInputs(t *testing.T) {
	dir := datatest.Folder(t)
	read := make(map[string]map[pv]bool)
	count := make(map[string]int)
	images := make(map[string]bool) // documents that hold a pkg:oci
	for _, p := range sbomInputs(t) {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		input, _ := filepath.Rel(filepath.Join(dir, "inputs"), p)
		input = filepath.ToSlash(input)
		images[input] = bytes.Contains(data, []byte("pkg:oci/"))
		f := Identify(data)
		if head := Detect(data[:min(len(data), 4096)]); head != f && head != Undecided {
			t.Errorf("%s: the head says %s, the whole %s", input, head, f)
		}
		if f == None {
			t.Logf("%s: not a bill of materials", input)
			continue
		}
		x, err := Read(input, data)
		if err != nil {
			t.Errorf("%s: %v", input, err)
			continue
		}
		read[input] = make(map[pv]bool)
		edges, gaps := 0, make([]string, 0, len(x.Gaps))
		for _, p := range x.Projects {
			edges += len(p.Edges)
			count[input] += len(p.Occurrences)
			for _, o := range p.Occurrences {
				read[input][pv{o.Ecosystem, ecosystem.NameKey(o.Package), strings.TrimPrefix(o.Version, "v")}] = true
			}
		}
		for _, g := range x.Gaps {
			gaps = append(gaps, g.Why)
		}
		if d := compact(data); count[input] == 0 && len(gaps) == 0 && len(x.Projects) > 0 &&
			!strings.Contains(d, `"components":[]`) && !strings.Contains(d, `"packages":[]`) {
			t.Errorf("%s: nothing was read, and no gap says why", input)
		}
		t.Logf("%s: %s, %d components, %d edges %q", input, f, count[input], edges, gaps)
	}
	compared := 0
	for _, row := range rows(t, filepath.Join(dir, "expected", "inputs.packages.tsv")) {
		theirs, _ := strconv.Atoi(row[1])
		if !strings.HasPrefix(row[0], "sbom-") {
			continue
		}
		compared++
		known := slices.ContainsFunc(differences, func(d difference) bool {
			return strings.HasSuffix(row[0], d.input) && d.theirs == theirs && d.own == count[row[0]]
		})
		// Where they have one more it is the image that the document describes.
		if count[row[0]] != theirs && !known && !(images[row[0]] && count[row[0]]+1 == theirs) {
			t.Errorf("%s: %d components, the other scanner has %d", row[0], count[row[0]], theirs)
		}
	}
	if compared == 0 {
		t.Fatal("no counts to compare")
	}
	matches, misread := 0, 0
	for _, row := range rows(t, filepath.Join(dir, "expected", "inputs.matches.tsv.gz")) {
		if !strings.HasPrefix(row[0], "sbom-") {
			continue
		}
		matches++
		e := kennel.Ecosystem(row[1])
		want := pv{e, ecosystem.NameKey(kennel.Package{Ecosystem: e, Name: row[2]}), strings.TrimPrefix(row[3], "v")}
		switch {
		case read[row[0]][want]:
		case row[2] == "stdlib" && endsInGo(read[row[0]], want.version):
			misread++ // the other scanner read cloud.google.com/go as "go", the standard library
		default:
			t.Errorf("%s: %v has the match %s and was not read", row[0], want, row[4])
		}
	}
	if matches == 0 {
		t.Fatal("no expected matches")
	}
	t.Logf("%d matches, %d of them for a standard library that is another module", matches, misread)
}

// endsInGo reports whether a module of that version has a path that ends in
// "/go".
func endsInGo(read map[pv]bool, version string) bool {
	for p := range read {
		if p.ecosystem == kennel.Go && p.version == version && strings.HasSuffix(p.name, "/go") {
			return true
		}
	}
	return false
}

func compact(data []byte) string {
	return strings.Join(strings.Fields(string(data)), "")
}
