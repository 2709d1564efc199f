// Package php reads what Composer leaves behind: composer.lock and the list of
// what it installed, vendor/composer/installed.json. Of a composer.json without
// either it says that nothing is known.
package php

import (
	"context"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// New returns the extractor of Composer's files.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "php" }

func (extractor) Match(f kennel.File) bool {
	p := f.Path()
	return path.Base(p) == "composer.lock" || isInstalled(p) || isManifest(p)
}

// isManifest: those below the folder of packages are other people's.
func isManifest(p string) bool {
	return path.Base(p) == manifestName && !strings.HasPrefix(p, "vendor/") && !strings.Contains(p, "/vendor/")
}

// installedList is where Composer lists what it installed, below the folder of
// packages, which is "vendor" unless configured otherwise.
const installedList = "composer/installed.json"

func isInstalled(p string) bool { return p == installedList || strings.HasSuffix(p, "/"+installedList) }

func (extractor) Extract(_ context.Context, f kennel.File) (kennel.Extraction, error) {
	text, err := lockfile.Read(f)
	if err != nil {
		return kennel.Extraction{}, err
	}
	if isManifest(f.Path()) {
		return readUnlocked(f, text), nil
	}
	e, err := read(f, text)
	return e, lockfile.Explain(err, text)
}
