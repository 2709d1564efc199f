// Package judge runs the layers over an inventory, applies suppressions and
// asks the policy: from an Inventory to a Judgement.
//
// A Judge is built once and used concurrently. It has no clock, no path and
// no printer: the moment "as of" is given to it, so that the same inventory
// under the same database and policy always gives the same judgement.
package judge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/policy"
)

// Options is what a Judge is made of.
type Options struct {
	Layers   []kennel.Layer
	Grants   kennel.Grants
	Policy   *policy.Policy // nil denies everything that is found
	Suppress []Suppressor   // asked in order, the first that answers counts
}

// A Suppressor says why a result does not count, or nil when it does.
type Suppressor interface {
	Suppress(r *kennel.Result, p *kennel.Project, asOf time.Time) *kennel.Suppression
}

// Yielding is a suppressor that the examined project brings itself: it gives
// way where an organisation's policy denies.
type Yielding struct{ Suppressor }

// Judge judges inventories. See [New].
type Judge struct{ o Options }

// New builds a judge.
func New(o Options) *Judge { return &Judge{o} }

// maxGaps bounds how many gaps of the judge's own a judgement lists one by
// one; the rest are counted in a last one.
const maxGaps = 200

// Inventory judges a normalised inventory as of a moment. It fails only when
// ctx ends; what a layer could not do is an outcome.
func (j *Judge) Inventory(ctx context.Context, inv kennel.Inventory, asOf time.Time) (kennel.Judgement, error) {
	out := kennel.Judgement{Inventory: inv, AsOf: asOf.UTC(), Verdict: kennel.Allow, Policy: j.o.Policy.Info()}
	if described, ok := j.o.Grants.Advisories.(interface{ Info() kennel.DatabaseInfo }); ok {
		out.Database = described.Info()
	}
	examined, index, err := j.examine(ctx, inv, asOf)
	if err != nil {
		return kennel.Judgement{}, err
	}
	out.Verdicts = make([]kennel.Verdict, len(inv.Projects))
	results := make([][]kennel.Result, len(inv.Projects))
	cut := make([]bool, len(inv.Projects))
	if err := share(ctx, len(inv.Projects), 1, func(i int) {
		results[i], cut[i] = j.project(&inv.Projects[i], i, examined, index[i], asOf)
	}); err != nil {
		return kennel.Judgement{}, err
	}
	for i := range inv.Projects {
		out.Verdicts[i] = worst(results[i])
		out.Results = append(out.Results, results[i]...)
		if out.Verdicts[i].Worse(out.Verdict) {
			out.Verdict = out.Verdicts[i]
		}
	}
	slices.SortFunc(out.Results, func(a, b kennel.Result) int { return compareResults(&a, &b, inv.Projects) })
	out.Outcomes = count(examined, j.o.Layers)
	out.Gaps = gaps(slices.Concat(inv.Gaps, tangled(inv.Projects, cut)), out.Outcomes, out.Database)
	out.Complete = len(out.Gaps) == 0
	return out, nil
}

// examination is what all layers said of one distinct component.
type examination struct {
	component kennel.Component
	findings  []kennel.Finding
	errs      []error // by layer
}

// examine runs every layer once on every distinct component. index maps
// project and occurrence to the examination.
func (j *Judge) examine(ctx context.Context, inv kennel.Inventory, asOf time.Time) ([]examination, [][]int32, error) {
	var all []examination
	seen := map[kennel.Key]int32{}
	index := make([][]int32, len(inv.Projects))
	for p := range inv.Projects {
		occurrences := inv.Projects[p].Occurrences
		index[p] = make([]int32, len(occurrences))
		for o := range occurrences {
			key := occurrences[o].Key()
			at, ok := seen[key]
			if !ok {
				at = int32(len(all))
				seen[key] = at
				all = append(all, examination{component: occurrences[o].Component})
			}
			index[p][o] = at
		}
	}
	// Small enough to share evenly, large enough that taking one costs nothing.
	const batch = 64
	err := share(ctx, len(all), batch, func(i int) { j.ask(ctx, &all[i], asOf) })
	return all, index, err
}

// share calls do for every number below n on all processors, in batches. It
// stops early when ctx ends, and returns its error.
func share(ctx context.Context, n, batch int, do func(i int)) error {
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+batch-1)/batch) {
		wait.Go(func() {
			for ctx.Err() == nil {
				from := int(next.Add(int64(batch))) - batch
				if from >= n {
					return
				}
				for i := from; i < min(from+batch, n); i++ {
					do(i)
				}
			}
		})
	}
	wait.Wait()
	return ctx.Err()
}

func (j *Judge) ask(ctx context.Context, e *examination, asOf time.Time) {
	subject := kennel.NewSubject(e.component, asOf, j.o.Grants)
	e.errs = make([]error, len(j.o.Layers))
	for i, layer := range j.o.Layers {
		var findings []kennel.Finding
		err := guard(layer, func() (err error) {
			findings, err = layer.Examine(ctx, subject)
			return err
		})
		for k := range findings {
			findings[k].Layer = layer.Name()
		}
		e.findings = append(e.findings, findings...)
		e.errs[i] = err
	}
}

// guard turns a layer's panic into "could not look": one defence that falls
// over must not take the others with it.
func guard(layer kennel.Layer, look func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &kennel.CouldNotLook{Reason: fmt.Sprintf("layer %s failed (%v): please report this", layer.Name(), r)}
		}
	}()
	return look()
}

// project makes the results of one project. cut says that its graph is too
// large to find every path.
func (j *Judge) project(p *kennel.Project, number int, examined []examination, index []int32, asOf time.Time) (results []kennel.Result, cut bool) {
	var g *graph
	for o := range p.Occurrences {
		e := &examined[index[o]]
		if len(e.findings) == 0 {
			continue
		}
		if g == nil {
			g = newGraph(p)
		}
		via := g.via(int32(o))
		for _, f := range e.findings {
			r := kennel.Result{Finding: f, Project: number, Occurrence: o, Via: via, Exposed: exposed(f.Published, asOf)}
			r.Finding.Component = p.Occurrences[o].Component
			r.Fingerprint = fingerprint(p, &r)
			r.Remedy = g.remedy(&r)
			j.decide(&r, p, asOf)
			results = append(results, r)
		}
	}
	return results, g != nil && g.cut
}

// tangled are the gaps of projects whose paths were not all found.
func tangled(projects []kennel.Project, cut []bool) (out []kennel.Gap) {
	for i := range projects {
		if cut[i] {
			out = append(out, kennel.Gap{Kind: kennel.GapUnresolved, What: projects[i].ID(),
				Why: "its graph is too large or too deep to follow every path: some findings name only the shortest one, or none"})
		}
	}
	return out
}

func (j *Judge) decide(r *kennel.Result, p *kennel.Project, asOf time.Time) {
	occurrence := &p.Occurrences[r.Occurrence]
	d := j.o.Policy.Decide(policy.Facts{Result: r, Scope: occurrence.Scope, Direct: occurrence.Direct, Project: p, AsOf: asOf})
	r.Verdict, r.Rules = d.Verdict, d.Rules
	for _, s := range j.o.Suppress {
		if _, yields := s.(Yielding); yields && d.Bound {
			continue
		}
		if r.Suppressed = s.Suppress(r, p, asOf); r.Suppressed != nil {
			return
		}
	}
}

// worst returns the strictest verdict of the results that count.
func worst(results []kennel.Result) kennel.Verdict {
	v := kennel.Allow
	for i := range results {
		if results[i].Suppressed == nil && results[i].Verdict.Worse(v) {
			v = results[i].Verdict
		}
	}
	return v
}

// exposed returns whole days since publication, -1 when undated or to come.
func exposed(published, asOf time.Time) int {
	if published.IsZero() || published.After(asOf) {
		return -1
	}
	return int(asOf.Sub(published).Hours() / 24)
}

// compareResults puts first what a person should read first: what counts, the
// stricter verdict, attacks, exploited, the more severe, the likelier.
func compareResults(a, b *kennel.Result, projects []kennel.Project) int {
	flag := func(x, y bool) int { // true first
		switch {
		case x == y:
			return 0
		case x:
			return -1
		}
		return 1
	}
	probability := func(r *kennel.Result) float64 {
		if r.EPSS == nil {
			return 0
		}
		return r.EPSS.Probability
	}
	return cmp.Or(
		flag(a.Suppressed == nil, b.Suppressed == nil),
		cmp.Compare(a.Verdict, b.Verdict),
		flag(a.Rule == "malicious", b.Rule == "malicious"),
		flag(a.KEV != nil, b.KEV != nil),
		cmp.Compare(b.Severity, a.Severity),
		cmp.Compare(probability(b), probability(a)),
		cmp.Compare(b.Score, a.Score),
		strings.Compare(projects[a.Project].ID(), projects[b.Project].ID()),
		cmp.Compare(a.Project, b.Project),
		kennel.CompareKeys(a.Component.Key(), b.Component.Key()),
		strings.Compare(a.ID, b.ID),
		strings.Compare(a.Rule, b.Rule),
	)
}

// count folds the examinations into one line per layer, state and reason.
func count(examined []examination, layers []kennel.Layer) []kennel.OutcomeCount {
	counts := map[outcome]*kennel.OutcomeCount{}
	for i := range examined {
		e := &examined[i]
		for l, layer := range layers {
			found := slices.ContainsFunc(e.findings, func(f kennel.Finding) bool { return f.Layer == layer.Name() })
			at, retry := outcome{layer: layer.Name(), state: kennel.StateClear}, false
			if err := e.errs[l]; err != nil {
				at.state, at.reason = kennel.StateCouldNotLook, err.Error()
				var could *kennel.CouldNotLook
				if errors.As(err, &could) {
					at.reason, retry = could.Reason, could.Retry
				}
				add(counts, at, retry, e.component)
				if !found {
					continue
				}
				at.reason = ""
			}
			if found {
				at.state = kennel.StateFound
			}
			add(counts, at, false, e.component)
		}
	}
	out := make([]kennel.OutcomeCount, 0, len(counts))
	for _, c := range counts {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b kennel.OutcomeCount) int {
		return cmp.Or(strings.Compare(a.Layer, b.Layer), cmp.Compare(a.State, b.State), strings.Compare(a.Reason, b.Reason))
	})
	return out
}

// outcome is what one line of the count stands for.
type outcome struct {
	layer  string
	state  kennel.State
	reason string
}

func add(counts map[outcome]*kennel.OutcomeCount, at outcome, retry bool, c kennel.Component) {
	have := counts[at]
	if have == nil {
		have = &kennel.OutcomeCount{Layer: at.layer, State: at.state, Reason: at.reason, Retry: retry, Example: c}
		counts[at] = have
	}
	have.Count++
}

// gaps joins the inventory's gaps with what the layers could not see.
func gaps(found []kennel.Gap, outcomes []kennel.OutcomeCount, db kennel.DatabaseInfo) []kennel.Gap {
	out := slices.Clone(found)
	if db.Starter {
		out = append(out, kennel.Gap{Kind: kennel.GapDatabase, What: "advisory database",
			Why: "only the built-in starter set of well-known incidents answered; run: kennel db update"})
	}
	more := 0
	for _, o := range outcomes {
		if o.State != kennel.StateCouldNotLook {
			continue
		}
		if len(out)-len(found) >= maxGaps {
			more += o.Count
			continue
		}
		what := fmt.Sprintf("%s %s", o.Example.Name, o.Example.Version)
		if o.Count > 1 {
			what = fmt.Sprintf("%d components (such as %s)", o.Count, strings.TrimSpace(what))
		}
		out = append(out, kennel.Gap{Kind: kennel.GapNotJudged, What: strings.TrimSpace(what), Why: o.Reason})
	}
	if more > 0 {
		out = append(out, kennel.Gap{Kind: kennel.GapNotJudged, What: fmt.Sprintf("%d more components", more), Why: "could not be judged, each for a reason of its own; --format json lists them under outcomes"})
	}
	slices.SortFunc(out, kennel.CompareGaps)
	return slices.Compact(out)
}
