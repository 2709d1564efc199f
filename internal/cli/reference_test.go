package cli

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/datatest"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// The tests of this file hold Kennel to a reference: what another scanner says
// of the same inputs and advisories. Where the two differ one of them is
// wrong, and docs/differences.tsv says which and why. A difference that is not
// listed fails, and so does a row that is no longer true.

var reference struct {
	once sync.Once
	path string
	err  string
}

// referenceDatabase compiles the reference advisories once for all tests.
func referenceDatabase(t testing.TB) string {
	data := datatest.Folder(t)
	reference.once.Do(func() {
		reference.path = filepath.Join(testFolder, "db")
		status, _, stderr := run(t, nil, "db", "build", "--osv", filepath.Join(data, "osv"),
			"--kev", filepath.Join(data, "kev.json"), "--epss", filepath.Join(data, "epss.csv.gz"), "-o", reference.path)
		if status != 0 {
			reference.err = stderr
		}
	})
	if reference.err != "" {
		t.Fatal(reference.err)
	}
	return reference.path
}

var testFolder string

// run runs the program in this process and returns its status and output.
func run(t testing.TB, stdin io.Reader, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	environment := map[string]string{"KENNEL_CONFIG_DIR": filepath.Join(testFolder, "none"), "KENNEL_DB": filepath.Join(testFolder, "nodb")}
	a := &app{stdin: stdin, stdout: &out, stderr: &errs, getenv: func(k string) string { return environment[k] },
		now: time.Date(2026, 8, 20, 0, 0, 0, 0, time.UTC)}
	status = a.run(t.Context(), args)
	return status, out.String(), errs.String()
}

// document is what the tests read of a JSON report.
type document struct {
	Components []struct{ Ecosystem, Name, Version string }
	Findings   []struct {
		Ecosystem, Name, Version, ID, Rule string
		Aliases                            []string
		Evidence                           []struct{ Kind, What string }
	}
	Gaps []struct{ What, Why string }
}

func scanJSON(t testing.TB, db, path string) document {
	t.Helper()
	status, stdout, stderr := run(t, nil, "scan", "--offline", "--db", db, "--format", "json", path)
	if status != 0 && status != 1 && status != 4 {
		t.Fatalf("%s: exit status %d: %s", path, status, stderr)
	}
	var d document
	if err := json.Unmarshal([]byte(stdout), &d); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return d
}

// key writes a package so that spellings of one name are equal.
func key(eco, name, version string) string {
	folded := ecosystem.NameKey(kennel.Package{Ecosystem: kennel.Ecosystem(eco), Name: name})
	if eco == string(kennel.Go) {
		version = strings.TrimPrefix(version, "v")
	}
	return eco + " " + folded + " " + version
}

func (d document) packages() map[string]bool {
	out := map[string]bool{}
	for _, c := range d.Components {
		out[key(c.Ecosystem, c.Name, c.Version)] = true
	}
	return out
}

// records returns each advisory that matched, as package and record id.
func (d document) records() map[string]bool {
	out := map[string]bool{}
	for _, f := range d.Findings {
		for _, e := range f.Evidence {
			if e.Kind == "advisory" {
				out[key(f.Ecosystem, f.Name, f.Version)+" "+e.What] = true
			}
		}
	}
	return out
}

// table reads a tab-separated file with a header, plain or gzipped.
func table(t testing.TB, path string, columns int) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	c := csv.NewReader(r)
	c.Comma, c.FieldsPerRecord, c.LazyQuotes = '\t', columns, true
	rows, err := c.ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if len(rows) < 2 {
		t.Fatalf("%s holds no rows", path)
	}
	return rows[1:]
}

// TestReference compares every package and every match with the reference.
func TestReference(t *testing.T) {
	data := datatest.Folder(t)
	db := referenceDatabase(t)
	w := newWitness(t, data)

	packages := map[string]map[string]bool{} // lock file -> packages
	for _, row := range table(t, filepath.Join(data, "expected", "lockfiles.packages.tsv.gz"), 4) {
		put(packages, row[0], key(row[1], row[2], row[3]))
	}
	matches := map[string]map[string]bool{} // input -> package and record
	for _, file := range []string{"inputs", "boundary"} {
		for _, row := range table(t, filepath.Join(data, "expected", file+".matches.tsv.gz"), 5) {
			put(matches, row[0], key(row[1], row[2], row[3])+" "+row[4])
		}
	}
	// The peer drops the groups of Maven packages in SBOMs; what it says of the
	// same packages in the lock file stands for both.
	for at := range matches["boundary/gradle.lockfile"] {
		put(matches, "boundary/boundary.cdx.json", at)
	}
	inputs := map[string]bool{}
	for _, row := range table(t, filepath.Join(data, "expected", "inputs.packages.tsv"), 2) {
		inputs[row[0]] = true
	}
	for input := range matches {
		inputs[input] = true
	}
	for input := range packages {
		inputs[input] = true
	}
	w.peer = matches
	found := map[difference]bool{}
	compare := func(input string, want, got map[string]bool, withID bool) {
		note := func(direction, entry string) {
			d := difference{direction, input, entry, "-"}
			if withID {
				i := strings.LastIndexByte(entry, ' ')
				d.pkg, d.id = entry[:i], entry[i+1:]
			}
			found[d] = true
		}
		for entry := range want {
			if !got[entry] {
				note("missing", entry)
			}
		}
		for entry := range got {
			if !want[entry] {
				note("additional", entry)
			}
		}
	}
	for _, input := range sorted(inputs) {
		d := scanJSON(t, db, filepath.Join(data, "inputs", filepath.FromSlash(input)))
		w.scans[input] = d
		if want, ok := packages[input]; ok {
			compare(input, want, d.packages(), false)
		}
		compare(input, matches[input], d.records(), true)
	}
	if len(packages) == 0 || len(matches) == 0 {
		t.Fatal("nothing to compare with")
	}
	if *updateDifferences {
		old := map[difference]string{}
		if _, err := os.Stat(differencesFile); err == nil {
			old = readDifferences(t)
		}
		reasons := map[difference]string{}
		for d := range found {
			reasons[d] = cmp.Or(w.prove(d), old[d], "TODO")
		}
		writeDifferences(t, reasons)
		return
	}
	listed := readDifferences(t)
	for d := range found {
		reason, ok := listed[d]
		if !ok {
			t.Errorf("not listed in docs/differences.tsv: %v", d)
			continue
		}
		// A reason that a rule can prove is proven again each time.
		if slices.ContainsFunc(proofs, func(p proof) bool { return p.reason == reason }) && w.prove(d) != reason {
			t.Errorf("the reason no longer holds: %v: %s", d, reason)
		}
	}
	for d := range listed {
		if !found[d] {
			t.Errorf("stale row in docs/differences.tsv: %v", d)
		}
	}
}

// TestBoundaryInEveryFormat writes the boundary packages as each lock file
// format of their ecosystem does, and wants the same matches from each.
func TestBoundaryInEveryFormat(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	data := datatest.Folder(t)
	db := referenceDatabase(t)
	want := map[kennel.Ecosystem]map[string]bool{}
	packages := map[kennel.Ecosystem]map[string]kennel.Component{}
	// What the direct look-up of the two boundary inputs gives, TestReference
	// holds to the reference; here every format has to give the same.
	for _, input := range []string{"boundary.cdx.json", "gradle.lockfile"} {
		d := scanJSON(t, db, filepath.Join(data, "inputs", "boundary", input))
		for _, c := range d.Components {
			e := kennel.Ecosystem(c.Ecosystem)
			if input == "boundary.cdx.json" && e == kennel.Maven {
				continue // the lock file has them too
			}
			if packages[e] == nil {
				packages[e] = map[string]kennel.Component{}
			}
			packages[e][key(c.Ecosystem, c.Name, c.Version)] = kennel.Component{Package: kennel.Package{Ecosystem: e, Name: c.Name}, Version: c.Version}
		}
		for _, f := range d.Findings {
			for _, ev := range f.Evidence {
				if ev.Kind == "advisory" {
					put(want, kennel.Ecosystem(f.Ecosystem), key(f.Ecosystem, f.Name, f.Version)+" "+ev.What)
				}
			}
		}
	}
	for _, format := range lockFormats {
		t.Run(format.name, func(t *testing.T) {
			all := map[string]kennel.Component{}
			for at, c := range packages[format.ecosystem] {
				if unwritable(format.name, c) == "" {
					all[at] = c
				}
			}
			if len(all) < len(packages[format.ecosystem])*9/10 {
				t.Fatal("too few boundary packages of this ecosystem")
			}
			folder := t.TempDir()
			for i, round := range rounds(all, format.single) {
				var names []kennel.Package
				var versions []string
				for _, c := range round {
					names, versions = append(names, c.Package), append(versions, strings.TrimPrefix(c.Version, "v"))
				}
				at := filepath.Join(folder, fmt.Sprintf("%03d", i))
				if err := os.MkdirAll(at, 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(at, format.file), []byte(format.write(names, versions)), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			d := scanJSON(t, db, folder)
			found, got := d.packages(), d.records()
			for at := range all {
				if !found[at] {
					t.Errorf("package not found: %s", at)
				}
			}
			for at := range want[format.ecosystem] {
				_, written := all[at[:strings.LastIndexByte(at, ' ')]]
				if written && !got[at] {
					t.Errorf("missing match: %s", at)
				}
			}
			for at := range got {
				if !want[format.ecosystem][at] {
					t.Errorf("additional match: %s", at)
				}
			}
			if t.Failed() {
				for _, g := range d.Gaps[:min(len(d.Gaps), 5)] {
					t.Logf("gap: %s: %s", g.What, g.Why)
				}
			}
		})
	}
}

// unwritable says why a format cannot hold a package; "" when it can.
func unwritable(format string, c kennel.Component) string {
	switch {
	case format == "go.mod" && c.Name == "toolchain":
		return "a go.mod requires modules; the go command is none"
	case format == "go.mod" && c.Name == "stdlib" && strings.Contains(c.Version, "-"):
		return "no go line can say such a release"
	case format == "gemfile" && strings.Contains(c.Version, "-"):
		return "behind a dash Gemfile.lock names a platform"
	}
	return ""
}

// rounds spreads packages over files. With single, no file holds two versions
// of a name, nor names that differ only in case, which some formats fold.
func rounds(all map[string]kennel.Component, single bool) [][]kennel.Component {
	if !single {
		var one []kennel.Component
		for _, at := range sorted(all) {
			one = append(one, all[at])
		}
		return [][]kennel.Component{one}
	}
	var out [][]kennel.Component
	next := map[string]int{}
	for _, at := range sorted(all) {
		name := strings.ToLower(all[at].Name)
		i := next[name]
		next[name]++
		if i == len(out) {
			out = append(out, nil)
		}
		out[i] = append(out[i], all[at])
	}
	return out
}

func put[K comparable](sets map[K]map[string]bool, at K, entry string) {
	if sets[at] == nil {
		sets[at] = map[string]bool{}
	}
	sets[at][entry] = true
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
