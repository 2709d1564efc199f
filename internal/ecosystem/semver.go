package ecosystem

import "strings"

// semverRules are the ways in which relatives of Semantic Versioning differ.
type semverRules struct {
	loose bool // a pre-release may lack its hyphen ("1.2.3beta"), as in npm's early years and in tags
	build bool // build metadata ranks too (Pub)
	fold  bool // case does not count (NuGet)
}

// Tags behind the numbers of a semantic version.
const (
	semverPre     = 0x01
	semverRelease = 0x02
	semverEnd     = 0x01 // of a list of identifiers
	semverBuild   = 0x03
	semverWord    = tagHigh // an identifier that is no number
)

// appendSemver reads Semantic Versioning 2.0.0 (https://semver.org), with an
// optional "v" or "=" in front, as tags and Go have it. Fewer than three
// numbers are completed with zeros and more than three go on counting, since
// NuGet has four and bounds of advisories are written with any number.
func appendSemver(b []byte, v string, rules semverRules) ([]byte, bool) {
	v = strings.TrimPrefix(v, "=")
	if len(v) > 1 && lower(v[0]) == 'v' {
		v = v[1:]
	}
	zeros := 0 // zeros behind the third number count only before another number
	n := 0
	for {
		run, rest := digits(v)
		if run == "" {
			return nil, false
		}
		n++
		v = rest
		if n > 3 && isZero(run) {
			zeros++
		} else {
			for ; zeros > 0; zeros-- {
				b = appendNumber(b, "")
			}
			b = appendNumber(b, run)
		}
		if len(v) < 2 || v[0] != '.' || !isDigit(v[1]) {
			break
		}
		v = v[1:]
	}
	for ; n < 3; n++ {
		b = appendNumber(b, "")
	}
	v, build, hasBuild := strings.Cut(v, "+")
	pre := v
	switch {
	case v == "":
	case v[0] == '-':
		pre = v[1:]
	case rules.loose:
		pre = strings.TrimPrefix(v, ".")
		if word, _ := letters(pre); !preWord(word) { // "1.x" is a range, "8f4b7f8" a commit
			return nil, false
		}
	default:
		return nil, false
	}
	ok := true
	if v == "" {
		b = append(b, semverRelease)
	} else {
		b, ok = appendIdentifiers(append(b, semverPre), pre, rules.fold)
	}
	if hasBuild && ok {
		at := len(b)
		b, ok = appendIdentifiers(append(b, semverBuild), build, rules.fold)
		if !rules.build && ok {
			b = b[:at]
		}
	}
	return b, ok
}

// appendIdentifiers appends dot-separated identifiers: numbers rank by value
// and below words, and a longer list above its prefix.
func appendIdentifiers(b []byte, s string, fold bool) ([]byte, bool) {
	for more := true; more; {
		var id string
		id, s, more = strings.Cut(s, ".")
		switch {
		case id == "":
			return nil, false
		case allDigits(id):
			b = appendNumber(b, id)
			continue
		}
		for i := range len(id) {
			if c := id[i]; !isDigit(c) && !isLetter(c) && c != '-' && c != '_' {
				return nil, false
			}
		}
		if b = append(b, semverWord); fold {
			b = appendFolded(b, id)
		} else {
			b = appendString(b, id)
		}
	}
	return append(b, semverEnd), true
}

// preWord reports whether a word without a hyphen means a pre-release.
func preWord(w string) bool {
	switch {
	case len(w) > 8:
		return false
	case fold(w, "a"), fold(w, "alpha"), fold(w, "b"), fold(w, "beta"), fold(w, "rc"), fold(w, "pre"), fold(w, "preview"), fold(w, "dev"), fold(w, "snapshot"):
		return true
	}
	return false
}

// appendGo reads module versions, with or without "v", and releases of the Go
// toolchain as the go command prints them: "go1.21rc2" is 1.21.0-rc.2.
// Source: https://go.dev/doc/toolchain#version
func appendGo(b []byte, v string) ([]byte, bool) {
	release, ok := strings.CutPrefix(v, "go")
	if !ok {
		return appendSemver(b, v, semverRules{})
	}
	for i := range len(release) {
		if isLetter(release[i]) {
			word, number := letters(release[i:])
			if allDigits(number) && preWord(word) {
				release = release[:i] + "-" + word + "." + number
			}
			break
		}
	}
	return appendSemver(b, release, semverRules{})
}
