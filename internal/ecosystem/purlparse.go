package ecosystem

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	kennel "github.com/kennel-oss/kennel"
)

// ErrPurl says that a text is no package URL that names a package.
var ErrPurl = errors.New("not a package URL")

// maxPurl bounds the length of a purl in bytes, maxQualifiers their number.
const (
	maxPurl       = 8192
	maxQualifiers = 64
)

// FromPurl reads a package URL. Names keep their spelling, even where a
// canonical purl would fold them; generators differ, and [NameKey] folds. For
// the packages of an operating system it fills Release and Source, and gives
// an epoch back to the version. A type that OSV has no ecosystem for becomes an
// ecosystem of that name, which no advisory speaks of.
func FromPurl(s string) (kennel.Component, error) {
	c, why := parsePurl(s)
	if why != "" {
		return kennel.Component{}, fmt.Errorf("%q: %w: %s", shorten(s), ErrPurl, why)
	}
	return c, nil
}

func parsePurl(s string) (c kennel.Component, why string) {
	if len(s) > maxPurl {
		return c, "too long"
	}
	rest, ok := cutScheme(strings.TrimSpace(s))
	if !ok {
		return c, `no "pkg:" in front`
	}
	rest, subpath, _ := strings.Cut(rest, "#")
	rest, query, _ := strings.Cut(rest, "?")
	typ, rest, ok := strings.Cut(strings.Trim(rest, "/"), "/")
	typ = foldASCII(typ, 0, 0)
	if !ok || !validType(typ) {
		return c, "no type and name"
	}
	// A version stands behind the last "@" that is not the first character of
	// a segment: some generators leave a scope's "@" bare.
	if at := strings.LastIndexByte(rest, '@'); at > 0 && rest[at-1] != '/' {
		if c.Version, ok = unescape(rest[at+1:]); !ok {
			return c, "a broken escape in the version"
		}
		rest = rest[:at]
	}
	name, why := purlPath(strings.Trim(rest, "/"))
	if why != "" {
		return c, why
	}
	qualifiers, ok := parseQualifiers(query)
	if !ok {
		return c, "broken qualifiers"
	}
	if c.Package, why = purlPackage(typ, name); why != "" {
		return c, why
	}
	if c.Ecosystem == kennel.GitHubActions && subpath != "" {
		if subpath, why = purlPath(strings.Trim(subpath, "/")); why != "" {
			return c, why
		}
		c.Name += "/" + subpath
	}
	c.Qualifiers = qualifiers
	if purlType(c.Ecosystem) == typ && distributed(typ) || typ == "alpine" {
		applyDistro(&c)
	}
	return c, ""
}

// purlPath decodes namespace and name, joined by slashes.
func purlPath(s string) (name, why string) {
	if strings.IndexByte(s, '%') >= 0 || strings.Contains(s, "//") {
		segments := strings.FieldsFunc(s, func(r rune) bool { return r == '/' })
		for i, segment := range segments {
			var ok bool
			if segments[i], ok = unescape(segment); !ok {
				return "", "a broken escape in the name"
			}
		}
		s = strings.Join(segments, "/")
	} else if _, ok := unescape(s); !ok {
		return "", "a name that is no text"
	}
	if s == "" {
		return "", "no name"
	}
	for segment := range strings.SplitSeq(s, "/") {
		if segment == "" || segment == "." || segment == ".." {
			return "", "a name that is a path"
		}
	}
	return s, ""
}

// cutScheme accepts "pkg:" in any case, with the slashes that some write.
func cutScheme(s string) (string, bool) {
	if len(s) < 4 || !strings.EqualFold(s[:4], "pkg:") {
		return "", false
	}
	return s[4:], true
}

func validType(typ string) bool {
	if typ == "" || !isLetter(typ[0]) {
		return false
	}
	for i := range len(typ) {
		if c := typ[i]; !isLetter(c) && !isDigit(c) && c != '.' && c != '-' && c != '+' {
			return false
		}
	}
	return true
}

// unescape decodes percent escapes. Text that is not UTF-8 or holds control
// characters names nothing.
func unescape(s string) (string, bool) {
	if strings.IndexByte(s, '%') >= 0 {
		b := make([]byte, 0, len(s))
		for i := 0; i < len(s); i++ {
			c := s[i]
			if c == '%' {
				if i+2 >= len(s) {
					return "", false
				}
				high, okHigh := unhex(s[i+1])
				low, okLow := unhex(s[i+2])
				if !okHigh || !okLow {
					return "", false
				}
				c = high<<4 | low
				i += 2
			}
			b = append(b, c)
		}
		s = string(b)
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return "", false
		}
	}
	return s, utf8.ValidString(s)
}

func unhex(c byte) (byte, bool) {
	switch c = lower(c); {
	case isDigit(c):
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	}
	return 0, false
}

func parseQualifiers(query string) ([]kennel.Qualifier, bool) {
	if query == "" {
		return nil, true
	}
	if strings.Count(query, "&") >= maxQualifiers {
		return nil, false
	}
	var list []kennel.Qualifier
	for pair := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(pair, "=")
		value, ok := unescape(value)
		if !ok {
			return nil, false
		}
		if key = foldASCII(key, 0, 0); value == "" {
			continue
		}
		if !validKey(key) {
			return nil, false
		}
		list = append(list, kennel.Qualifier{Key: key, Value: value})
	}
	slices.SortStableFunc(list, func(a, b kennel.Qualifier) int { return strings.Compare(a.Key, b.Key) })
	for i := 1; i < len(list); i++ {
		if list[i].Key == list[i-1].Key {
			return nil, false
		}
	}
	return list, true
}

// purlPackage gives the package that a type and a name with its namespace
// stand for.
func purlPackage(typ, name string) (p kennel.Package, why string) {
	namespace, last := cutLast(name)
	switch typ {
	case "npm", "nodejs": // "nodejs" is what old generators write
		scope := strings.TrimPrefix(namespace, "@")
		if strings.Contains(scope, "/") || last[0] == '@' {
			return p, "not an npm name, which has one scope at most"
		}
		if scope != "" && scope == namespace { // in npm a namespace is always a scope
			name = "@" + name
		}
		return kennel.Package{Ecosystem: kennel.NPM, Name: name}, ""
	case "maven":
		if namespace == "" || strings.ContainsAny(namespace, "/:") || strings.Contains(last, ":") {
			return p, "a Maven artifact without its group"
		}
		return kennel.Package{Ecosystem: kennel.Maven, Name: namespace + ":" + last}, ""
	case "deb", "apk", "rpm":
		if e, ok := distribution(foldASCII(namespace, 0, 0)); ok && purlType(e) == typ {
			return kennel.Package{Ecosystem: e, Name: last}, ""
		}
		return kennel.Package{Ecosystem: kennel.Ecosystem(typ), Name: name}, ""
	case "alpine": // what old generators write
		return kennel.Package{Ecosystem: kennel.Alpine, Name: name}, ""
	case "conan":
		return kennel.Package{Ecosystem: kennel.Conan, Name: last}, ""
	case "vscode-extension":
		if namespace != "" {
			name = namespace + "." + last
		}
		return kennel.Package{Ecosystem: "VSCode", Name: name}, ""
	case "github", "githubactions":
		if namespace == "" {
			return p, "a repository without its owner"
		}
		return kennel.Package{Ecosystem: kennel.GitHubActions, Name: name}, ""
	}
	return kennel.Package{Ecosystem: purlEcosystem(typ), Name: name}, ""
}

// purlEcosystem is the ecosystem of a type whose names are namespace/name.
func purlEcosystem(typ string) kennel.Ecosystem {
	switch typ {
	case "golang":
		return kennel.Go
	case "pypi":
		return kennel.PyPI
	case "cargo":
		return kennel.Cargo
	case "gem":
		return kennel.RubyGems
	case "composer":
		return kennel.Packagist
	case "nuget":
		return kennel.NuGet
	case "hex":
		return kennel.Hex
	case "pub":
		return kennel.Pub
	case "swift":
		return kennel.Swift
	case "cran":
		return "CRAN"
	case "hackage":
		return "Hackage"
	case "bitnami":
		return "Bitnami"
	case "bioconductor":
		return "Bioconductor"
	case "julia":
		return "Julia"
	}
	return kennel.Ecosystem(typ)
}
