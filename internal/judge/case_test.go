package judge

import (
	"testing"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/policy"
)

func TestCase(t *testing.T) {
	p, err := policy.Compile()
	if err != nil {
		t.Fatal(err)
	}
	say := func(s kennel.Severity) func(kennel.Component) ([]kennel.Finding, error) {
		return func(kennel.Component) ([]kennel.Finding, error) {
			return []kennel.Finding{{Rule: "late", At: day, Severity: kennel.SeverityLow}, {Rule: "early", At: day.AddDate(-1, 0, 0), Severity: s}},
				&kennel.CouldNotLook{Reason: "half of it"}
		}
	}
	j := New(Options{Policy: p, Layers: []kennel.Layer{cues{layer{"x": say(kennel.SeverityHigh)}}}})
	c, err := j.Case(t.Context(), "x", kennel.NewSubject(kennel.Component{Package: kennel.Package{Name: "x"}}, day, kennel.Grants{}))
	if err != nil {
		t.Fatal(err)
	}
	o := c.Outcomes[0]
	if c.Verdict != kennel.Review || o.State != kennel.StateFound || o.Reason != "half of it" || o.Results[0].Rule != "early" || o.Results[1].Verdict != kennel.Allow {
		t.Errorf("got %+v", c)
	}
	blind := kennel.Case{Subject: "blind", Verdict: kennel.Allow, Outcomes: []kennel.Outcome{{Reason: "no"}}}
	clear := kennel.Case{Subject: "clear", Verdict: kennel.Allow, Outcomes: []kennel.Outcome{{State: kennel.StateClear}}}
	all := j.Join("all", day, []kennel.Case{clear, blind, c}, nil)
	if all.Verdict != kennel.Review || all.Parts[0].Subject != "x" || all.Parts[1].Subject != "blind" || all.Parts[2].Subject != "clear" {
		t.Errorf("joined: %+v", all)
	}
	if none := j.Join("none", day, nil, nil); none.Verdict != kennel.Allow {
		t.Errorf("of nothing: %v", none.Verdict)
	}
}

// cues is a layer whose findings are not of the known layer.
type cues struct{ layer }

func (cues) Name() string { return "authority" }
