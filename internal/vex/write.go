package vex

import (
	"cmp"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// Options are what a document says beside the judgement.
type Options struct {
	Author  string // who answers for it; the tool when ""
	Tool    string // "kennel 1.2.3"
	Product string // purl or other IRI of the product; by default each project's own, see [ProductOf]
}

// ErrNothingToSay is the error of [Write] for a judgement without problems:
// OpenVEX has no document without a statement.
var ErrNothingToSay = errors.New("no problem was found, and an OpenVEX document needs at least one statement")

// Write writes a judgement as OpenVEX 0.2.0. What a VEX statement set aside
// keeps its status. What counts is "affected" where there is something to do
// about it, and else "under_investigation": a version that matches an advisory
// proves no more. A waiver and a baseline accept a problem and do not deny it.
// The same judgement gives the same bytes.
func Write(w io.Writer, j kennel.Judgement, opts Options) error {
	doc := openDocument{
		Context: "https://openvex.dev/ns/v0.2.0",
		Author:  cmp.Or(opts.Author, opts.Tool, "unknown"), Tooling: opts.Tool, Version: 1,
		Timestamp: stamp(j.AsOf), Statements: statementsOf(&j, opts),
	}
	if len(doc.Statements) == 0 {
		return ErrNothingToSay
	}
	content, err := json.Marshal(&doc)
	if err != nil {
		return fmt.Errorf("OpenVEX: %w", err)
	}
	doc.ID = "urn:uuid:" + uuid(content)
	if err := json.MarshalWrite(w, &doc, jsontext.WithIndent("  ")); err != nil {
		return fmt.Errorf("OpenVEX: %w", err)
	}
	_, err = io.WriteString(w, "\n")
	return err
}

type openDocument struct {
	Context    string          `json:"@context"`
	ID         string          `json:"@id"`
	Author     string          `json:"author"`
	Timestamp  string          `json:"timestamp"`
	Version    int             `json:"version"`
	Tooling    string          `json:"tooling,omitempty"`
	Statements []openStatement `json:"statements"`
}

type openStatement struct {
	Vulnerability struct {
		ID      string   `json:"@id,omitempty"`
		Name    string   `json:"name"`
		Summary string   `json:"description,omitempty"`
		Aliases []string `json:"aliases,omitempty"`
	} `json:"vulnerability"`
	Products      []openProduct `json:"products"`
	Status        Status        `json:"status"`
	Notes         string        `json:"status_notes,omitempty"`
	Justification string        `json:"justification,omitempty"`
	Impact        string        `json:"impact_statement,omitempty"`
	Action        string        `json:"action_statement,omitempty"`
}

type openProduct struct {
	ID            string          `json:"@id"`
	Identifiers   openIdentifiers `json:"identifiers,omitzero"`
	Subcomponents []openPart      `json:"subcomponents,omitempty"`
}

type openPart struct {
	ID          string          `json:"@id"`
	Identifiers openIdentifiers `json:"identifiers,omitzero"`
}

type openIdentifiers struct {
	Purl string `json:"purl,omitempty"`
}

// statementsOf makes one statement for all places where a problem stands the
// same, in the order of the results.
func statementsOf(j *kennel.Judgement, opts Options) []openStatement {
	var out []openStatement
	type standing struct {
		id                                  string
		status                              Status
		justification, impact, action, note string
	}
	at := make(map[standing]int)
	for i := range j.Results {
		r := &j.Results[i]
		purl := ecosystem.Purl(r.Component)
		if r.Rule == "unmaintained" || r.Rule == "unsound" || r.Rule == "notice" || r.ID == "" || purl == "" {
			continue
		}
		s := standing{id: r.ID}
		s.status, s.justification, s.impact, s.action, s.note = stands(r)
		n, ok := at[s]
		if !ok {
			n = len(out)
			at[s] = n
			o := openStatement{Status: s.status, Justification: s.justification, Impact: s.impact, Action: s.action, Notes: s.note}
			o.Vulnerability.Name, o.Vulnerability.Summary = r.ID, r.Title
			o.Vulnerability.Aliases = slices.Compact(slices.Clone(r.Aliases))
			if isIRI(r.URL) {
				o.Vulnerability.ID = r.URL
			}
			out = append(out, o)
		}
		product := opts.Product
		if product == "" && r.Project >= 0 && r.Project < len(j.Inventory.Projects) {
			if ids := ProductOf(&j.Inventory.Projects[r.Project]).IDs; len(ids) > 0 {
				product = ids[0]
			}
		}
		out[n].place(product, purl)
	}
	return out
}

// place adds a component of a product; without a product's name the component
// stands for itself.
func (s *openStatement) place(product, purl string) {
	part := openPart{purl, openIdentifiers{purl}}
	if product == "" {
		if !slices.ContainsFunc(s.Products, func(p openProduct) bool { return p.ID == purl && len(p.Subcomponents) == 0 }) {
			s.Products = append(s.Products, openProduct{ID: purl, Identifiers: openIdentifiers{purl}})
		}
		return
	}
	for i := range s.Products {
		if p := &s.Products[i]; p.ID == product && len(p.Subcomponents) > 0 {
			if !slices.Contains(p.Subcomponents, part) {
				p.Subcomponents = append(p.Subcomponents, part)
			}
			return
		}
	}
	p := openProduct{ID: product, Subcomponents: []openPart{part}}
	if strings.HasPrefix(product, "pkg:") {
		p.Identifiers.Purl = product
	}
	s.Products = append(s.Products, p)
}

// stands says how a result stands.
func stands(r *kennel.Result) (status Status, justification, impact, action, note string) {
	s := r.Suppressed
	switch {
	case s != nil && s.By == "vex" && Status(s.Status).Suppresses():
		if status = Status(s.Status); status == Fixed {
			return status, "", "", "", s.Why
		}
		return status, known(s.Justification), cmp.Or(s.Why, "no reason was given"), "", ""
	case s != nil && s.By == "vex" && s.Status == "": // set aside by an older judge that did not say how
		return NotAffected, "", cmp.Or(s.Why, "no reason was given"), "", ""
	case s != nil:
		until := ""
		if !s.Until.IsZero() {
			until = " until " + s.Until.UTC().Format("2006-01-02")
		}
		return Affected, "", "", fmt.Sprintf("Accepted by a %s%s: %s", s.By, until, cmp.Or(s.Why, "no reason was given")), ""
	}
	if action = remedy(r); action != "" {
		return Affected, "", "", action, ""
	}
	return UnderInvestigation, "", "", "", ""
}

// known passes on only justifications of the specification.
func known(justification string) string {
	switch justification {
	case "component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
		"vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist":
		return justification
	}
	return ""
}

func remedy(r *kennel.Result) string {
	what := cmp.Or(r.Remedy.Package.Name, r.Component.Name)
	switch {
	case r.Remedy.Kind == kennel.RemedyRemove:
		return "Remove " + what + "."
	case r.Remedy.Kind == kennel.RemedyUnknown:
		return ""
	case r.Remedy.Version != "":
		return "Update " + what + " to " + r.Remedy.Version + "."
	}
	return "Update " + what + "."
}

func isIRI(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

// stamp writes a moment; the format demands one, so the zero time is the epoch.
func stamp(t time.Time) string {
	if t.IsZero() {
		t = time.Unix(0, 0)
	}
	return t.UTC().Format(time.RFC3339)
}

// uuid derives an RFC 4122 version 5 UUID from content.
func uuid(content []byte) string {
	h := sha1.New()
	h.Write([]byte("kennel-oss/kennel/internal/vex\x00"))
	h.Write(content)
	u := h.Sum(nil)[:16]
	u[6], u[8] = u[6]&0x0f|0x50, u[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
