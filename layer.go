package kennel

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// Layer is one defence: it examines one subject and says what it found, with
// evidence. It keeps no state, reads no clock, and touches nothing but the
// handles of its subject.
type Layer interface {
	Name() string
	// Needs lists the handles it uses. The host grants or refuses them.
	Needs() Need
	// Examine returns what it found. A [CouldNotLook] error says that it could
	// not look, or, together with findings, that it could not look everywhere.
	Examine(ctx context.Context, s Subject) ([]Finding, error)
}

// Illustrator is a layer that can also show what it looked at.
type Illustrator interface {
	Layer
	// Illustrate is Examine, with what there is to draw. The exhibit is good
	// beside findings and beside none; it is empty when the layer could not look.
	Illustrate(ctx context.Context, s Subject) ([]Finding, Exhibit, error)
}

// Need is a set of handles.
type Need uint

const (
	NeedAdvisories Need = 1 << iota
	NeedRelease         // the unpacked release
	NeedPrevious        // the unpacked release before it
	NeedHistory         // the source repository
	NeedRegistry        // what package registries list
)

// Grants are the handles that a host gives to layers. What is nil is refused.
type Grants struct {
	Advisories Advisories
	// Release and Previous are bounded and read-only. A component's hashes hold
	// for what is granted as its release; one for which they do not hold is
	// refused with a [Mismatch].
	Release, Previous fs.FS
	History           History
	Registry          Registry
	// Refused says why a handle that was meant to be there is not. One that is
	// nil without a reason was not asked for.
	Refused map[Need]error
}

// Subject is what a layer examines, as of a moment.
type Subject struct {
	Component Component
	// Before is what the component takes the place of in an update; zero when
	// there is no update, or the package is new in it.
	Before Component
	AsOf   time.Time
	grants Grants
}

// NewSubject makes a subject with the handles granted.
func NewSubject(c Component, asOf time.Time, g Grants) Subject {
	return Subject{Component: c, AsOf: asOf, grants: g}
}

// ErrNotGranted is the cause when a layer asks for a handle that the host
// refused.
var ErrNotGranted = errors.New("not granted")

// Advisories returns the advisory database, or an error when it was refused.
func (s Subject) Advisories() (Advisories, error) {
	if s.grants.Advisories == nil {
		return nil, s.refused(NeedAdvisories, "no advisory database was given")
	}
	return s.grants.Advisories, nil
}

// Release returns the unpacked release, or an error when it was refused.
func (s Subject) Release() (fs.FS, error) {
	if s.grants.Release == nil {
		return nil, s.refused(NeedRelease, "no release was given")
	}
	return s.grants.Release, nil
}

// Previous returns the unpacked release before the one examined, or an error
// when it was refused.
func (s Subject) Previous() (fs.FS, error) {
	if s.grants.Previous == nil {
		return nil, s.refused(NeedPrevious, "no previous release was given")
	}
	return s.grants.Previous, nil
}

// History returns the source repository, or an error when it was refused.
func (s Subject) History() (History, error) {
	if s.grants.History == nil {
		return nil, s.refused(NeedHistory, "no source repository was given")
	}
	return s.grants.History, nil
}

// Registry returns what package registries list, or an error when it was
// refused.
func (s Subject) Registry() (Registry, error) {
	if s.grants.Registry == nil {
		return nil, s.refused(NeedRegistry, "no package registry was given")
	}
	return s.grants.Registry, nil
}

// refused is why a handle is not there. A reason of the host's that is a
// [CouldNotLook] speaks for itself.
func (s Subject) refused(n Need, reason string) error {
	why := s.grants.Refused[n]
	var c *CouldNotLook
	switch {
	case why == nil:
		why = ErrNotGranted
	case errors.As(why, &c):
		return c
	}
	return &CouldNotLook{Reason: reason, Err: why}
}

// CouldNotLook is the error of a layer that could not look. It is never to be
// read as "found nothing".
type CouldNotLook struct {
	Reason string // one sentence for a person, the same for every subject it holds for
	Retry  bool   // trying again later may help
	Part   bool   // the rest was looked at: without findings it is clear
	Beyond bool   // nothing failed: the layer is not made for such a subject, or part
	Err    error
}

func (e *CouldNotLook) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.Reason, e.Err)
	}
	return e.Reason
}

func (e *CouldNotLook) Unwrap() error { return e.Err }

// Finding is what a layer says about a component.
type Finding struct {
	Layer string // the layer's name
	Rule  string // "vulnerable", "malicious", "unmaintained", …: stable, lower case

	ID      string   // preferred id of the problem: CVE, then GHSA, then others
	Aliases []string // its other ids, sorted
	Title   string
	URL     string

	Component  Component
	Severity   Severity
	Score      float64 // CVSS base score, 0 when there is none
	Vector     string
	Confidence Confidence

	KEV       *KEV
	EPSS      *EPSS
	Published time.Time // zero when undated
	Fix       Fix

	Evidence []Evidence

	// Of cues, which layers that look before there is an advisory give:
	At       time.Time // when it happened, as far as the evidence tells
	Innocent string    // the ordinary explanation, in one sentence
}

// Evidence is something a person can check alone.
type Evidence struct {
	Kind string // "advisory", "file", "commit", "hash"
	What string // the record's id, the path, the commit
	Says string // the range and bound, the line, the value
	URL  string
}

// State is how looking ended.
type State uint8

const (
	StateCouldNotLook State = iota // the zero value is not "clear"
	StateFound
	StateClear
)

func (s State) String() string { return pick(int(s), "could_not_look", "found", "clear") }
