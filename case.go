package kennel

import "time"

// Case is what the layers that look before there is an advisory say of one
// subject: a plain join of their outcomes, in the order of time, for a person.
type Case struct {
	Subject  string // what was examined, as the user named it
	AsOf     time.Time
	Verdict  Verdict
	Policy   PolicyInfo
	Outcomes []Outcome // by layer
}

// Outcome is how a layer's examination of a subject ended. What it could not
// see stands beside what it found.
type Outcome struct {
	Layer   string
	State   State
	Reason  string // why it could not look, "" otherwise
	Retry   bool   // trying again may help
	Results []Cue  // in the order of time
}

// Cue is a finding of a case, judged.
type Cue struct {
	Finding
	Verdict Verdict
	Rules   []string
}
