package ecosystem

// Tags of a RubyGems key. A version is an endless row of segments, zeros
// behind its last; a word ranks below zero, so that runs of zeros before a
// word rank below the end and runs before a number above it.
const (
	gemWord     = 0x01
	gemZerosLow = 0x02 // zeros before a word: the more, the higher
	gemEnd      = 0x03
	gemZerosTop = 0x04 // zeros before a number: the more, the lower
)

// appendGem reads a Gem::Version: segments of digits or letters; a hyphen
// means ".pre."; trailing zeros of the numbers in front and of the rest count
// nothing.
// Source: https://docs.ruby-lang.org/en/master/Gem/Version.html
func appendGem(b []byte, v string) ([]byte, bool) {
	if !isDigit(v[0]) {
		return nil, false
	}
	zeros, pre := 0, false
	word := func(s string) {
		if zeros > 0 && pre {
			b = append(b, gemZerosLow, byte(zeros>>8), byte(zeros))
		}
		zeros, pre = 0, true
		b = appendString(append(b, gemWord), s)
	}
	empty := false // a separator and nothing behind it yet
	for v != "" {
		switch c := v[0]; {
		case isDigit(c):
			var run string
			run, v = digits(v)
			if empty = false; isZero(run) {
				zeros++
				continue
			}
			if zeros > 0 {
				b = append(b, gemZerosTop, ^byte(zeros>>8), ^byte(zeros))
			}
			zeros = 0
			b = appendNumber(b, run)
		case isLetter(c):
			var run string
			run, v = letters(v)
			empty = false
			word(run)
		case (c == '.' || c == '-') && !empty:
			if v, empty = v[1:], true; c == '-' {
				word("pre")
			}
		default:
			return nil, false
		}
	}
	return append(b, gemEnd), !empty
}
