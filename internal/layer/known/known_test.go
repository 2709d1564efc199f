package known

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kennel-oss/kennel"
)

// answers is an advisory database that gives the same answer to everything.
type answers struct {
	matches []kennel.Match
	err     error
}

func (a answers) Match(kennel.Component) ([]kennel.Match, error) { return a.matches, a.err }

// match makes a match of a record: its id, then its aliases.
func match(ids string) kennel.Match {
	list := strings.Fields(ids)
	kind := kennel.Vulnerability
	if strings.HasPrefix(ids, "MAL-") {
		kind = kennel.Malicious
	}
	return kennel.Match{Advisory: kennel.Advisory{ID: list[0], Aliases: list[1:], Kind: kind, Summary: "about " + list[0]}, Range: "all versions"}
}

func examine(t *testing.T, c kennel.Component, matches ...kennel.Match) []kennel.Finding {
	t.Helper()
	findings, err := New().Examine(context.Background(), kennel.NewSubject(c, time.Time{}, kennel.Grants{Advisories: answers{matches: matches}}))
	if err != nil {
		t.Fatal(err)
	}
	return findings
}

// TestGroup tells which records are one problem: each finding as its id, its
// aliases, and how many records stand for it.
func TestGroup(t *testing.T) {
	for _, c := range []struct {
		name    string
		records []string
		want    []string
	}{
		{"one record", []string{"GHSA-1"}, []string{"GHSA-1 [] 1"}},
		{"one CVE, four databases", []string{"GO-1 CVE-1 GHSA-1", "GHSA-1 CVE-1", "PYSEC-1 CVE-1", "CVE-1"}, []string{"CVE-1 [GHSA-1 GO-1 PYSEC-1] 4"}},
		{"no CVE, one alias", []string{"GLAD-1 GHSA-1", "GHSA-1", "X-1 GLAD-1"}, []string{"GHSA-1 [GLAD-1 X-1] 3"}},
		{"joined late", []string{"A-1 A-2", "B-1 B-2", "C-1 A-2 B-2"}, []string{"A-1 [A-2 B-1 B-2 C-1] 3"}},
		{"no CVE leads to one", []string{"GHSA-1 CVE-1", "X-1 GHSA-1", "Y-1 X-1"}, []string{"CVE-1 [GHSA-1 X-1 Y-1] 3"}},
		{"two CVEs that share a GHSA are two", []string{"A-1 CVE-1 GHSA-1", "B-1 CVE-2 GHSA-1"}, []string{"CVE-1 [A-1 GHSA-1] 1", "CVE-2 [B-1 GHSA-1] 1"}},
		{"a record without a CVE does not bridge two", []string{"A-1 CVE-1 GHSA-1", "B-1 CVE-2 GHSA-2", "X-1 GHSA-1 GHSA-2"}, []string{"CVE-1 [A-1 GHSA-1 GHSA-2 X-1] 2", "CVE-2 [B-1 GHSA-2] 1"}},
		{"a record of two CVEs bridges nothing", []string{"A-1 CVE-1", "B-1 CVE-2", "X-1 CVE-1 CVE-2"}, []string{"CVE-1 [A-1 X-1] 2", "CVE-2 [B-1 X-1] 2"}},
		{"a record of two CVEs alone is one problem", []string{"X-1 CVE-1 CVE-2"}, []string{"CVE-1 [CVE-2 X-1] 1"}},
		{"and hides no CVE that nobody else has", []string{"A-1 CVE-1", "X-1 CVE-1 CVE-2 CVE-3", "Y-1 CVE-2 CVE-3"}, []string{"CVE-1 [A-1 X-1] 2", "CVE-2 [CVE-3 X-1 Y-1] 2"}},
		{"nothing in common", []string{"MAL-1", "GHSA-1"}, []string{"GHSA-1 [] 1", "MAL-1 [] 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range 2 { // and in the other order
				var matches []kennel.Match
				for _, r := range c.records {
					matches = append(matches, match(r))
				}
				var got []string
				for _, f := range examine(t, kennel.Component{}, matches...) {
					got = append(got, fmt.Sprintf("%s %v %d", f.ID, f.Aliases, len(f.Evidence)))
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("%q of %q, want %q", got, c.records, c.want)
				}
				slices.Reverse(c.records)
			}
		})
	}
}

func TestOrigin(t *testing.T) {
	listed := match("MAL-1")
	listed.Listed, listed.Range = true, "= 1.0.0"
	for _, c := range []struct {
		origin     kennel.Origin
		match      kennel.Match
		rule       string // "" for no finding
		confidence kennel.Confidence
	}{
		{kennel.OriginRegistry, match("GHSA-1"), "vulnerable", kennel.ConfidenceHigh},
		{kennel.OriginUnknown, match("GHSA-1"), "vulnerable", kennel.ConfidenceHigh},
		{kennel.OriginVCS, match("GHSA-1"), "vulnerable", kennel.ConfidenceMedium},
		{kennel.OriginURL, match("GHSA-1"), "vulnerable", kennel.ConfidenceMedium},
		{kennel.OriginLocal, match("GHSA-1"), "", 0},
		{kennel.OriginRegistry, match("MAL-1"), "malicious", kennel.ConfidenceHigh},
		{kennel.OriginUnknown, match("MAL-1"), "malicious", kennel.ConfidenceMedium},
		{kennel.OriginUnknown, listed, "malicious", kennel.ConfidenceHigh},
		{kennel.OriginVCS, listed, "", 0},
		{kennel.OriginURL, match("MAL-1"), "", 0},
		{kennel.OriginURL, listed, "malicious", kennel.ConfidenceMedium},
		{kennel.OriginLocal, listed, "", 0},
	} {
		got := examine(t, kennel.Component{Version: "1.0.0", Origin: c.origin}, c.match)
		switch {
		case c.rule == "" && len(got) == 0:
		case c.rule == "" || len(got) != 1 || got[0].Rule != c.rule || got[0].Confidence != c.confidence:
			t.Errorf("%v %s: %+v, want %q %v", c.origin, c.match.Advisory.ID, got, c.rule, c.confidence)
		case got[0].Confidence != kennel.ConfidenceHigh && !strings.Contains(got[0].Evidence[0].Says, "assumed"):
			t.Errorf("%v %s: the evidence names no assumption: %q", c.origin, c.match.Advisory.ID, got[0].Evidence[0].Says)
		}
	}
}

func TestFinding(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2024, 1, d, 0, 0, 0, 0, time.UTC) }
	a, b, c := match("GHSA-1 CVE-1"), match("GLAD-1 CVE-1"), match("PYSEC-1 CVE-1")
	a.Advisory.Published, a.Advisory.Score, a.Advisory.Severity, a.Advisory.Vector = day(5), 7.5, kennel.SeverityHigh, "seven"
	a.Advisory.URL, a.Range, a.Listed = "https://ghsa.example/1", ">= 1.0.0, < 1.2.0", true
	b.Advisory.Published, b.Advisory.Score, b.Advisory.Severity, b.Advisory.Vector = day(3), 9.8, kennel.SeverityCritical, "nine"
	b.KEV = &kennel.KEV{CVE: "CVE-1", Added: day(9)}
	b.Fix = kennel.Fix{State: kennel.FixKnown, Version: "1.10.0"}
	c.Advisory.Severity = kennel.SeverityLow
	c.EPSS = &kennel.EPSS{CVE: "CVE-1", Probability: 0.5}
	c.Fix = kennel.Fix{State: kennel.FixKnown, Version: "1.9.0"}
	got := examine(t, kennel.Component{Package: kennel.Package{Ecosystem: kennel.NPM, Name: "p"}, Version: "1.1.0"}, a, b, c)
	if len(got) != 1 {
		t.Fatalf("%+v", got)
	}
	f := got[0]
	if f.Layer != "known" || f.ID != "CVE-1" || f.Title != "about GHSA-1" || f.URL != "https://ghsa.example/1" ||
		f.Score != 9.8 || f.Severity != kennel.SeverityCritical || f.Vector != "nine" || !f.Published.Equal(day(3)) ||
		f.KEV == nil || f.EPSS == nil || f.Fix.Version != "1.10.0" {
		t.Errorf("%+v", f)
	}
	if e := f.Evidence[0]; e.What != "GHSA-1" || e.Says != "affects >= 1.0.0, < 1.2.0, and lists this version" || e.URL != f.URL {
		t.Errorf("%+v", e)
	}
	if e := f.Evidence[2]; !strings.HasSuffix(e.Says, "; undated") {
		t.Errorf("%+v", e)
	}
	c.Fix = kennel.Fix{State: kennel.FixNone} // no version leaves this record
	if f := examine(t, kennel.Component{}, a, b, c)[0]; f.Fix.State != kennel.FixNone {
		t.Errorf("%+v", f.Fix)
	}
}

// TestSignals keeps the KEV entry of one CVE off the finding of another that
// shares a record with it.
func TestSignals(t *testing.T) {
	a, x := match("A-1 CVE-1"), match("X-1 CVE-1 CVE-2")
	x.KEV = &kennel.KEV{CVE: "CVE-2"}
	for _, f := range examine(t, kennel.Component{}, a, x) {
		if (f.KEV != nil) != (f.ID == "CVE-2") {
			t.Errorf("%s: %+v", f.ID, f.KEV)
		}
	}
	derived := match("DSA-1")
	derived.Advisory.Upstream, derived.KEV = []string{"CVE-3"}, &kennel.KEV{CVE: "CVE-3"}
	if f := examine(t, kennel.Component{}, derived)[0]; f.KEV == nil {
		t.Error("a signal of what the record derives from is lost")
	}
}

func TestKinds(t *testing.T) {
	unmaintained := match("RUSTSEC-1")
	unmaintained.Advisory.Kind = kennel.Unmaintained
	unsound := match("RUSTSEC-2 CVE-1")
	unsound.Advisory.Kind = kennel.Unsound
	var rules []string
	for _, f := range examine(t, kennel.Component{}, unmaintained, unsound, match("GHSA-1 CVE-1"), match("MAL-1 GHSA-2"), match("GHSA-2")) {
		rules = append(rules, f.ID+" "+f.Rule)
	}
	if want := []string{"CVE-1 vulnerable", "GHSA-2 malicious", "RUSTSEC-1 unmaintained"}; !slices.Equal(rules, want) {
		t.Errorf("%q, want %q", rules, want)
	}
}

func TestCouldNotLook(t *testing.T) {
	gap := &kennel.CouldNotLook{Reason: "the advisory database holds nothing on Conda"}
	s := kennel.NewSubject(kennel.Component{}, time.Time{}, kennel.Grants{Advisories: answers{[]kennel.Match{match("GHSA-1")}, gap}})
	if f, err := New().Examine(context.Background(), s); len(f) != 1 || !errors.Is(err, gap) {
		t.Errorf("%v, %v", f, err)
	}
	if f, err := New().Examine(context.Background(), kennel.NewSubject(kennel.Component{}, time.Time{}, kennel.Grants{})); f != nil || !errors.Is(err, kennel.ErrNotGranted) {
		t.Errorf("%v, %v", f, err)
	}
	if l := New(); l.Name() != "known" || l.Needs() != kennel.NeedAdvisories {
		t.Errorf("%q, %v", l.Name(), l.Needs())
	}
}

func BenchmarkExamine(b *testing.B) {
	var matches []kennel.Match
	for i := range 20 {
		matches = append(matches, match(fmt.Sprintf("GHSA-%d CVE-%d", i, i/2)))
	}
	s := kennel.NewSubject(kennel.Component{}, time.Time{}, kennel.Grants{Advisories: answers{matches: matches}})
	for b.Loop() {
		if _, err := New().Examine(context.Background(), s); err != nil {
			b.Fatal(err)
		}
	}
}
