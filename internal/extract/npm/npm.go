// Package npm reads what npm leaves behind: package-lock.json and
// npm-shrinkwrap.json of lock file versions 1 to 3, and the package.json files
// of an installed node_modules tree. Of a package.json without either it says
// that nothing is known.
package npm

import (
	"context"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// New returns the extractor of npm's lock files and installed trees.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "npm" }

// Match takes lock files outside node_modules (a lock file that a dependency
// was published with locks nothing here), the package.json on top of each
// package inside it, and any package.json outside, which may lack a lock file.
func (extractor) Match(f kennel.File) bool {
	p := f.Path()
	switch p[strings.LastIndexByte(p, '/')+1:] {
	case "package-lock.json", "npm-shrinkwrap.json":
		return !inNodeModules(p)
	case "package.json":
		_, ok := installedAt(p)
		return ok || !inNodeModules(p)
	}
	return false
}

func (extractor) Extract(_ context.Context, f kennel.File) (kennel.Extraction, error) {
	text, err := lockfile.Read(f)
	if err != nil {
		return kennel.Extraction{}, err
	}
	switch {
	case path.Base(f.Path()) != "package.json":
		return readLock(f, text)
	case inNodeModules(f.Path()):
		return readInstalled(f, text)
	}
	return readUnlocked(f, text), nil
}

const folder = "node_modules"

func inNodeModules(p string) bool {
	return strings.HasPrefix(p, folder+"/") || strings.Contains(p, "/"+folder+"/")
}
