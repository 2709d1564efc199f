package cli

import (
	"cmp"
	"fmt"
	"path/filepath"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/judge"
	"github.com/kennel-oss/kennel/internal/target"
	"github.com/kennel-oss/kennel/internal/vex"
)

// suppressors is what sets results aside in a run: VEX, waivers, a baseline.
type suppressors struct {
	list     []judge.Suppressor
	book     *vex.Book
	waivers  *judge.Waivers
	baseline *judge.Baseline
}

// suppressors reads every document that a flag or trusted configuration
// names. What cannot be understood in them becomes a gap of inv.
func (a *app) suppressors(f *scanFlags, project trusted, t *target.Target, inv *kennel.Inventory) (*suppressors, error) {
	s := &suppressors{}
	named := f.vex
	for _, path := range project.VEX {
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(project.path), path)
		}
		named = append(named, path)
	}
	var statements []vex.Statement
	for _, path := range named {
		data, err := readFlagFile("VEX", path)
		if err != nil {
			return nil, err
		}
		said, gaps, err := vex.Read(path, data)
		if err != nil {
			return nil, &exit{exitUsage, fmt.Errorf("VEX %s: %w", path, err)}
		}
		statements = append(statements, said...)
		inv.Gaps = append(inv.Gaps, gaps...)
	}
	if len(statements) > 0 {
		s.book = vex.New(statements)
		s.list = append(s.list, &byVEX{s.book, t})
	}
	if len(project.Waivers) > 0 {
		waivers, err := judge.NewWaivers(project.path, project.Waivers)
		if err != nil {
			return nil, &exit{exitUsage, err}
		}
		s.waivers = waivers
		s.list = append(s.list, waivers)
	}
	if f.baseline != "" {
		data, err := readFlagFile("--baseline", f.baseline)
		if err != nil {
			return nil, err
		}
		if s.baseline, err = judge.ReadBaseline(f.baseline, data); err != nil {
			return nil, &exit{exitUsage, err}
		}
		s.list = append(s.list, s.baseline)
	}
	return s, nil
}

// describe adds to a judgement what became of the suppressors: expired
// waivers, VEX statements that matched nothing, what left the baseline.
func (s *suppressors) describe(j *kennel.Judgement) {
	// A statement about a problem that is here, for a component that is not,
	// is most often a purl that does not match: silence would hide that.
	for _, unused := range s.book.Unused() {
		if unused.Nearest == "" {
			continue
		}
		subject := unused.Component
		if subject.Empty() {
			subject = unused.Product
		}
		j.Complete = false
		j.Gaps = append(j.Gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: unused.Where,
			Why: fmt.Sprintf("its statement on %s speaks of %s and matched nothing; the nearest component is %s", unused.Vulnerability, subject, unused.Nearest)})
	}
	if s.waivers != nil {
		j.Expired = s.waivers.Expired(j)
	}
	if s.baseline != nil {
		j.Baseline = s.baseline.Info(j)
	}
}

// byVEX is a judge.Suppressor over VEX statements.
type byVEX struct {
	book *vex.Book
	t    *target.Target
}

func (b *byVEX) Suppress(r *kennel.Result, p *kennel.Project, _ time.Time) *kennel.Suppression {
	said, ok := b.book.Lookup(r.Finding, vex.ProductOf(p))
	if !ok || said.Status != vex.NotAffected && said.Status != vex.Fixed {
		return nil
	}
	why := cmp.Or(said.Impact, said.Action, said.Justification, string(said.Status))
	return &kennel.Suppression{By: "vex", Status: string(said.Status), Justification: said.Justification, Who: said.Author, Why: why, Where: said.Where}
}
