// Package nuget reads what .NET leaves behind: packages.lock.json,
// packages.config, and the *.deps.json of a built application. Of a project without any it says
// that nothing is known.
package nuget

import (
	"context"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// New returns the extractor of NuGet's files.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "nuget" }

func (extractor) Match(f kennel.File) bool { return readerOf(f.Path()) != nil }

func readerOf(p string) func(kennel.File, []byte) (kennel.Extraction, error) {
	switch base := p[strings.LastIndexByte(p, '/')+1:]; {
	case base == "packages.lock.json",
		strings.HasPrefix(base, "packages.") && strings.HasSuffix(base, ".lock.json"): // packages.PROJECT.lock.json
		return readLock
	case base == "packages.config":
		return readConfig
	case strings.HasSuffix(base, ".deps.json"):
		return readDeps
	case isProject(base):
		return readUnlocked
	}
	return nil
}

func (extractor) Extract(_ context.Context, f kennel.File) (kennel.Extraction, error) {
	read := readerOf(f.Path())
	if read == nil {
		return kennel.Extraction{}, nil
	}
	text, err := lockfile.Read(f)
	if err != nil {
		return kennel.Extraction{}, err
	}
	e, err := read(f, text)
	return e, lockfile.Explain(err, text)
}

// project is an empty project of one file.
func project(f kennel.File) kennel.Project {
	return kennel.Project{Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: kennel.NuGet}
}

func component(name, version string, origin kennel.Origin) kennel.Component {
	return kennel.Component{Package: kennel.Package{Ecosystem: kennel.NuGet, Name: name}, Version: version, Origin: origin}
}

// fold gives the key of a name: NuGet's are the same in any case.
func fold(name string) string { return strings.ToLower(name) }
