package ecosystem

import "strings"

// appendDebian reads [epoch:]upstream[-revision] as dpkg orders it.
// Source: https://manpages.debian.org/deb-version.7
func appendDebian(b []byte, v string) ([]byte, bool) {
	epoch, rest, found := strings.Cut(v, ":")
	if !found {
		epoch, rest = "", v
	} else if !allDigits(epoch) {
		return nil, false
	}
	if rest == "" || !dpkgAlphabet(rest) {
		return nil, false
	}
	b = appendNumber(b, epoch)
	upstream, revision := rest, ""
	if i := strings.LastIndexByte(rest, '-'); i >= 0 {
		upstream, revision = rest[:i], rest[i+1:]
	}
	b = appendDpkgPart(b, upstream)
	return appendDpkgPart(b, revision), true
}

// Weights of the characters between numbers: a tilde before the end, the end
// before letters, letters before the rest.
const (
	dpkgTilde = 0x01
	dpkgEnd   = 0x02
)

func dpkgWeight(c byte) byte {
	switch {
	case c == '~':
		return dpkgTilde
	case isLetter(c):
		return c // 0x41 to 0x7a
	}
	return c | 0x80 // marks in ASCII order, above letters
}

// appendDpkgPart appends s as pairs of other characters and a number, either
// of which may be empty; ("", 0) is the same as the end.
func appendDpkgPart(b []byte, s string) []byte {
	for {
		i := 0
		for i < len(s) && !isDigit(s[i]) {
			b = append(b, dpkgWeight(s[i]))
			i++
		}
		b = append(b, dpkgEnd)
		run, rest := digits(s[i:])
		if i == 0 && isZero(run) && rest == "" {
			return b
		}
		b, s = appendNumber(b, run), rest
		if s == "" {
			return append(b, dpkgEnd)
		}
	}
}

// dpkgAlphabet reports whether s holds nothing but what versions are made of.
func dpkgAlphabet(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case isDigit(c), isLetter(c), c == '.', c == '+', c == '-', c == '~', c == ':', c == '_':
		default:
			return false
		}
	}
	return true
}
