package vex

import (
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
)

// cycloneDX reads the vulnerabilities of a CycloneDX document, which may be
// nothing but VEX, or also the inventory it speaks of.
// Source: https://cyclonedx.org/docs/1.7/json/#vulnerabilities
func (r *reader) cycloneDX(data []byte) error {
	var doc struct {
		Metadata struct {
			Timestamp string       `json:"timestamp"`
			Component cdxComponent `json:"component"`
			Authors   []cdxPerson  `json:"authors"`
			Supplier  cdxPerson    `json:"supplier"`
		} `json:"metadata"`
		Components      []cdxComponent     `json:"components"`
		Vulnerabilities []cdxVulnerability `json:"vulnerabilities"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return err
	}
	names := make(map[string]Subject)
	doc.Metadata.Component.name(names)
	for i := range doc.Components {
		doc.Components[i].name(names)
	}
	author := doc.Metadata.Supplier.Name
	for _, a := range doc.Metadata.Authors {
		if author == "" {
			author = a.Name
		}
	}
	for _, v := range doc.Vulnerabilities {
		s := Statement{Vulnerability: v.ID, Author: author, Justification: openJustification(v.Analysis.Justification), Impact: v.Analysis.Detail}
		for _, ref := range v.References {
			if ref.ID != "" {
				s.Aliases = append(s.Aliases, ref.ID)
			}
		}
		if s.Time = latest(v.Analysis.LastUpdated, v.Analysis.FirstIssued); s.Time.IsZero() {
			s.Time = latest(v.Updated, doc.Metadata.Timestamp)
		}
		if v.Analysis.State == "exploitable" {
			s.Impact, s.Action = "", v.Analysis.Detail
		}
		if s.Action == "" {
			s.Action = v.Recommendation
		}
		for _, a := range v.Affects {
			r.cdxAffected(s, v.Analysis.State, a, names)
		}
		if len(v.Affects) == 0 && v.Analysis.State != "" {
			if s.Product = doc.Metadata.Component.subject(); s.Product.Empty() {
				r.oddly(v.ID + " affects nothing that is named")
				continue
			}
			s.Status = openStatus(v.Analysis.State)
			r.add(s)
		}
	}
	return nil
}

// cdxAffected makes the statements of one affected reference. A version list
// narrows it: its "affected" versions have the status of the analysis.
func (r *reader) cdxAffected(s Statement, state string, a cdxAffects, names map[string]Subject) {
	subject, known := names[a.Ref]
	if !known {
		if subject, known = bomLink(a.Ref); !known {
			r.oddly(s.Vulnerability + " affects " + a.Ref + ", which only another document can explain")
			return
		}
	}
	s.Product = subject
	if len(a.Versions) == 0 {
		if state != "" { // no analysis, no statement: it is only listed
			s.Status = openStatus(state)
			r.add(s)
		}
		return
	}
	action := s.Action
	for _, v := range a.Versions {
		s.Action = action
		if v.Version == "" {
			r.oddly(s.Vulnerability + " in the version range " + v.Range)
			continue
		}
		s.Product = subject.at(v.Version)
		switch v.Status {
		case "unaffected":
			s.Status, s.Action = NotAffected, ""
		case "unknown":
			s.Status = UnderInvestigation
		default:
			if s.Status = openStatus(state); state == "" {
				s.Status = Affected
			}
		}
		r.add(s)
	}
}

type cdxPerson struct {
	Name string `json:"name"`
}

type cdxComponent struct {
	Ref        string         `json:"bom-ref"`
	Group      string         `json:"group"`
	Name       string         `json:"name"`
	Version    string         `json:"version"`
	Purl       string         `json:"purl"`
	Components []cdxComponent `json:"components"`
}

// subject identifies a component: by its purl, or as [ProductOf] would.
func (c *cdxComponent) subject() Subject {
	switch {
	case c.Purl != "":
		return Subject{IDs: []string{c.Purl}}
	case strings.HasPrefix(c.Ref, "pkg:"):
		return Subject{IDs: []string{c.Ref}}
	case c.Name != "":
		return Subject{IDs: []string{generic(strings.Trim(c.Group+"/"+c.Name, "/"), c.Version)}}
	}
	return Subject{}
}

func (c *cdxComponent) name(names map[string]Subject) {
	if s := c.subject(); c.Ref != "" && !s.Empty() {
		names[c.Ref] = s
	}
	for i := range c.Components {
		c.Components[i].name(names)
	}
}

type cdxVulnerability struct {
	ID             string `json:"id"`
	Updated        string `json:"updated"`
	Recommendation string `json:"recommendation"`
	References     []struct {
		ID string `json:"id"`
	} `json:"references"`
	Analysis struct {
		State         string `json:"state"`
		Justification string `json:"justification"`
		Detail        string `json:"detail"`
		FirstIssued   string `json:"firstIssued"`
		LastUpdated   string `json:"lastUpdated"`
	} `json:"analysis"`
	Affects []cdxAffects `json:"affects"`
}

type cdxAffects struct {
	Ref      string `json:"ref"`
	Versions []struct {
		Version string `json:"version"`
		Range   string `json:"range"`
		Status  string `json:"status"`
	} `json:"versions"`
}

// bomLink identifies what a reference names by itself: a purl, or a BOM-Link
// (urn:cdx:serial/version#reference) whose reference is one, as generators
// commonly make them.
func bomLink(ref string) (Subject, bool) {
	if _, fragment, ok := strings.Cut(ref, "#"); ok && strings.HasPrefix(ref, "urn:cdx:") {
		if strings.Contains(fragment, "pkg%3") {
			if plain, err := url.PathUnescape(fragment); err == nil {
				fragment = plain
			}
		}
		ref = fragment
	}
	if strings.HasPrefix(ref, "pkg:") {
		return Subject{IDs: []string{ref}}, true
	}
	return Subject{}, false
}

func openStatus(state string) Status {
	switch state {
	case "resolved", "resolved_with_pedigree":
		return Fixed
	case "exploitable":
		return Affected
	case "in_triage":
		return UnderInvestigation
	case "not_affected", "false_positive":
		return NotAffected
	}
	return Status(state)
}

func openJustification(cyclonedx string) string {
	switch cyclonedx {
	case "code_not_present":
		return "vulnerable_code_not_present"
	case "code_not_reachable":
		return "vulnerable_code_not_in_execute_path"
	case "requires_configuration", "requires_dependency", "requires_environment":
		return "vulnerable_code_cannot_be_controlled_by_adversary"
	case "protected_by_compiler", "protected_at_runtime", "protected_at_perimeter", "protected_by_mitigating_control":
		return "inline_mitigations_already_exist"
	}
	return ""
}
