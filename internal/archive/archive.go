// Package archive makes any archive or container image a bounded, read-only
// fs.FS: a [Tree].
//
// A tree holds names, modes and where each content lies, never the contents, so
// that memory grows with the number of files and not with their size. An
// uncompressed archive or layer is read in place. A compressed archive is
// unpacked once, into a temporary file. A compressed layer of an image is
// decompressed once, as a stream, and only what will be wanted is kept in a
// temporary file: writing all of it costs its size in disk space, and where the
// disk is busy, several times as long as decompressing it. (Measured with 1.5 GB
// in four layers: 4 s of decompressing; up to 22 s when all of it is written.)
//
// Everything read here is hostile. Names are cleaned when they enter the tree,
// so that none can leave it; sizes, counts, depths and ratios are bounded by
// [Limits]; what had to be left out is in [Tree.Gaps].
package archive

import (
	"cmp"
	"fmt"
)

// Limits bound what hostile input can cost. A zero field has its default.
type Limits struct {
	FileSize  int64 // bytes of one file read into memory; default 256 MiB
	TotalSize int64 // bytes unpacked from one target, or from one zip; default 8 GiB
	Entries   int   // files and folders of one archive; default 500,000, which take some 100 MiB
	Depth     int   // folders inside folders; default 128
	Ratio     int64 // unpacked to packed bytes, looked at above 256 MiB; default 1000
}

// Resolved returns l with defaults for what is zero.
func (l Limits) Resolved() Limits {
	return Limits{
		FileSize:  cmp.Or(l.FileSize, 256<<20),
		TotalSize: cmp.Or(l.TotalSize, 8<<30),
		Entries:   cmp.Or(l.Entries, 500_000),
		Depth:     cmp.Or(l.Depth, 128),
		Ratio:     cmp.Or(l.Ratio, 1000),
	}
}

// Bounds that no option changes: PATH_MAX of Linux, its bound on symbolic
// links met while resolving one path, and a manifest's size as registries
// accept it.
const (
	maxName     = 4096
	maxLinks    = 40
	maxManifest = 4 << 20
)

// LimitError says that the input goes over a bound, and which option moves it.
type LimitError struct {
	What   string // "the file", "the archive"
	Bound  string // "256 MiB"
	Option string // the option's name without dashes; "" when none moves the bound
}

func (e *LimitError) Error() string {
	if e.Option == "" {
		return fmt.Sprintf("%s is over the bound of %s", e.What, e.Bound)
	}
	return fmt.Sprintf("%s is over the bound of %s; --%s moves it", e.What, e.Bound, e.Option)
}

// TooLarge is the error for one file over l.FileSize.
func (l Limits) TooLarge() error {
	return &LimitError{What: "the file", Bound: Size(l.FileSize), Option: "max-file-size"}
}

func (l Limits) tooMuch() error {
	return &LimitError{What: "what the archive unpacks to", Bound: Size(l.TotalSize), Option: "max-total-size"}
}

func (l Limits) tooPacked() error {
	return &LimitError{What: "its compression", Bound: fmt.Sprintf("%d to 1", l.Ratio)}
}

func (l Limits) tooMany() error {
	return &LimitError{What: "the number of entries", Bound: fmt.Sprint(l.Entries), Option: "max-entries"}
}

func (l Limits) tooDeep() error {
	return &LimitError{What: "the depth of its folders", Bound: fmt.Sprint(l.Depth), Option: "max-depth"}
}

// Size writes a number of bytes for a person: "256 MiB".
func Size(n int64) string {
	units := [...]string{"B", "KiB", "MiB", "GiB", "TiB"}
	u := 0
	for n >= 1024 && n%1024 == 0 && u < len(units)-1 {
		n /= 1024
		u++
	}
	return fmt.Sprintf("%d %s", n, units[u])
}
