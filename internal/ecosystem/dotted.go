package ecosystem

import "strings"

// Tags behind and between the items of plain dotted versions.
const (
	dottedPre  = 0x01
	dottedEnd  = 0x02
	dottedWord = tagHigh
)

// appendDotted reads numbers between any of seps; a longer row ranks above
// its prefix, zeros included. CRAN separates by dots and hyphens alike.
// Source: R's package_version; Haskell's Data.Version.
func appendDotted(b []byte, v, seps string) ([]byte, bool) {
	for {
		run, rest := digits(v)
		if run == "" {
			return nil, false
		}
		b = appendNumber(b, run)
		if rest == "" {
			return append(b, dottedEnd), true
		}
		if !strings.Contains(seps, rest[:1]) {
			return nil, false
		}
		v = rest[1:]
	}
}

// appendConan reads Conan's versions: dotted items with an optional
// "-pre-release" and "+build", where an item may carry letters (1.1.1w) or be
// a word (cci.20200203). Trailing zeros count nothing. Conan compares a number
// with a text as texts, which makes circles (9 < 10 < "1a" < 9); here the
// digits an item begins with rank first, then what follows them.
// Source: https://docs.conan.io/2/tutorial/versioning/version_ranges.html
func appendConan(b []byte, v string) ([]byte, bool) {
	v = strings.TrimPrefix(v, "v")
	v, build, hasBuild := strings.Cut(v, "+")
	v, pre, hasPre := strings.Cut(v, "-")
	b, ok := appendConanItems(b, v)
	if ok && hasPre {
		b, ok = appendConanItems(append(b, dottedPre), pre)
	}
	b = append(b, dottedEnd)
	if ok && hasBuild {
		b, ok = appendConanItems(b, build)
	}
	return b, ok
}

func appendConanItems(b []byte, s string) ([]byte, bool) {
	zeros := 0
	for more := true; more; {
		var item string
		item, s, more = strings.Cut(s, ".")
		if item == "" {
			return nil, false
		}
		run, word := digits(item)
		if word == "" && isZero(run) {
			zeros++
			continue
		}
		for ; zeros > 0; zeros-- {
			b = append(appendNumber(b, ""), 0)
		}
		if run != "" {
			b = appendNumber(b, run)
		} else {
			b = append(b, dottedWord)
		}
		b = appendFolded(b, word)
	}
	return b, true
}
