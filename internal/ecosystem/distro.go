package ecosystem

import (
	"slices"
	"strings"

	kennel "github.com/kennel-oss/kennel"
)

// applyDistro moves what qualifiers say of release, source and epoch to where
// a component has it.
func applyDistro(c *kennel.Component) {
	var upstream string
	c.Qualifiers = slices.DeleteFunc(c.Qualifiers, func(q kennel.Qualifier) bool {
		switch q.Key {
		case "distro":
			c.Release = distroRelease(c.Ecosystem, q.Value)
			return c.Release != ""
		case "upstream":
			upstream = q.Value
			return true
		case "epoch":
			if !allDigits(q.Value) {
				return false
			}
			if !isZero(q.Value) && c.Version != "" && !strings.Contains(c.Version, ":") {
				c.Version = q.Value + ":" + c.Version
			}
			return true
		}
		return false
	})
	if len(c.Qualifiers) == 0 {
		c.Qualifiers = nil
	}
	c.Source = sourcePackage(upstream, c.Version)
}

// sourcePackage reads an upstream qualifier: a name, "name@version", or the
// file name of a source rpm. A source without a version of its own has that of
// the package built from it.
func sourcePackage(upstream, version string) kennel.SourcePackage {
	if upstream == "" {
		return kennel.SourcePackage{}
	}
	if nvr, ok := strings.CutSuffix(upstream, ".src.rpm"); ok {
		if i := strings.LastIndexByte(nvr, '-'); i > 0 {
			if j := strings.LastIndexByte(nvr[:i], '-'); j > 0 {
				epoch, _, found := strings.Cut(version, ":") // the file's name has none, the source shares it
				if version = nvr[j+1:]; found {
					version = epoch + ":" + version
				}
				return kennel.SourcePackage{Name: nvr[:j], Version: version}
			}
		}
	}
	name, own, _ := strings.Cut(upstream, "@")
	if own == "" {
		own = version
	}
	return kennel.SourcePackage{Name: name, Version: own}
}

// distroRelease reads a distro qualifier: "debian-12.5", "12", "bookworm",
// "alpine-3.19.1", "amazon-2 (Karoo)". It is "" for another distribution's.
func distroRelease(e kennel.Ecosystem, distro string) string {
	distro, _, _ = strings.Cut(distro, " ")
	if string(e) == purlType(e) {
		return "" // a vendor unknown to us, whose releases are as well
	}
	version := distro
	for i := len(distro) - 1; i > 0; i-- { // "opensuse-leap-15.5", "openeuler-22.03-LTS-SP1"
		if distro[i] != '-' {
			continue
		}
		if other, ok := distribution(foldASCII(distro[:i], 0, 0)); ok {
			if other != e {
				return ""
			}
			version = distro[i+1:]
			break
		}
	}
	if version == "" || !isDigit(version[0]) {
		return spellRelease(e, "", version)
	}
	return spellRelease(e, version, "")
}
