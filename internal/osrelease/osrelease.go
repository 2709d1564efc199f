// Package osrelease says which distribution a root file system holds, for the
// readers of package databases.
package osrelease

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// maxSize bounds an os-release file; real ones have a few hundred bytes.
const maxSize = 64 << 10

// System is a distribution and its release.
type System struct {
	// Ecosystem is OSV's name of the distribution. For one that OSV has no name
	// for it is the ID of the os-release file, so that it is never taken for
	// the distribution it derives from; without any file it is the fallback.
	Ecosystem kennel.Ecosystem
	Release   string

	why string // what is wrong; "" when all is known
}

// Read reads etc/os-release (or usr/lib/os-release) under root, a folder of
// fsys. What cannot be told is a [System.Gap], not an error.
func Read(fsys fs.FS, root string, fallback kennel.Ecosystem) System {
	fields, err := read(fsys, root, strings.ToLower(string(fallback)))
	if err != nil {
		return System{Ecosystem: fallback, why: "the release of the distribution is not known: " + err.Error() + "; scan the whole root file system"}
	}
	id := strings.ToLower(fields["ID"])
	e, release, ok := ecosystem.FromOSRelease(id, fields["VERSION_ID"], fields["VERSION_CODENAME"])
	switch {
	case id == "":
		return System{Ecosystem: fallback, why: "os-release names no distribution"}
	case !ok:
		why := fmt.Sprintf("no advisories are known for the distribution %q", id)
		if like := fields["ID_LIKE"]; like != "" {
			why += fmt.Sprintf(", and those of what it derives from (%s) do not hold for its builds", like)
		}
		return System{Ecosystem: kennel.Ecosystem(id), Release: fields["VERSION_ID"], why: why}
	case release == "" && !rolling(e):
		return System{Ecosystem: e, why: fmt.Sprintf("os-release names no release of %s, as in its development branches; advisories are kept by release", e)}
	}
	return System{Ecosystem: e, Release: release}
}

// Gap says what is not known about the system behind the package database
// what. ok is false when all is known.
func (s System) Gap(what string) (gap kennel.Gap, ok bool) {
	if s.why == "" {
		return kennel.Gap{}, false
	}
	return kennel.Gap{Kind: kennel.GapNotJudged, What: what, Why: s.why}, true
}

// rolling reports whether a distribution has no releases.
func rolling(e kennel.Ecosystem) bool {
	switch e {
	case "Wolfi", "Chainguard", "MinimOS", "openSUSE", "Echo":
		return true
	}
	return false
}

func read(fsys fs.FS, root, fallback string) (map[string]string, error) {
	var first error
	for _, name := range [...]string{"etc/os-release", "usr/lib/os-release"} {
		f, err := fsys.Open(path.Join(root, name))
		if err != nil {
			if first == nil {
				first = fmt.Errorf("%s cannot be read", path.Join(root, name))
			}
			continue
		}
		data, err := io.ReadAll(io.LimitReader(f, maxSize))
		f.Close()
		if err == nil {
			return parse(string(data)), nil
		}
		first = err
	}
	// Before os-release, and where it was slimmed away.
	old := map[string]string{"alpine": "etc/alpine-release", "debian": "etc/debian_version"}
	if name, ok := old[fallback]; ok {
		if f, err := fsys.Open(path.Join(root, name)); err == nil {
			version, _ := io.ReadAll(io.LimitReader(f, 256))
			f.Close()
			return map[string]string{"ID": fallback, "VERSION_ID": strings.TrimSpace(string(version))}, nil
		}
	}
	return nil, first
}

// parse reads shell-like assignments; only the quoting that os-release allows.
// Source: https://www.freedesktop.org/software/systemd/man/os-release.html
func parse(text string) map[string]string {
	fields := make(map[string]string, 16)
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || key == "" || key[0] == '#' {
			continue
		}
		fields[key] = unquote(value)
	}
	return fields
}

func unquote(value string) string {
	if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
		value = value[1 : n-1]
	}
	if !strings.ContainsRune(value, '\\') {
		return value
	}
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] == '\\' && i+1 < len(value) {
			i++
		}
		b.WriteByte(value[i])
	}
	return b.String()
}
