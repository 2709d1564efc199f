// Package demo makes a harmless replica of the founding case: what the public
// history of XZ Utils shows of the release that carried a back door in 2024,
// without any content of it.
//
// The facts stand in xz.txt, a text that says of each commit who, when and
// which paths, and of each tag who signed it. [History] makes of them a
// repository whose files are stubs, [Release] tarballs as "make dist" would
// leave them, and [Product] a parts list for a scanner. The two test files that
// carried the back door are random bytes here, and the macro that set it off is
// one of our own that prints a line. What all of it proves is only what the
// layers say; so they are to be run on it like on anything else.
//
// It is pure: it writes to what it is given.
package demo

import (
	"fmt"
	"io"
)

// Versions of the replica that have a release.
const (
	Case  = "5.6.0" // the release of the case
	Clean = "5.4.1" // the last one by the signer before
)

// label is what every file of the replica says of itself.
const label = "Harmless replica, made for teaching from public facts about XZ Utils"

// Product is a parts list (CycloneDX) with the package of [Case] in it, as
// Debian called it.
const Product = `{
  "bomFormat": "CycloneDX",
  "specVersion": "1.6",
  "metadata": {
    "component": { "type": "operating-system", "name": "product", "description": "` + label + `" }
  },
  "components": [
    { "type": "library", "name": "xz-utils", "version": "5.6.0-0.2", "purl": "pkg:deb/debian/xz-utils@5.6.0-0.2?arch=source&distro=trixie" }
  ]
}
`

// ReadMe says what lies in a folder with the replica.
const ReadMe = label + `.

Names, dates, paths and tag signatures are those of the public history.
Contents are not: every file is a stub that says so, the test files of February
2024 are random bytes, and m4/build-to-host.m4, which the real tarball had and no
tree, is a macro that prints a line. Nothing here builds, and nothing here can do
harm. Ids of commits differ from the real ones, which their messages name, and
so signatures do not verify here: that a key changed is seen without verifying.

The people named are named as they are in that history. What changed is shown,
and nobody is accused of anything.

This proves nothing by itself. The real history is at
https://github.com/tukaani-project/xz, and its maintainer's account of the case at
https://tukaani.org/xz-backdoor/.
`

// stub is the content of a file whose original is not here.
func stub(f file) string {
	s := fmt.Sprintf("# %s.\n# Stub of %s: version %d of it, %d bytes in the original.\n", label, f.path, f.version, f.size)
	for _, line := range f.lines {
		s += line + "\n"
	}
	return s
}

// History writes the repository as a stream for git fast-import: a branch and
// tag for each of the original's, and each commit with the files it changed.
func History(w io.Writer) error {
	f, err := read(facts)
	if err != nil {
		return err
	}
	return f.stream(w)
}

// Release writes the tarball of a version: the tagged tree and what "make dist"
// adds to it; in that of [Case] lies one macro more.
func Release(w io.Writer, version string) error {
	f, err := read(facts)
	if err != nil {
		return err
	}
	return f.release(w, version)
}
