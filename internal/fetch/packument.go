package fetch

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// Bounds on a packument. The largest of the public registry have some 100 MB
// and 30,000 versions; a manifest of a version has some kB.
const (
	maxPackument = 512 << 20 // bytes, unpacked; they are read as they come
	maxVersions  = 100_000
	maxValue     = 8 << 20 // bytes of one manifest or string
)

// packument is what is kept of npm's document about a package.
// Source: https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md
type packument struct {
	Name        string
	Maintainers []kennel.Person
	Mirrored    bool
	Releases    []npmRelease // in the order of publication, undated ones first
}

// npmRelease is a release and where its file is.
type npmRelease struct {
	kennel.Release
	Tarball string
}

func (d *packument) listing() kennel.Listing {
	l := kennel.Listing{Package: kennel.Package{Ecosystem: kennel.NPM, Name: d.Name}, Maintainers: d.Maintainers, Mirrored: d.Mirrored}
	l.Releases = make([]kennel.Release, len(d.Releases))
	for i, r := range d.Releases {
		l.Releases[i] = r.Release
	}
	return l
}

// readPackument reads a packument as it comes: one version is held at a time.
func readPackument(body io.Reader) (*packument, error) {
	steps := &stepped{r: body}
	p := &reading{steps: steps, d: jsontext.NewDecoder(steps, jsontext.AllowDuplicateNames(true)), words: map[string]string{}, at: map[string]int{}, times: map[string]time.Time{}}
	created := false
	err := p.object(func(name string) error {
		switch name {
		case "name":
			v, err := p.value()
			p.out.Name = p.text(v)
			return err
		case "maintainers":
			j, err := p.json()
			if err != nil {
				return err
			}
			p.out.Maintainers, err = p.people(j)
			return err
		case "time":
			return p.object(func(version string) error {
				j, err := p.json()
				if err != nil || version == "modified" {
					return err
				}
				if version == "unpublished" { // all of it: what there was is listed
					return p.unpublished(j)
				}
				text, err := j.String()
				if err != nil {
					return err
				}
				at, err := time.Parse(time.RFC3339Nano, text)
				if version == "created" {
					created = err == nil
				} else if err == nil {
					p.times[p.word(version)] = at.UTC()
				}
				return p.full(len(p.times))
			})
		case "versions":
			return p.object(func(version string) error {
				j, err := p.json()
				if err != nil {
					return err
				}
				r, err := p.manifest(j)
				if err != nil {
					return fmt.Errorf("version %.80q: %w", version, err)
				}
				r.Version = p.word(version)
				if i, ok := p.at[r.Version]; ok {
					p.out.Releases[i] = r // the last counts, as for every reader of JSON
					return nil
				}
				p.at[r.Version] = len(p.out.Releases)
				p.out.Releases = append(p.out.Releases, r)
				return p.full(len(p.at))
			})
		}
		_, err := p.value()
		return err
	})
	if err == nil {
		if _, end := p.d.ReadToken(); end != io.EOF {
			err = cmp.Or(end, errors.New("more than one JSON value"))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("the registry's document could not be read: %w", err)
	}
	p.date()
	// The npm registry dates each package's creation. A document without it was
	// put together by somebody else, from dates of his own.
	p.out.Mirrored = !created || mirrored(p.out.listing().Releases)
	return &p.out, nil
}

// reading is the state of reading a packument.
type reading struct {
	steps *stepped
	d     *jsontext.Decoder
	out   packument
	at    map[string]int       // version -> index in out.Releases
	times map[string]time.Time // by version
	words map[string]string    // thousands of versions say the same
}

// date places the times, adds what was unpublished, and sorts.
func (p *reading) date() {
	for version, at := range p.times {
		if i, ok := p.at[version]; ok {
			p.out.Releases[i].Published = at
			continue
		}
		p.out.Releases = append(p.out.Releases, npmRelease{Release: kennel.Release{Version: version, Published: at, Withdrawn: true}})
	}
	slices.SortStableFunc(p.out.Releases, func(a, b npmRelease) int {
		return cmp.Or(a.Published.Compare(b.Published), cmp.Compare(p.at[a.Version], p.at[b.Version]))
	})
}

func (p *reading) full(n int) error {
	if n > maxVersions {
		return fmt.Errorf("more than %d versions", maxVersions)
	}
	return nil
}

// manifest reads what one version says of itself.
func (p *reading) manifest(j *lockfile.JSON) (r npmRelease, err error) {
	shasum := ""
	needs := map[string]bool{}
	err = j.Object(func(name string) error {
		switch name {
		case "_npmUser":
			r.Publisher, r.Trusted, err = p.publisher(j)
			return err
		case "maintainers":
			r.Maintainers, err = p.people(j)
			return err
		case "repository":
			if j.Kind() == '"' {
				r.Source, err = p.string(j)
				return err
			}
			return j.Object(func(name string) (err error) {
				switch name {
				case "url":
					r.Source, err = p.string(j)
				case "directory":
					r.Folder, err = p.string(j)
				default:
					err = j.Skip()
				}
				return err
			})
		case "gitHead":
			r.Commit, err = p.string(j)
			return err
		case "hasInstallScript", "gypfile":
			yes, err := j.Bool()
			r.Hooks = r.Hooks || yes
			return err
		case "scripts":
			return j.Object(func(name string) error {
				if name == "preinstall" || name == "install" || name == "postinstall" {
					script, err := j.String()
					r.Hooks = r.Hooks || script != ""
					return err
				}
				return j.Skip()
			})
		case "dependencies", "optionalDependencies":
			return j.Object(func(name string) error {
				constraint, err := j.String()
				if real, ok := strings.CutPrefix(constraint, "npm:"); ok { // an alias
					if i := strings.LastIndexByte(real, '@'); i > 0 {
						real = real[:i]
					}
					name = real
				}
				needs[p.word(name)] = true
				return err
			})
		case "dist":
			return j.Object(func(name string) (err error) {
				switch name {
				case "tarball":
					r.Tarball, err = j.String()
					r.Tarball = strings.Clone(r.Tarball)
				case "integrity":
					r.Digest, err = j.String()
					r.Digest = strings.Clone(r.Digest)
				case "shasum":
					shasum, err = j.String()
				case "attestations":
					r.Attested = j.Kind() == '{'
					err = j.Skip()
				default:
					err = j.Skip()
				}
				return err
			})
		}
		return j.Skip()
	})
	if len(lockfile.Integrity(r.Digest)) == 0 {
		r.Digest = sha1Integrity(shasum)
	}
	for name := range needs {
		r.Dependencies = append(r.Dependencies, name)
	}
	slices.Sort(r.Dependencies)
	return r, err
}

// publisher reads _npmUser, in which a build pipeline says that it was one.
func (p *reading) publisher(j *lockfile.JSON) (who kennel.Person, pipeline bool, err error) {
	err = j.Object(func(name string) (err error) {
		switch name {
		case "name":
			who.Name, err = p.string(j)
		case "email":
			who.Email, err = p.string(j)
		case "trustedPublisher":
			pipeline = j.Kind() == '{'
			err = j.Skip()
		default:
			err = j.Skip()
		}
		return err
	})
	return who, pipeline, err
}

// people reads a list of persons, each an object or "name <address>".
func (p *reading) people(j *lockfile.JSON) (all []kennel.Person, err error) {
	err = j.Array(func(int) error {
		if j.Kind() == '"' {
			text, err := p.string(j)
			name, email, _ := strings.Cut(text, "<")
			all = append(all, kennel.Person{Name: strings.TrimSpace(name), Email: strings.TrimSuffix(strings.TrimSpace(email), ">")})
			return err
		}
		who, _, err := p.publisher(j)
		all = append(all, who)
		return err
	})
	return all, err
}

// unpublished reads what is left of a package that was taken back whole.
func (p *reading) unpublished(j *lockfile.JSON) error {
	return j.Object(func(name string) error {
		if name != "versions" {
			return j.Skip()
		}
		return j.Array(func(int) error {
			version, err := p.string(j)
			if _, ok := p.times[version]; !ok && version != "" {
				p.times[version] = time.Time{}
			}
			return cmp.Or(err, p.full(len(p.times)))
		})
	})
}
