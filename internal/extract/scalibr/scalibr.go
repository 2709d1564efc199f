// Package scalibr wraps extractors of github.com/google/osv-scalibr for the
// formats that need nothing of our own: Hex, Pub, Swift, CocoaPods and Conan. It is the only room that knows that library.
//
// Each plug-in gets the bytes of one file and nothing else: no folder, no path
// on this machine, no network. Plug-ins that run a project's build are not
// among them. Nor are those whose readers would crash or exhaust the process on
// hostile bytes (its RPM database reader panics in a goroutine of its own, where
// nothing can recover; its reader of Rust binaries inflates without bound).
//
// The plug-ins skip what they do not understand. Counting what the file
// mentions shows how much that was, and makes a gap of it.
package scalibr

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/google/osv-scalibr/extractor"
	"github.com/google/osv-scalibr/extractor/filesystem"
	"github.com/google/osv-scalibr/extractor/filesystem/osv"
	"github.com/google/osv-scalibr/inventory"

	"github.com/kennel-oss/kennel"
)

// maxFile bounds one file. These formats hold names and versions; real ones
// have a few hundred kilobytes.
const maxFile = 10 << 20

// maxPackages bounds what one file may give.
const maxPackages = 100_000

// wrapped is one format behind one plug-in.
type wrapped struct {
	name      string
	ecosystem kennel.Ecosystem
	match     func(kennel.File) bool
	plugin    func() (filesystem.Extractor, error)
	// mentions counts the packages that the file names, by a mark that every
	// entry of the format has.
	mentions func(data []byte) int
	// adjust corrects what the plug-in says of one package; it reports whether
	// the package is one.
	adjust func(pkg *extractor.Package, o *kennel.Occurrence) bool
}

func (w wrapped) Name() string             { return w.name }
func (w wrapped) Match(f kennel.File) bool { return w.match(f) }

func (w wrapped) Extract(ctx context.Context, f kennel.File) (kennel.Extraction, error) {
	if f.Size() > maxFile {
		return kennel.Extraction{}, fmt.Errorf("larger than the bound of %d MiB for files of this format", maxFile>>20)
	}
	data, err := f.Bytes()
	if err != nil {
		return kennel.Extraction{}, err
	}
	found, err := w.call(ctx, f.Path(), data)
	if err != nil {
		return kennel.Extraction{}, err
	}
	if len(found.Packages) > maxPackages {
		return kennel.Extraction{}, fmt.Errorf("more than %d packages", maxPackages)
	}
	p := kennel.Project{Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: w.ecosystem}
	read := 0
	for _, pkg := range found.Packages {
		if pkg == nil || pkg.Name == "" {
			continue
		}
		read++
		o := kennel.Occurrence{
			Component: kennel.Component{
				Package: kennel.Package{Ecosystem: w.ecosystem, Name: strings.ToValidUTF8(pkg.Name, "_")},
				Version: strings.ToValidUTF8(pkg.Version, "_"),
				Origin:  kennel.OriginRegistry,
			},
			Locations: []kennel.Location{{Path: f.Path(), Layer: f.Layer()}},
		}
		if w.adjust == nil || w.adjust(pkg, &o) {
			p.Occurrences = append(p.Occurrences, o)
		}
	}
	e := kennel.Extraction{Projects: []kennel.Project{p}}
	if named := w.mentions(data); named > read {
		e.Gaps = append(e.Gaps, kennel.Gap{Kind: kennel.GapUnresolved, What: f.Path(),
			Why: fmt.Sprintf("%d of its %d entries are of a form that is not read", named-read, named)})
	}
	return e, nil
}

// call runs the plug-in on one file. A panic of foreign code is an error of
// this file.
func (w wrapped) call(ctx context.Context, name string, data []byte) (inv inventory.Inventory, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the reader of this format failed: %v", r)
		}
	}()
	x, err := w.plugin()
	if err != nil {
		return inv, err
	}
	return x.Extract(ctx, &filesystem.ScanInput{
		Path: name, Info: info{path.Base(name), int64(len(data))}, Reader: bytes.NewReader(data),
	})
}

// groups returns the dependency groups that a plug-in found.
func groups(pkg *extractor.Package) []string {
	if m, ok := pkg.Metadata.(*osv.DepGroupMetadata); ok && m != nil {
		return m.DepGroupVals
	}
	return nil
}

// commit marks o as taken from a repository when the plug-in names a commit.
func commit(pkg *extractor.Package, o *kennel.Occurrence) {
	if pkg.SourceCode != nil && pkg.SourceCode.Commit != "" {
		o.Origin, o.Commit = kennel.OriginVCS, strings.ToValidUTF8(pkg.SourceCode.Commit, "_")
	}
}

// info describes the one file that a plug-in sees.
type info struct {
	name string
	size int64
}

func (i info) Name() string     { return i.name }
func (i info) Size() int64      { return i.size }
func (info) Mode() fs.FileMode  { return 0o444 }
func (info) ModTime() time.Time { return time.Time{} }
func (info) IsDir() bool        { return false }
func (info) Sys() any           { return nil }
