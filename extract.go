package kennel

import (
	"context"
	"io"
	"io/fs"
)

// Extractor reads one family of formats. It never executes what it reads,
// never opens a path but through the [File] it was given, and bounds what it
// allocates by the size of its input.
type Extractor interface {
	// Name is short and stable: "npm", "dpkg".
	Name() string
	// Match reports whether f is one of its formats. It is called for every
	// file of a target: it decides by name and mode, and looks at Head only
	// where those leave it open.
	Match(f File) bool
	// Extract reads f. What it cannot resolve becomes a gap; an error means
	// that f as a whole could not be read, and the caller makes a gap of it.
	Extract(ctx context.Context, f File) (Extraction, error)
}

// Extraction is what one file gave.
type Extraction struct {
	Projects []Project
	Gaps     []Gap
	// Owned lists the files that the OS packages of this database installed,
	// relative to the target's root, so that a language package among them is
	// counted once.
	Owned []string
}

// File is one file of a target. Its methods are safe for concurrent use.
type File interface {
	Path() string // slash-separated, relative to the target's root
	Size() int64
	Mode() fs.FileMode
	// Head returns up to the first 4096 bytes, nil when it cannot be read.
	Head() []byte
	// Bytes returns the whole content, which the caller must not change. A
	// file above the target's bound is an error that names the bound.
	Bytes() ([]byte, error)
	// Open gives random access, for archives and binaries.
	Open() (Content, error)
	// FS is the whole target, bounded and read-only, for files beside this one.
	FS() fs.FS
	// Layer is the digest of the image layer that brought the file, or "".
	Layer() string
}

// Content is an open file.
type Content interface {
	io.ReaderAt
	io.Closer
	Size() int64
}
