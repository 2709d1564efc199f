package advisory

import (
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	kennel "github.com/kennel-oss/kennel"
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
