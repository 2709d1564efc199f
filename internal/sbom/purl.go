package sbom

import (
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

func fromPurl(s string) (kennel.Component, error) { return ecosystem.FromPurl(s) }

func toPurl(c kennel.Component) string { return ecosystem.Purl(c) }

// resolveReleases gives OS packages whose purls name no release that of the
// operating system component, where it is of their distribution.
func (d *document) resolveReleases() {
	id, version, ok := strings.Cut(d.distro, " ")
	if !ok {
		return
	}
	eco, release, ok := ecosystem.FromOSRelease(id, version, "")
	if !ok || release == "" {
		return
	}
	for i := range d.listed {
		if c := &d.listed[i].Component; c.Ecosystem == eco && c.Release == "" {
			c.Release = release
		}
	}
}
