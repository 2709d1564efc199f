package kennel

import "time"

// Advisories is the handle on an advisory database. It is safe for concurrent
// use.
type Advisories interface {
	// Match returns what the database says of c: the records that affect its
	// version, each with its reason. A database that knows nothing of c's
	// ecosystem, or a version it cannot order, is a [CouldNotLook] error; it may
	// come together with the matches that could be made.
	Match(c Component) ([]Match, error)
}

// Advisory is one record of a database, without its long text.
type Advisory struct {
	ID        string
	Aliases   []string // other names of the same problem, sorted
	Upstream  []string // the problems this record derives from, sorted
	Kind      AdvisoryKind
	Summary   string
	Published time.Time // zero when the record is undated
	Modified  time.Time
	Severity  Severity
	Score     float64 // CVSS base score, 0 when there is none
	Vector    string  // the CVSS vector it was computed from
	Source    string  // the database the record came from, as its address or name
	URL       string  // where a person can read it
}

// AdvisoryKind separates what is dangerous from what is worth knowing.
type AdvisoryKind uint8

const (
	Vulnerability AdvisoryKind = iota
	Malicious                  // the package itself is the attack
	Unmaintained               // informational: nobody looks after it
	Unsound                    // informational: safe code can misbehave
	Notice                     // informational: anything else
)

func (k AdvisoryKind) String() string {
	return pick(int(k), "vulnerability", "malicious", "unmaintained", "unsound", "notice")
}

// Informational reports whether the record is a notice, not a vulnerability.
func (k AdvisoryKind) Informational() bool { return k >= Unmaintained }

// Match is a record that affects a component's version, and why.
type Match struct {
	Advisory Advisory
	// Range is the part of the record that holds the version, in words a person
	// can check: ">= 1.0.0, < 1.2.3", "= 5.6.1", "all versions".
	Range string
	// Listed says that the record lists the version by name.
	Listed bool
	// Fix is the nearest way out of this record; see [Fix].
	Fix Fix
	// Signals of the record's CVEs.
	KEV  *KEV
	EPSS *EPSS
}

// Fix is the least version above the installed one that a record publishes as
// fixed and that no other record of the package affects.
type Fix struct {
	State   FixState
	Version string // only when known
}

// FixState is what is known of a fix.
type FixState uint8

const (
	FixUnknown FixState = iota // the record does not say (last_affected, listed versions)
	FixNone                    // every later version is affected
	FixKnown
)

func (s FixState) String() string { return pick(int(s), "unknown", "none", "known") }

// KEV is an entry of CISA's Known Exploited Vulnerabilities.
type KEV struct {
	CVE        string
	Added, Due time.Time
	Ransomware bool // known to be used in ransomware campaigns
}

// EPSS is FIRST's estimate that a CVE will be exploited in the next 30 days.
type EPSS struct {
	CVE         string
	Probability float64 // 0 to 1
	Percentile  float64 // 0 to 1
}
