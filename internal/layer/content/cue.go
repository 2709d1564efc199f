package content

import (
	"cmp"
	"slices"

	"github.com/kennel-oss/kennel"
)

const (
	maxCues     = 12 // findings about a release
	maxEvidence = 6  // of a finding
)

// cues groups and words what is to be told, the gravest first; before is nil
// when there is no previous release.
func cues(c kennel.Component, now, before *account) []kennel.Finding {
	now.chains = append(now.chains, now.obscured()...)
	if before != nil {
		before.chains = append(before.chains, before.obscured()...)
		compare(now, before)
		now.chains = append(now.chains, difference(now, before)...)
	}
	slices.SortStableFunc(now.chains, func(a, b chain) int {
		return cmp.Or(cmp.Compare(b.severity, a.severity), cmp.Compare(a.rule, b.rule), cmp.Compare(b.reach, a.reach), cmp.Compare(a.file, b.file))
	})
	var groups [][]chain
	for _, ch := range now.chains {
		if ch.severity <= kennel.SeverityNone {
			continue
		}
		i := slices.IndexFunc(groups, func(g []chain) bool { return g[0].rule == ch.rule && g[0].severity == ch.severity })
		switch {
		case i >= 0:
			groups[i] = append(groups[i], ch)
		case len(groups) < maxCues:
			groups = append(groups, []chain{ch})
		}
	}
	var out []kennel.Finding
	for _, g := range groups {
		f := kennel.Finding{Layer: "content", Rule: g[0].rule, Component: c, Severity: g[0].severity, Confidence: kennel.ConfidenceMedium,
			Title: title(g), Innocent: innocent(g[0].rule)}
		if g[0].near {
			f.Confidence = kennel.ConfidenceLow
		}
		for _, ch := range g {
			for _, e := range ch.evidence {
				if len(f.Evidence) < maxEvidence && !slices.Contains(f.Evidence, e) {
					f.Evidence = append(f.Evidence, e)
				}
			}
		}
		out = append(out, f)
	}
	return out
}

// obscured makes cues of what hides text from who reads it.
func (a *account) obscured() []chain {
	var out []chain
	for _, u := range a.units() {
		hard := chain{rule: "obfuscated", file: u.path, reach: u.reach, by: u.by}
		unseen := chain{rule: "invisible-text", file: u.path, reach: u.reach, by: u.by}
		for _, m := range u.facts.marks {
			c := &hard
			switch m.kind {
			case "invisible text", "text that runs in another direction", "invisible name", "look-alike letters in a name":
				c = &unseen
			}
			if m.weight < 2 {
				continue
			}
			severity := kennel.SeverityLow
			if m.weight > 2 || c.says != "" && c.says != hiding(m.kind) || u.reach == onInstall {
				severity = kennel.SeverityMedium // plain, or of two kinds
			}
			if c == &hard && u.reach == shipped {
				severity = kennel.SeverityLow
			}
			if severity > c.severity {
				c.severity, c.says = severity, hiding(m.kind)
			}
			c.evidence = append(c.evidence, at(u.path, m.line, m.kind+": "+m.says))
		}
		for _, c := range []chain{hard, unseen} {
			if c.evidence != nil {
				out = append(out, c)
			}
		}
	}
	return out
}
