package content

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Runs of characters that nobody sees. An emoji takes up to seven (a flag of
// tags), a letter takes one selector; bytes carried by them take many.
const (
	hiddenRun  = 24 // of selectors, tags and zero-width characters
	privateRun = 64 // of characters that have no meaning but by agreement
)

// readUnicode marks characters in a text that a person does not see, or sees in
// another order than the machine. It is asked for every text that a language
// reads. What is not marked: a byte order mark, emoji, letters with joiners,
// text from right to left in its own marks, tables of single characters.
func readUnicode(s source, f *facts) {
	// Every character looked for begins with one of a few bytes, and most texts
	// have none of them.
	text := s.text
	if strings.IndexByte(text, 0xe2) < 0 && strings.IndexByte(text, 0xef) < 0 && strings.IndexByte(text, 0xf3) < 0 && strings.IndexByte(text, 0xee) < 0 &&
		strings.IndexByte(text, 0xd0) < 0 && strings.IndexByte(text, 0xd1) < 0 && strings.IndexByte(text, 0xe3) < 0 && strings.IndexByte(text, 0xe1) < 0 && strings.IndexByte(text, 0xf4) < 0 {
		return
	}
	u := hiddenReader{f: f, line: s.first}
	for from := 0; from < len(text); u.line++ {
		end := strings.IndexByte(text[from:], '\n')
		if end < 0 {
			end = len(text)
		} else {
			end += from
		}
		u.read(text[from:end])
		from = end + 1
	}
	u.ended()
}

type hiddenReader struct {
	f            *facts
	line         int
	run, private int // of characters, across lines
	runLine      int
	kinds        [2]rune // two different characters of the run
	told         [4]bool
}

func (u *hiddenReader) read(line string) {
	i := 0
	for i < len(line) && line[i] < utf8.RuneSelf {
		i++
	}
	if i == len(line) {
		if line != "" {
			u.ended()
		}
		return
	}
	if i > 0 {
		u.ended()
	}
	bidi, rtl := 0, false
	var open [16]rune
	override := false
	identifier := -1 // where one with other than ASCII letters may begin
	for at := i; at < len(line); {
		c, size := utf8.DecodeRuneInString(line[at:])
		if c < utf8.RuneSelf {
			u.ended()
			at += size
			continue
		}
		switch {
		case hidden(c):
			if u.run == 0 {
				u.runLine, u.kinds = u.line, [2]rune{c, c}
			} else if c != u.kinds[0] {
				u.kinds[1] = c
			}
			u.run++
		case unicode.Is(unicode.Co, c):
			if u.private == 0 && u.run == 0 {
				u.runLine = u.line
			}
			u.private++
		default:
			u.ended()
		}
		switch {
		case c >= 0x202a && c <= 0x202e && c != 0x202c || c >= 0x2066 && c <= 0x2068:
			if c == 0x202d || c == 0x202e {
				override = true
			}
			if bidi < len(open) {
				open[bidi] = c
			}
			bidi++
		case (c == 0x202c || c == 0x2069) && bidi > 0:
			bidi--
		case unicode.In(c, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana):
			rtl = true
		case c == 0x3164 || c == 0xffa0 || c == 0x115f || c == 0x1160:
			if inName(line, at, size) {
				u.tell(2, "invisible name", 2, line)
			}
		case unicode.In(c, unicode.Cyrillic, unicode.Greek):
			if identifier < at {
				from, end := nameAround(line, at)
				identifier = end
				if mixedName(line[from:end]) && !quotedAt(line[:from]) {
					u.tell(3, "look-alike letters in a name", 2, line[from:end])
				}
			}
		}
		at += size
	}
	if (bidi > 0 || override) && !rtl && codeLike(line) {
		u.tell(1, "text that runs in another direction", 3, strings.ToValidUTF8(line, ""))
	}
}

// ended closes a run.
func (u *hiddenReader) ended() {
	line := u.line
	if u.run >= hiddenRun && u.kinds[0] != u.kinds[1] && !u.told[0] {
		u.told[0] = true
		u.f.mark("invisible text", min(line, u.runLine), 3, "a run of characters that are not shown")
	}
	if u.private >= privateRun && !u.told[0] {
		u.told[0] = true
		u.f.mark("invisible text", min(line, u.runLine), 2, "a run of characters for private use")
	}
	u.run, u.private = 0, 0
}

func (u *hiddenReader) tell(which int, kind string, weight int, says string) {
	if !u.told[which] {
		u.told[which] = true
		u.f.mark(kind, u.line, weight, says)
	}
}

// hidden tells characters that are not shown by themselves.
func hidden(c rune) bool {
	switch {
	case c >= 0xfe00 && c <= 0xfe0f, c >= 0xe0100 && c <= 0xe01ef: // variation selectors
		return true
	case c >= 0xe0000 && c <= 0xe007f: // tags
		return true
	case c >= 0x200b && c <= 0x200d, c >= 0x2060 && c <= 0x2064, c == 0xfeff, c == 0x180e, c == 0x034f, c == 0x00ad:
		return true
	case c == 0x3164, c == 0xffa0, c == 0x115f, c == 0x1160, c == 0x2800: // fillers and the blank of Braille
		return true
	}
	return false
}

// codeLike tells a line that has code on it, by its signs.
func codeLike(line string) bool { return strings.ContainsAny(line, "=(){};") }

func nameByte(c byte) bool { return inVariable(c) || c == '$' || c >= utf8.RuneSelf }

// inName tells a filler that stands where a name does: in code, with no letter
// of its own script beside it, nor within a string.
func inName(line string, at, size int) bool {
	if at+size < len(line) && line[at+size] >= utf8.RuneSelf || at > 0 && line[at-1] >= utf8.RuneSelf {
		return false
	}
	before, after := strings.TrimRight(line[:at], " \t"), strings.TrimLeft(line[at+size:], " \t")
	if quotedAt(before) {
		return false
	}
	return before != "" && strings.ContainsAny(before[len(before)-1:], ",{([=;") || after != "" && strings.ContainsAny(after[:1], ",})]=;(") && before != ""
}

// quotedAt tells text behind which a string or comment is open, as far as one
// line tells.
func quotedAt(before string) bool {
	return strings.Count(before, `"`)%2+strings.Count(before, "'")%2+strings.Count(before, "`")%2 > 0 ||
		strings.Contains(before, "//") || strings.Contains(before, "/*") || strings.Contains(before, "#") || strings.HasPrefix(strings.TrimSpace(before), "*")
}

// nameAround returns where the name begins and ends that a byte is in.
func nameAround(line string, at int) (from, end int) {
	from, end = at, at
	for from > 0 && nameByte(line[from-1]) {
		from--
	}
	for end < len(line) && nameByte(line[end]) {
		end++
	}
	return from, end
}

// mixedName tells a name of Latin letters among which some are of another
// script and look the same, in a form that only names have.
func mixedName(name string) bool {
	latin, alike := 0, 0
	for _, c := range name {
		switch {
		case c < utf8.RuneSelf:
			if c != '_' && c != '$' && (c < '0' || c > '9') {
				latin++
			}
		case strings.ContainsRune("аеорсухіјѕԁһԛԝАВЕКМНОРСТХІЈЅοΟΑΒΕΖΗΙΚΜΝΡΤΥΧ", c):
			alike++
		default:
			return false
		}
	}
	return alike > 0 && latin >= 3 && latin > alike
}
