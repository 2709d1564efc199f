package kennel

// Verdict is what a policy decides. The zero value refuses.
type Verdict uint8

const (
	Deny Verdict = iota
	Review
	Allow
)

func (v Verdict) String() string { return pick(int(v), "deny", "review", "allow") }

// ParseVerdict reads "deny", "review" or "allow".
func ParseVerdict(s string) (Verdict, bool) {
	for v := Deny; v <= Allow; v++ {
		if v.String() == s {
			return v, true
		}
	}
	return Deny, false
}

// Worse reports whether v is stricter than w.
func (v Verdict) Worse(w Verdict) bool { return v < w }

// Severity is how bad a finding is by its sources. Missing is unknown, never
// low.
type Severity uint8

const (
	SeverityUnknown Severity = iota
	SeverityNone
	SeverityLow
	SeverityMedium
	SeverityHigh
	SeverityCritical
)

func (s Severity) String() string {
	return pick(int(s), "unknown", "none", "low", "medium", "high", "critical")
}

// ParseSeverity reads the words databases use ("MODERATE" and "IMPORTANT"
// too), in any case; what it does not know is unknown.
func ParseSeverity(word string) Severity {
	switch lower(word) {
	case "none":
		return SeverityNone
	case "low", "negligible", "minor":
		return SeverityLow
	case "medium", "moderate":
		return SeverityMedium
	case "high", "important", "major":
		return SeverityHigh
	case "critical":
		return SeverityCritical
	}
	return SeverityUnknown
}

// SeverityOf rates a CVSS base score by the qualitative scale of CVSS 3.1 and
// 4.0 (FIRST, section 5 and 6): 0.1 low, 4.0 medium, 7.0 high, 9.0 critical.
func SeverityOf(score float64) Severity {
	switch {
	case score >= 9:
		return SeverityCritical
	case score >= 7:
		return SeverityHigh
	case score >= 4:
		return SeverityMedium
	case score > 0:
		return SeverityLow
	}
	return SeverityNone
}

// Confidence is how sure a layer is that its finding holds for the subject.
type Confidence uint8

const (
	ConfidenceHigh   Confidence = iota // the record names this very version
	ConfidenceMedium                   // it rests on an assumption that the evidence names
	ConfidenceLow
)

func (c Confidence) String() string { return pick(int(c), "high", "medium", "low") }

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
