package php

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

const manifestName = "composer.json"

// manifest is what a composer.json says.
type manifest struct {
	name, version   string
	needs, devNeeds []need
}

// readManifest reads the composer.json in a folder; found is false when there
// is none or it cannot be read.
func readManifest(f kennel.File, dir string) (m manifest, found bool, err error) {
	text, err := fs.ReadFile(f.FS(), path.Join(dir, manifestName))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return m, false, err
	}
	if m, err = parseManifest(text); err != nil {
		return manifest{}, false, err
	}
	return m, true, nil
}

func parseManifest(text []byte) (m manifest, err error) {
	j := lockfile.NewJSON(text)
	needs := func(to *[]need) error {
		return j.Object(func(name string) error {
			constraint, err := j.String()
			if strings.Contains(name, "/") {
				*to = append(*to, need{name, constraint})
			}
			return err
		})
	}
	err = j.Object(func(name string) (err error) {
		switch name {
		case "name":
			m.name, err = j.String()
		case "version":
			m.version, err = j.String()
		case "require":
			err = needs(&m.needs)
		case "require-dev":
			err = needs(&m.devNeeds)
		default:
			err = j.Skip()
		}
		return err
	})
	return m, err
}

// readUnlocked says of a composer.json with dependencies that nobody knows
// what they come to, unless a lock file or an installed tree does.
func readUnlocked(f kennel.File, text []byte) kennel.Extraction {
	dir := path.Dir(f.Path())
	for _, lock := range []string{"composer.lock", "vendor/" + installedList} {
		if _, err := fs.Stat(f.FS(), path.Join(dir, lock)); err == nil {
			return kennel.Extraction{}
		}
	}
	m, err := parseManifest(text)
	asked := len(m.needs) + len(m.devNeeds)
	why := fmt.Sprintf("it asks for %d packages, and no composer.lock says which versions: run \"composer update --no-install\"", asked)
	switch {
	case err != nil: // a template, maybe, and no input that a project rests on
		why = fmt.Sprintf("it could not be read, and there is no composer.lock: %v", err)
	case asked == 0:
		return kennel.Extraction{}
	}
	return kennel.Extraction{Gaps: []kennel.Gap{{Kind: kennel.GapUnresolved, What: f.Path(), Why: why}}}
}
