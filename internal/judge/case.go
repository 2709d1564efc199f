package judge

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/policy"
)

// Case examines one subject with every layer and judges what they find. It
// fails only when ctx ends. name is what a person calls the subject.
func (j *Judge) Case(ctx context.Context, name string, subject kennel.Subject) (kennel.Case, error) {
	asOf := subject.AsOf
	out := kennel.Case{Subject: name, Component: subject.Component, AsOf: asOf.UTC(), Verdict: kennel.Allow, Policy: j.o.Policy.Info()}
	for _, layer := range j.o.Layers {
		found, exhibit, err := illustrated(ctx, layer, subject)
		if ctx.Err() != nil {
			return kennel.Case{}, ctx.Err()
		}
		o := kennel.Outcome{Layer: layer.Name(), State: kennel.StateClear, Exhibit: exhibit}
		if len(found) > 0 {
			o.State = kennel.StateFound
		}
		if err != nil {
			o.Reason = err.Error()
			var could *kennel.CouldNotLook
			partly := len(found) > 0
			if errors.As(err, &could) {
				o.Reason, o.Retry, o.Beyond = could.Reason, could.Retry, could.Beyond
				partly = partly || could.Part
				if could.Err != nil && !errors.Is(could.Err, kennel.ErrNotGranted) {
					o.Cause = could.Err.Error()
				}
			}
			if !partly {
				o.State = kennel.StateCouldNotLook
			}
		}
		for _, f := range found {
			f.Layer = layer.Name()
			r := kennel.Result{Finding: f, Exposed: -1}
			d := j.o.Policy.Decide(policy.Facts{Result: &r, Project: &kennel.Project{}, AsOf: asOf})
			o.Results = append(o.Results, kennel.Cue{Finding: f, Verdict: d.Verdict, Rules: d.Rules})
			if d.Verdict.Worse(out.Verdict) {
				out.Verdict = d.Verdict
			}
		}
		slices.SortStableFunc(o.Results, func(a, b kennel.Cue) int {
			return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Rule, b.Rule), strings.Compare(a.Title, b.Title))
		})
		out.Outcomes = append(out.Outcomes, o)
	}
	return out, nil
}

// illustrated examines, with an exhibit where the layer has one.
func illustrated(ctx context.Context, layer kennel.Layer, s kennel.Subject) (found []kennel.Finding, e kennel.Exhibit, err error) {
	err = guard(layer, func() (err error) {
		if i, ok := layer.(kennel.Illustrator); ok {
			found, e, err = i.Illustrate(ctx, s)
		} else {
			found, err = layer.Examine(ctx, s)
		}
		return err
	})
	return found, e, err
}

// Join makes one case of many: its verdict is the worst of theirs. What a
// person should see comes first, then what could not be looked at; among
// equals the order given holds.
func (j *Judge) Join(name string, asOf time.Time, parts []kennel.Case, gaps []kennel.Gap) kennel.Case {
	out := kennel.Case{Subject: name, AsOf: asOf.UTC(), Verdict: kennel.Allow, Policy: j.o.Policy.Info(), Parts: append([]kennel.Case{}, parts...), Gaps: gaps}
	for _, p := range parts {
		if p.Verdict.Worse(out.Verdict) {
			out.Verdict = p.Verdict
		}
	}
	slices.SortStableFunc(out.Parts, func(a, b kennel.Case) int {
		return cmp.Compare(rank(a), rank(b))
	})
	return out
}

// rank orders cases by how soon a person should see them.
func rank(c kennel.Case) int {
	r := map[kennel.Verdict]int{kennel.Deny: 0, kennel.Review: 1, kennel.Allow: 4}[c.Verdict]
	for _, o := range c.Outcomes {
		switch {
		case r < 4:
		case o.Reason != "":
			return 2
		case len(o.Results) > 0:
			r = 3
		}
	}
	return r
}
