package ecosystem

import "strings"

// Tags of an rpm key: a tilde before the end, the end before a caret, then
// words, then numbers.
const (
	rpmTilde = 0x01
	rpmEnd   = 0x02
	rpmCaret = 0x03
	rpmWord  = 0x04
)

// appendRPM reads [epoch:]version[-release] as rpmvercmp orders it; what
// separates segments counts nothing.
// Source: https://rpm.org/docs/4.20.x/man/rpm-version.7
func appendRPM(b []byte, v string) ([]byte, bool) {
	epoch, rest, found := strings.Cut(v, ":")
	if !found || !allDigits(epoch) {
		epoch, rest = "", v
	}
	if rest == "" {
		return nil, false
	}
	version, release, hasRelease := rest, "", false
	if i := strings.LastIndexByte(rest, '-'); i >= 0 {
		version, release, hasRelease = rest[:i], rest[i+1:], true
	}
	if version == "" || hasRelease && release == "" {
		return nil, false
	}
	b = appendNumber(b, epoch)
	b = appendRPMPart(b, version)
	return appendRPMPart(b, release), true
}

func appendRPMPart(b []byte, s string) []byte {
	for s != "" {
		var run string
		switch c := s[0]; {
		case c == '~':
			b, s = append(b, rpmTilde), s[1:]
		case c == '^':
			b, s = append(b, rpmCaret), s[1:]
		case isDigit(c):
			run, s = digits(s)
			b = appendNumber(b, run)
		case isLetter(c):
			run, s = letters(s)
			b = appendString(append(b, rpmWord), run)
		default:
			s = s[1:]
		}
	}
	return append(b, rpmEnd)
}
