package ecosystem

import (
	"slices"
	"strings"

	kennel "github.com/kennel-oss/kennel"
)

// Purl returns c's canonical package URL. It is a projection: a purl folds the
// case of some names, and has no place for hashes, licences and origins. It is
// "" for a component without a name.
// Source: https://github.com/package-url/purl-spec (ECMA-427) and its types.
func Purl(c kennel.Component) string {
	typ, namespace, name, subpath := purlName(c.Package)
	if name == "" {
		return ""
	}
	version := c.Version
	var room [8]kennel.Qualifier
	qualifiers := room[:0]
	for _, q := range c.Qualifiers {
		if q.Key = foldASCII(q.Key, 0, 0); validKey(q.Key) && q.Value != "" {
			qualifiers = append(qualifiers, q)
		}
	}
	add := func(key, value string) {
		if value != "" {
			qualifiers = slices.DeleteFunc(qualifiers, func(q kennel.Qualifier) bool { return q.Key == key })
			qualifiers = append(qualifiers, kennel.Qualifier{Key: key, Value: value})
		}
	}
	if distributed(typ) {
		add("distro", distroQualifier(c.Ecosystem, namespace, c.Release))
		if s := c.Source; s.Name != "" && (s.Name != c.Name || s.Version != "" && s.Version != c.Version) {
			if s.Version != "" && s.Version != c.Version {
				s.Name += "@" + s.Version
			}
			add("upstream", s.Name)
		}
		if typ == "rpm" {
			if epoch, rest, ok := strings.Cut(version, ":"); ok && allDigits(epoch) && rest != "" {
				version = rest
				add("epoch", epoch)
			}
		}
	}
	slices.SortStableFunc(qualifiers, func(a, b kennel.Qualifier) int { return strings.Compare(a.Key, b.Key) })

	b := make([]byte, 0, 16+len(typ)+len(namespace)+len(name)+len(version)+32*len(qualifiers))
	b = append(append(append(b, "pkg:"...), typ...), '/')
	for segment := range strings.SplitSeq(namespace, "/") {
		if segment != "" {
			b = append(appendEscaped(b, segment), '/')
		}
	}
	b = appendEscaped(b, name)
	if version != "" {
		b = appendEscaped(append(b, '@'), version)
	}
	sep := byte('?')
	for i, q := range qualifiers {
		if i > 0 && q.Key == qualifiers[i-1].Key {
			continue
		}
		b = append(append(append(b, sep), q.Key...), '=')
		b = appendEscaped(b, q.Value)
		sep = '&'
	}
	sep = '#'
	for segment := range strings.SplitSeq(subpath, "/") {
		if segment != "" && segment != "." && segment != ".." {
			b = appendEscaped(append(b, sep), segment)
			sep = '/'
		}
	}
	return string(b)
}

// appendEscaped percent-encodes all but letters, digits and ".-_~:".
func appendEscaped(b []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		switch c := s[i]; {
		case isDigit(c), isLetter(c), c == '.', c == '-', c == '_', c == '~', c == ':':
			b = append(b, c)
		default:
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return b
}

// purlName is the type of a package's purl and its name in parts, folded as
// the type's definition says.
func purlName(p kennel.Package) (typ, namespace, name, subpath string) {
	name = strings.Trim(p.Name, "/")
	switch typ = purlType(p.Ecosystem); typ {
	case "npm":
		namespace, name = cutLast(foldASCII(name, 0, 0))
	case "golang", "composer", "hex", "bitbucket", "gitlab":
		namespace, name = cutLast(foldASCII(name, 0, 0))
	case "github":
		name, subpath = splitAction(repository(name))
		namespace, name = cutLast(foldASCII(name, 0, 0))
	case "swift":
		namespace, name = cutLast(repository(name))
	case "maven":
		if group, artifact, ok := strings.Cut(name, ":"); ok {
			namespace, name = group, artifact
		}
	case "pypi":
		name = foldASCII(name, '_', '-')
	case "pub", "bitnami":
		name = foldASCII(name, 0, 0)
	case "vscode-extension":
		namespace, name, _ = strings.Cut(foldASCII(name, 0, 0), ".")
		if name == "" {
			namespace, name = "", namespace
		}
	case "deb", "apk", "rpm":
		if string(p.Ecosystem) == typ { // of a vendor unknown to us, who is part of the name
			namespace, name = cutLast(name)
			break
		}
		if namespace = purlNamespace(p.Ecosystem); typ != "rpm" {
			name = foldASCII(name, 0, 0)
		}
	case "cargo", "gem", "nuget", "cran", "hackage", "conan", "bioconductor", "opam":
	default:
		namespace, name = cutLast(name)
	}
	return typ, namespace, name, subpath
}

func cutLast(s string) (namespace, name string) {
	if i := strings.LastIndexByte(s, '/'); i >= 0 {
		return s[:i], s[i+1:]
	}
	return "", s
}

// purlType is the purl type of an ecosystem. One that OSV does not define is
// its own type; see [FromPurl].
func purlType(e kennel.Ecosystem) string {
	switch e {
	case kennel.NPM:
		return "npm"
	case kennel.Go:
		return "golang"
	case kennel.PyPI:
		return "pypi"
	case kennel.Maven:
		return "maven"
	case kennel.Cargo:
		return "cargo"
	case kennel.RubyGems:
		return "gem"
	case kennel.Packagist:
		return "composer"
	case kennel.NuGet:
		return "nuget"
	case kennel.Hex:
		return "hex"
	case kennel.Pub:
		return "pub"
	case kennel.Swift:
		return "swift"
	case kennel.Conan:
		return "conan"
	case kennel.GitHubActions:
		return "github"
	case kennel.Debian, kennel.Ubuntu, "Echo":
		return "deb"
	case kennel.Alpine, "Alpaquita", "BellSoft Hardened Containers", "Chainguard", "MinimOS", "Wolfi":
		return "apk"
	case "AlmaLinux", "Amazon Linux", "Azure Linux", "CentOS", "Fedora", "Mageia", "Oracle Linux", "openEuler", "openSUSE", "Photon OS", "Red Hat", "Rocky Linux", "SUSE":
		return "rpm"
	case "CRAN", "Hackage", "Bitnami", "Bioconductor", "Julia":
		return foldASCII(string(e), 0, 0)
	case "VSCode":
		return "vscode-extension"
	}
	typ := []byte(foldASCII(string(e), 0, 0))
	for i, c := range typ {
		if !isLetter(c) && !isDigit(c) && c != '.' && c != '-' && c != '+' {
			typ[i] = '-'
		}
	}
	if len(typ) == 0 || !isLetter(typ[0]) {
		return "generic"
	}
	return string(typ)
}

// distributed reports whether a purl type is that of an operating system's
// packages, whose qualifiers name release and source.
func distributed(typ string) bool { return typ == "deb" || typ == "apk" || typ == "rpm" }

// purlNamespace is the vendor in the purls of a distribution; the inverse of
// [distribution].
func purlNamespace(e kennel.Ecosystem) string {
	switch e {
	case "Red Hat":
		return "redhat"
	case "Rocky Linux":
		return "rocky"
	case "Photon OS":
		return "photon"
	case "Azure Linux":
		return "azurelinux"
	case "Amazon Linux":
		return "amazon"
	case "Oracle Linux":
		return "oracle"
	}
	return foldASCII(string(e), ' ', '-')
}

// distroQualifier spells a release as generators of purls do: "debian-12",
// "ubuntu-22.04", "alpine-3.19", "rhel-9".
func distroQualifier(e kennel.Ecosystem, namespace, release string) string {
	if release == "" {
		return ""
	}
	switch e {
	case "openSUSE": // "Leap 15.5"
		release = foldASCII(release, ' ', '-')
	case kennel.Ubuntu, kennel.Alpine, "Red Hat", "SUSE":
		if bare := bareRelease(e, release); bare != "" {
			release = bare
		}
	}
	return namespace + "-" + release
}

func validKey(k string) bool {
	if k == "" || isDigit(k[0]) {
		return false
	}
	for i := range len(k) {
		if c := k[i]; !isLetter(c) && !isDigit(c) && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return true
}
