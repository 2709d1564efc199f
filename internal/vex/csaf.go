package vex

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/kennel-oss/kennel"
)

// csaf reads the statements of a CSAF 2.0 document: the VEX profile, or an
// advisory that says the same.
// Source: https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html
func (r *reader) csaf(data []byte, version string) error {
	if !strings.HasPrefix(version, "2.") {
		return fmt.Errorf("CSAF %q is not read: 2.0 is", clip(version))
	}
	var doc struct {
		Document struct {
			Publisher struct {
				Name string `json:"name"`
			} `json:"publisher"`
			Tracking struct {
				Current string `json:"current_release_date"`
			} `json:"tracking"`
		} `json:"document"`
		Tree            csafTree            `json:"product_tree"`
		Vulnerabilities []csafVulnerability `json:"vulnerabilities"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return err
	}
	products := doc.Tree.products()
	for _, v := range doc.Vulnerabilities {
		s := Statement{Vulnerability: v.CVE, Author: doc.Document.Publisher.Name, Time: latest(doc.Document.Tracking.Current)}
		for _, id := range v.IDs {
			if s.Vulnerability == "" {
				s.Vulnerability = id.Text
			} else if id.Text != "" {
				s.Aliases = append(s.Aliases, id.Text)
			}
		}
		for _, list := range []struct {
			status Status
			ids    []string
		}{
			{NotAffected, v.Status.KnownNotAffected}, {Fixed, v.Status.FirstFixed}, {Fixed, v.Status.Fixed},
			{Affected, v.Status.FirstAffected}, {Affected, v.Status.KnownAffected}, {Affected, v.Status.LastAffected},
			{UnderInvestigation, v.Status.UnderInvestigation},
		} {
			for _, id := range list.ids {
				p, ok := products[id]
				if !ok {
					r.oddly(s.Vulnerability + " in " + id + ", a product without a package URL")
					continue
				}
				s.Status, s.Product, s.Component = list.status, p.product, p.component
				s.Justification, s.Impact, s.Action = "", "", ""
				switch list.status {
				case NotAffected:
					s.Justification, s.Impact = v.flag(id), v.impact(id)
				case Affected:
					s.Action = v.remediation(id)
				}
				r.add(s)
			}
		}
	}
	return nil
}

type csafVulnerability struct {
	CVE string `json:"cve"`
	IDs []struct {
		Text string `json:"text"`
	} `json:"ids"`
	Status struct {
		KnownNotAffected   []string `json:"known_not_affected"`
		Fixed              []string `json:"fixed"`
		FirstFixed         []string `json:"first_fixed"`
		KnownAffected      []string `json:"known_affected"`
		FirstAffected      []string `json:"first_affected"`
		LastAffected       []string `json:"last_affected"`
		UnderInvestigation []string `json:"under_investigation"`
	} `json:"product_status"`
	Flags []struct {
		Label    string   `json:"label"`
		Products []string `json:"product_ids"`
	} `json:"flags"`
	Threats      []csafRemark `json:"threats"`
	Remediations []csafRemark `json:"remediations"`
}

type csafRemark struct {
	Category string   `json:"category"`
	Details  string   `json:"details"`
	Products []string `json:"product_ids"`
}

// flag gives the justification, whose labels are OpenVEX's.
func (v *csafVulnerability) flag(product string) string {
	for _, f := range v.Flags {
		if slices.Contains(f.Products, product) {
			return f.Label
		}
	}
	return ""
}

func (v *csafVulnerability) impact(product string) string {
	for _, t := range v.Threats {
		if t.Category == "impact" && (len(t.Products) == 0 || slices.Contains(t.Products, product)) {
			return t.Details
		}
	}
	return ""
}

func (v *csafVulnerability) remediation(product string) string {
	for _, t := range v.Remediations {
		if len(t.Products) == 0 || slices.Contains(t.Products, product) {
			return t.Details
		}
	}
	return ""
}

type csafTree struct {
	Branches      []csafBranch  `json:"branches"`
	FullNames     []csafProduct `json:"full_product_names"`
	Relationships []struct {
		Category string      `json:"category"`
		Of       string      `json:"product_reference"`
		In       string      `json:"relates_to_product_reference"`
		Full     csafProduct `json:"full_product_name"`
	} `json:"relationships"`
}

type csafBranch struct {
	Branches []csafBranch `json:"branches"`
	Product  *csafProduct `json:"product"`
}

type csafProduct struct {
	ID     string `json:"product_id"`
	Helper struct {
		Purl   string   `json:"purl"`
		Purls  []string `json:"purls"` // CSAF 2.1
		CPE    string   `json:"cpe"`
		Hashes []struct {
			Files []struct {
				Algorithm string `json:"algorithm"`
				Value     string `json:"value"`
			} `json:"file_hashes"`
		} `json:"hashes"`
	} `json:"product_identification_helper"`
}

func (p *csafProduct) subject() Subject {
	var s Subject
	for _, id := range append([]string{p.Helper.Purl}, p.Helper.Purls...) {
		if id != "" {
			s.IDs = append(s.IDs, id)
		}
	}
	for _, h := range p.Helper.Hashes {
		for _, f := range h.Files {
			algorithm := strings.ToUpper(f.Algorithm)
			if size, ok := strings.CutPrefix(algorithm, "SHA"); ok && !strings.HasPrefix(size, "-") {
				algorithm = "SHA-" + size
			}
			s.Hashes = append(s.Hashes, kennel.Hash{Algorithm: algorithm, Value: strings.ToLower(f.Value)})
		}
	}
	return s
}

// csafProductAs is what a product id stands for.
type csafProductAs struct{ product, component Subject }

// products resolves the ids that have an identifier Kennel can match. A
// component of a distribution stream, whose product has only a CPE, is spoken
// of by its own purl, which names the distribution.
func (t *csafTree) products() map[string]csafProductAs {
	out := make(map[string]csafProductAs)
	take := func(p *csafProduct) {
		if s := p.subject(); p.ID != "" && !s.Empty() {
			out[p.ID] = csafProductAs{product: s}
		}
	}
	for i := range t.FullNames {
		take(&t.FullNames[i])
	}
	var walk func([]csafBranch)
	walk = func(branches []csafBranch) {
		for i := range branches {
			if p := branches[i].Product; p != nil {
				take(p)
			}
			walk(branches[i].Branches)
		}
	}
	walk(t.Branches)
	for i := range t.Relationships {
		rel := &t.Relationships[i]
		part, ok := out[rel.Of]
		if rel.Full.ID == "" {
			continue
		}
		whole, inProduct := out[rel.In]
		switch {
		case ok && inProduct && part.component.Empty() && whole.component.Empty():
			out[rel.Full.ID] = csafProductAs{product: whole.product, component: part.product}
		case ok:
			out[rel.Full.ID] = part
		default:
			take(&rel.Full)
		}
	}
	return out
}
