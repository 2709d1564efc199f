package cargo

import (
	"fmt"
	"io/fs"
	"path"

	"github.com/kennel-oss/kennel"
)

// published reports whether f lies in a crate that Cargo vendored or unpacked:
// the lock file of the project that needs it counts, not the one it was
// published with.
func published(f kennel.File) bool {
	for _, mark := range [...]string{".cargo-checksum.json", ".cargo-ok"} {
		if _, err := fs.Stat(f.FS(), path.Join(path.Dir(f.Path()), mark)); err == nil {
			return true
		}
	}
	return false
}

// readUnlocked says of a Cargo.toml with dependencies that nobody knows what
// they come to, unless a lock file in its folder or above does.
func readUnlocked(f kennel.File, text []byte) kennel.Extraction {
	for dir := path.Dir(f.Path()); ; dir = path.Dir(dir) {
		if _, err := fs.Stat(f.FS(), path.Join(dir, "Cargo.lock")); err == nil {
			return kennel.Extraction{}
		}
		if dir == "." {
			break
		}
	}
	_, needs, err := parseManifest(text)
	why := fmt.Sprintf("it asks for %d crates, and no Cargo.lock says which versions: run \"cargo generate-lockfile\"", len(needs))
	switch {
	case err != nil: // a template, maybe, and no input that a project rests on
		why = fmt.Sprintf("it could not be read, and there is no Cargo.lock: %v", err)
	case len(needs) == 0:
		return kennel.Extraction{}
	}
	return kennel.Extraction{Gaps: []kennel.Gap{{Kind: kennel.GapUnresolved, What: f.Path(), Why: why}}}
}
