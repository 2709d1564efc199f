package php

import (
	"errors"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// list is composer.lock or installed.json as read: both hold packages of the
// same shape.
type list struct {
	packages []pkg
	seen     bool            // one of the members that hold packages
	left     int             // packages beyond the bound
	dev      map[string]bool // installed.json names its developers' packages apart
}

type pkg struct {
	kennel.Component
	line         int
	dev          bool
	needs        []need
	source, dist bool
	path         bool // of a folder beside
	provides     []string
}

type need struct{ name, constraint string }

// read reads either file.
// Source: https://getcomposer.org/doc/01-basic-usage.md#commit-your-composer-lock-file-to-version-control
func read(f kennel.File, text []byte) (kennel.Extraction, error) {
	l, j := list{dev: map[string]bool{}}, lockfile.NewJSON(text)
	var err error
	switch j.Kind() {
	case '[': // installed.json of Composer 1
		l.seen = true
		err = l.read(j, false)
	case '{':
		err = j.Object(func(name string) error { return l.member(j, name) })
	default:
		return kennel.Extraction{}, errors.Join(errors.New("not a JSON object"), j.Skip())
	}
	if err == nil {
		err = j.End()
	}
	if err == nil && !l.seen {
		err = errors.New("holds no list of packages")
	}
	if err != nil {
		return kennel.Extraction{}, err
	}
	return l.project(f), nil
}

func (l *list) member(j *lockfile.JSON, name string) error {
	switch name {
	case "packages":
		l.seen = true
		return l.read(j, false)
	case "packages-dev":
		l.seen = true
		return l.read(j, true)
	case "dev-package-names":
		return j.Array(func(int) error {
			s, err := j.String()
			l.dev[strings.ToLower(s)] = true
			return err
		})
	}
	return j.Skip()
}

func (l *list) read(j *lockfile.JSON, dev bool) error {
	return j.Array(func(int) error {
		if j.Kind() != '{' {
			return j.Skip()
		}
		if len(l.packages) >= lockfile.PackagesMax {
			l.left++
			return j.Skip()
		}
		p := pkg{dev: dev}
		p.Ecosystem = kennel.Packagist
		err := j.Object(func(name string) error { return p.member(j, name) })
		l.packages = append(l.packages, p)
		return err
	})
}

func (p *pkg) member(j *lockfile.JSON, name string) (err error) {
	switch name {
	case "name":
		p.line = j.Line()
		p.Name, err = j.String()
	case "version":
		p.Version, err = j.String()
	case "license":
		if j.Kind() != '[' {
			return p.license(j)
		}
		err = j.Array(func(int) error { return p.license(j) })
	case "require":
		err = j.Object(func(name string) error {
			constraint, err := j.String()
			if strings.Contains(name, "/") { // php, ext-json and the like are the platform's
				p.needs = append(p.needs, need{name, constraint})
			}
			return err
		})
	case "provide", "replace":
		err = j.Object(func(name string) error {
			if strings.Contains(name, "/") {
				p.provides = append(p.provides, name)
			}
			return j.Skip()
		})
	case "source":
		p.source = j.Kind() == '{'
		err = p.from(j, false)
	case "dist":
		p.dist = j.Kind() == '{'
		err = p.from(j, true)
	default:
		err = j.Skip()
	}
	return err
}

func (p *pkg) license(j *lockfile.JSON) error {
	s, err := j.String()
	if s != "" {
		p.Licenses = append(p.Licenses, s)
	}
	return err
}

// from reads "source", a repository, or "dist", an archive made of it.
func (p *pkg) from(j *lockfile.JSON, dist bool) error {
	return j.Object(func(name string) error {
		switch name {
		case "type":
			kind, err := j.String()
			p.path = p.path || kind == "path"
			return err
		case "reference":
			s, err := j.String()
			if !dist && ecosystem.IsCommit(s) {
				p.Commit = s
			}
			return err
		case "shasum":
			s, err := j.String()
			if s, ok := lockfile.Hex(s, 20); ok {
				p.Hashes = append(p.Hashes, kennel.Hash{Algorithm: "SHA-1", Value: s})
			}
			return err
		}
		return j.Skip()
	})
}

func (p *pkg) origin() kennel.Origin {
	switch {
	case p.path:
		return kennel.OriginLocal
	case p.source && !p.dist: // cloned, as "prefer-source" and private repositories are
		return kennel.OriginVCS
	case p.dist:
		return kennel.OriginRegistry
	}
	return kennel.OriginUnknown // a metapackage has nothing to download
}
