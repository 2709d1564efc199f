package kennel

import "time"

// Judgement is the whole answer about a target: what reports render and what
// the exit code is made of. Nothing in it is decided later.
type Judgement struct {
	Inventory Inventory // normalised
	AsOf      time.Time
	Verdict   Verdict // the worst of the projects' verdicts
	// Complete says that every layer looked at every component with a database
	// that is not just the starter set, and that no gap is left.
	Complete bool
	Policy   PolicyInfo
	Database DatabaseInfo
	Verdicts []Verdict       // by index of Inventory.Projects
	Results  []Result        // what matters most first
	Outcomes []OutcomeCount  // by layer, state, reason
	Gaps     []Gap           // the inventory's and the judge's own, sorted
	Expired  []ExpiredWaiver // waivers whose time is over: their findings are back
	Baseline BaselineInfo
}

// BaselineInfo says what a baseline did.
type BaselineInfo struct {
	Used  bool
	Path  string
	Known int // results that the baseline already held
	Gone  int // results of the baseline that are no more
}

// PolicyInfo names the policy that decided.
type PolicyInfo struct {
	Digest string   // "sha256:…" over the rules that applied
	Source []string // "built-in", paths
}

// DatabaseInfo describes the advisory database that answered.
type DatabaseInfo struct {
	Path       string    // "" for the starter set alone
	Digest     string    // of its manifest, "sha256:…"
	Built      time.Time // when it was compiled
	Starter    bool      // only the built-in starter set answered
	Records    int
	Ecosystems []DatabasePart
	KEV, EPSS  time.Time // dates of the signal feeds; zero when absent
}

// DatabasePart is one ecosystem of the database.
type DatabasePart struct {
	Ecosystem Ecosystem
	Records   int
	Newest    time.Time // newest modification or publication among its records; zero when undated
	Fetched   time.Time // when the data was taken from its source
}

// OutcomeCount counts the components for which a layer's examination ended
// alike.
type OutcomeCount struct {
	Layer  string
	State  State
	Reason string // why it could not look; "" otherwise
	Retry  bool
	Count  int
	// Example is one component it holds for, for a person.
	Example Component
}

// Result is a finding in a project, judged.
type Result struct {
	Finding
	Project    int // index into Inventory.Projects
	Occurrence int // index into that project's Occurrences

	// Fingerprint stays the same as long as the same problem of the same
	// package is in the same project, whatever its version: hexadecimal.
	Fingerprint string
	Verdict     Verdict
	Rules       []string // names of the policy rules that led to the verdict
	Via         Via
	Remedy      Remedy
	Suppressed  *Suppression // nil when it counts
	Exposed     int          // days since publication, -1 when undated
}

// Via says how the project comes to the component.
type Via struct {
	// Paths holds the shortest path per direct dependency, each from the direct
	// dependency to the component, as indexes of occurrences. Shortest first.
	Paths [][]int32
	Count int // how many simple paths there are, capped at ViaCountMax
}

// ViaCountMax is where counting paths stops: beyond it a number tells nobody
// anything, and counting simple paths is exponential.
const ViaCountMax = 1_000_000

// Remedy is the smallest change that takes the problem away, as far as the
// lock file tells.
type Remedy struct {
	Kind    RemedyKind
	Package Package // what to change
	Version string  // the version to reach; "" when not known offline
	Command string  // what to type, "" when there is no one command
}

// RemedyKind is the kind of change.
type RemedyKind uint8

const (
	RemedyUnknown RemedyKind = iota
	RemedyRefresh            // a lock refresh: every dependant's constraint admits the fix
	RemedyUpgrade            // the direct dependency has to be upgraded
	RemedyRemove             // a malicious package: out with it
)

func (k RemedyKind) String() string {
	return pick(int(k), "unknown", "refresh", "upgrade", "remove")
}

// Suppression says who set a result aside and why. A suppressed result stays
// listed and does not count.
type Suppression struct {
	By    string // "vex", "waiver" or "baseline"
	Who   string // author of the statement, where named
	Why   string
	Where string    // the file that says so
	Until time.Time // zero when it has no end
	// Status and Justification of a VEX statement as OpenVEX spells them
	// ("not_affected", "vulnerable_code_not_present"); "" for the others.
	Status, Justification string
}

// ExpiredWaiver is a waiver whose time is over.
type ExpiredWaiver struct {
	ID, Why, Where string
	Until          time.Time
}
