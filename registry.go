package kennel

import (
	"context"
	"fmt"
	"time"
)

// Registry is the handle on what package registries list, as they list it
// now. It is safe for concurrent use.
type Registry interface {
	// Listing returns what is listed under the package's name. An error that is
	// [io/fs.ErrNotExist] says that the registry has no such package; any other
	// says that it could not be asked.
	Listing(ctx context.Context, p Package) (Listing, error)
}

// Listing is a package as its registry lists it. Everything but the order of
// publication was written by its publishers.
type Listing struct {
	Package     Package
	Maintainers []Person  // who may publish now
	Releases    []Release // in the order of publication, undated ones first
	// Mirrored says that the dates are when this registry took the releases in,
	// so that ages say nothing.
	Mirrored bool
	// Private says that the user's settings name a registry of its own for this
	// package, as for a scope of their organisation: what it lists is not public.
	Private bool
}

// Release is one published version.
type Release struct {
	Version      string
	Published    time.Time // zero when undated
	Publisher    Person    // who published it; zero when the registry does not say
	Maintainers  []Person  // who could publish then; nil when the registry does not say
	Source       string    // address of its source repository as written, "" for none
	Folder       string    // its folder in that repository
	Commit       string    // the commit it says it was made from
	Trusted      bool      // published by a build pipeline, not by a person's token
	Attested     bool      // it has a provenance attestation
	Hooks        bool      // runs something when it is installed
	Dependencies []string  // names of what it needs to run, sorted
	Withdrawn    bool      // yanked, retracted or unpublished
	Digest       string    // of the release as the registry states it: "sha512-…" or "h1:…"
}

// Mismatch says that the file of a release is not the one that was promised.
type Mismatch struct {
	What      string // the release
	Algorithm string
	Want, Got string
	Who       string // who promised: "the registry", "the lock file", …
}

func (e *Mismatch) Error() string {
	return fmt.Sprintf("%s is not the file that %s names: its %s is %s, not %s", e.What, e.Who, e.Algorithm, e.Got, e.Want)
}
