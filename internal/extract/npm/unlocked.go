package npm

import (
	"fmt"
	"io/fs"
	"path"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// locks are the files and folders, of whichever package manager, that say what
// a package.json in their folder or below came to. The order is that of how
// common they are.
var locks = [...]string{"package-lock.json", "pnpm-lock.yaml", "yarn.lock", folder, "bun.lock", "npm-shrinkwrap.json", "bun.lockb"}

// readUnlocked says of a package.json with dependencies that nobody knows what
// they come to, unless a lock file or an installed tree does.
func readUnlocked(f kennel.File, text []byte) kennel.Extraction {
	for dir := path.Dir(f.Path()); ; dir = path.Dir(dir) {
		for _, lock := range locks {
			if _, err := fs.Stat(f.FS(), path.Join(dir, lock)); err == nil {
				return kennel.Extraction{}
			}
		}
		if dir == "." {
			break
		}
	}
	asked := 0
	m, err := lockfile.ParseManifest(text)
	for _, n := range m.Needs {
		if !n.Peer {
			asked++
		}
	}
	why := fmt.Sprintf("it asks for %d packages, and no lock file says which versions: run \"npm install --package-lock-only\"", asked)
	switch {
	case err != nil: // a template, maybe, and no input that a project rests on
		why = fmt.Sprintf("it could not be read, and there is no lock file: %v", err)
	case asked == 0:
		return kennel.Extraction{}
	}
	return kennel.Extraction{Gaps: []kennel.Gap{{Kind: kennel.GapUnresolved, What: f.Path(), Why: why}}}
}
