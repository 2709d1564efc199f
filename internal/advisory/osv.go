package advisory

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// Bounds on one OSV record. The largest that osv.dev publishes (Linux kernel,
// with its Git ranges) have some 2 MiB.
const (
	maxRecord   = 8 << 20 // bytes of JSON
	maxAffected = 20_000
	maxVersions = 200_000 // listed versions and events of one record
	maxAliases  = 1_000
	maxID       = 256
	maxName     = 1_024
)

// osvRecord is what Kennel reads of an OSV record.
// Source: https://ossf.github.io/osv-schema/
type osvRecord struct {
	ID         string         `json:"id"`
	Modified   string         `json:"modified"`
	Published  string         `json:"published"`
	Withdrawn  string         `json:"withdrawn"`
	Aliases    []string       `json:"aliases"`
	Upstream   []string       `json:"upstream"`
	Summary    string         `json:"summary"`
	Details    string         `json:"details"`
	Severity   []osvSeverity  `json:"severity"`
	Affected   []osvAffected  `json:"affected"`
	References []Reference    `json:"references"`
	Specific   jsontext.Value `json:"database_specific"`
}

type osvSeverity struct {
	Type  string `json:"type"`
	Score string `json:"score"`
}

type osvAffected struct {
	Package struct {
		Ecosystem string `json:"ecosystem"`
		Name      string `json:"name"`
	} `json:"package"`
	Severity  []osvSeverity  `json:"severity"`
	Ranges    []osvRange     `json:"ranges"`
	Versions  []string       `json:"versions"`
	Specific  jsontext.Value `json:"database_specific"`
	Ecosystem jsontext.Value `json:"ecosystem_specific"`
}

type osvRange struct {
	Type   string     `json:"type"`
	Events []osvEvent `json:"events"`
}

type osvEvent struct {
	Introduced   string `json:"introduced"`
	Fixed        string `json:"fixed"`
	LastAffected string `json:"last_affected"`
	Limit        string `json:"limit"`
}

// osvSpecific is what some databases put into database_specific. It is free
// of form, so nothing in it may fail a record.
type osvSpecific struct {
	Severity      jsontext.Value `json:"severity"`
	ConvertedFrom jsontext.Value `json:"converted_from"`
	Malicious     jsontext.Value `json:"malicious-packages-origins"`
	CVSS          jsontext.Value `json:"cvss"`
	CVSSv3        jsontext.Value `json:"cvss_v3"`
	CVSSv4        jsontext.Value `json:"cvss_v4"`
	Informational jsontext.Value `json:"informational"`
}

// decodeOSV reads one record. Invalid UTF-8 in it is replaced, not refused:
// a warning with a broken letter is still a warning.
func decodeOSV(b []byte) (*osvRecord, error) {
	if len(b) > maxRecord {
		return nil, fmt.Errorf("more than %d bytes", maxRecord)
	}
	var r osvRecord
	if err := json.Unmarshal(b, &r, jsontext.AllowInvalidUTF8(true)); err != nil {
		return nil, fmt.Errorf("not an OSV record: %w", err)
	}
	return &r, r.validate()
}

func (r *osvRecord) validate() error {
	if r.ID == "" {
		return errors.New("no id")
	}
	if len(r.ID) > maxID || len(r.Aliases) > maxAliases || len(r.Upstream) > maxAliases {
		return errors.New("its id is too long or its aliases are too many")
	}
	for _, s := range slices.Concat(r.Aliases, r.Upstream) {
		if len(s) > maxID {
			return errors.New("an alias is too long")
		}
	}
	if len(r.Affected) > maxAffected {
		return fmt.Errorf("more than %d affected packages", maxAffected)
	}
	n := 0
	for i := range r.Affected {
		a := &r.Affected[i]
		if len(a.Package.Name) > maxName || len(a.Package.Ecosystem) > maxName {
			return errors.New("a package name is too long")
		}
		n += len(a.Versions)
		for _, g := range a.Ranges {
			n += len(g.Events)
		}
	}
	if n > maxVersions {
		return fmt.Errorf("more than %d versions", maxVersions)
	}
	return nil
}

// specific reads a free-form object as far as it has the expected shape.
func specific(v jsontext.Value) osvSpecific {
	var s osvSpecific
	if len(v) > 0 && v.Kind() == '{' {
		_ = json.Unmarshal(v, &s, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	}
	return s
}

// word returns a JSON string's text, and "" for anything else.
func word(v jsontext.Value) string {
	if len(v) == 0 || v.Kind() != '"' {
		return ""
	}
	var s string
	_ = json.Unmarshal(v, &s, jsontext.AllowInvalidUTF8(true))
	return s
}

// customRanges returns Go's ecosystem_specific.custom_ranges: bounds in
// versions that the project publishes and the module proxy does not know.
// ok is false when they are there and cannot be read.
func (a *osvAffected) customRanges(e kennel.Ecosystem) (ranges []osvRange, ok bool) {
	if e != kennel.Go || len(a.Ecosystem) == 0 || a.Ecosystem.Kind() != '{' {
		return nil, true
	}
	var s struct {
		Custom []osvRange `json:"custom_ranges"`
	}
	err := json.Unmarshal(a.Ecosystem, &s, jsontext.AllowInvalidUTF8(true))
	return s.Custom, err == nil
}

// advisory makes the words of a record.
func (r *osvRecord) advisory() kennel.Advisory {
	spec := specific(r.Specific)
	a := kennel.Advisory{
		ID:        r.ID,
		Aliases:   names(r.Aliases, r.ID),
		Upstream:  names(r.Upstream, r.ID),
		Kind:      r.kind(spec),
		Summary:   summary(r),
		Published: timestamp(r.Published),
		Modified:  timestamp(r.Modified),
		Source:    cmp.Or(word(spec.ConvertedFrom), home(r.ID).name),
	}
	a.Severity, a.Score, a.Vector = r.severity(spec)
	if home(r.ID).page == "" {
		a.URL = r.url()
	}
	return a
}

func (r *osvRecord) kind(spec osvSpecific) kennel.AdvisoryKind {
	if strings.HasPrefix(r.ID, "MAL-") || len(spec.Malicious) > 0 && spec.Malicious.Kind() == '[' {
		return kennel.Malicious
	}
	for i := range r.Affected {
		switch word(specific(r.Affected[i].Specific).Informational) {
		case "":
			continue
		case "unmaintained":
			return kennel.Unmaintained
		case "unsound":
			return kennel.Unsound
		}
		return kennel.Notice
	}
	return kennel.Vulnerability
}

// url picks the best page among the references.
func (r *osvRecord) url() string {
	for _, kind := range []string{"ADVISORY", "REPORT", "WEB", "FIX"} {
		for _, ref := range r.References {
			if ref.Type == kind && len(ref.URL) < 2048 && (strings.HasPrefix(ref.URL, "https://") || strings.HasPrefix(ref.URL, "http://")) {
				return ref.URL
			}
		}
	}
	return ""
}

// summary is one line, from the details where the record has no summary.
func summary(r *osvRecord) string {
	s := strings.TrimSpace(r.Summary)
	if s == "" {
		s = strings.TrimLeft(strings.TrimSpace(r.Details), "#*- ")
	}
	s, _, _ = strings.Cut(s, "\n")
	s = strings.TrimSpace(s)
	const most = 240
	if len(s) > most {
		cut := most
		for cut > 0 && s[cut]&0xC0 == 0x80 {
			cut--
		}
		s = s[:cut] + "…"
	}
	return s
}

// names returns ids sorted, distinct and without the record's own.
func names(ids []string, own string) []string {
	var out []string
	for _, id := range ids {
		if id != "" && id != own {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// timestamp reads an RFC 3339 time. Go's records carry year 1 for "unknown".
func timestamp(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Year() <= 1 || t.Year() > 9999 {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Second)
}

// place is where records with a prefix live.
type place struct{ name, page string }

// home tells by the id's prefix where a record comes from and, for those with
// one page per record, where a person can read it ("%" stands for the id).
func home(id string) place {
	prefix, _, _ := strings.Cut(id, "-")
	switch prefix {
	case "CVE":
		return place{"CVE", "https://nvd.nist.gov/vuln/detail/%"}
	case "GHSA":
		return place{"GitHub Advisory Database", "https://github.com/advisories/%"}
	case "GO":
		return place{"Go vulnerability database", "https://pkg.go.dev/vuln/%"}
	case "RUSTSEC":
		return place{"RustSec", "https://rustsec.org/advisories/%.html"}
	case "PYSEC":
		return place{"PyPA advisory database", "https://osv.dev/vulnerability/%"}
	case "MAL":
		return place{"OpenSSF malicious packages", "https://osv.dev/vulnerability/%"}
	case "DSA", "DLA":
		return place{"Debian security tracker", "https://security-tracker.debian.org/tracker/%"}
	case "USN":
		return place{"Ubuntu security notices", "https://ubuntu.com/security/notices/%"}
	}
	return place{}
}

func pageOfRecord(page, id string) string { return strings.Replace(page, "%", id, 1) }

// entries returns what a record says of each package, by ecosystem. Withdrawn
// records say nothing.
func (r *osvRecord) entries(kind kennel.AdvisoryKind) []located {
	if r.Withdrawn != "" {
		return nil
	}
	out := make([]located, 0, len(r.Affected))
	for i := range r.Affected {
		a := &r.Affected[i]
		e, release := ecosystem.SplitRelease(a.Package.Ecosystem)
		if e == "" || a.Package.Name == "" {
			continue
		}
		custom, sound := a.customRanges(e)
		out = append(out, located{e, &affected{
			kind:     kind,
			name:     a.Package.Name,
			release:  release,
			ranges:   eventsOf(a.Ranges),
			custom:   eventsOf(custom),
			versions: a.Versions,
			sound:    sound,
		}})
	}
	return out
}

// located is an entry and the ecosystem it belongs to.
type located struct {
	ecosystem kennel.Ecosystem
	*affected
}

// eventsOf keeps the ranges over versions: GIT ranges are about commits. A
// range that only says where it ends begins at the beginning.
func eventsOf(ranges []osvRange) [][]event {
	var out [][]event
	for _, g := range ranges {
		if g.Type == "GIT" || len(g.Events) == 0 {
			continue
		}
		events := make([]event, 0, len(g.Events))
		begins := false
		add := func(kind eventKind, v string) {
			if v != "" {
				events = append(events, event{kind, v})
				begins = begins || kind == introduced
			}
		}
		for _, ev := range g.Events {
			add(introduced, ev.Introduced)
			add(fixed, ev.Fixed)
			add(lastAffected, ev.LastAffected)
			add(limit, ev.Limit)
		}
		if !begins && len(events) > 0 {
			events = append(events, event{introduced, "0"})
		}
		if len(events) > 0 {
			out = append(out, events)
		}
	}
	return out
}

// ecosystems lists the ecosystems that a record names, sorted.
func (r *osvRecord) ecosystems() []kennel.Ecosystem {
	var out []kennel.Ecosystem
	for i := range r.Affected {
		if e, _ := ecosystem.SplitRelease(r.Affected[i].Package.Ecosystem); e != "" {
			out = append(out, e)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
