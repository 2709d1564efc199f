package ecosystem

import "strings"

// Ranks of what may come next in an apk version; apk's own order of token
// types turned round, with pre-release suffixes below the end.
const (
	apkPreSuffix  = 0x01
	apkEnd        = 0x02
	apkRevision   = 0x03
	apkHash       = 0x04
	apkSuffixNo   = 0x05
	apkPostSuffix = 0x06
	apkLetter     = 0x07
	apkFraction   = 0x08 // a number with leading zeros behind a dot compares as text
)

// appendAPK reads number{.number}{letter}{_suffix{number}}{~hash}{-r#}.
// Source: apk-tools, doc/apk-package.5.scd and src/version.c
func appendAPK(b []byte, v string) ([]byte, bool) {
	run, v := digits(v)
	if run == "" {
		return nil, false
	}
	b = appendNumber(b, run)
	for len(v) > 1 && v[0] == '.' {
		if run, v = digits(v[1:]); run == "" {
			return nil, false
		}
		if run[0] == '0' {
			b = appendString(append(b, apkFraction), run)
		} else {
			b = appendNumber(b, run)
		}
	}
	if v != "" && 'a' <= v[0] && v[0] <= 'z' {
		b, v = append(b, apkLetter, v[0]), v[1:]
	}
	for v != "" && v[0] == '_' {
		var word string
		word, v = letters(v[1:])
		tag, rank := apkSuffix(word)
		if tag == 0 {
			return nil, false
		}
		b = append(b, tag, rank)
		if run, v = digits(v); run != "" {
			b = appendNumber(append(b, apkSuffixNo), run)
		}
	}
	if v != "" && v[0] == '~' {
		i := 1
		for i < len(v) && (isDigit(v[i]) || 'a' <= v[i] && v[i] <= 'f') {
			i++
		}
		if i == 1 {
			return nil, false
		}
		b = appendString(append(b, apkHash), v[1:i])
		v = v[i:]
	}
	if rest, ok := strings.CutPrefix(v, "-r"); ok {
		if !allDigits(rest) {
			return nil, false
		}
		b, v = appendNumber(append(b, apkRevision), rest), ""
	}
	return append(b, apkEnd), v == ""
}

func apkSuffix(word string) (tag, rank byte) {
	switch word {
	case "alpha":
		return apkPreSuffix, 1
	case "beta":
		return apkPreSuffix, 2
	case "pre":
		return apkPreSuffix, 3
	case "rc":
		return apkPreSuffix, 4
	case "cvs":
		return apkPostSuffix, 1
	case "svn":
		return apkPostSuffix, 2
	case "git":
		return apkPostSuffix, 3
	case "hg":
		return apkPostSuffix, 4
	case "p":
		return apkPostSuffix, 5
	}
	return 0, 0
}
