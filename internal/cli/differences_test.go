package cli

import (
	"archive/zip"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/osv-scalibr/semantic"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

var updateDifferences = flag.Bool("update-differences", false, "rewrite docs/differences.tsv; a difference that no rule below proves gets the reason TODO")

// differencesFile lists each answer in which the reference and Kennel differ.
var differencesFile = filepath.Join("..", "..", "docs", "differences.tsv")

// difference is one answer that only one of the two gives.
type difference struct {
	direction string // "missing": only the reference says it; "additional": only Kennel does
	input     string
	pkg       string // ecosystem, folded name, version
	id        string // "-" for a package
}

// proof is a rule that explains a difference, and checks that it does: it is
// run on every listed row each time, so that a reason cannot go stale.
type proof struct {
	reason string
	holds  func(w *witness, d difference) bool
}

// witness is what proofs look at.
type witness struct {
	t       *testing.T
	data    string
	records map[string]*rawRecord // by ecosystem and id
	zips    map[string]*zip.ReadCloser
	scans   map[string]document
	peer    map[string]map[string]bool // input -> what the reference matched
	lacking map[string]bool            // by ecosystem
}

// lacks reports whether the reference data has no advisories of an ecosystem.
func (w *witness) lacks(eco string) bool {
	lacking, ok := w.lacking[eco]
	if !ok {
		_, err := os.Stat(filepath.Join(w.data, "osv", eco))
		lacking = err != nil
		w.lacking[eco] = lacking
	}
	return lacking
}

// rawRecord is an advisory as its source wrote it.
type rawRecord struct {
	Affected []struct {
		Package struct{ Ecosystem, Name string }
		Ranges  []struct {
			Type   string
			Events []map[string]string
		}
		Versions          []string
		EcosystemSpecific struct {
			CustomRanges []struct {
				Type   string
				Events []map[string]string
			} `json:"custom_ranges"`
		} `json:"ecosystem_specific"`
	}
}

func newWitness(t *testing.T, data string) *witness {
	w := &witness{t: t, data: data, records: map[string]*rawRecord{}, zips: map[string]*zip.ReadCloser{}, scans: map[string]document{}, lacking: map[string]bool{}}
	t.Cleanup(func() {
		for _, z := range w.zips {
			z.Close()
		}
	})
	return w
}

// record reads an advisory from the reference data, nil when it is not there.
func (w *witness) record(eco, id string) *rawRecord {
	at := eco + "/" + id
	if r, ok := w.records[at]; ok {
		return r
	}
	w.records[at] = nil
	z := w.zips[eco]
	if z == nil {
		var err error
		if z, err = zip.OpenReader(filepath.Join(w.data, "osv", eco, "all.zip")); err != nil {
			return nil
		}
		w.zips[eco] = z
	}
	f, err := z.Open(id + ".json")
	if err != nil {
		return nil
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		w.t.Fatal(err)
	}
	r := new(rawRecord)
	if err := json.Unmarshal(text, r); err != nil {
		w.t.Fatalf("%s: %v", id, err)
	}
	w.records[at] = r
	return r
}

func (d difference) parts() (eco, name, version string) {
	// Ecosystems and names may hold spaces, versions none.
	for _, e := range []string{"GitHub Actions", "Rocky Linux", "Red Hat"} {
		if rest, ok := strings.CutPrefix(d.pkg, e+" "); ok {
			i := strings.LastIndexByte(rest, ' ')
			return e, rest[:i], rest[i+1:]
		}
	}
	eco, rest, _ := strings.Cut(d.pkg, " ")
	i := strings.LastIndexByte(rest, ' ')
	return eco, rest[:i], rest[i+1:]
}

// inEvents reports whether a version lies in a range by its ecosystem's order.
func inEvents(eco, version string, events []map[string]string) bool {
	return inRange(version, events, func(a, b string) int {
		c, _ := ecosystem.Compare(kennel.Ecosystem(eco), a, b)
		return c
	})
}

// inPeersEvents is the same by the order of the library that the peer uses.
func inPeersEvents(eco, version string, events []map[string]string) bool {
	return inRange(version, events, func(a, b string) int {
		v, err := semantic.Parse(a, eco)
		if err != nil {
			return 0
		}
		c, _ := v.CompareStr(b)
		return c
	})
}

// inRange walks a range's events in order. "0" is below everything.
func inRange(version string, events []map[string]string, order func(a, b string) int) bool {
	type event struct {
		kind, at string
	}
	var list []event
	for _, e := range events {
		for kind, at := range e {
			list = append(list, event{kind, at})
		}
	}
	compare := func(a, b string) int {
		switch {
		case a == b:
			return 0
		case a == "0":
			return -1
		case b == "0":
			return 1
		}
		return order(a, b)
	}
	slices.SortStableFunc(list, func(a, b event) int { return compare(a.at, b.at) })
	in := false
	for _, e := range list {
		switch c := compare(version, e.at); {
		case e.kind == "introduced" && c >= 0:
			in = true
		case (e.kind == "fixed" || e.kind == "limit") && c >= 0, e.kind == "last_affected" && c > 0:
			in = false
		}
	}
	return in
}

// entries calls f for each affected entry of a record that is about the
// difference's package.
func (w *witness) entries(d difference, f func(i int, r *rawRecord) bool) bool {
	eco, name, _ := d.parts()
	r := w.record(eco, d.id)
	if r == nil {
		return false
	}
	for i := range r.Affected {
		p := r.Affected[i].Package
		if p.Ecosystem == eco && ecosystem.NameKey(kennel.Package{Ecosystem: kennel.Ecosystem(eco), Name: p.Name}) == name && f(i, r) {
			return true
		}
	}
	return false
}

// proofs are tried in order; the first that holds is the reason.
var proofs = []proof{
	{"the peer drops the namespace of this package in an SBOM and so looks up another name: none of its matches in this input has one, and the advisory holds this version",
		func(w *witness, d difference) bool {
			eco, name, _ := d.parts()
			if d.direction != "additional" || !strings.HasPrefix(d.input, "sbom-") || !strings.Contains(name, "/") || eco != "Go" && eco != "Packagist" {
				return false
			}
			for at := range w.peer[d.input] {
				if strings.HasPrefix(at, eco+" ") && strings.Contains(at, "/") {
					return false
				}
			}
			return w.covers(d)
		}},
	{"the peer takes a Go module whose path ends in /go for the standard library, since it drops the namespace in an SBOM: the input lists such a module with this version and no standard library of it",
		func(w *witness, d difference) bool {
			_, name, version := d.parts()
			if d.direction != "missing" || name != "stdlib" {
				return false
			}
			module := false
			for _, c := range w.scans[d.input].Components {
				if c.Ecosystem == "Go" && strings.TrimPrefix(c.Version, "v") == version {
					if c.Name == "stdlib" {
						return false
					}
					module = module || strings.HasSuffix(c.Name, "/go")
				}
			}
			return module
		}},
	{"the peer stops matching an input at the first package of an ecosystem it has no advisories for, of which this input has some; the advisory holds this version",
		func(w *witness, d difference) bool {
			if d.direction != "additional" || d.id == "-" {
				return false
			}
			eco, _, _ := d.parts()
			without := false
			for _, c := range w.scans[d.input].Components {
				without = without || c.Ecosystem != eco && w.lacks(c.Ecosystem)
			}
			return without && w.covers(d)
		}},
	{"go.mod asks for this release of Go at least, so its standard library is in the product; the peer counts it and leaves it out of its results",
		func(w *witness, d difference) bool {
			_, name, _ := d.parts()
			return d.direction == "additional" && strings.HasSuffix(d.input, "go.mod") && name == "stdlib" && (d.id == "-" || w.covers(d))
		}},
	{"Kennel's starter set answers for distributions that the reference data lacks: the record is not in it",
		func(w *witness, d difference) bool {
			eco, _, _ := d.parts()
			return d.direction == "additional" && d.id != "-" && w.lacks(eco)
		}},
	{"a GIT range stands before the range of versions and makes the peer return early; the range of versions holds this one, which is not among those listed",
		func(w *witness, d difference) bool {
			eco, _, version := d.parts()
			return d.direction == "additional" && w.entries(d, func(i int, r *rawRecord) bool {
				a := r.Affected[i]
				git := false
				for _, rg := range a.Ranges {
					git = git || rg.Type == "GIT"
					if git && rg.Type != "GIT" && !slices.Contains(a.Versions, version) && inEvents(eco, version, rg.Events) {
						return true
					}
				}
				return false
			})
		}},
	{"the record's range of versions is open because the real bounds stand in ecosystem_specific.custom_ranges, which the peer does not read: this version is outside of them",
		func(w *witness, d difference) bool {
			eco, _, version := d.parts()
			if d.direction != "missing" || eco != "Go" {
				return false
			}
			custom, inside := false, false
			w.entries(d, func(i int, r *rawRecord) bool {
				ranges := r.Affected[i].EcosystemSpecific.CustomRanges
				if len(ranges) == 0 {
					for _, rg := range r.Affected[i].Ranges {
						inside = inside || inEvents(eco, version, rg.Events)
					}
					return false
				}
				custom = true
				for _, rg := range ranges {
					inside = inside || inEvents(eco, version, rg.Events)
				}
				return false
			})
			return custom && !inside
		}},
	{"the record's range of versions ends below this one, but the bounds that count stand in ecosystem_specific.custom_ranges, which the peer does not read: they hold it",
		func(w *witness, d difference) bool {
			eco, _, version := d.parts()
			return d.direction == "additional" && eco == "Go" && w.entries(d, func(i int, r *rawRecord) bool {
				for _, rg := range r.Affected[i].EcosystemSpecific.CustomRanges {
					if inEvents(eco, version, rg.Events) {
						return true
					}
				}
				return false
			})
		}},
	{"the record spells the package's name in another case; this ecosystem's names fold case, and the advisory holds this version",
		func(w *witness, d difference) bool {
			eco, name, _ := d.parts()
			return d.direction == "additional" && eco == "Packagist" && w.covers(d) && w.entries(d, func(i int, r *rawRecord) bool {
				return r.Affected[i].Package.Name != name
			})
		}},
	{"a bound of the record is no version of its ecosystem; the peer takes it for the lowest of all, so that the range never ends",
		func(w *witness, d difference) bool {
			eco, _, _ := d.parts()
			return d.direction == "missing" && w.entries(d, func(i int, r *rawRecord) bool {
				for _, rg := range r.Affected[i].Ranges {
					for _, e := range rg.Events {
						for _, at := range e {
							if _, err := ecosystem.Parse(kennel.Ecosystem(eco), at); err != nil && at != "0" {
								return true
							}
						}
					}
				}
				return false
			})
		}},
	{"one of the record's spans ends where the next begins, at this very version: it is in the second",
		func(w *witness, d difference) bool {
			_, _, version := d.parts()
			return d.direction == "additional" && w.entries(d, func(i int, r *rawRecord) bool {
				for _, rg := range r.Affected[i].Ranges {
					begins, ends := false, false
					for _, e := range rg.Events {
						begins = begins || e["introduced"] == version
						ends = ends || e["fixed"] == version
					}
					if begins && ends {
						return true
					}
				}
				return false
			})
		}},
	{"the version has no place in its ecosystem's order (the peer takes it for the lowest of all); the report says that it was not judged",
		func(w *witness, d difference) bool {
			eco, _, version := d.parts()
			_, err := ecosystem.Parse(kennel.Ecosystem(eco), version)
			if d.direction != "missing" || err == nil {
				return false
			}
			for _, g := range w.scans[d.input].Gaps {
				if strings.Contains(g.Why, "order") {
					return true
				}
			}
			return false
		}},
	{"the record lists or bounds this version in another spelling that is equal in the ecosystem's order; the peer compares listed versions as text or orders the two spellings otherwise",
		func(w *witness, d difference) bool {
			eco, _, version := d.parts()
			return d.id != "-" && w.entries(d, func(i int, r *rawRecord) bool {
				spellings := slices.Clone(r.Affected[i].Versions)
				for _, rg := range r.Affected[i].Ranges {
					for _, e := range rg.Events {
						for _, at := range e {
							spellings = append(spellings, at)
						}
					}
				}
				return slices.ContainsFunc(spellings, func(s string) bool {
					c, err := ecosystem.Compare(kennel.Ecosystem(eco), s, version)
					return err == nil && c == 0 && s != version
				})
			})
		}},
	{"the library that the peer orders versions with places this one on the other side of a bound than the ecosystem's own rules do (internal/ecosystem tests them rung by rung)",
		func(w *witness, d difference) bool {
			eco, _, version := d.parts()
			ours, theirs := false, false
			w.entries(d, func(i int, r *rawRecord) bool {
				for _, rg := range r.Affected[i].Ranges {
					if rg.Type != "GIT" {
						ours = ours || inEvents(eco, version, rg.Events)
						theirs = theirs || inPeersEvents(eco, version, rg.Events)
					}
				}
				return false
			})
			return ours != theirs && ours == (d.direction == "additional")
		}},
}

// covers reports whether a record of the reference data holds the version, by
// its ranges, custom ranges or list.
func (w *witness) covers(d difference) bool {
	eco, _, version := d.parts()
	return w.entries(d, func(i int, r *rawRecord) bool {
		a := r.Affected[i]
		if slices.ContainsFunc(a.Versions, func(v string) bool {
			c, err := ecosystem.Compare(kennel.Ecosystem(eco), v, version)
			return v == version || err == nil && c == 0
		}) {
			return true
		}
		for _, rg := range a.EcosystemSpecific.CustomRanges {
			if inEvents(eco, version, rg.Events) {
				return true
			}
		}
		for _, rg := range a.Ranges {
			// Beside custom ranges an open range only says that there are bounds
			// elsewhere.
			open := len(a.EcosystemSpecific.CustomRanges) > 0 && len(rg.Events) == 1
			if rg.Type != "GIT" && !open && inEvents(eco, version, rg.Events) {
				return true
			}
		}
		return false
	})
}

// prove returns the reason for a difference, "" when no rule holds.
func (w *witness) prove(d difference) string {
	for _, p := range proofs {
		if p.holds(w, d) {
			return p.reason
		}
	}
	return ""
}

// readDifferences reads the list: each row holds the ids of one package that
// differ for one reason, separated by spaces.
func readDifferences(t *testing.T) map[difference]string {
	out := map[difference]string{}
	for _, row := range table(t, differencesFile, 5) {
		if strings.TrimSpace(row[4]) == "" || row[4] == "TODO" {
			t.Errorf("docs/differences.tsv: no reason: %v", row)
		}
		for id := range strings.FieldsSeq(row[3]) {
			d := difference{row[0], row[1], row[2], id}
			if _, twice := out[d]; twice {
				t.Errorf("docs/differences.tsv: twice: %v", d)
			}
			out[d] = row[4]
		}
	}
	return out
}

func writeDifferences(t *testing.T, reasons map[difference]string) {
	type row struct{ direction, input, pkg, reason string }
	rows := map[row][]string{}
	for d, reason := range reasons {
		at := row{d.direction, d.input, d.pkg, reason}
		rows[at] = append(rows[at], d.id)
	}
	var list []row
	for at, ids := range rows {
		slices.Sort(ids)
		list = append(list, at)
	}
	slices.SortFunc(list, func(a, b row) int {
		return cmp.Or(strings.Compare(a.input, b.input), strings.Compare(a.direction, b.direction), strings.Compare(a.pkg, b.pkg), strings.Compare(a.reason, b.reason))
	})
	var b strings.Builder
	b.WriteString("direction\tinput\tpackage\tids\treason\n")
	for _, at := range list {
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\n", at.direction, at.input, at.pkg, strings.Join(rows[at], " "), at.reason)
	}
	if err := os.WriteFile(differencesFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
