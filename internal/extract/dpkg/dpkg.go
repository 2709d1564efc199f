// Package dpkg reads the package database of Debian, Ubuntu and what derives
// from them: var/lib/dpkg/status, and the status.d folder of distroless
// images, which has one file a package.
//
// Advisories of these distributions name source packages, so that each
// occurrence carries its source: liblzma5 is built from xz-utils.
package dpkg

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/osrelease"
)

// New returns the extractor for dpkg databases.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "dpkg" }

const (
	folder = "var/lib/dpkg"
	status = folder + "/status"
)

func (extractor) Match(f kennel.File) bool {
	_, ok := rootOf(f.Path())
	return ok
}

// rootOf returns the folder that the database is the root file system's of:
// "." for a whole image, a subfolder for an unpacked one inside a target.
func rootOf(name string) (root string, ok bool) {
	rest, ok := cutPath(name, status)
	if ok {
		return rest, true
	}
	if ext := path.Ext(name); ext == ".md5sums" || ext == ".preinst" || ext == ".postinst" || ext == ".list" {
		return "", false
	}
	return cutPath(path.Dir(name), status+".d")
}

func cutPath(name, suffix string) (root string, ok bool) {
	rest, ok := strings.CutSuffix(name, suffix)
	switch {
	case !ok:
		return "", false
	case rest == "":
		return ".", true
	}
	return strings.CutSuffix(rest, "/")
}

func (extractor) Extract(ctx context.Context, f kennel.File) (kennel.Extraction, error) {
	data, err := f.Bytes()
	if err != nil {
		return kennel.Extraction{}, err
	}
	root, _ := rootOf(f.Path())
	single := path.Base(path.Dir(f.Path())) == "status.d"
	packages, broken, err := parse(string(data))
	if err != nil {
		return kennel.Extraction{}, err
	}
	system := osrelease.Read(f.FS(), root, kennel.Debian)
	p := kennel.Project{Root: root, Manifest: f.Path(), Ecosystem: system.Ecosystem, Installed: true}
	if single {
		p.Manifest = path.Dir(f.Path()) // one project, whatever the number of files
	}
	d := database{f: f, root: root, system: system, packages: installed(packages)}
	p.Occurrences = d.occurrences()
	e := kennel.Extraction{}
	if !single {
		p.Edges, p.Graph = d.edges(), true
		d.markManual(&p)
	}
	e.Owned, e.Gaps = d.owned(single)
	if broken > 0 {
		e.Gaps = append(e.Gaps, kennel.Gap{Kind: kennel.GapUnreadable, What: f.Path(),
			Why: fmt.Sprintf("%d of its paragraphs have no package name or no version", broken)})
	}
	if gap, ok := system.Gap(p.Manifest); ok {
		e.Gaps = append(e.Gaps, gap)
	}
	e.Projects = []kennel.Project{p}
	return e, ctx.Err()
}

// installed keeps the packages whose files are on the disk. dpkg remembers
// removed ones for the sake of their configuration.
func installed(all []stanza) []stanza {
	kept := all[:0]
	for _, s := range all {
		if s.installed() {
			kept = append(kept, s)
		}
	}
	return kept
}

// database is one database and the root file system around it.
type database struct {
	f        kennel.File
	root     string
	system   osrelease.System
	packages []stanza
}

func (d *database) occurrences() []kennel.Occurrence {
	found := make([]kennel.Occurrence, len(d.packages))
	places := make([]kennel.Location, len(d.packages))
	arches := make([]kennel.Qualifier, len(d.packages))
	for i, s := range d.packages {
		places[i] = kennel.Location{Path: d.f.Path(), Line: s.line, Layer: d.f.Layer()}
		found[i] = kennel.Occurrence{
			Component: kennel.Component{
				Package: kennel.Package{Ecosystem: d.system.Ecosystem, Name: s.name},
				Version: s.version,
				Release: d.system.Release,
				Source:  s.sourcePackage(),
			},
			Scope:     kennel.ScopeShipped,
			Locations: places[i : i+1 : i+1],
		}
		if s.architecture != "" {
			arches[i] = kennel.Qualifier{Key: "arch", Value: s.architecture}
			found[i].Qualifiers = arches[i : i+1 : i+1]
		}
	}
	return found
}

// maxPackages bounds one database. Debian has some 70,000 packages in all.
const maxPackages = 200_000

// maxField bounds a field folded over lines, which joining them would
// otherwise make quadratic. dpkg itself writes one line.
const maxField = 64 << 10

// parse reads the stanzas of a database, and counts the paragraphs that
// describe no package.
// Source: https://www.debian.org/doc/debian-policy/ch-controlfields.html
func parse(text string) (all []stanza, broken int, err error) {
	var (
		s    stanza
		some bool // s holds a field
		into *string
	)
	flush := func() error {
		switch {
		case !some:
		case s.name == "" || s.version == "" && s.installed():
			broken++
		case len(all) == maxPackages:
			return fmt.Errorf("more than %d packages", maxPackages)
		default:
			all = append(all, s)
		}
		s, some, into = stanza{}, false, nil
		return nil
	}
	for n := 1; text != ""; n++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		switch {
		case strings.TrimSpace(line) == "":
			if err := flush(); err != nil {
				return nil, 0, err
			}
			continue
		case line[0] == ' ' || line[0] == '\t':
			if into != nil && len(*into) < maxField { // a folded dependency list
				*into += line
			}
			continue
		}
		if !some {
			s.line, some = n, true
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			into = nil
			continue
		}
		if into = s.field(key); into != nil {
			*into = strings.TrimSpace(value)
		}
	}
	if err := flush(); err != nil {
		return nil, 0, err
	}
	if len(all) == 0 && broken > 0 {
		return nil, 0, errors.New("not a dpkg database: it describes no package")
	}
	return all, broken, nil
}
