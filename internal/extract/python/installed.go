package python

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// readInstalled reads one installed distribution: the METADATA of a dist-info
// folder, the PKG-INFO of an egg-info folder, or an egg-info file. Each gives
// a project of one package; those of one site-packages folder become one when
// the inventory is normalised. Without knowing the others it has no edges.
// Source: https://packaging.python.org/specifications/core-metadata/
func readInstalled(f kennel.File, text []byte) (kennel.Extraction, error) {
	info := f.Path() // the dist-info folder, or the egg-info file
	if strings.HasSuffix(info, "/METADATA") || strings.HasSuffix(info, "/PKG-INFO") {
		info = path.Dir(info)
	}
	site := path.Dir(info)
	o := kennel.Occurrence{Locations: []kennel.Location{{Path: f.Path(), Layer: f.Layer()}}}
	o.Ecosystem, o.Origin = kennel.PyPI, kennel.OriginUnknown
	headers(text, func(name, value string) {
		switch strings.ToLower(name) {
		case "name":
			o.Name = value
		case "version":
			o.Version = value
		case "license-expression":
			o.Licenses = []string{value}
		case "license":
			// Often the whole text of one; a name is short.
			if len(o.Licenses) == 0 && value != "" && !strings.EqualFold(value, "UNKNOWN") && len(value) <= 60 {
				o.Licenses = []string{value}
			}
		}
	})
	if o.Name == "" {
		return kennel.Extraction{}, errors.New("metadata of a distribution without a name")
	}
	if _, err := fs.Stat(f.FS(), path.Join(info, "REQUESTED")); err == nil {
		o.Direct = kennel.Direct
	}
	if !isSite(site) {
		// Metadata beside its own source: what setuptools leaves there.
		o.Origin = kennel.OriginLocal
	} else if strings.HasSuffix(info, ".dist-info") {
		o.Origin, o.Commit = directURL(f.FS(), path.Join(info, "direct_url.json"))
	}
	root := site
	if isSite(site) {
		root = path.Dir(site)
	}
	return kennel.Extraction{Projects: []kennel.Project{{
		Root: root, Manifest: site, Ecosystem: kennel.PyPI, Installed: true, Occurrences: []kennel.Occurrence{o},
	}}}, nil
}

func isSite(dir string) bool {
	switch path.Base(dir) {
	case "site-packages", "dist-packages":
		return true
	}
	return false
}

// headers calls field with each header up to the first blank line. Lines that
// continue one are left out.
func headers(text []byte, field func(name, value string)) {
	for line := range strings.SplitSeq(string(lockfile.TrimBOM(text)), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			return
		}
		if line[0] == ' ' || line[0] == '\t' {
			continue
		}
		if name, value, ok := strings.Cut(line, ":"); ok {
			field(name, strings.TrimSpace(value))
		}
	}
}

// directURL reads where a distribution was installed from, if not from an
// index: https://packaging.python.org/specifications/direct-url/
func directURL(fsys fs.FS, at string) (origin kennel.Origin, commit string) {
	text, err := fs.ReadFile(fsys, at)
	if err != nil {
		return kennel.OriginRegistry, "" // there is no such file then
	}
	url, editable, vcs := "", false, false
	j := lockfile.NewJSON(text)
	err = j.Object(func(name string) (err error) {
		switch name {
		case "url":
			url, err = j.String()
		case "dir_info":
			editable, err = true, j.Skip()
		case "vcs_info":
			vcs = true
			err = j.Object(func(name string) (err error) {
				if name != "commit_id" {
					return j.Skip()
				}
				commit, err = j.String()
				return err
			})
		default:
			err = j.Skip()
		}
		return err
	})
	switch {
	case err != nil:
		return kennel.OriginUnknown, ""
	case vcs:
		return kennel.OriginVCS, commit
	case editable || strings.HasPrefix(url, "file:"):
		return kennel.OriginLocal, ""
	}
	return kennel.OriginURL, ""
}
