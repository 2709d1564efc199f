package advisory

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/datatest"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// TestReference compares with what osv-scanner says of the same data. Where
// we differ one of the two is wrong: each difference must have a reason that
// holds when it is checked against the record. KENNEL_DIFFERENCES names a file
// to write them to.
func TestReference(t *testing.T) {
	db := openReal(t)
	data := datatest.Folder(t)
	var lines []string
	for _, name := range []string{"boundary", "inputs"} {
		type subject struct {
			input string
			kennel.Component
		}
		want := make(map[string]map[string]bool)
		subjects := make(map[string]subject)
		for _, r := range rows(t, filepath.Join(data, "expected", name+".matches.tsv.gz")) {
			key := strings.Join(r[:4], "\t")
			if want[key] == nil {
				want[key] = make(map[string]bool)
				subjects[key] = subject{r[0], component(kennel.Ecosystem(r[1]), r[2], r[3])}
			}
			want[key][r[4]] = true
		}
		if name == "boundary" { // those without any match too
			for _, c := range boundary(t, data) {
				input := "boundary/boundary.cdx.json"
				if c.Ecosystem == kennel.Maven { // the peer drops the groups of SBOMs
					input = "boundary/gradle.lockfile"
				}
				key := strings.Join([]string{input, string(c.Ecosystem), c.Name, c.Version}, "\t")
				if want[key] == nil {
					want[key], subjects[key] = map[string]bool{}, subject{input, c}
				}
			}
		}
		same, missing, extra, unexplained := 0, 0, 0, 0
		differ := func(kind, key string, s subject, id string, err error) {
			reason := reasonOf(t, db, kind, s.Component, id, err)
			if reason == "" {
				if unexplained++; unexplained < 20 {
					t.Errorf("%s without a reason: %s %s", kind, strings.ReplaceAll(key, "\t", " "), id)
				}
			}
			lines = append(lines, fmt.Sprintf("%s\t%s\t%s\t%s %s\t%s\t%s", s.input, kind, s.Ecosystem, s.Name, s.Version, id, reason))
		}
		for key, ids := range want {
			s := subjects[key]
			matches, err := db.Match(s.Component)
			for id := range ids {
				if slices.ContainsFunc(matches, func(m kennel.Match) bool { return m.Advisory.ID == id }) {
					same++
				} else {
					missing++
					differ("missing", key, s, id, err)
				}
			}
			for _, m := range matches {
				if !ids[m.Advisory.ID] {
					extra++
					differ("additional", key, s, m.Advisory.ID, nil)
				}
			}
		}
		if same == 0 {
			t.Fatal("nothing was compared")
		}
		t.Logf("%s: %d components, %d matches alike, %d missing, %d additional, %d without a reason", name, len(want), same, missing, extra, unexplained)
	}
	if path := os.Getenv("KENNEL_DIFFERENCES"); path != "" {
		slices.Sort(lines)
		text := "input\tkind\tecosystem\tpackage\tid\treason\n" + strings.Join(lines, "\n") + "\n"
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// boundary reads the components of the synthetic SBOM.
func boundary(t *testing.T, data string) []kennel.Component {
	b, err := os.ReadFile(filepath.Join(data, "inputs", "boundary", "boundary.cdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	var sbom struct {
		Components []struct {
			PURL string `json:"purl"`
		} `json:"components"`
	}
	if err := json.Unmarshal(b, &sbom); err != nil || len(sbom.Components) == 0 {
		t.Fatal(err)
	}
	var out []kennel.Component
	for _, c := range sbom.Components {
		k, err := ecosystem.FromPurl(c.PURL)
		if err != nil {
			t.Errorf("%s: %v", c.PURL, err)
			continue
		}
		out = append(out, k)
	}
	return out
}

// reasonOf checks the known causes of differences against the record.
func reasonOf(t *testing.T, db *DB, kind string, c kennel.Component, id string, lookErr error) string {
	records, err := db.Record(id)
	if err != nil {
		t.Fatal(err)
	}
	r, err := decodeOSV(records[0].JSON)
	if err != nil {
		t.Fatal(err)
	}
	key := ecosystem.NameKey(c.Package)
	v, verr := ecosystem.Parse(c.Ecosystem, c.Version)
	var cnl *kennel.CouldNotLook
	if kind == "missing" && verr != nil && errors.As(lookErr, &cnl) {
		return fmt.Sprintf("%q is no version of %s: it has no place in the order, the record does not list it, and that it could not be looked up is said", c.Version, c.Ecosystem)
	}
	prerelease := strings.ContainsAny(c.Version, "-") || strings.Contains(c.Version, "alpha") || strings.Contains(c.Version, "rc")
	for i := range r.Affected {
		a := &r.Affected[i]
		if e, _ := ecosystem.SplitRelease(a.Package.Ecosystem); e != c.Ecosystem || ecosystem.NameKey(kennel.Package{Ecosystem: e, Name: a.Package.Name}) != key {
			continue
		}
		if custom, _ := a.customRanges(c.Ecosystem); len(custom) > 0 {
			return "the real bounds are in the record's custom_ranges, which the peer does not read: " + boundsOf(custom)
		}
		if kind == "additional" && len(a.Ranges) > 1 && a.Ranges[0].Type == "GIT" && !slices.Contains(a.Versions, c.Version) {
			return "the peer gives up at the entry's GIT range, which stands before the ECOSYSTEM range that holds the version"
		}
		if kind == "additional" && c.Ecosystem == kennel.Packagist && a.Package.Name != c.Name && strings.EqualFold(a.Package.Name, c.Name) {
			return fmt.Sprintf("Packagist's names do not mind case, and the peer does not find %s under the record's %s", c.Name, a.Package.Name)
		}
		bounds := slices.Clone(a.Versions)
		for _, g := range a.Ranges {
			seen := make(map[string]int)
			for _, ev := range g.Events {
				for i, b := range []string{ev.Introduced, ev.Fixed, ev.LastAffected} {
					if b == "" {
						continue
					}
					bounds = append(bounds, b)
					seen[b] |= 1 << i
					if seen[b]&3 == 3 && kind == "additional" {
						if bv, err := ecosystem.Parse(c.Ecosystem, b); err == nil && bv.Compare(v) <= 0 {
							return fmt.Sprintf("one range ends at %s and the next begins there: the version is affected, and the peer ends it", b)
						}
					}
				}
			}
		}
		for _, b := range bounds {
			bv, err := ecosystem.Parse(c.Ecosystem, b)
			if err != nil {
				if b != "0" && kind == "missing" {
					return fmt.Sprintf("the bound %q is no version; other records of the same problem have sound bounds and say that this version is not affected", b)
				}
				continue
			}
			if bv == v && b != c.Version {
				return fmt.Sprintf("%s and %s are one version by the rules of %s, and the peer takes them for two", b, c.Version, c.Ecosystem)
			}
			if kind == "missing" && c.Ecosystem == kennel.Packagist && prerelease && bv.Compare(v) > 0 && strings.HasPrefix(strings.TrimSuffix(c.Version[:strings.IndexByte(c.Version, '-')], ".0"), b) {
				return fmt.Sprintf("%s comes before %s by Composer's order, where a missing part is 0", c.Version, b)
			}
			if kind == "additional" && c.Ecosystem == kennel.Packagist && (strings.Contains(b, "alpha") && bv.Compare(v) < 0 || strings.HasSuffix(b, "-stable") && bv.Compare(v) > 0) {
				return fmt.Sprintf("%s is on the affected side of the bound %s by Composer's order (a missing part is 0; alpha before the release; -stable is the release), and the peer has it on the other", c.Version, b)
			}
			if c.Ecosystem == kennel.Maven && strings.Contains(c.Version, "-M") && strings.Contains(b, ".M") {
				return "Maven ranks .M and -M alike (POM reference, version order: .qualifier = -qualifier), and the peer ranks every .M above"
			}
		}
	}
	return ""
}

func boundsOf(ranges []osvRange) string {
	var out []string
	for _, events := range eventsOf(ranges) {
		for _, ev := range events {
			out = append(out, [...]string{"introduced ", "fixed ", "last_affected ", "limit "}[ev.kind]+ev.version)
		}
	}
	return strings.Join(out, ", ")
}
