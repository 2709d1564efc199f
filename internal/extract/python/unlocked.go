package python

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/toml"
)

// locks are the files that say what a manifest in their folder or below came
// to, the commonest first. Of requirements files only the usual name counts.
var locks = [...]string{"requirements.txt", "poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "pylock.toml"}

// readUnlocked says of a pyproject.toml, Pipfile or setup file with dependencies that
// nobody knows what they come to, unless a lock file does.
func readUnlocked(f kennel.File, text []byte) (kennel.Extraction, error) {
	for dir := path.Dir(f.Path()); ; dir = path.Dir(dir) {
		for _, lock := range locks {
			if _, err := fs.Stat(f.FS(), path.Join(dir, lock)); err == nil {
				return kennel.Extraction{}, nil
			}
		}
		if dir == "." {
			break
		}
	}
	asked, err, with := 0, error(nil), "uv lock"
	switch path.Base(f.Path()) {
	case "setup.py", "setup.cfg": // the one is a program, and never run
		if !bytes.Contains(text, []byte("install_requires")) {
			return kennel.Extraction{}, nil
		}
		return kennel.Extraction{Gaps: []kennel.Gap{{Kind: kennel.GapUnresolved, What: f.Path(),
			Why: "it names requirements, and no lock file says which versions: run \"uv pip compile\""}}}, nil
	case "Pipfile":
		var needs []need
		needs, err = parsePipfile(text)
		asked, with = len(needs), "pipenv lock"
	default:
		m := manifest{reader: toml.New(text)}
		err = m.reader.Walk(m.open, m.leaf)
		asked = len(m.needs)
	}
	why := fmt.Sprintf("it asks for %d packages, and no lock file says which versions: run %q", asked, with)
	switch {
	case err != nil: // a template, maybe, and no input that a project rests on
		why = fmt.Sprintf("it could not be read, and there is no lock file: %v", err)
	case asked == 0:
		return kennel.Extraction{}, nil
	}
	return kennel.Extraction{Gaps: []kennel.Gap{{Kind: kennel.GapUnresolved, What: f.Path(), Why: why}}}, nil
}
