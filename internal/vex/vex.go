// Package vex reads and writes statements about exploitability: OpenVEX 0.0.1
// to 0.2.0, CycloneDX VEX and CSAF 2.0 become statements, statements are
// matched to findings by package URL, and a judgement becomes OpenVEX 0.2.0.
//
// A statement counts because somebody trusted named its document; this package
// takes the text at its word.
package vex

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/kennel-oss/kennel"
)

// Status is what a statement says of a problem in a product, as OpenVEX spells
// it.
type Status string

const (
	NotAffected        Status = "not_affected"
	Affected           Status = "affected"
	Fixed              Status = "fixed"
	UnderInvestigation Status = "under_investigation"
)

// Suppresses reports whether a finding with this status is set aside. The
// others only annotate.
func (s Status) Suppresses() bool { return s == NotAffected || s == Fixed }

// Statement says how a problem stands in one product, or in one component of
// it. A document's statement about several is several of these.
type Statement struct {
	Vulnerability string
	Aliases       []string
	Product       Subject   // what it speaks of
	Component     Subject   // where in the product; empty when the product as a whole is meant
	Status        Status    // never empty
	Justification string    // as OpenVEX spells it, "" when none is given
	Impact        string    // why it is not affected, in words
	Action        string    // what to do about it, in words
	Author        string    // of the statement or document
	Time          time.Time // of the newest word on it; zero when undated
	Where         string    // the document's path
}

// Subject is a product or component as a document names it: by any of its
// identifiers, which all mean the same thing.
type Subject struct {
	IDs    []string // package URLs and other names, as written
	Hashes []kennel.Hash
}

// Empty reports whether the subject names nothing.
func (s Subject) Empty() bool { return len(s.IDs) == 0 && len(s.Hashes) == 0 }

func (s Subject) String() string {
	if len(s.IDs) > 0 {
		return s.IDs[0]
	}
	if len(s.Hashes) > 0 {
		return s.Hashes[0].Algorithm + ":" + s.Hashes[0].Value
	}
	return ""
}

func (s Statement) String() string {
	text := fmt.Sprintf("%s %s: %s", s.Vulnerability, s.Status, s.Product)
	if !s.Component.Empty() {
		text += " > " + s.Component.String()
	}
	return text
}

// Suppression is what a judge notes of a finding that the statement sets
// aside; nil when its status does not.
func (s Statement) Suppression() *kennel.Suppression {
	if !s.Status.Suppresses() {
		return nil
	}
	why := s.Impact
	if why == "" {
		why = cmp.Or(strings.ReplaceAll(s.Justification, "_", " "), string(s.Status))
	}
	return &kennel.Suppression{
		By: "vex", Who: s.Author, Why: why, Where: s.Where,
		Status: string(s.Status), Justification: s.Justification,
	}
}

// ErrNotVEX is the error of [Read] for what is no VEX document.
var ErrNotVEX = errors.New("not a VEX document: OpenVEX, CycloneDX and CSAF 2.0 JSON are read")

// Bounds of one document. A million statements is far above the largest
// product's; each of a document's may name many products.
const (
	maxStatements = 1 << 20
	maxReported   = 5 // examples named in a gap
)

// Read reads the VEX document in data; path names it in statements and gaps.
// What it cannot understand of a readable document becomes a gap.
func Read(path string, data []byte) ([]Statement, []kennel.Gap, error) {
	r := &reader{path: path}
	data = trimBOM(data)
	var probe struct {
		Context   jsontext.Value `json:"@context"`
		BOMFormat string         `json:"bomFormat"`
		Document  struct {
			CSAF     string `json:"csaf_version"`
			Category string `json:"category"`
		} `json:"document"`
	}
	err := json.Unmarshal(data, &probe)
	switch {
	case err != nil:
		var syntax *jsontext.SyntacticError
		if len(data) > 0 && data[0] == '{' && errors.As(err, &syntax) {
			return nil, nil, fmt.Errorf("VEX: %w", err)
		}
		return nil, nil, ErrNotVEX
	case strings.Contains(string(probe.Context), "openvex.dev/ns"):
		err = r.openVEX(data)
	case probe.BOMFormat == "CycloneDX":
		err = r.cycloneDX(data)
	case probe.Document.CSAF != "":
		err = r.csaf(data, probe.Document.CSAF)
	default:
		return nil, nil, ErrNotVEX
	}
	if err != nil {
		return nil, nil, fmt.Errorf("VEX: %w", err)
	}
	r.report()
	return r.statements, r.gaps, nil
}

// reader gathers the statements of one document.
type reader struct {
	path       string
	statements []Statement
	gaps       []kennel.Gap
	odd        []string // what was not understood, once each
	oddCount   int
	full       bool
}

// add takes a statement when it is whole. One of an unknown status is not
// guessed at.
func (r *reader) add(s Statement) {
	switch {
	case s.Vulnerability == "":
		r.oddly("a statement without a vulnerability")
		return
	case s.Product.Empty() && s.Component.Empty():
		r.oddly(s.Vulnerability + " without a product")
		return
	case s.Status != NotAffected && s.Status != Affected && s.Status != Fixed && s.Status != UnderInvestigation:
		r.oddly(fmt.Sprintf("%s with status %q", s.Vulnerability, clip(string(s.Status))))
		return
	case len(r.statements) >= maxStatements:
		r.full = true
		return
	}
	s.Where = r.path
	r.statements = append(r.statements, s)
}

// oddly notes something that is not understood.
func (r *reader) oddly(what string) {
	r.oddCount++
	if len(r.odd) < maxReported {
		r.odd = append(r.odd, clip(what))
	}
}

func (r *reader) report() {
	if r.full {
		r.gaps = append(r.gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: r.path,
			Why: fmt.Sprintf("holds more than %d statements; the rest was not read", maxStatements)})
	}
	if r.oddCount > 0 {
		why := fmt.Sprintf("%d VEX entries do not count: %s", r.oddCount, strings.Join(r.odd, "; "))
		if more := r.oddCount - len(r.odd); more > 0 {
			why += fmt.Sprintf(" and %d more", more)
		}
		r.gaps = append(r.gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: r.path, Why: why})
	}
}

// moment reads an RFC 3339 time; zero when it is none.
func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// latest returns the newest of the times written.
func latest(times ...string) time.Time {
	var newest time.Time
	for _, s := range times {
		if t := moment(s); t.After(newest) {
			newest = t
		}
	}
	return newest
}

func trimBOM(data []byte) []byte {
	return bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\ufeff")), " \t\r\n")
}

func clip(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	if len(s) > 160 {
		s = strings.ToValidUTF8(s[:157], "") + "..."
	}
	return s
}
