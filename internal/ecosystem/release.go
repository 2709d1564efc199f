package ecosystem

import (
	"strings"

	kennel "github.com/kennel-oss/kennel"
)

// SplitRelease splits an ecosystem as OSV records have it: "Debian:12" is
// Debian, release "12".
func SplitRelease(osvEcosystem string) (kennel.Ecosystem, string) {
	e, release, _ := strings.Cut(osvEcosystem, ":")
	return kennel.Ecosystem(e), release
}

// SameRelease reports whether a record about one release of a distribution
// speaks of a component found in another spelling of it. A record without a
// release holds for all; a component whose release is unknown ("") is in none,
// which the caller has to say.
//
// A number without a minor part stands for all its minor releases: Rocky's
// "9" holds 9.3. Support channels are not the release: "22.04:LTS" and
// "Pro:22.04:LTS" both speak of 22.04.
func SameRelease(e kennel.Ecosystem, recorded, found string) bool {
	if recorded == "" || recorded == found {
		return true
	}
	if found == "" {
		return false
	}
	r, f := bareRelease(e, recorded), bareRelease(e, found)
	if r == "" || f == "" {
		return false
	}
	if strings.EqualFold(r, f) {
		return true
	}
	if !isDigit(r[0]) || !isDigit(f[0]) {
		return false
	}
	switch e {
	case kennel.Alpine: // 3.19 holds 3.19.1, but 3 does not hold 3.19
		return major(r, 2) == major(f, 2)
	case kennel.Ubuntu: // 22.04 holds 22.04.3
		return major(r, 2) == major(f, 2)
	case "SUSE", "openSUSE", "openEuler": // service packs are releases
		return false
	}
	return strings.IndexByte(r, '.') < 0 && major(f, 1) == r || strings.IndexByte(f, '.') < 0 && major(r, 1) == f
}

// bareRelease is the release without channels, products and prefixes.
func bareRelease(e kennel.Ecosystem, release string) string {
	switch e {
	case kennel.Alpine, "Alpaquita", "BellSoft Hardened Containers":
		return strings.TrimPrefix(release, "v")
	case kennel.Ubuntu:
		for part := range strings.SplitSeq(release, ":") {
			if part != "" && isDigit(part[0]) {
				return part
			}
		}
		return ""
	case "SUSE", "openSUSE": // "Linux Enterprise Server 15 SP5-LTSS", "Leap 15.5"
		words := strings.FieldsFunc(release, func(r rune) bool { return r == ' ' || r == '-' })
		for i, word := range words {
			if !isDigit(word[0]) {
				continue
			}
			if i+1 < len(words) && len(words[i+1]) > 2 && fold(words[i+1][:2], "sp") {
				return word + "." + words[i+1][2:]
			}
			return word
		}
	case "Red Hat": // a CPE without its front: enterprise_linux:9::appstream
		if product, rest, ok := strings.Cut(release, ":"); ok {
			if !strings.Contains(product, "enterprise_linux") && product != "rhel_eus" && product != "rhel_aus" && product != "rhel_e4s" && product != "rhel_tus" {
				return release
			}
			version, _, _ := strings.Cut(rest, ":")
			return version
		}
	}
	return release
}

// major returns the first n dotted parts.
func major(release string, n int) string {
	for i := range len(release) {
		if release[i] == '.' {
			if n--; n == 0 {
				return release[:i]
			}
		}
	}
	return release
}

// FromOSRelease tells the ecosystem and release, as OSV spells them, from the
// fields ID, VERSION_ID and VERSION_CODENAME of /etc/os-release. It is not ok
// for a distribution that it does not know; release is "" for a rolling one,
// or when the fields do not say.
// Source: https://www.freedesktop.org/software/systemd/man/os-release.html
func FromOSRelease(id, versionID, codename string) (e kennel.Ecosystem, release string, ok bool) {
	e, ok = distribution(strings.ToLower(id))
	if !ok {
		return "", "", false
	}
	return e, spellRelease(e, versionID, codename), true
}

// distribution maps the ID of an os-release file, which purls use as
// namespace, to its ecosystem. What OSV has no name for carries its own.
func distribution(id string) (kennel.Ecosystem, bool) {
	switch id {
	case "debian":
		return kennel.Debian, true
	case "ubuntu":
		return kennel.Ubuntu, true
	case "alpine":
		return kennel.Alpine, true
	case "wolfi":
		return "Wolfi", true
	case "chainguard":
		return "Chainguard", true
	case "alpaquita":
		return "Alpaquita", true
	case "bellsoft-hardened-containers":
		return "BellSoft Hardened Containers", true
	case "minimos":
		return "MinimOS", true
	case "echo":
		return "Echo", true
	case "redhat", "rhel":
		return "Red Hat", true
	case "rocky", "rocky-linux", "rockylinux":
		return "Rocky Linux", true
	case "almalinux", "alma":
		return "AlmaLinux", true
	case "opensuse", "opensuse-leap", "opensuse-tumbleweed", "opensuse.leap", "opensuse.tumbleweed":
		return "openSUSE", true
	case "suse", "sles", "sled", "sle-micro", "sle_hpc", "sl-micro":
		return "SUSE", true
	case "openeuler":
		return "openEuler", true
	case "mageia":
		return "Mageia", true
	case "photon":
		return "Photon OS", true
	case "azurelinux", "azure-linux", "mariner":
		return "Azure Linux", true
	case "fedora":
		return "Fedora", true
	case "amazon", "amzn", "amazonlinux":
		return "Amazon Linux", true
	case "oracle", "ol", "oraclelinux":
		return "Oracle Linux", true
	case "centos":
		return "CentOS", true
	}
	return "", false
}

// spellRelease turns a version number or a code name into a release as OSV
// spells it.
func spellRelease(e kennel.Ecosystem, version, codename string) string {
	version = strings.TrimSpace(version)
	switch e {
	case kennel.Debian:
		if version == "" || !isDigit(version[0]) {
			return debianCodename(firstOf(version, codename))
		}
		if v := major(version, 1); allDigits(v) {
			return v
		}
		return version
	case kennel.Ubuntu:
		if version == "" || !isDigit(version[0]) {
			version = ubuntuCodename(firstOf(version, codename))
		}
		version = major(version, 2)
		if len(version) == 5 && version[2:] == ".04" && (version[1]-'0')%2 == 0 {
			return version + ":LTS"
		}
		return version
	case kennel.Alpine:
		if version == "" || strings.HasPrefix(version, "edge") {
			return version
		}
		version = strings.TrimPrefix(version, "v")
		if strings.Contains(version, "_alpha") {
			return "edge"
		}
		return "v" + major(version, 2)
	case "openSUSE":
		switch {
		case allDigits(version) && len(version) == 8 || strings.EqualFold(codename, "tumbleweed"):
			return "Tumbleweed"
		case version != "" && isDigit(version[0]):
			return "Leap " + version
		}
	case "Rocky Linux", "AlmaLinux", "CentOS", "Oracle Linux":
		return major(version, 1)
	case "Wolfi", "Chainguard", "MinimOS": // rolling, without releases in OSV
		return ""
	}
	return version
}

func firstOf(a, b string) string {
	if a != "" {
		return strings.ToLower(a)
	}
	return strings.ToLower(b)
}
