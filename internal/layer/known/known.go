// Package known is the layer that says what is already known of a component:
// vulnerabilities, malicious packages and notices, from the advisory database.
//
// Records of one problem become one finding; see group.go for when records
// are about one problem. What a record has to say of a component depends on
// where the component was resolved from:
//
//	registry, unknown  the advisory's package, as named
//	vcs, url           the code of that package, perhaps changed: vulnerabilities
//	                   with medium confidence; malicious only an archive in a
//	                   version that the record lists
//	local              a workspace member that shares the name: nothing
//
// Confidence is high when a record's range or list holds the version and the
// name is certain, and medium when that rests on an assumption, which the
// evidence names.
package known

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

const name = "known"

// New returns the layer.
func New() kennel.Layer { return layer{} }

type layer struct{}

func (layer) Name() string       { return name }
func (layer) Needs() kennel.Need { return kennel.NeedAdvisories }

// Examine returns the findings on the subject's component, sorted by id. What
// the database could not answer comes as an error beside them.
func (layer) Examine(ctx context.Context, s kennel.Subject) ([]kennel.Finding, error) {
	c := s.Component
	if c.Origin == kennel.OriginLocal {
		return nil, nil
	}
	db, err := s.Advisories()
	if err != nil {
		return nil, err
	}
	matches, err := db.Match(c)
	matches = slices.DeleteFunc(matches, func(m kennel.Match) bool { return !about(c, &m) })
	if len(matches) == 0 {
		return nil, err
	}
	groups := group(matches)
	findings := make([]kennel.Finding, 0, len(groups))
	for _, g := range groups {
		findings = append(findings, g.finding(c))
	}
	slices.SortFunc(findings, func(a, b kennel.Finding) int {
		return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Rule, b.Rule))
	})
	return findings, err
}

// about reports whether a record can be about c, seeing where c came from. A
// malicious release lies in a registry: the repository of its namesake does
// not become malicious by it, and an archive only where the version is listed.
func about(c kennel.Component, m *kennel.Match) bool {
	if m.Advisory.Kind != kennel.Malicious {
		return true
	}
	switch c.Origin {
	case kennel.OriginVCS:
		return false
	case kennel.OriginURL:
		return m.Listed
	}
	return true
}

// finding makes one finding of the records of a problem.
func (g *problem) finding(c kennel.Component) kennel.Finding {
	lead := g.lead()
	f := kennel.Finding{
		Layer: name, Rule: rule(g.kind()),
		ID: g.id, Aliases: g.aliases,
		Title: lead.Advisory.Summary, URL: lead.Advisory.URL,
		Component: c,
		Published: g.published(),
		Fix:       g.fix(c.Ecosystem),
	}
	for _, m := range g.matches {
		a := &m.Advisory
		if f.Title == "" {
			f.Title = a.Summary
		}
		if f.URL == "" {
			f.URL = a.URL
		}
		if a.Score > f.Score || f.Score == 0 && a.Severity > f.Severity {
			f.Score, f.Severity, f.Vector = a.Score, a.Severity, a.Vector
		}
		if k := m.KEV; k != nil && g.speaksOf(k.CVE) && (f.KEV == nil || k.Added.Before(f.KEV.Added)) {
			f.KEV = k
		}
		if e := m.EPSS; e != nil && g.speaksOf(e.CVE) && (f.EPSS == nil || e.Probability > f.EPSS.Probability) {
			f.EPSS = e
		}
		f.Evidence = append(f.Evidence, kennel.Evidence{Kind: "advisory", What: a.ID, Says: says(m), URL: a.URL})
	}
	if f.Title == "" {
		f.Title = f.ID
	}
	if why := assumption(c, g); why != "" {
		f.Confidence = kennel.ConfidenceMedium
		for i := range f.Evidence {
			f.Evidence[i].Says += "; " + why
		}
	}
	return f
}

// rule names the rule of a kind. The names are stable.
func rule(k kennel.AdvisoryKind) string {
	if k == kennel.Vulnerability {
		return "vulnerable"
	}
	return k.String()
}

// says is what a record says of the version.
func says(m *kennel.Match) string {
	s := "affects " + m.Range
	if m.Listed && !strings.HasPrefix(m.Range, "= ") {
		s += ", and lists this version"
	}
	if m.Advisory.Published.IsZero() {
		s += "; undated"
	}
	return s
}

// assumption names what a finding takes for granted, "" when nothing.
func assumption(c kennel.Component, g *problem) string {
	switch c.Origin {
	case kennel.OriginVCS:
		return "assumed: it was resolved from a repository, whose code may differ from the release of this version"
	case kennel.OriginURL:
		return "assumed: it was resolved from an archive, which may differ from the release of this version"
	case kennel.OriginUnknown:
		if g.kind() == kennel.Malicious && !slices.ContainsFunc(g.matches, func(m *kennel.Match) bool { return m.Listed }) {
			return "assumed: it came from the public registry, since the input does not say where from"
		}
	}
	return ""
}

// lead is the record whose words are shown. Databases that write for a
// package's users come before those that only classify.
func (g *problem) lead() *kennel.Match {
	return slices.MinFunc(g.matches, func(a, b *kennel.Match) int {
		return cmp.Or(cmp.Compare(worth(a), worth(b)), strings.Compare(a.Advisory.ID, b.Advisory.ID))
	})
}

func worth(m *kennel.Match) int {
	if m.Advisory.Summary == "" {
		return 9
	}
	prefix, _, _ := strings.Cut(m.Advisory.ID, "-")
	if i := slices.Index([]string{"MAL", "CVE", "GHSA", "RUSTSEC", "GO", "PYSEC"}, prefix); i >= 0 {
		return i
	}
	if prefix == "GLAD" { // names of weaknesses, not of what happened
		return 8
	}
	return 7
}

// kind is the worst of the records' kinds: malicious, vulnerable, unsound,
// unmaintained, notice.
func (g *problem) kind() kennel.AdvisoryKind {
	rank := func(m *kennel.Match) int {
		return slices.Index([]kennel.AdvisoryKind{kennel.Malicious, kennel.Vulnerability, kennel.Unsound, kennel.Unmaintained, kennel.Notice}, m.Advisory.Kind)
	}
	return slices.MinFunc(g.matches, func(a, b *kennel.Match) int { return cmp.Compare(rank(a), rank(b)) }).Advisory.Kind
}

// published is the earliest date: since then it could be known.
func (g *problem) published() time.Time {
	var first time.Time
	for _, m := range g.matches {
		if t := m.Advisory.Published; !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

// fix is a version that leaves all of the problem's records. One that no
// version leaves decides; a known fix beats a record that does not say; of
// several the highest leaves them all.
func (g *problem) fix(e kennel.Ecosystem) kennel.Fix {
	var best kennel.Fix
	for _, m := range g.matches {
		switch f := m.Fix; {
		case f.State == kennel.FixNone:
			return f
		case f.State != kennel.FixKnown:
		case best.State != kennel.FixKnown:
			best = f
		default:
			if c, err := ecosystem.Compare(e, f.Version, best.Version); err == nil && c > 0 {
				best = f
			}
		}
	}
	return best
}
