package npm

import (
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// installedAt says to which outermost node_modules folder the package.json at
// p belongs, if it is the one on top of an installed package and not a fixture
// or a part further inside one.
func installedAt(p string) (outermost string, ok bool) {
	rest, ok := strings.CutSuffix(p, "/package.json")
	if !ok {
		return "", false
	}
	if !strings.HasPrefix(rest, folder+"/") {
		i := strings.Index(rest, "/"+folder+"/")
		if i < 0 {
			return "", false
		}
		rest = rest[i+1:]
	}
	outermost = p[:len(p)-len("/package.json")-len(rest)+len(folder)]
	for { // rest is node_modules/<package>[/<more>]
		rest = rest[len(folder)+1:]
		name, more, deeper := strings.Cut(rest, "/")
		// Of pnpm, of npm and Yarn, of Bun, of Deno: one folder per package and
		// its peers.
		store := name == ".pnpm" || name == ".store" || name == ".bun" || name == ".deno"
		if name == "" || name[0] == '.' && !store {
			return "", false
		}
		if name[0] == '@' || store {
			if !deeper {
				return "", false
			}
			name, more, deeper = strings.Cut(more, "/")
		}
		if !deeper {
			return outermost, !store && name != ""
		}
		if !strings.HasPrefix(more, folder+"/") {
			return "", false
		}
		rest = more
	}
}

// readInstalled reads one package of an installed tree; the inventory joins
// them to one project.
func readInstalled(f kennel.File, text []byte) (kennel.Extraction, error) {
	at, ok := installedAt(f.Path())
	if !ok {
		return kennel.Extraction{}, nil
	}
	m, err := lockfile.ParseManifest(text)
	if err != nil {
		return kennel.Extraction{}, err
	}
	if m.Name == "" {
		return kennel.Extraction{}, nil // a folder's settings ({"type": "module"}), not a package
	}
	root := strings.TrimSuffix(strings.TrimSuffix(at, folder), "/")
	if root == "" {
		root = "."
	}
	// A registry takes no private package, so such a one was copied here from
	// a workspace. Of the others nothing says where they came from: they count
	// as what they call themselves, like the entry of the lock file they join.
	origin := kennel.OriginRegistry
	if m.Private {
		origin = kennel.OriginLocal
	}
	return kennel.Extraction{Projects: []kennel.Project{{
		Root: root, Manifest: at, Ecosystem: kennel.NPM, Installed: true,
		Occurrences: []kennel.Occurrence{{
			Component: kennel.Component{
				Package:  kennel.Package{Ecosystem: kennel.NPM, Name: m.Name},
				Version:  m.Version,
				Licenses: m.Licenses,
				Origin:   origin,
			},
			Locations: []kennel.Location{{Path: f.Path(), Layer: f.Layer()}},
		}},
	}}}, nil
}
