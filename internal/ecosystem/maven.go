package ecosystem

import "strings"

// Ranks of a Maven token at its place. Numbers behind a dot use the tags of
// numbers themselves.
const (
	mavenAlpha     = 0x01
	mavenBeta      = 0x02
	mavenMilestone = 0x03
	mavenRC        = 0x04
	mavenSnapshot  = 0x05
	mavenEnd       = 0x06
	mavenRelease   = 0x07 // "", "ga", "final", "release" before something that counts
	mavenSP        = 0x08
	mavenOther     = 0x09 // any other word, by its letters
	mavenHyphen    = 0x0A // a number behind a hyphen
)

// appendMaven reads Maven's version order: tokens split at dots, hyphens and
// between digits and other characters; empty ones are zero; trailing nulls
// count nothing. Any text is a version.
// Source: https://maven.apache.org/pom.html#version-order-specification
//
// The specification pads the shorter of two versions with nulls, which makes
// circles of odd ones (1.0.alpha < 1 < 1-sp < 1.0.alpha). Here, as in Maven
// itself since 3.9, nulls count nothing before a word either, and there are
// no circles.
func appendMaven(b []byte, v string) ([]byte, bool) {
	keep := len(b) // b[:keep] ends in a token that counts
	hyphen := false
	for i := 0; ; {
		j := i
		number := j < len(v) && isDigit(v[j])
		for j < len(v) && v[j] != '.' && v[j] != '-' && isDigit(v[j]) == number {
			j++
		}
		token := v[i:j]
		switch {
		case token == "": // counts as zero
			b = appendMavenNumber(b, "", hyphen, keep)
		case number:
			b = appendMavenNumber(b, token, hyphen, keep)
			if !isZero(token) {
				keep = len(b)
			}
		default:
			b = b[:keep]
			followed := j < len(v) && isDigit(v[j])
			var null bool
			if b, null = appendMavenWord(b, token, followed); !null {
				keep = len(b)
			}
		}
		if j == len(v) {
			break
		}
		switch v[j] {
		case '.':
			hyphen = false
			i = j + 1
		case '-':
			hyphen = true
			i = j + 1
		default:
			hyphen = true
			i = j
		}
	}
	return append(b[:keep], mavenEnd), true
}

func appendMavenNumber(b []byte, digits string, hyphen bool, keep int) []byte {
	if hyphen {
		b = append(b[:keep], mavenHyphen)
	}
	return appendNumber(b, digits)
}

// appendMavenWord appends a qualifier; null says that it counts as nothing.
// One letter is an abbreviation only when a digit follows at once.
func appendMavenWord(b []byte, word string, followed bool) (_ []byte, null bool) {
	switch {
	case fold(word, "alpha"), followed && fold(word, "a"):
		return append(b, mavenAlpha), false
	case fold(word, "beta"), followed && fold(word, "b"):
		return append(b, mavenBeta), false
	case fold(word, "milestone"), followed && fold(word, "m"):
		return append(b, mavenMilestone), false
	case fold(word, "rc"), fold(word, "cr"):
		return append(b, mavenRC), false
	case fold(word, "snapshot"):
		return append(b, mavenSnapshot), false
	case fold(word, "ga"), fold(word, "final"), fold(word, "release"):
		return append(b, mavenRelease), true
	case fold(word, "sp"):
		return append(b, mavenSP), false
	}
	return appendString(append(b, mavenOther), strings.ToLower(word)), false
}
