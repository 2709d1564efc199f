package report

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/kennel-oss/kennel"
)

// headline is the verdict's one sentence.
func (v *view) headline() string {
	deny, review, allow := len(v.verdicts[kennel.Deny]), len(v.verdicts[kennel.Review]), len(v.verdicts[kennel.Allow])
	var parts []string
	if deny > 0 {
		parts = append(parts, number(deny)+" denied")
	}
	if review > 0 {
		parts = append(parts, number(review)+" to review")
	}
	if allow > 0 {
		parts = append(parts, number(allow)+" allowed")
	}
	if len(v.suppressed) > 0 {
		parts = append(parts, number(len(v.suppressed))+" suppressed")
	}
	if len(parts) > 0 {
		return strings.Join(parts, ", ")
	}
	switch {
	case v.packages == 0:
		return "no packages were found"
	case v.j.Complete:
		return "nothing known against any package"
	}
	return "nothing found in what was checked"
}

// incomplete reports whether an "allow" must not look like one: nothing was
// found, and not everything was looked at.
func incomplete(j *kennel.Judgement) bool {
	return j.Verdict == kennel.Allow && (!j.Complete || len(j.Inventory.Projects) == 0)
}

// Answer is the verdict's word, which never hides that something was left out,
// or everything.
func Answer(j *kennel.Judgement) string {
	if j.Verdict == kennel.Allow && len(j.Inventory.Projects) == 0 {
		return "nothing checked"
	}
	if incomplete(j) {
		return j.Verdict.String() + ", incomplete"
	}
	return j.Verdict.String()
}

// size says how much was looked at.
func (v *view) size() string {
	projects := len(v.j.Inventory.Projects)
	return counted(v.packages, "package", "packages") + " in " + counted(projects, "project", "projects")
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// lastDay is the last day before the moment t, as whoever wrote "expires" put
// it: a waiver ends with that day.
func lastDay(t time.Time) string { return day(t.Add(-time.Nanosecond)) }

// age is " (3 days old)", "" when a clock is unknown or t lies ahead.
func age(t, now time.Time) string {
	if t.IsZero() || now.Before(t) {
		return ""
	}
	days := int(now.Sub(t).Hours() / 24)
	if days == 0 {
		return " (today)"
	}
	return " (" + counted(days, "day", "days") + " old)"
}

// signals are a result's reasons to hurry or not, in the order of weight.
func signals(r *kennel.Result) []string {
	var out []string
	if k := r.KEV; k != nil {
		s := "known exploited"
		if !k.Due.IsZero() {
			s += ", CISA due " + day(k.Due)
		}
		if k.Ransomware {
			s += ", used by ransomware"
		}
		out = append(out, s)
	}
	if e := r.EPSS; e != nil {
		out = append(out, "EPSS "+percent(e.Probability))
	}
	if r.Exposed >= 0 {
		out = append(out, "public for "+counted(r.Exposed, "day", "days"))
	} else {
		out = append(out, "undated")
	}
	if s := fix(r); s != "" {
		out = append(out, s)
	}
	if r.Confidence != kennel.ConfidenceHigh {
		out = append(out, r.Confidence.String()+" confidence")
	}
	return out
}

// fix says where the way out is; a malicious package has none but removal.
func fix(r *kennel.Result) string {
	switch {
	case r.Rule == malicious:
		return ""
	case r.Fix.State == kennel.FixKnown:
		return "fixed in " + clean(r.Fix.Version)
	case r.Fix.State == kennel.FixNone:
		return "no fix published"
	}
	return "fix unknown"
}

// malicious is the rule of packages that are themselves the attack.
const malicious = "malicious"

// rating is a severity with its score: "high 7.5", "malicious".
func rating(r *kennel.Result) string {
	switch {
	case r.Rule == malicious:
		return malicious
	case r.Rule != "vulnerable" && r.Rule != "" && r.Severity == kennel.SeverityUnknown:
		return cleanTo(r.Rule, 24)
	case r.Score > 0:
		return r.Severity.String() + " " + strconv.FormatFloat(r.Score, 'f', 1, 64)
	}
	return r.Severity.String()
}

func percent(p float64) string {
	if math.IsNaN(p) || p < 0 || p > 1 {
		return "invalid"
	}
	if p < 0.001 {
		return "<0.1%"
	}
	return strconv.FormatFloat(100*p, 'f', 1, 64) + "%"
}

// traits says what an occurrence is in its project: "npm, development,
// direct".
func traits(c *kennel.Component, o *kennel.Occurrence) string {
	parts := []string{clean(string(c.Ecosystem))}
	if c.Release != "" {
		parts[0] += " " + clean(c.Release)
	}
	if o != nil {
		if o.Scope == kennel.ScopeUnknown {
			parts = append(parts, "scope unknown")
		} else {
			parts = append(parts, o.Scope.String())
		}
		if o.Direct != kennel.DirectUnknown {
			parts = append(parts, o.Direct.String())
		}
	}
	switch c.Origin {
	case kennel.OriginLocal, kennel.OriginVCS, kennel.OriginURL:
		parts = append(parts, "from "+c.Origin.String())
	}
	return strings.Join(parts, ", ")
}

// locationOf is where a person finds the occurrence: "package-lock.json:12".
func locationOf(j *kennel.Judgement, r *kennel.Result) string {
	p, o := place(j, r)
	if o != nil && len(o.Locations) > 0 {
		s := clean(o.Locations[0].Path)
		if n := o.Locations[0].Line; n > 0 {
			s += ":" + strconv.Itoa(n)
		}
		return s
	}
	if p >= 0 {
		return clean(j.Inventory.Projects[p].ID())
	}
	return ""
}

// suppressedBy says shortly who set a result aside and why.
func suppressedBy(s *kennel.Suppression) string {
	out := clean(s.By)
	if s.Who != "" {
		out += " of " + prose(s.Who, 60)
	}
	if s.Why != "" {
		out += ": " + prose(s.Why, 160)
	}
	if !s.Until.IsZero() {
		out += " (until " + lastDay(s.Until) + ")"
	}
	if s.Where != "" {
		out += " [" + clean(s.Where) + "]"
	}
	return out
}
