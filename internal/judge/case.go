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
// fails only when ctx ends.
func (j *Judge) Case(ctx context.Context, name string, c kennel.Component, asOf time.Time) (kennel.Case, error) {
	out := kennel.Case{Subject: name, AsOf: asOf.UTC(), Verdict: kennel.Allow, Policy: j.o.Policy.Info()}
	subject := kennel.NewSubject(c, asOf, j.o.Grants)
	for _, layer := range j.o.Layers {
		found, err := guarded(ctx, layer, subject)
		if ctx.Err() != nil {
			return kennel.Case{}, ctx.Err()
		}
		o := kennel.Outcome{Layer: layer.Name(), State: kennel.StateClear}
		if len(found) > 0 {
			o.State = kennel.StateFound
		}
		if err != nil {
			o.Reason = err.Error()
			var could *kennel.CouldNotLook
			if errors.As(err, &could) {
				o.Reason, o.Retry = could.Reason, could.Retry
			}
			if len(found) == 0 {
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
