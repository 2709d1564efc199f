package policy

import (
	"strings"
	"testing"
	"time"

	"github.com/kennel-oss/kennel"
)

func facts(change func(*kennel.Result, *Facts)) Facts {
	r := &kennel.Result{Exposed: -1, Finding: kennel.Finding{Layer: "known", Rule: "vulnerable", ID: "CVE-2020-0001",
		Component: kennel.Component{Package: kennel.Package{Ecosystem: kennel.NPM, Name: "left"}, Version: "1.0.0"}}}
	f := Facts{Result: r, Scope: kennel.ScopeShipped, Direct: kennel.Direct, Project: &kennel.Project{Manifest: "package-lock.json"},
		AsOf: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}
	change(r, &f)
	return f
}

func TestDefault(t *testing.T) {
	fixed := kennel.Fix{State: kennel.FixKnown, Version: "1.0.1"}
	for _, c := range []struct {
		name   string
		change func(*kennel.Result, *Facts)
		want   kennel.Verdict
		rule   string
	}{
		{"malicious", func(r *kennel.Result, f *Facts) { r.Rule = "malicious"; f.Scope = kennel.ScopeDevelopment }, kennel.Deny, "malicious"},
		{"kev with a fix", func(r *kennel.Result, f *Facts) { r.KEV = &kennel.KEV{}; r.Fix = fixed }, kennel.Deny, "exploited"},
		{"kev in an SBOM that says no scope", func(r *kennel.Result, f *Facts) { r.KEV = &kennel.KEV{}; r.Fix = fixed; f.Scope = kennel.ScopeUnknown }, kennel.Deny, "exploited"},
		{"kev nobody can fix", func(r *kennel.Result, f *Facts) { r.KEV = &kennel.KEV{}; r.Severity = kennel.SeverityCritical }, kennel.Review, "severe"},
		{"kev of a linter", func(r *kennel.Result, f *Facts) {
			r.KEV = &kennel.KEV{}
			r.Fix = fixed
			r.Severity = kennel.SeverityMedium
			f.Scope = kennel.ScopeDevelopment
		}, kennel.Allow, ""},
		{"likely", func(r *kennel.Result, f *Facts) { r.EPSS = &kennel.EPSS{Probability: 0.1}; r.Fix = fixed }, kennel.Deny, "exploited"},
		{"unlikely", func(r *kennel.Result, f *Facts) {
			r.EPSS = &kennel.EPSS{Probability: 0.09}
			r.Severity = kennel.SeverityLow
			r.Fix = fixed
		}, kennel.Allow, ""},
		{"no epss is not a failure", func(r *kennel.Result, f *Facts) { r.Severity = kennel.SeverityMedium; r.Fix = fixed }, kennel.Allow, ""},
		{"unrated, direct, fixed", func(r *kennel.Result, f *Facts) { r.Fix = fixed }, kennel.Review, "unrated"},
		{"unrated, directness unknown", func(r *kennel.Result, f *Facts) { r.Fix = fixed; f.Direct = kennel.DirectUnknown }, kennel.Allow, ""},
		{"unrated, no fix", func(r *kennel.Result, f *Facts) {}, kennel.Allow, ""},
		{"a notice", func(r *kennel.Result, f *Facts) { r.Rule = "unmaintained" }, kennel.Allow, ""},
		{"another layer's cue", func(r *kennel.Result, f *Facts) { r.Layer = "source"; r.Rule = "phantom" }, kennel.Review, "cue"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := Compile()
			if err != nil {
				t.Fatal(err)
			}
			got := p.Decide(facts(c.change))
			if got.Verdict != c.want || strings.Join(got.Rules, ",") != c.rule {
				t.Errorf("got %s by %v, want %s by %q", got.Verdict, got.Rules, c.want, c.rule)
			}
		})
	}
}

func TestFirstRuleDecidesAndMissingValuesGiveReview(t *testing.T) {
	p, err := Compile(List{Source: "team", Rules: []Rule{
		{Name: "ours", Verdict: kennel.Allow, When: `component.name == "left"`},
		{Name: "rest", Verdict: kennel.Deny, When: `true`},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Decide(facts(func(*kennel.Result, *Facts) {})); got.Verdict != kennel.Allow {
		t.Errorf("the first rule that holds decides; got %v", got)
	}
	p, err = Compile(List{Source: "team", Rules: []Rule{{Name: "late", Verdict: kennel.Deny, When: `finding.epss > 0.5`}}})
	if err != nil {
		t.Fatal(err)
	}
	got := p.Decide(facts(func(*kennel.Result, *Facts) {}))
	if got.Verdict != kennel.Review || !strings.Contains(got.Rules[0], "finding.epss is missing") {
		t.Errorf("a missing value gives review and says so; got %v", got)
	}
}

func TestOrganisationWins(t *testing.T) {
	org := List{Source: "org", Rules: []Rule{{Name: "no-left", Verdict: kennel.Deny, When: `component.name == "left"`}}}
	project := List{Source: "kennel.yaml", Rules: []Rule{{Name: "fine", Verdict: kennel.Allow, When: `true`}}}
	p, err := Compile(org, project)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Decide(facts(func(*kennel.Result, *Facts) {})); got.Verdict != kennel.Deny {
		t.Errorf("a project's list took the organisation's verdict away: %v", got)
	}
}

func TestZeroPolicyRefuses(t *testing.T) {
	var p *Policy
	if got := p.Decide(facts(func(*kennel.Result, *Facts) {})); got.Verdict != kennel.Deny {
		t.Errorf("got %v", got)
	}
}

func TestMistakesAreFoundWhenRead(t *testing.T) {
	for when, want := range map[string]string{
		`finding.sevrity == "high"`:     "undefined field 'sevrity'",
		`finding.score`:                 "must give bool",
		`finding.score > "7"`:           "no matching overload",
		`nonsense(`:                     "Syntax error",
		strings.Repeat("(", 100) + "1":  "recursion",
		`finding.id == "` + long + `"`:  "size",
		`[1,2,3].all(x, undeclared(x))`: "undeclared",
	} {
		_, err := Compile(List{Source: "x", Rules: []Rule{{Name: "r", When: when}}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: got %v, want an error with %q", when, err, want)
		}
	}
}

var long = strings.Repeat("a", 3*maxExpression)

func TestCostIsBounded(t *testing.T) {
	list := "[" + strings.Repeat("1,", 60) + "1]"
	when := "true"
	for range 6 {
		when = list + ".all(x, " + when + ")"
	}
	p, err := Compile(List{Source: "x", Rules: []Rule{{Name: "slow", Verdict: kennel.Allow, When: when}}})
	if err != nil {
		t.Skip(err) // refused when read is as good
	}
	if got := p.Decide(facts(func(*kennel.Result, *Facts) {})); got.Verdict != kennel.Review {
		t.Errorf("a rule without end gave %v", got)
	}
}

func TestEveryFieldAnswers(t *testing.T) {
	n := 0
	for _, f := range Fields() {
		if f.Name == "as_of" {
			continue
		}
		if _, err := Compile(List{Source: "x", Rules: []Rule{{Name: "r", When: "has(" + f.Name + ")"}}}); err != nil {
			t.Error(err)
		}
		n++
	}
	if n == 0 {
		t.Fatal("no fields")
	}
}

func BenchmarkCompileDefault(b *testing.B) {
	for b.Loop() {
		if _, err := Compile(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	p, err := Compile()
	if err != nil {
		b.Fatal(err)
	}
	f := facts(func(*kennel.Result, *Facts) {})
	for b.Loop() {
		p.Decide(f)
	}
}

func FuzzCompile(f *testing.F) {
	for _, r := range Default().Rules {
		f.Add(r.When)
	}
	f.Add(`finding.ids.exists(i, i.startsWith("GHSA-")) && as_of > finding.published`)
	f.Fuzz(func(t *testing.T, when string) {
		p, err := Compile(List{Source: "x", Rules: []Rule{{Name: "r", Verdict: kennel.Deny, When: when}}})
		if err == nil {
			p.Decide(facts(func(*kennel.Result, *Facts) {}))
		}
	})
}
