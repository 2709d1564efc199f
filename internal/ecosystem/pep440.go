package ecosystem

import "strings"

// Tags of a PEP 440 key, in the order in which the parts rank.
const (
	pepDevOnly = 0x01 // 1.0.dev1, below every pre-release
	pepAlpha   = 0x02
	pepBeta    = 0x03
	pepRC      = 0x04
	pepNoPre   = 0x05

	pepNoPost = 0x01
	pepPost   = 0x02

	pepDev   = 0x01
	pepNoDev = 0x02

	pepNoLocal  = 0x00
	pepLocalEnd = 0x01
	pepLocalStr = 0x02 // below numbers
)

// appendPEP440 reads a version of the Python packaging specification, in its
// normal form or any spelling that the specification normalises. Versions from
// before it ("2013-01-21T20:33:09") have no order.
// Source: https://packaging.python.org/en/latest/specifications/version-specifiers/
func appendPEP440(b []byte, v string) ([]byte, bool) {
	if lower(v[0]) == 'v' {
		v = v[1:]
	}
	run, rest := digits(v)
	if run == "" {
		return nil, false
	}
	if rest != "" && rest[0] == '!' {
		b = appendNumber(b, run)
		run, rest = digits(rest[1:])
		if run == "" {
			return nil, false
		}
	} else {
		b = appendNumber(b, "")
	}
	for zeros := 0; ; {
		if isZero(run) {
			zeros++
		} else {
			for ; zeros > 0; zeros-- {
				b = appendNumber(b, "")
			}
			b = appendNumber(b, run)
		}
		if len(rest) < 2 || rest[0] != '.' || !isDigit(rest[1]) {
			break
		}
		run, rest = digits(rest[1:])
	}

	pre, preNumber, rest := pepPart(rest, pepPreWord)
	post, postNumber, rest := pepPart(rest, pepPostWord)
	if post == 0 && len(rest) > 1 && rest[0] == '-' && isDigit(rest[1]) { // 1.0-1 is 1.0.post1
		post = pepPost
		postNumber, rest = digits(rest[1:])
	}
	dev, devNumber, rest := pepPart(rest, pepDevWord)

	switch {
	case pre != 0:
		b = appendNumber(append(b, pre), preNumber)
	case post == 0 && dev != 0:
		b = append(b, pepDevOnly)
	default:
		b = append(b, pepNoPre)
	}
	if post != 0 {
		b = appendNumber(append(b, pepPost), postNumber)
	} else {
		b = append(b, pepNoPost)
	}
	if dev != 0 {
		b = appendNumber(append(b, pepDev), devNumber)
	} else {
		b = append(b, pepNoDev)
	}
	return appendPEPLocal(b, rest)
}

// pepPart reads an optional separator, a word, an optional separator and an
// optional number. Without the word it takes nothing and returns tag 0.
func pepPart(s string, word func(string) byte) (tag byte, number, rest string) {
	w, rest := letters(pepSkip(s))
	if tag = word(w); tag == 0 {
		return 0, "", s
	}
	if after := pepSkip(rest); after != "" && isDigit(after[0]) {
		number, rest = digits(after)
	}
	return tag, number, rest
}

func pepSkip(s string) string {
	if s != "" && (s[0] == '.' || s[0] == '-' || s[0] == '_') {
		return s[1:]
	}
	return s
}

func pepPreWord(w string) byte {
	switch {
	case fold(w, "a"), fold(w, "alpha"):
		return pepAlpha
	case fold(w, "b"), fold(w, "beta"):
		return pepBeta
	case fold(w, "c"), fold(w, "rc"), fold(w, "pre"), fold(w, "preview"):
		return pepRC
	}
	return 0
}

func pepPostWord(w string) byte {
	if fold(w, "post") || fold(w, "rev") || fold(w, "r") {
		return pepPost
	}
	return 0
}

func pepDevWord(w string) byte {
	if fold(w, "dev") {
		return pepDev
	}
	return 0
}

// fold reports whether s is word in any case; word is in lower case.
func fold(s, word string) bool { return len(s) == len(word) && strings.EqualFold(s, word) }

func appendPEPLocal(b []byte, s string) ([]byte, bool) {
	if s == "" {
		return append(b, pepNoLocal), true
	}
	if s[0] != '+' {
		return nil, false
	}
	for s != "" {
		s = s[1:] // the plus, then separators
		i := 0
		for i < len(s) && (isDigit(s[i]) || isLetter(s[i])) {
			i++
		}
		if i == 0 || i < len(s) && pepSkip(s[i:]) == s[i:] {
			return nil, false
		}
		if allDigits(s[:i]) {
			b = appendNumber(b, s[:i])
		} else {
			b = appendFolded(append(b, pepLocalStr), s[:i])
		}
		s = s[i:]
	}
	return append(b, pepLocalEnd), true
}
