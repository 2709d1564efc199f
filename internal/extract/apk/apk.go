// Package apk reads the package database of Alpine, Wolfi and what else uses
// apk: lib/apk/db/installed.
//
// Advisories name the origin, the recipe that a package was built from, so that
// each occurrence carries it as its source.
package apk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/osrelease"
)

// New returns the extractor for apk databases.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "apk" }

const database = "lib/apk/db/installed"

func (extractor) Match(f kennel.File) bool {
	_, ok := rootOf(f.Path())
	return ok
}

// rootOf returns the folder that the database is the root file system's of.
// Where / and /usr are one, the database lies under usr.
func rootOf(name string) (root string, ok bool) {
	rest, ok := strings.CutSuffix(name, database)
	if !ok || rest != "" && !strings.HasSuffix(rest, "/") {
		return "", false
	}
	rest = strings.TrimSuffix(rest, "/")
	if rest == "usr" {
		rest = ""
	}
	return path.Clean(strings.TrimSuffix(rest, "/usr")), true
}

func (extractor) Extract(ctx context.Context, f kennel.File) (kennel.Extraction, error) {
	data, err := f.Bytes()
	if err != nil {
		return kennel.Extraction{}, err
	}
	root, _ := rootOf(f.Path())
	packages, owned, broken, err := parse(string(data), root)
	if err != nil {
		return kennel.Extraction{}, err
	}
	system := osrelease.Read(f.FS(), root, kennel.Alpine)
	p := kennel.Project{
		Root: root, Manifest: f.Path(), Ecosystem: system.Ecosystem,
		Occurrences: occurrences(f, system, packages), Graph: true, Installed: true,
	}
	provided := provides(packages)
	p.Edges = edges(packages, provided)
	if world, err := fs.ReadFile(f.FS(), path.Join(root, "etc/apk/world")); err == nil {
		markWorld(&p, string(world), provided)
	}
	e := kennel.Extraction{Projects: []kennel.Project{p}, Owned: owned}
	if broken > 0 {
		e.Gaps = append(e.Gaps, kennel.Gap{Kind: kennel.GapUnreadable, What: f.Path(),
			Why: fmt.Sprintf("%d of its entries have no package name or no version", broken)})
	}
	if gap, ok := system.Gap(f.Path()); ok {
		e.Gaps = append(e.Gaps, gap)
	}
	return e, ctx.Err()
}

// entry is what matters of one package's lines.
type entry struct {
	name, version, arch, origin, license string
	depends, provides                    string
	line                                 int
}

// maxPackages bounds one database; Alpine has some 30,000 packages in all.
// maxOwned bounds the files they name.
const (
	maxPackages = 200_000
	maxOwned    = 4_000_000
)

// parse reads a database: entries of lines "K:value" between blank lines, and
// the files that they own. broken counts entries that name no package.
// Source: https://wiki.alpinelinux.org/wiki/Apk_spec
func parse(text, root string) (all []entry, owned []string, broken int, err error) {
	prefix := ""
	if root != "." {
		prefix = root + "/"
	}
	var (
		e      entry
		some   bool
		folder string
	)
	flush := func() {
		switch {
		case !some:
		case e.name == "" || e.version == "":
			broken++
		default:
			all = append(all, e)
		}
		e, some, folder = entry{}, false, ""
	}
	for n := 1; text != ""; n++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			flush()
			continue
		}
		if !some {
			e.line, some = n, true
		}
		if len(line) < 2 || line[1] != ':' {
			continue
		}
		switch value := line[2:]; line[0] {
		case 'P':
			e.name = value
		case 'V':
			e.version = value
		case 'A':
			e.arch = value
		case 'o':
			e.origin = value
		case 'L':
			e.license = value
		case 'D':
			e.depends = value
		case 'p':
			e.provides = value
		case 'F':
			folder = value
		case 'R':
			if name := prefix + path.Join(folder, value); fs.ValidPath(name) {
				owned = append(owned, name)
			}
		}
		if len(all) > maxPackages || len(owned) > maxOwned {
			return nil, nil, 0, fmt.Errorf("more than %d packages or %d files", maxPackages, maxOwned)
		}
	}
	flush()
	if len(all) == 0 && broken > 0 {
		return nil, nil, 0, errors.New("not an apk database: it names no package")
	}
	return all, owned, broken, nil
}

func occurrences(f kennel.File, system osrelease.System, packages []entry) []kennel.Occurrence {
	found := make([]kennel.Occurrence, len(packages))
	places := make([]kennel.Location, len(packages))
	arches := make([]kennel.Qualifier, len(packages))
	licenses := make([]string, len(packages))
	for i, e := range packages {
		places[i] = kennel.Location{Path: f.Path(), Line: e.line, Layer: f.Layer()}
		o := &found[i]
		*o = kennel.Occurrence{
			Component: kennel.Component{
				Package: kennel.Package{Ecosystem: system.Ecosystem, Name: e.name},
				Version: e.version,
				Release: system.Release,
				Source:  kennel.SourcePackage{Name: e.origin, Version: e.version},
			},
			Scope:     kennel.ScopeShipped,
			Locations: places[i : i+1 : i+1],
		}
		if e.origin == "" {
			o.Source.Name = e.name
		}
		if e.arch != "" {
			arches[i] = kennel.Qualifier{Key: "arch", Value: e.arch}
			o.Qualifiers = arches[i : i+1 : i+1]
		}
		if e.license != "" {
			licenses[i] = e.license
			o.Licenses = licenses[i : i+1 : i+1]
		}
	}
	return found
}
