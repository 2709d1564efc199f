package php

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// manifest is what a composer.json says.
type manifest struct {
	name, version   string
	needs, devNeeds []need
}

// readManifest reads the composer.json in a folder; found is false when there
// is none or it cannot be read.
func readManifest(f kennel.File, dir string) (m manifest, found bool, err error) {
	text, err := fs.ReadFile(f.FS(), path.Join(dir, "composer.json"))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return m, false, err
	}
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
	if err != nil {
		return manifest{}, false, err
	}
	return m, true, nil
}
