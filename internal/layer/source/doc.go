// Package source is the layer that asks whether a release is what its
// repository says: it compares the files of an artifact with the tagged tree.
//
// Files that differ are the rule, not the exception: a release by "make dist"
// carries some 130 files that no tree has. So what differs is explained away
// first, and only what is left and is run by whoever builds or installs the
// release becomes a cue:
//
//  1. the same content by git blob id (no blob is read for it), at the same
//     path, elsewhere in the tree, or but for line endings and what
//     .gitattributes substitutes;
//  2. files of the known toolchain, by hash, from a reference set that is
//     limited to what was published when the release was made;
//  3. files of which every line is known from some version of the toolchain or
//     one of its published patches, or is of an m4 file of the tree: distributions
//     patch libtool, and aclocal copies macros into aclocal.m4. One line that
//     is not known, and the file is left. So whoever hides in such a file has to
//     make do with the toolchain's own lines, comments included where they could
//     end a string or a macro;
//  4. templates of the tree with plain values filled in, and files of the tree
//     with another version;
//  5. output of other generators whose input is in the tree (configure,
//     Makefile.in);
//  6. of npm packages: scripts that a build of the tree makes. What is in them
//     nobody can say without building them again, so they are told beside, in one
//     cue, and so are more than three that no known build makes;
//  7. the rest is ranked by reach: run by the build, an install hook or an
//     import, reached by it, or only shipped. What the release before had too,
//     and what a rule of the tree's Makefile.am makes, is told beside.
//
// The folder of an npm package is the one whose manifest is called like it. What
// an install hook runs, a source that differs, and hooks and dependencies that the
// tag's manifest lacks are flagged in built packages too. A Go module is its tag's
// to the last file.
//
// What it cannot see: configure and Makefile.in are taken for what their heads
// say, so a change made only inside of them is not found here, nor is one inside
// of what a package builds; neither is what is openly in the repository, nor what
// a build does with honest sources, nor known lines put into another order.
package source

import (
	"context"
	"time"

	"github.com/kennel-oss/kennel"
)

// Class is how a file of the release relates to the tagged tree.
type Class uint8

const (
	Same        Class = iota // the same bytes at the same path
	LineEndings              // the same but for line endings
	Substituted              // the same but for what export-subst replaces
	Renamed                  // in no such place, but its bytes are elsewhere in the tree
	Modified                 // the tree has another content at its path
	Phantom                  // in no tree
	Uncompared               // below a submodule, or too large to be read
)

func (c Class) String() string {
	return [...]string{"same", "line endings", "substituted", "renamed", "modified", "phantom", "not compared"}[c]
}

// Reach is who runs a file.
type Reach uint8

const (
	Shipped  Reach = iota // nothing seen refers to it
	Reached               // the build uses it
	Imported              // importing an npm package runs it
	Run                   // configure, make, an install hook or an import runs it
)

func (r Reach) String() string { return [...]string{"shipped only", "reached", "reached", "run"}[r] }

// Toolchain explains a file that the reference set has.
const Toolchain = "a file of the known toolchain"

// Variant explains a file that has no line but of known toolchain files.
const Variant = "a variant of a known toolchain file"

// File is a file of the release that is not the tree's.
type File struct {
	Path  string // in the release, without its top folder
	Class Class
	ID    string // git blob id
	Size  int64
	// Explained says what it is when it is of the ordinary kind, "" for what
	// is left.
	Explained string
	Reach     Reach
	By        string // what runs or reaches it: "m4_include in aclocal.m4"
	Serial    int    // of an m4 file; 0 for none
	Highest   int    // serial published for its name by then; 0 for none
	Ignored   string // the .gitignore and line of the tree that names it

	sha1   string // git blob id by SHA-1, whatever the repository's format
	tree   string // where it would be in the tree
	newly  string // the tag before, whose .gitignore does not name it yet
	before bool   // the release before had it, byte for byte
	// Of a file of a toolchain's kind: its lines, how many of them no known
	// version has, and, where those are few, the first of them.
	lines, strange int
	shown          []string
}

// Comparison is a release against its tag.
type Comparison struct {
	Tag     kennel.Tag
	At      time.Time // of the tag, as its clock said; zero when that is unknown
	Folder  string    // of the tree, that the release was made from; "" for its root
	Files   int       // of the release
	Same    int       // of them the same in content, line endings apart
	Missing int       // files of that folder that the release lacks
	Differ  []File    // the others, by path
	Modes   []string  // files whose executable bit is not the tree's

	executable []string // of Modes, those that are executable in the release
	manifest   []difference
	builds     bool // the tree's manifest has a script that makes what is published
	bundles    bool // and one that says that it brings dependencies along
}

// New returns the layer.
func New() kennel.Layer { return layer{} }

var _ kennel.Illustrator = layer{}

type layer struct{}

func (layer) Name() string { return "source" }
func (layer) Needs() kennel.Need {
	return kennel.NeedRelease | kennel.NeedPrevious | kennel.NeedHistory
}

func (l layer) Examine(ctx context.Context, s kennel.Subject) ([]kennel.Finding, error) {
	found, _, err := l.Illustrate(ctx, s)
	return found, err
}

// Illustrate is Examine with the files that differ.
func (layer) Illustrate(ctx context.Context, s kennel.Subject) ([]kennel.Finding, kennel.Exhibit, error) {
	c, err := Compare(ctx, s)
	if c == nil {
		return nil, kennel.Exhibit{}, err
	}
	return c.cues(s.Component), c.exhibit(), err
}

// Compare compares the subject's release with the tree of its tag. The tag is
// found by the component's version; where Component.Commit names a tag or a
// commit, it is that, though of packages of registries, which say what they were
// made from, the version's tag is looked at too. A [kennel.CouldNotLook] says that no tree explains the
// release; beside a comparison, that the release before could not be read.
func Compare(ctx context.Context, s kennel.Subject) (*Comparison, error) {
	release, err := s.Release()
	if err != nil {
		return nil, err
	}
	history, err := s.History()
	if err != nil {
		return nil, err
	}
	release, metadata, done, err := unwrap(ctx, release)
	if err != nil {
		return nil, &kennel.CouldNotLook{Reason: "the release could not be read", Err: err}
	}
	defer done()
	a, err := read(ctx, release, s.Component)
	if err != nil {
		return nil, &kennel.CouldNotLook{Reason: "the release could not be read", Err: err}
	}
	a.metadata = metadata
	t, err := choose(ctx, history, s.Component, a)
	if err != nil {
		return nil, err
	}
	at := t.at
	if !s.AsOf.IsZero() && (at.IsZero() || s.AsOf.Before(at)) {
		at = s.AsOf
	}
	c := &Comparison{Tag: t.tag, At: t.at, Folder: t.folder, Files: len(a.files)}
	if err := c.compare(ctx, a, t, history); err != nil {
		return nil, err
	}
	if packed(a, s.Component) {
		for _, folder := range []string{t.folder, ""} {
			if m, ok := t.manifestAt(history, folder); ok {
				c.builds = c.builds || builds(m) || t.unbuilt(m, folder)
				c.bundles = c.bundles || folder == t.folder && m.bundles()
			}
		}
	}
	if t.named && !c.builds && t.same*50 < len(a.files) {
		return nil, &kennel.CouldNotLook{Reason: notItsSource}
	}
	b := newBuild(a, s.Component)
	c.explain(a, t, history, at)
	if b.npm {
		c.many()
	}
	if err := c.rank(ctx, b, t, history); err != nil {
		return nil, err
	}
	c.manifests(a, t, history, s.Component)
	if err := c.compareBefore(ctx, s); err != nil {
		return c, err
	}
	return c, ctx.Err()
}
