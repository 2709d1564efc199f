package report

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// nameMax bounds, in runes, how much of a foreign name a person is shown. The
// machine formats carry names whole.
const nameMax = 160

// clean makes a foreign string harmless where a person reads it: whatever
// does not print (control characters, escape sequences, bidirectional
// overrides, invisible joiners, broken UTF-8) is shown as its escape, and
// what is too long is cut.
func clean(s string) string { return cleanTo(s, nameMax) }

// cleanTo is clean with a bound of most runes.
func cleanTo(s string, most int) string {
	if len(s) <= most && plain(s) {
		return s
	}
	var b strings.Builder
	n := 0
	for i := 0; i < len(s); n++ {
		r, size := utf8.DecodeRuneInString(s[i:])
		if n == most {
			b.WriteString("…")
			break
		}
		if r == utf8.RuneError && size == 1 {
			b.WriteString(`\x` + strconv.FormatUint(uint64(s[i]), 16))
		} else if strconv.IsPrint(r) {
			b.WriteRune(r)
		} else {
			q := strconv.QuoteRuneToASCII(r)
			b.WriteString(q[1 : len(q)-1])
		}
		i += size
	}
	return b.String()
}

// plain reports whether s is printable ASCII.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// prose is clean for sentences: white space of any kind and length is one
// space, and up to max runes are kept.
func prose(s string, max int) string {
	if len(s) > 8*max {
		s = s[:8*max]
	}
	words := strings.Fields(s)
	out := make([]string, 0, len(words))
	for _, w := range words {
		w = clean(w)
		max -= utf8.RuneCountInString(w) + 1
		if max < 0 {
			out = append(out, "…")
			break
		}
		out = append(out, w)
	}
	return strings.Join(out, " ")
}
