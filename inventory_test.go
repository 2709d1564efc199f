package kennel

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

func occurrence(name, version string, change ...func(*Occurrence)) Occurrence {
	o := Occurrence{Component: Component{Package: Package{NPM, name}, Version: version, Origin: OriginRegistry}}
	for _, c := range change {
		c(&o)
	}
	return o
}

func TestNormalizeJoinsWhatIsTheSame(t *testing.T) {
	at := func(path string, line int) func(*Occurrence) {
		return func(o *Occurrence) { o.Locations = append(o.Locations, Location{Path: path, Line: line}) }
	}
	scope := func(s Scope, d Directness) func(*Occurrence) {
		return func(o *Occurrence) { o.Scope, o.Direct = s, d }
	}
	inv := Inventory{Projects: []Project{{
		Root: ".", Manifest: "package-lock.json", Ecosystem: NPM, Graph: true,
		Occurrences: []Occurrence{
			occurrence("b", "1.0.0", at("package-lock.json", 9), scope(ScopeDevelopment, Transitive)),
			occurrence("a", "1.0.0", at("package-lock.json", 2), scope(ScopeShipped, Direct)),
			occurrence("b", "1.0.0", at("package-lock.json", 5), scope(ScopeShipped, Direct)),
		},
		Edges: []Edge{{From: 1, To: 0}, {From: 1, To: 2}, {From: RootNode, To: 1}, {From: 7, To: 0}, {From: 0, To: -3}},
	}}}
	inv.Normalize()
	p := inv.Projects[0]
	if len(p.Occurrences) != 2 || p.Occurrences[1].Name != "b" {
		t.Fatalf("got %+v", p.Occurrences)
	}
	b := p.Occurrences[1]
	if b.Scope != ScopeShipped || b.Direct != Direct {
		t.Errorf("the widest scope and the most direct way win; got %s, %s", b.Scope, b.Direct)
	}
	if want := []Location{{Path: "package-lock.json", Line: 5}, {Path: "package-lock.json", Line: 9}}; !slices.Equal(b.Locations, want) {
		t.Errorf("locations %v, want %v", b.Locations, want)
	}
	if want := []Edge{{From: RootNode, To: 0}, {From: 0, To: 1}}; !slices.Equal(p.Edges, want) {
		t.Errorf("edges %v, want %v: equal ones join and impossible ones go", p.Edges, want)
	}
}

func TestNormalizeJoinsAnInstalledTreeToItsLockFile(t *testing.T) {
	inv := Inventory{Projects: []Project{
		{Root: "web", Manifest: "web/node_modules", Ecosystem: NPM, Installed: true, Occurrences: []Occurrence{
			occurrence("a", "1.0.0", func(o *Occurrence) { o.Origin = OriginUnknown }), occurrence("extra", "2.0.0")}},
		{Root: "web", Manifest: "web/package-lock.json", Ecosystem: NPM, Graph: true, Occurrences: []Occurrence{
			occurrence("a", "1.0.0", func(o *Occurrence) { o.Scope, o.Direct = ScopeDevelopment, Direct })}},
		{Root: "other", Manifest: "other/node_modules", Ecosystem: NPM, Installed: true, Occurrences: []Occurrence{occurrence("a", "1.0.0")}},
	}}
	inv.Normalize()
	var ids []string
	for i := range inv.Projects {
		ids = append(ids, inv.Projects[i].ID())
	}
	if want := []string{"other/node_modules", "web/package-lock.json"}; !slices.Equal(ids, want) {
		t.Fatalf("projects %v, want %v", ids, want)
	}
	if n := len(inv.Projects[1].Occurrences); n != 2 {
		t.Errorf("%d occurrences, want a and the extra one", n)
	}
	if a := inv.Projects[1].Occurrences[0]; a.Scope != ScopeDevelopment || a.Direct != Direct {
		t.Errorf("what is installed does not say what it is for; the lock file does: %s, %s", a.Scope, a.Direct)
	}
}

func TestIDsAreUnique(t *testing.T) {
	inv := Inventory{Projects: []Project{
		{Root: "a", Manifest: "app.jar", Ecosystem: Maven, Occurrences: []Occurrence{occurrence("x", "1")}},
		{Root: "a", Manifest: "app.jar", Ecosystem: NPM, Occurrences: []Occurrence{occurrence("x", "1")}},
		{Root: "b", Manifest: "app.jar", Ecosystem: NPM, Occurrences: []Occurrence{occurrence("x", "1")}},
	}}
	inv.Normalize()
	inv.Normalize() // again changes nothing
	seen := map[string]bool{}
	for i := range inv.Projects {
		if id := inv.Projects[i].ID(); seen[id] {
			t.Errorf("two projects are %q", id)
		} else {
			seen[id] = true
		}
	}
}

func TestNormalizeForgetsTheOrder(t *testing.T) {
	build := func(order []int) Inventory {
		var projects []Project
		for _, i := range order {
			p := Project{Root: ".", Manifest: "node_modules", Ecosystem: NPM, Installed: true}
			for k := range 5 {
				p.Occurrences = append(p.Occurrences, occurrence(string(rune('a'+(i+k)%7)), "1.0.0", func(o *Occurrence) {
					o.Licenses = []string{string(rune('A' + i%3))}
					o.Locations = []Location{{Path: "p" + string(rune('0'+i))}}
				}))
			}
			p.Edges = []Edge{{From: 0, To: 1}, {From: 2, To: 3}}
			projects = append(projects, p)
		}
		inv := Inventory{Projects: projects, Gaps: []Gap{{What: "z"}, {What: "a"}, {What: "a"}}}
		inv.Normalize()
		return inv
	}
	order := []int{0, 1, 2, 3, 4, 5, 6}
	first := build(order)
	for range 20 {
		rand.Shuffle(len(order), func(i, k int) { order[i], order[k] = order[k], order[i] })
		if again := build(order); !reflect.DeepEqual(first, again) {
			t.Fatalf("another order gave another inventory:\n%+v\n%+v", first, again)
		}
	}
}

func TestZeroValuesRefuse(t *testing.T) {
	var v Verdict
	if v != Deny {
		t.Error("the zero verdict is not deny")
	}
	var s State
	if s == StateClear {
		t.Error("the zero state is clear")
	}
	if _, err := NewSubject(Component{}, judgementTime, Grants{}).Advisories(); err == nil {
		t.Error("a refused handle is no error")
	}
	if ParseSeverity("nonsense") != SeverityUnknown || ParseSeverity("MODERATE") != SeverityMedium {
		t.Error("severity words")
	}
}

var judgementTime = Judgement{}.AsOf

func TestWiden(t *testing.T) {
	all := []Scope{ScopeUnknown, ScopeShipped, ScopeOptional, ScopeBuild, ScopeDevelopment}
	for _, a := range all {
		for _, b := range all {
			if a.Widen(b) != b.Widen(a) {
				t.Errorf("%s and %s", a, b)
			}
			if (a.Ships() || b.Ships()) != a.Widen(b).Ships() {
				t.Errorf("%s with %s no longer ships", a, b)
			}
		}
	}
}
