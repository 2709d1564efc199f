package ecosystem

// Keys are sequences of tokens, each opened by a tag. Numbers own the tags
// from tagNumber to tagNumberEnd and sort by value, whatever their size; the
// tags below and above are each order's own, for what ranks below or above a
// number at the same place. Strings end in a zero byte, which no version
// holds, so that a prefix ranks below what it is a prefix of.
const (
	tagNumber    = 0x40
	tagNumberMax = tagNumber + 100 // more than 99 digits: two bytes of length follow
	tagNumberEnd = tagNumberMax
	tagHigh      = 0xC0 // first of the tags above every number
)

// appendNumber appends digits, which must be ASCII digits, as a number:
// its length without leading zeros, then the digits. Zero is one byte.
func appendNumber(b []byte, digits string) []byte {
	for len(digits) > 0 && digits[0] == '0' {
		digits = digits[1:]
	}
	if n := len(digits); n < tagNumberMax-tagNumber {
		b = append(b, byte(tagNumber+n))
	} else {
		b = append(b, tagNumberMax, byte(n>>8), byte(n)) // maxVersion < 1<<16
	}
	return append(b, digits...)
}

// appendString appends s so that it ranks by its bytes.
func appendString(b []byte, s string) []byte {
	return append(append(b, s...), 0)
}

// appendFolded is appendString with ASCII letters in lower case.
func appendFolded(b []byte, s string) []byte {
	for i := range len(s) {
		b = append(b, lower(s[i]))
	}
	return append(b, 0)
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { c |= 0x20; return 'a' <= c && c <= 'z' }

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// digits returns the run of digits that s begins with, and the rest.
func digits(s string) (run, rest string) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return s[:i], s[i:]
}

// letters returns the run of ASCII letters that s begins with, and the rest.
func letters(s string) (run, rest string) {
	i := 0
	for i < len(s) && isLetter(s[i]) {
		i++
	}
	return s[:i], s[i:]
}

func isZero(digits string) bool {
	for i := range len(digits) {
		if digits[i] != '0' {
			return false
		}
	}
	return true
}

func allDigits(s string) bool {
	_, rest := digits(s)
	return s != "" && rest == ""
}
