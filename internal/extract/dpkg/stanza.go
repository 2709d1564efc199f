package dpkg

import (
	"strings"

	"github.com/kennel-oss/kennel"
)

// stanza is what matters of one package's fields.
type stanza struct {
	name, version, architecture string
	source                      string // "xz-utils", "xz-utils (5.6.1-1)", or ""
	status                      string // "install ok installed"
	depends, preDepends         string
	provides                    string
	line                        int
}

// field returns where a field's value goes, nil for one that does not matter.
// Names of fields are not case-sensitive; dpkg itself writes them this way.
func (s *stanza) field(name string) *string {
	switch name {
	case "Package":
		return &s.name
	case "Version":
		return &s.version
	case "Architecture":
		return &s.architecture
	case "Source":
		return &s.source
	case "Status":
		return &s.status
	case "Depends":
		return &s.depends
	case "Pre-Depends":
		return &s.preDepends
	case "Provides":
		return &s.provides
	}
	return nil
}

// installed reads the third word of the status: what is the case, whatever is
// wanted. Half-installed and unpacked packages have files on the disk. The
// files of status.d have no status: they exist for what is installed.
func (s *stanza) installed() bool {
	if s.status == "" {
		return true
	}
	switch s.status[strings.LastIndexByte(s.status, ' ')+1:] {
	case "not-installed", "config-files":
		return false
	}
	return true
}

func (s *stanza) sourcePackage() kennel.SourcePackage {
	if s.source == "" {
		return kennel.SourcePackage{Name: s.name, Version: s.version}
	}
	name, version, ok := strings.Cut(s.source, "(")
	version, _, _ = strings.Cut(version, ")")
	if version = strings.TrimSpace(version); !ok || version == "" {
		version = s.version
	}
	return kennel.SourcePackage{Name: strings.TrimSpace(name), Version: version}
}
