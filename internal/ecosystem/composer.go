package ecosystem

import "strings"

// Ranks of what may follow the numbers of a Composer version.
const (
	composerDev    = 0x02
	composerAlpha  = 0x03
	composerBeta   = 0x04
	composerRC     = 0x05
	composerStable = 0x06
	composerPatch  = tagHigh
)

// composerOpen is the number that Composer puts for an open one.
const composerOpen = "9999999"

// appendComposer reads a version as Composer normalises and compares it: up to
// four numbers (or a date), a stability with numbers, and "-dev". Branches
// ("dev-main") name a moving target and have no order; "2.x-dev" ranks above
// every release of 2.
// Source: https://github.com/composer/semver (VersionParser::normalize) and
// PHP's version_compare.
func appendComposer(b []byte, v string) ([]byte, bool) {
	v, _, _ = strings.Cut(v, "+")
	v, _, _ = strings.Cut(v, "@")
	if len(v) > 1 && lower(v[0]) == 'v' {
		v = v[1:]
	}
	n, limit, branch := 0, 4, false
	for {
		run, rest := digits(v)
		switch {
		case n == limit:
			return nil, false
		case run != "" && !branch:
			b = appendNumber(b, run)
		case n > 0 && rest != "" && (lower(rest[0]) == 'x' || rest[0] == '*'):
			b = appendNumber(b, composerOpen)
			rest, branch = rest[1:], true
		default:
			return nil, false
		}
		if n == 0 && len(run) >= 4 {
			limit = 9 // a date, which hyphens may join: 2024-01-31
		}
		n++
		if v = rest; len(v) < 2 || !composerJoins(v[0], v[1], limit > 4) {
			break
		}
		v = v[1:]
	}
	for ; n < 4; n++ {
		if branch {
			b = appendNumber(b, composerOpen)
		} else {
			b = appendNumber(b, "")
		}
	}
	word, rest := letters(composerSkip(v))
	if tag, ok := composerStability(word); ok {
		if tag != composerStable {
			b = append(b, tag)
		}
		for {
			run, after := digits(composerSkip(rest))
			if run == "" {
				break
			}
			b, rest = appendNumber(b, run), after
		}
		word, v = "", rest
		word, rest = letters(composerSkip(v))
	}
	if fold(word, "dev") && rest == "" {
		return append(b, composerDev, composerStable), true
	}
	return append(b, composerStable), v == "" && !branch
}

// composerJoins reports whether sep and next continue the numbers.
func composerJoins(sep, next byte, date bool) bool {
	if sep == '.' {
		return isDigit(next) || lower(next) == 'x' || next == '*'
	}
	return sep == '-' && date && isDigit(next)
}

// composerSkip drops one separator.
func composerSkip(s string) string {
	if s != "" && (s[0] == '.' || s[0] == '-' || s[0] == '_') {
		return s[1:]
	}
	return s
}

func composerStability(word string) (tag byte, ok bool) {
	switch {
	case fold(word, "stable"):
		return composerStable, true
	case fold(word, "alpha"), fold(word, "a"):
		return composerAlpha, true
	case fold(word, "beta"), fold(word, "b"):
		return composerBeta, true
	case fold(word, "rc"):
		return composerRC, true
	case fold(word, "patch"), fold(word, "pl"), fold(word, "p"):
		return composerPatch, true
	}
	return 0, false
}
