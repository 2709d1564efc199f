package vex

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/kennel-oss/kennel"
)

// openVEX reads OpenVEX 0.0.1 (names as strings, subcomponents beside the
// products) and 0.2.0 (objects, subcomponents inside).
// Source: https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md
func (r *reader) openVEX(data []byte) error {
	var doc struct {
		Author      string `json:"author"`
		Timestamp   string `json:"timestamp"`
		LastUpdated string `json:"last_updated"`
		Statements  []struct {
			Vulnerability openVulnerability `json:"vulnerability"`
			Products      []openComponent   `json:"products"`
			Subcomponents []openComponent   `json:"subcomponents"`
			Status        Status            `json:"status"`
			Justification string            `json:"justification"`
			Impact        string            `json:"impact_statement"`
			Action        string            `json:"action_statement"`
			Notes         string            `json:"status_notes"`
			Timestamp     string            `json:"timestamp"`
			LastUpdated   string            `json:"last_updated"`
		} `json:"statements"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return err
	}
	for _, in := range doc.Statements {
		s := Statement{
			Vulnerability: in.Vulnerability.Name, Aliases: in.Vulnerability.Aliases,
			Status: in.Status, Justification: in.Justification, Impact: in.Impact, Action: in.Action, Author: doc.Author,
			Time: latest(in.Timestamp, in.LastUpdated),
		}
		if s.Impact == "" && s.Status.Suppresses() {
			s.Impact = in.Notes
		}
		if s.Time.IsZero() { // a statement inherits its document's
			s.Time = latest(doc.Timestamp, doc.LastUpdated)
		}
		if len(in.Products) == 0 {
			r.add(s)
		}
		for _, product := range in.Products {
			s.Product, s.Component = product.subject(), Subject{}
			inside := slices.Concat(product.Subcomponents, in.Subcomponents)
			if len(inside) == 0 {
				r.add(s)
			}
			for _, component := range inside {
				if s.Component = component.subject(); s.Component.Empty() {
					r.oddly(s.Vulnerability + " in an unnamed subcomponent")
					continue
				}
				r.add(s)
			}
		}
	}
	return nil
}

// openVulnerability is a name, or an object with one.
type openVulnerability struct {
	Name    string
	Aliases []string
}

func (v *openVulnerability) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() == '"' {
		return json.UnmarshalDecode(d, &v.Name)
	}
	var object struct {
		ID      string   `json:"@id"`
		Name    string   `json:"name"`
		Aliases []string `json:"aliases"`
	}
	if err := json.UnmarshalDecode(d, &object); err != nil {
		return err
	}
	v.Name, v.Aliases = object.Name, object.Aliases
	if v.Name == "" { // older documents name it by the end of its address
		v.Name = object.ID[strings.LastIndexAny(object.ID, "/=")+1:]
	}
	return nil
}

// openComponent is an identifier, or an object with several.
type openComponent struct {
	ID            string            `json:"@id"`
	Identifiers   map[string]string `json:"identifiers"`
	Hashes        map[string]string `json:"hashes"`
	Subcomponents []openComponent   `json:"subcomponents"`
}

func (c *openComponent) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if d.PeekKind() == '"' {
		return json.UnmarshalDecode(d, &c.ID)
	}
	type object openComponent
	return json.UnmarshalDecode(d, (*object)(c))
}

func (c *openComponent) subject() Subject {
	var s Subject
	for _, id := range []string{c.ID, c.Identifiers["purl"], c.Identifiers["cpe23"], c.Identifiers["cpe22"]} {
		if id != "" && !slices.Contains(s.IDs, id) {
			s.IDs = append(s.IDs, id)
		}
	}
	for algorithm, value := range c.Hashes {
		name := strings.ToUpper(algorithm)
		if name == "SHA1" {
			name = "SHA-1"
		}
		s.Hashes = append(s.Hashes, kennel.Hash{Algorithm: name, Value: strings.ToLower(value)})
	}
	slices.SortFunc(s.Hashes, func(a, b kennel.Hash) int { return strings.Compare(a.Algorithm, b.Algorithm) })
	return s
}
