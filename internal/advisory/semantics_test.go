package advisory

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	kennel "github.com/kennel-oss/kennel"
)

// compileTxtar makes a database of the files of an archive.
func compileTxtar(t testing.TB, archive string, opts Options) (string, Stats, error) {
	t.Helper()
	osv := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		path := filepath.Join(osv, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(t.TempDir(), "db")
	_, stats, err := Compile(context.Background(), Sources{OSV: osv, Built: time.Unix(1e9, 0)}, out, opts)
	return out, stats, err
}

func mustCompile(t testing.TB, archive string, overlays ...string) *DB {
	t.Helper()
	dir, stats, err := compileTxtar(t, archive, Options{})
	if err != nil || stats.Bad > 0 {
		t.Fatalf("%v, %+v", err, stats)
	}
	db, err := Open(dir, overlays...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// oneRecord is a record about npm's package p.
func oneRecord(affected string) string {
	return `-- npm/X-1.json --
{"id":"X-1","modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"p"},` + affected + `}]}
`
}

// TestRanges evaluates ranges as the OSV specification does.
// Source: https://ossf.github.io/osv-schema/#evaluation
func TestRanges(t *testing.T) {
	events := func(list string) string { return `"ranges":[{"type":"SEMVER","events":[` + list + `]}]` }
	for _, c := range []struct {
		name, affected, in, out, words string
	}{
		{"all", events(`{"introduced":"0"}`), "0.0.0-alpha 1.0.0 99.0.0", "", "all versions"},
		{"fixed", events(`{"introduced":"1.0.0"},{"fixed":"1.2.3"}`), "1.0.0 1.2.2 1.2.3-rc1", "0.9.0 1.0.0-rc1 1.2.3 2.0.0", ">= 1.0.0, < 1.2.3"},
		{"last affected", events(`{"introduced":"0"},{"last_affected":"2.3.0"}`), "0.1.0 2.3.0", "2.3.1-rc1 2.3.1", "<= 2.3.0"},
		{"any order", events(`{"fixed":"2.1.0"},{"introduced":"2.0.0"},{"fixed":"1.1.0"},{"introduced":"1.0.0"}`), "1.0.5 2.0.5", "0.9.0 1.1.0 1.5.0 2.1.0", ""},
		{"introduced again", events(`{"introduced":"0"},{"fixed":"1.0.0"},{"introduced":"2.0.0"}`), "0.5.0 2.0.0 3.0.0", "1.0.0 1.9.9", ""},
		{"fixed and introduced at once", events(`{"introduced":"0"},{"fixed":"2.0.0"},{"introduced":"2.0.0"},{"fixed":"3.0.0"}`), "1.0.0 2.0.0 2.5.0", "3.0.0", ""},
		{"introduced and fixed at once", events(`{"introduced":"2.0.0"},{"fixed":"2.0.0"}`), "", "1.0.0 2.0.0 3.0.0", ""},
		{"exactly one", events(`{"introduced":"4.2.3"},{"last_affected":"4.2.3"}`), "4.2.3", "4.2.2 4.2.4", "= 4.2.3"},
		{"the first fix of several", events(`{"introduced":"0"},{"fixed":"1.2.0"},{"fixed":"1.4.0"}`), "1.1.0", "1.2.0 1.3.0 1.4.0", "< 1.2.0"},
		{"limit", events(`{"introduced":"0"},{"limit":"1.5.0"}`), "1.4.0", "1.5.0 2.0.0", "< 1.5.0"},
		{"no limit", events(`{"introduced":"0"},{"limit":"*"}`), "1.4.0 9.0.0", "", "all versions"},
		{"listed", `"versions":["1.0.0","1.1.0"]`, "1.0.0 1.1.0 v1.1.0", "1.0.1 1.2.0", ""},
		{"listed or in a range", `"versions":["0.1.0"],"ranges":[{"type":"SEMVER","events":[{"introduced":"2.0.0"},{"fixed":"2.1.0"}]}]`, "0.1.0 2.0.5", "0.2.0 2.1.0", ""},
		{"a commit range first", `"ranges":[{"type":"GIT","repo":"https://git.example/p","events":[{"introduced":"0"},{"fixed":"abc"}]},{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.0.0"}]}]`, "0.9.0", "1.0.0", "< 1.0.0"},
		{"commits only", `"ranges":[{"type":"GIT","repo":"https://git.example/p","events":[{"introduced":"0"}]}]`, "", "0.9.0 1.0.0", ""},
		{"nothing", `"versions":[]`, "", "0.9.0 1.0.0", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := mustCompile(t, oneRecord(c.affected))
			tried := 0
			for _, v := range strings.Fields(c.in) {
				tried++
				got, err := db.Match(component(kennel.NPM, "p", v))
				if err != nil || len(got) != 1 {
					t.Errorf("%s: %v, %v; want a match", v, ids(got), err)
				} else if c.words != "" && got[0].Range != c.words {
					t.Errorf("%s: range %q, want %q", v, got[0].Range, c.words)
				}
			}
			for _, v := range strings.Fields(c.out) {
				tried++
				if got, err := db.Match(component(kennel.NPM, "p", v)); err != nil || len(got) != 0 {
					t.Errorf("%s: %v %v, want no match", v, got, err)
				}
			}
			if tried == 0 {
				t.Error("nothing tried")
			}
		})
	}
}

// TestFix looks for the least published fix that nothing else affects.
func TestFix(t *testing.T) {
	record := func(id, events string) string {
		return "-- npm/" + id + ".json --\n" + `{"id":"` + id + `","affected":[{"package":{"ecosystem":"npm","name":"p"},"ranges":[{"type":"SEMVER","events":[` + events + `]}]}]}` + "\n"
	}
	for _, c := range []struct {
		name, archive, version, id string
		want                       kennel.Fix
	}{
		{"its own", record("A-1", `{"introduced":"0"},{"fixed":"1.2.0"}`), "1.0.0", "A-1", kennel.Fix{State: kennel.FixKnown, Version: "1.2.0"}},
		{"the next, since another covers it", record("A-1", `{"introduced":"0"},{"fixed":"1.2.0"}`) + record("A-2", `{"introduced":"1.1.0"},{"fixed":"1.4.0"}`), "1.0.0", "A-1", kennel.Fix{State: kennel.FixKnown, Version: "1.4.0"}},
		{"of its own branch", record("A-1", `{"introduced":"1.0.0"},{"fixed":"1.2.0"},{"introduced":"2.0.0"},{"fixed":"2.3.0"}`), "2.1.0", "A-1", kennel.Fix{State: kennel.FixKnown, Version: "2.3.0"}},
		{"none published", record("A-1", `{"introduced":"0"}`), "1.0.0", "A-1", kennel.Fix{State: kennel.FixNone}},
		{"not said", record("A-1", `{"introduced":"0"},{"last_affected":"1.2.0"}`), "1.0.0", "A-1", kennel.Fix{}},
		{"another's will do", record("A-1", `{"introduced":"0"},{"last_affected":"1.2.0"}`) + record("A-2", `{"introduced":"0"},{"fixed":"1.3.0"}`), "1.0.0", "A-1", kennel.Fix{State: kennel.FixKnown, Version: "1.3.0"}},
		{"what has no end hides nothing", record("A-1", `{"introduced":"0"},{"fixed":"1.2.0"}`) + record("A-2", `{"introduced":"0"}`), "1.0.0", "A-1", kennel.Fix{State: kennel.FixKnown, Version: "1.2.0"}},
		{"what begins later and has no end is in the way", record("A-1", `{"introduced":"0"},{"fixed":"1.2.0"}`) + record("A-2", `{"introduced":"1.1.0"}`), "1.0.0", "A-1", kennel.Fix{State: kennel.FixNone}},
		{"a listed version is in the way", record("A-1", `{"introduced":"0"},{"fixed":"1.2.0"}`) + `-- npm/MAL-1.json --
{"id":"MAL-1","affected":[{"package":{"ecosystem":"npm","name":"p"},"versions":["1.2.0"]}]}
` + record("A-2", `{"introduced":"0"},{"fixed":"1.2.1"}`), "1.0.0", "A-1", kennel.Fix{State: kennel.FixKnown, Version: "1.2.1"}},
		{"a withdrawn record is not", record("A-1", `{"introduced":"0"},{"fixed":"1.2.0"}`) + `-- npm/W-1.json --
{"id":"W-1","withdrawn":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"p"},"versions":["1.2.0"]}]}
`, "1.0.0", "A-1", kennel.Fix{State: kennel.FixKnown, Version: "1.2.0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := mustCompile(t, c.archive).Match(component(kennel.NPM, "p", c.version))
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range got {
				if m.Advisory.ID == c.id {
					if m.Fix != c.want {
						t.Errorf("%+v, want %+v", m.Fix, c.want)
					}
					return
				}
			}
			t.Errorf("%v, want %s", ids(got), c.id)
		})
	}
}

// world is a small database that has one of everything.
const world = `
-- npm/MAL-2024-2929.json --
{"id":"MAL-2024-2929","withdrawn":"2024-07-01T03:32:00Z","summary":"a false alarm","affected":[{"package":{"ecosystem":"npm","name":"react"},"versions":["1.0.0","35.0.0"]}]}
-- npm/MAL-1.json --
{"id":"MAL-1","affected":[{"package":{"ecosystem":"npm","name":"compat-data"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}
-- npm/X-2.json --
{"id":"X-2","affected":[{"package":{"ecosystem":"npm","name":"JSONStream"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}
-- npm/X-3.json --
{"id":"X-3","affected":[{"package":{"ecosystem":"npm","name":"odd"},"versions":["a.b","1.0.0"],"ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.0"},{"fixed":"2.0.0"}]}]}]}
-- npm/X-4.json --
{"id":"X-4","affected":[{"package":{"ecosystem":"npm","name":"unclear"},"ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.0"},{"fixed":"soon!"}]}]},{"package":{"ecosystem":"Maven","name":"not:here"}}]}
-- crates.io/RUSTSEC-1.json --
{"id":"RUSTSEC-1","aliases":["CVE-2020-1"],"affected":[{"package":{"ecosystem":"crates.io","name":"old"},"database_specific":{"informational":"unmaintained"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0.0.0-0"}]}]}]}
-- Go/GO-1.json --
{"id":"GO-1","modified":"0001-01-01T00:00:00Z","published":"0001-01-01T00:00:00Z","affected":[
 {"package":{"ecosystem":"Go","name":"k8s.example/Ingress"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}],"ecosystem_specific":{"custom_ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.9.0"}]}]}}]}
-- Debian/DSA-1.json --
{"id":"DSA-1","upstream":["CVE-2024-9"],"affected":[
 {"package":{"ecosystem":"Debian:11","name":"src"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.0-1+deb11u1"}]}]},
 {"package":{"ecosystem":"Debian:12","name":"src"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.0-3+deb12u1"}]}]}]}
`

func TestMatch(t *testing.T) {
	db := mustCompile(t, world)
	debian := func(release, version string) kennel.Component {
		return osPackage(kennel.Debian, release, "libsrc1", "src", version)
	}
	for _, c := range []struct {
		c    kennel.Component
		want string // ids, or the reason for not looking
	}{
		{component(kennel.NPM, "react", "1.0.0"), ""}, // withdrawn
		{component(kennel.NPM, "compat-data", "1.0.0"), "MAL-1"},
		{component(kennel.NPM, "@babel/compat-data", "1.0.0"), ""}, // not its unscoped namesake
		{component(kennel.NPM, "compat-data", ""), "MAL-1"},        // whatever the version
		{component(kennel.NPM, "compat-data", "not a version"), "MAL-1"},
		{component(kennel.NPM, "JSONStream", "1.0.0"), "X-2"},
		{component(kennel.NPM, "jsonstream", "1.0.0"), ""}, // npm minds case
		{component(kennel.NPM, "odd", "a.b"), "X-3"},
		{component(kennel.NPM, "odd", "a.c"), "! no place"},
		{component(kennel.NPM, "odd", ""), "! version is unknown"},
		{component(kennel.NPM, "unclear", "1.0.0"), "! bounds that cannot be ordered"},
		{component(kennel.Maven, "not:here", "1.0.0"), "! nothing on Maven"}, // npm's folder does not make Maven known; the starter set does not help here
		{component("Conda", "x", "1.0.0"), "! nothing on Conda"},
		{component(kennel.Cargo, "old", "0.1.0"), "RUSTSEC-1"},
		{component(kennel.Go, "k8s.example/Ingress", "v1.8.0"), "GO-1"},
		{component(kennel.Go, "k8s.example/ingress", "v1.8.0"), "GO-1"}, // a purl folds it
		{component(kennel.Go, "k8s.example/Ingress", "v1.9.0"), ""},     // custom ranges
		{component(kennel.Go, "k8s.example/INGRESS", "v1.8.0"), ""},
		{debian("11", "1.0-1"), "DSA-1"},
		{debian("11", "1.0-1+deb11u1"), ""},
		{debian("12", "1.0-1+deb11u1"), "DSA-1"},
		{debian("12", "1.0-3+deb12u1"), ""},
		{debian("", "1.0-1"), "! release of Debian is unknown"},
		{debian("99", "1.0-1"), "! nothing on Debian 99"},
		{osPackage(kennel.Debian, "12", "src", "other", "1.0-1"), ""}, // the source decides
	} {
		got, err := db.Match(c.c)
		have := strings.Join(ids(got), " ")
		if reason, ok := strings.CutPrefix(c.want, "! "); ok {
			var cnl *kennel.CouldNotLook
			if !errors.As(err, &cnl) || !strings.Contains(cnl.Reason, reason) || have != "" {
				t.Errorf("%+v: %q, %v; want %q", c.c, have, err, reason)
			}
		} else if err != nil || have != c.want {
			t.Errorf("%+v: %q, %v; want %q", c.c, have, err, c.want)
		}
	}
}

func TestOverlay(t *testing.T) {
	over, _, err := compileTxtar(t, `
-- npm/MAL-1.json --
{"id":"MAL-1","withdrawn":"2025-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"compat-data"}}]}
-- npm/OURS-1.json --
{"id":"OURS-1","affected":[{"package":{"ecosystem":"npm","name":"compat-data"},"versions":["6.6.6"]}]}
`, Options{})
	if err != nil {
		t.Fatal(err)
	}
	db := mustCompile(t, world, over)
	for version, want := range map[string]string{"1.0.0": "", "6.6.6": "OURS-1"} {
		if got, err := db.Match(component(kennel.NPM, "compat-data", version)); err != nil || strings.Join(ids(got), " ") != want {
			t.Errorf("%s: %v, %v; want %q", version, ids(got), err, want)
		}
	}
}

func TestRecord(t *testing.T) {
	db := mustCompile(t, world)
	for _, id := range []string{"RUSTSEC-1", "rustsec-1", "CVE-2020-1"} {
		got, err := db.Record(id)
		if err != nil || len(got) != 1 || got[0].ID != "RUSTSEC-1" || got[0].Kind != kennel.Unmaintained || got[0].URL != "https://rustsec.org/advisories/RUSTSEC-1.html" {
			t.Errorf("%s: %+v, %v", id, got, err)
		}
	}
	if got, err := db.Record("MAL-2024-2929"); err != nil || got[0].Withdrawn.IsZero() {
		t.Errorf("a withdrawn record can be read, and says so: %+v, %v", got, err)
	}
	if _, err := db.Record("CVE-0-0"); !errors.Is(err, ErrNoRecord) {
		t.Error(err)
	}
	got, err := db.Package(kennel.Package{Ecosystem: kennel.Debian, Name: "src"})
	if err != nil || len(got) != 1 || len(got[0].Affected) != 2 || strings.Join(got[0].Affected[1].Ranges, "") != "< 1.0-3+deb12u1" || got[0].Affected[1].Release != "12" {
		t.Errorf("%+v, %v", got, err)
	}
}
