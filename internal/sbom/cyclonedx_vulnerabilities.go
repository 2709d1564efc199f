package sbom

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

type cdxVulnerability struct {
	Ref            string         `json:"bom-ref"`
	ID             string         `json:"id"`
	Source         *cdxSource     `json:"source,omitempty"`
	References     []cdxReference `json:"references,omitempty"`
	Ratings        []cdxRating    `json:"ratings,omitempty"`
	Description    string         `json:"description,omitempty"`
	Recommendation string         `json:"recommendation,omitempty"`
	Published      string         `json:"published,omitempty"`
	Analysis       *cdxAnalysis   `json:"analysis,omitempty"`
	Affects        []cdxAffected  `json:"affects"`
	Properties     []cdxProperty  `json:"properties,omitempty"`
}

type cdxSource struct {
	Name string `json:"name,omitempty"`
	URL  string `json:"url,omitempty"`
}

type cdxReference struct {
	ID     string    `json:"id"`
	Source cdxSource `json:"source"`
}

type cdxRating struct {
	Score    float64 `json:"score,omitzero"`
	Severity string  `json:"severity"`
	Method   string  `json:"method,omitempty"`
	Vector   string  `json:"vector,omitempty"`
}

type cdxAnalysis struct {
	State         string `json:"state"`
	Justification string `json:"justification,omitempty"`
	Detail        string `json:"detail,omitempty"`
}

type cdxAffected struct {
	Ref string `json:"ref"`
}

// cdxVulnerabilities writes one entry per problem and analysis: an entry has
// one analysis for all that it affects.
func cdxVulnerabilities(o *outline, results []kennel.Result) []cdxVulnerability {
	type group struct {
		id             string
		analysis       cdxAnalysis
		recommendation string
	}
	var out []cdxVulnerability
	at := make(map[group]int)
	used := make(map[string]int)
	for i := range results {
		r := &results[i]
		if !lists(&r.Finding) || !o.holds(r) {
			continue
		}
		g := group{id: r.ID, recommendation: recommendation(r)}
		if r.Suppressed != nil {
			g.analysis = analysis(r.Suppressed)
		}
		n, ok := at[g]
		if !ok {
			n = len(out)
			at[g] = n
			out = append(out, vulnerability(r, g.analysis, g.recommendation))
			if used[r.ID]++; used[r.ID] > 1 {
				out[n].Ref += fmt.Sprintf("~%d", used[r.ID])
			}
		}
		ref := cdxAffected{o.refs[r.Project][r.Occurrence]}
		if !slices.Contains(out[n].Affects, ref) {
			out[n].Affects = append(out[n].Affects, ref)
		}
	}
	return out
}

func vulnerability(r *kennel.Result, a cdxAnalysis, recommendation string) cdxVulnerability {
	v := cdxVulnerability{
		Ref: "problem:" + r.ID, ID: r.ID, Source: sourceOf(r.ID, r.URL),
		Ratings:     []cdxRating{{Score: r.Score, Severity: r.Severity.String(), Method: method(r.Vector), Vector: r.Vector}},
		Description: r.Title, Recommendation: recommendation, Published: timestamp(r.Published), Affects: []cdxAffected{},
	}
	for _, alias := range r.Aliases {
		v.References = append(v.References, cdxReference{alias, *sourceOf(alias, "")})
	}
	if a.State != "" {
		v.Analysis = &a
	}
	property := func(name, value string) {
		v.Properties = append(v.Properties, cdxProperty{ownPrefix + name, value})
	}
	property("rule", r.Rule)
	if r.KEV != nil {
		property("kev", r.KEV.Added.UTC().Format("2006-01-02"))
	}
	if r.EPSS != nil {
		property("epss", fmt.Sprintf("%.5f", r.EPSS.Probability))
	}
	return v
}

// analysis says what a suppression claims. A waiver or a baseline claims only
// that somebody will look at it: it stays in triage.
func analysis(s *kennel.Suppression) cdxAnalysis {
	a := cdxAnalysis{State: "in_triage"}
	if s.By == "vex" {
		a.State = "not_affected"
		if s.Status == "fixed" {
			a.State = "resolved"
		}
		a.Justification = cdxJustification(s.Justification)
	}
	parts := []string{s.By + " in " + s.Where}
	if s.Who != "" {
		parts = append(parts, "by "+s.Who)
	}
	if !s.Until.IsZero() {
		parts = append(parts, "until "+s.Until.UTC().Format("2006-01-02"))
	}
	a.Detail = strings.Join(parts, " ")
	if s.Why != "" {
		a.Detail += ": " + s.Why
	}
	return a
}

// cdxJustification translates OpenVEX's justifications, which are fewer.
func cdxJustification(openvex string) string {
	switch openvex {
	case "component_not_present", "vulnerable_code_not_present":
		return "code_not_present"
	case "vulnerable_code_not_in_execute_path":
		return "code_not_reachable"
	case "vulnerable_code_cannot_be_controlled_by_adversary":
		return "requires_environment"
	case "inline_mitigations_already_exist":
		return "protected_by_mitigating_control"
	}
	return ""
}

func recommendation(r *kennel.Result) string {
	what := r.Remedy.Package.Name
	switch {
	case what == "" || r.Remedy.Kind == kennel.RemedyUnknown:
		return ""
	case r.Remedy.Kind == kennel.RemedyRemove:
		return "Remove " + what + "."
	case r.Remedy.Version != "":
		return "Upgrade " + what + " to " + r.Remedy.Version + "."
	}
	return "Upgrade " + what + "."
}

func method(vector string) string {
	switch {
	case strings.HasPrefix(vector, "CVSS:4"):
		return "CVSSv4"
	case strings.HasPrefix(vector, "CVSS:3.1"):
		return "CVSSv31"
	case strings.HasPrefix(vector, "CVSS:3"):
		return "CVSSv3"
	case strings.HasPrefix(vector, "AV:"):
		return "CVSSv2"
	}
	return ""
}

func sourceOf(id, url string) *cdxSource {
	switch {
	case strings.HasPrefix(id, "CVE-"):
		return &cdxSource{"CVE", url}
	case strings.HasPrefix(id, "GHSA-"):
		return &cdxSource{"GitHub Advisory Database", url}
	}
	return &cdxSource{"OSV", url}
}
