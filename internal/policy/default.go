package policy

import "github.com/kennel-oss/kennel"

// Default is the built-in policy: deny what is an attack, deny what is being
// exploited, ships, and can be fixed; ask a person about what is severe. No
// build fails over what nobody can act on.
//
// The threshold of 0.1 for EPSS: 393 of CISA's KEV entries lie below it, so
// neither replaces the other and the rule takes both.
func Default() List {
	return List{Source: "built-in", Rules: []Rule{
		{
			Name: "malicious", Verdict: kennel.Deny,
			When: `finding.rule == "malicious"`,
			Why:  "the package itself is the attack",
		},
		{
			Name: "exploited", Verdict: kennel.Deny,
			When: `finding.rule == "vulnerable" && component.ships && finding.fixed && (finding.kev || has(finding.epss) && finding.epss >= 0.1)`,
			Why:  "it is exploited or likely to be, it ships, and a fix is out",
		},
		{
			Name: "severe", Verdict: kennel.Review,
			When: `finding.rule == "vulnerable" && finding.severity in ["high", "critical"]`,
			Why:  "a person should look at high and critical problems",
		},
		{
			Name: "unrated", Verdict: kennel.Review,
			When: `finding.rule == "vulnerable" && finding.severity == "unknown" && component.ships && finding.fixed && has(component.direct) && component.direct`,
			Why:  "nobody rated it, it ships, and you can upgrade it yourself",
		},
		{
			Name: "cue", Verdict: kennel.Review,
			// Layer publisher has no measured rate of false alarms: its cues are
			// told, and ask for nobody.
			When: `!(finding.layer in ["known", "publisher"]) && !(finding.severity in ["none", "low"])`,
			Why:  "a cue that a person should look at; low ones are what that person then wants beside it",
		},
	}}
}
