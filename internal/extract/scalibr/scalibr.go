// Package scalibr wraps extractors of github.com/google/osv-scalibr for the
// formats that need nothing of our own. It is the only room that knows that
// library, whose interface changes often.
//
// Each plug-in is called for one file that it matched by name, through an
// in-memory file system of that file: it sees nothing else of the target and
// reaches no network. Plug-ins that run a project's build are never used.
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
	"github.com/google/osv-scalibr/extractor/filesystem/language/dart/pubspec"
	"github.com/google/osv-scalibr/extractor/filesystem/language/elixir/mixlock"
	"github.com/google/osv-scalibr/inventory"

	"github.com/kennel-oss/kennel"
)

// All returns the wrapped extractors.
func All() []kennel.Extractor {
	return []kennel.Extractor{
		wrapped{name: "mix", ecosystem: kennel.Hex, match: named("mix.lock"), plugin: func() (filesystem.Extractor, error) { return mixlock.New(nil) }},
		wrapped{name: "pub", ecosystem: kennel.Pub, match: named("pubspec.lock"), plugin: func() (filesystem.Extractor, error) { return pubspec.New(nil) }},
	}
}

// maxFile bounds one lock file; these formats hold names and versions.
const maxFile = 32 << 20

type wrapped struct {
	name      string
	ecosystem kennel.Ecosystem
	match     func(kennel.File) bool
	plugin    func() (filesystem.Extractor, error)
}

func (w wrapped) Name() string             { return w.name }
func (w wrapped) Match(f kennel.File) bool { return w.match(f) }

func (w wrapped) Extract(ctx context.Context, f kennel.File) (kennel.Extraction, error) {
	if f.Size() > maxFile {
		return kennel.Extraction{}, fmt.Errorf("larger than the bound of %d MiB for such files", maxFile>>20)
	}
	data, err := f.Bytes()
	if err != nil {
		return kennel.Extraction{}, err
	}
	found, err := w.call(ctx, f.Path(), data)
	if err != nil {
		return kennel.Extraction{}, err
	}
	p := kennel.Project{Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: w.ecosystem}
	for _, pkg := range found.Packages {
		if o, ok := w.occurrence(f, pkg); ok {
			p.Occurrences = append(p.Occurrences, o)
		}
	}
	return kennel.Extraction{Projects: []kennel.Project{p}}, nil
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

func (w wrapped) occurrence(f kennel.File, pkg *extractor.Package) (kennel.Occurrence, bool) {
	if pkg == nil || pkg.Name == "" {
		return kennel.Occurrence{}, false
	}
	o := kennel.Occurrence{
		Component: kennel.Component{
			Package: kennel.Package{Ecosystem: w.ecosystem, Name: strings.ToValidUTF8(pkg.Name, "")},
			Version: pkg.Version,
			Origin:  kennel.OriginRegistry,
		},
		Locations: []kennel.Location{{Path: f.Path(), Layer: f.Layer()}},
	}
	return o, o.Name != ""
}

func named(base string) func(kennel.File) bool {
	return func(f kennel.File) bool { return path.Base(f.Path()) == base }
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
