package kennel

import "time"

// Case is what the layers that look before there is an advisory say of one
// subject: a plain join of their outcomes, in the order of time, for a person.
type Case struct {
	Subject   string    // what was examined, as the user named it
	File      string    // where a reader has it, when that is not the subject: an update's new lock file
	Component Component // the release examined; zero for a repository
	Previous  string    // the version it was compared with, "" for none
	AsOf      time.Time
	Verdict   Verdict
	Policy    PolicyInfo
	Outcomes  []Outcome // by layer
	// Parts are the cases of what the subject consists of, those a person
	// should see first at the front: the packages of an installed tree, the
	// changes of a dependency update. The verdict is then the worst of all.
	// Empty and not nil when it consists of nothing: an update changed nothing.
	Parts []Case
	Gaps  []Gap // what of the subject could not be read
}

// Outcome is how a layer's examination of a subject ended. What it could not
// see stands beside what it found.
type Outcome struct {
	Layer   string
	State   State
	Reason  string // why it could not look, or not everywhere; "" otherwise
	Cause   string // what lies behind the reason, "" where it says all
	Retry   bool   // trying again may help
	Beyond  bool   // nothing failed: the layer is not made for such a subject, or part
	Results []Cue  // in the order of time
	Exhibit Exhibit
}

// Exhibit is what a layer looked at, for a person who would rather see it. It
// judges nothing.
type Exhibit struct {
	Note     string    // what was looked at, in a sentence: "" for nothing to add
	Tags     []TagMark // releases, in the order of time
	Shares   []Share   // who wrote, by quarter, in the order of time
	Residual []Residue // files of the release that are not the tree's, by reach and path
}

// TagMark is a release on the line of time.
type TagMark struct {
	Tag    string
	Time   time.Time
	Signer string // the key, "" when it is not signed
	Tagger Person
}

// Share is who wrote the commits of a quarter.
type Share struct {
	Start   time.Time // the quarter's first day
	Commits int
	By      []Authored // the most first; who wrote little is left out
}

// Authored counts the commits of a person.
type Authored struct {
	Name    string
	Commits int
}

// Residue is a file of a release that differs from its source.
type Residue struct {
	Path      string
	Class     string // "phantom", "modified", …
	Reach     string // "run", "reached", "shipped only"
	By        string // what runs or reaches it
	Explained string // the ordinary kind it is of, "" for what is left
	Size      int64  // bytes
	Flagged   bool   // a finding names it
}

// Cue is a finding of a case, judged.
type Cue struct {
	Finding
	Verdict Verdict
	Rules   []string
}
