package name

import "strings"

// Bounds on what is compared: of shorter names every second one is a neighbour
// of another, and no name in use is longer.
const (
	minLength = 5
	maxLength = 214 // npm's own bound
)

// edit is how one name differs from another by one letter.
type edit struct {
	says string
	at   int  // in the name in use
	slip bool // one that fingers, eyes or ears make
	swap bool // of neighbours, which makes a word of another only rarely
}

// difference returns the one edit that makes c out of p, or ok false: a letter
// more, a letter less, another letter, or two neighbours swapped (an optimal
// string alignment distance of 1).
func difference(p, c string) (e edit, ok bool) {
	i := 0
	for i < len(p) && i < len(c) && p[i] == c[i] {
		i++
	}
	e.at = min(i, len(p)-1)
	switch {
	case len(p) == len(c) && i+1 < len(p) && p[i] == c[i+1] && p[i+1] == c[i] && p[i+2:] == c[i+2:]:
		e.swap = letter(p[i]) && letter(p[i+1])
		e.says, e.slip = "the letters "+quoted(p[i:i+2])+" swapped", e.swap
		return e, true
	case len(p) == len(c) && i < len(p) && p[i+1:] == c[i+1:]:
		e.says = quoted(c[i:i+1]) + " for " + quoted(p[i:i+1])
		e.slip = i > 0 && (beside(p[i], c[i]) || alike(p[i], c[i]) || vowel(p[i]) && vowel(c[i]))
		return e, true
	case len(p)+1 == len(c) && p[i:] == c[i+1:]:
		e.says = "a letter more, " + quoted(c[i:i+1])
		e.slip = i > 0 && letter(c[i]) && (c[i] == p[i-1] || i < len(p) && (beside(c[i], p[i-1]) || beside(c[i], p[i])))
		return e, true
	case len(p) == len(c)+1 && i < len(p) && p[i+1:] == c[i:]:
		e.says = "a letter less, " + quoted(p[i:i+1])
		e.slip = i > 0 && letter(p[i]) && (p[i] == p[i-1] || i < len(p)-1 || strings.IndexByte("sedry", p[i]) < 0)
		return e, true
	}
	return e, false
}

func quoted(s string) string { return "“" + s + "”" }

func letter(c byte) bool { return 'a' <= c && c <= 'z' }

func vowel(c byte) bool { return strings.IndexByte("aeiouy", c) >= 0 }

// rows are a keyboard's, each half a key to the right of the one above it.
var rows = [...]string{"qwertyuiop", "asdfghjkl", "zxcvbnm"}

// beside reports whether two keys touch on the keyboard that most people have.
func beside(a, b byte) bool {
	if a == b {
		return false
	}
	ra, ca := key(a)
	rb, cb := key(b)
	switch {
	case ra < 0 || rb < 0:
		return false
	case ra == rb:
		return ca-cb == 1 || cb-ca == 1
	case ra+1 == rb:
		return cb == ca || cb == ca-1
	case rb+1 == ra:
		return ca == cb || ca == cb-1
	}
	return false
}

func key(c byte) (row, column int) {
	for r, letters := range rows {
		if i := strings.IndexByte(letters, c); i >= 0 {
			return r, i
		}
	}
	return -1, 0
}

// alike reports whether two letters look or sound alike.
func alike(a, b byte) bool {
	for _, pair := range [...]string{"il", "o0", "l1", "i1", "s5", "mn", "uv", "vw", "ck", "sz", "cs", "ij", "gq"} {
		if pair[0] == a && pair[1] == b || pair[0] == b && pair[1] == a {
			return true
		}
	}
	return false
}
