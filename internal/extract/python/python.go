// Package python reads what Python's package managers leave behind:
// poetry.lock, uv.lock, pdm.lock, Pipfile.lock, pylock.toml, requirements
// files, and the metadata of installed distributions. Of a pyproject.toml,
// Pipfile or setup file without a lock file it says that nothing is known.
package python

import (
	"context"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// New returns the extractor of Python's lock files, requirements and installed
// distributions.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "python" }

// Match decides by name alone. A requirements file that another one includes
// matches too, and makes a project of its own: a person who sees both sees
// where each pin stands.
func (extractor) Match(f kennel.File) bool { return kindOf(f.Path()) != nil }

// reader turns one file into projects.
type reader func(f kennel.File, text []byte) (kennel.Extraction, error)

func kindOf(p string) reader {
	base := p[strings.LastIndexByte(p, '/')+1:]
	switch base {
	case "poetry.lock":
		return readPoetry
	case "uv.lock":
		return readUV
	case "pdm.lock":
		return readPDM
	case "Pipfile.lock":
		return readPipfile
	case "pylock.toml":
		return readPylock
	case "pyproject.toml", "Pipfile", "setup.py", "setup.cfg":
		if strings.Contains(p, "site-packages/") { // that of an installed distribution
			return nil
		}
		return readUnlocked
	case "METADATA", "PKG-INFO":
		if strings.HasSuffix(path.Dir(p), metadataFolder[base]) {
			return readInstalled
		}
		return nil
	}
	switch {
	case strings.HasPrefix(base, "pylock.") && strings.HasSuffix(base, ".toml"):
		return readPylock // pylock.NAME.toml
	case strings.HasSuffix(base, ".egg-info"):
		return readInstalled
	case isRequirements(p, base):
		return readRequirements
	}
	return nil
}

var metadataFolder = map[string]string{"METADATA": ".dist-info", "PKG-INFO": ".egg-info"}

func (extractor) Extract(_ context.Context, f kennel.File) (kennel.Extraction, error) {
	read := kindOf(f.Path())
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
