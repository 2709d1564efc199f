package ecosystem

import "strings"

// Ranks of a Maven token at its place. Numbers behind a dot use the tags of
// numbers themselves.
const (
	mavenAlpha      = 0x01
	mavenBeta       = 0x02
	mavenMilestone  = 0x03
	mavenRC         = 0x04
	mavenSnapshot   = 0x05
	mavenReleaseLow = 0x06 // "ga", "final", "release" before one of the words above
	mavenEnd        = 0x07
	mavenRelease    = 0x08 // "ga", "final", "release" before anything else
	mavenSP         = 0x09
	mavenOther      = 0x0A // any other word, by its letters
	mavenHyphen     = 0x0B // a number behind a hyphen
)

// appendMaven reads Maven's version order: tokens split at dots, hyphens and
// between digits and other characters; an empty one is zero; trailing zeros
// and release words count nothing. Any text is a version.
// Source: https://maven.apache.org/pom.html#version-order-specification
//
// The specification pads the shorter of two versions, which makes circles of
// odd ones (1.0.alpha < 1 < 1-sp < 1.0.alpha). Here, as in Maven since 3.9.0
// (MNG-7644), zeros count nothing before a word either: 1.0.0.RC1 is
// 1.0.0-RC1. Release words before another word do count (MNG-7714:
// 1.final-redhat < 1-sp).
func appendMaven(b []byte, v string) ([]byte, bool) {
	keep := len(b)  // b[:keep] ends in a word or a number that is not zero
	end := keep     // b[:end] ends in one that counts
	release := -1   // where in b a release word waits for what follows it
	hyphen := false // before the token
	for more := true; more; {
		var token string
		var next byte
		token, next, v, more = cutMaven(v)
		switch {
		case token == "" || isDigit(token[0]):
			if hyphen {
				b = append(b[:keep], mavenHyphen)
			}
			if b = appendNumber(b, token); !isZero(token) {
				keep, end, release = len(b), len(b), -1
			}
		default:
			tag := mavenWord(token, next != 0 && isDigit(next))
			b = append(b[:keep], tag)
			if tag == mavenOther {
				b = appendString(b, strings.ToLower(token))
			}
			keep = len(b)
			if tag == mavenRelease {
				if release < 0 {
					release = keep - 1
				}
				break
			}
			if release >= 0 && tag < mavenReleaseLow {
				b[release] = mavenReleaseLow
			}
			end, release = keep, -1
		}
		hyphen = next != '.'
	}
	return append(b[:end], mavenEnd), true
}

// cutMaven cuts the first token off v and what separates it, and tells the
// byte that follows it, 0 at the end.
func cutMaven(v string) (token string, next byte, rest string, more bool) {
	i := 0
	for i < len(v) && v[i] != '.' && v[i] != '-' && isDigit(v[i]) == isDigit(v[0]) {
		i++
	}
	if i == len(v) {
		return v, 0, "", false
	}
	token, next, rest = v[:i], v[i], v[i:]
	if next == '.' || next == '-' {
		rest = rest[1:]
	}
	return token, next, rest, true
}

// mavenWord ranks a qualifier. One letter is an abbreviation only when a digit
// follows at once.
func mavenWord(word string, followed bool) byte {
	switch {
	case fold(word, "alpha"), followed && fold(word, "a"):
		return mavenAlpha
	case fold(word, "beta"), followed && fold(word, "b"):
		return mavenBeta
	case fold(word, "milestone"), followed && fold(word, "m"):
		return mavenMilestone
	case fold(word, "rc"), fold(word, "cr"):
		return mavenRC
	case fold(word, "snapshot"):
		return mavenSnapshot
	case fold(word, "ga"), fold(word, "final"), fold(word, "release"):
		return mavenRelease
	case fold(word, "sp"):
		return mavenSP
	}
	return mavenOther
}
