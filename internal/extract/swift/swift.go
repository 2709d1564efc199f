// Package swift reads the lock files of Apple's platforms: Package.resolved of
// the Swift package manager, and Podfile.lock of CocoaPods.
package swift

import (
	"context"
	"errors"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// New returns the extractor for Swift packages and pods.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "swift" }

func (extractor) Match(f kennel.File) bool {
	base := path.Base(f.Path())
	return base == "Package.resolved" || base == "Podfile.lock"
}

func (extractor) Extract(_ context.Context, f kennel.File) (kennel.Extraction, error) {
	data, err := f.Bytes()
	if err != nil {
		return kennel.Extraction{}, err
	}
	if path.Base(f.Path()) == "Podfile.lock" {
		return readPods(f, data)
	}
	p := kennel.Project{Root: path.Dir(f.Path()), Manifest: f.Path(), Ecosystem: kennel.Swift}
	j := lockfile.NewJSON(data)
	found := false
	pins := func() error {
		found = true
		return j.Array(func(int) error {
			o, ok, err := readPin(j)
			if err == nil && !ok {
				err = errors.New("a pin names no package")
			}
			o.Locations = []kennel.Location{{Path: f.Path(), Line: j.Line(), Layer: f.Layer()}}
			p.Occurrences = append(p.Occurrences, o)
			return err
		})
	}
	err = j.Object(func(name string) error {
		switch name {
		case "pins":
			return pins()
		case "object": // version 1
			return j.Object(func(name string) error {
				if name == "pins" {
					return pins()
				}
				return j.Skip()
			})
		}
		return j.Skip()
	})
	if err == nil {
		err = j.End()
	}
	if err != nil {
		return kennel.Extraction{}, lockfile.Explain(err, data)
	}
	if !found {
		return kennel.Extraction{}, errors.New("not a lock file of Swift: it has no pins")
	}
	return kennel.Extraction{Projects: []kennel.Project{p}}, nil
}

// readPin reads one pin of any version of the format.
// Source: swift-package-manager, Sources/PackageGraph/ResolvedPackagesStore.swift
func readPin(j *lockfile.JSON) (kennel.Occurrence, bool, error) {
	var identity, kind, location, version, revision string
	err := j.Object(func(name string) (err error) {
		switch name {
		case "identity", "package": // package up to version 1
			identity, err = j.String()
		case "kind":
			kind, err = j.String()
		case "location", "repositoryURL":
			location, err = j.String()
		case "state":
			err = j.Object(func(name string) (err error) {
				switch name {
				case "version":
					version, err = j.String()
				case "revision":
					revision, err = j.String()
				default:
					err = j.Skip()
				}
				return err
			})
		default:
			err = j.Skip()
		}
		return err
	})
	o := kennel.Occurrence{Component: kennel.Component{
		Package: kennel.Package{Ecosystem: kennel.Swift, Name: nameOf(location)},
		Version: version, Commit: revision,
		Origin: kennel.OriginRegistry, // the address is the name: who asks for it gets it from there
	}}
	switch {
	case strings.HasPrefix(kind, "local"), strings.HasPrefix(location, "/"), strings.HasPrefix(location, "."), strings.HasPrefix(location, "file:"):
		o.Name, o.Origin = identity, kennel.OriginLocal
	case version == "":
		o.Origin = kennel.OriginVCS
	}
	if o.Name == "" {
		o.Name = identity
	}
	return o, o.Name != "", err
}

// nameOf makes the name that advisories use of a repository's address:
// "https://github.com/apple/swift-nio.git" and "git@github.com:apple/swift-nio"
// are github.com/apple/swift-nio.
func nameOf(location string) string {
	rest := location
	if _, after, ok := strings.Cut(rest, "://"); ok {
		rest = after
	} else if at := strings.IndexByte(rest, '@'); at >= 0 {
		rest = strings.Replace(rest[at+1:], ":", "/", 1)
	}
	if slash := strings.IndexByte(rest, '/'); slash > 0 {
		host := rest[:slash]
		host = strings.ToLower(host[strings.LastIndexByte(host, '@')+1:])
		rest = host + rest[slash:]
	}
	return strings.TrimSuffix(strings.TrimSuffix(rest, "/"), ".git")
}
