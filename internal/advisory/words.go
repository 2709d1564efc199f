package advisory

import (
	"cmp"
	"slices"
	"strings"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

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
