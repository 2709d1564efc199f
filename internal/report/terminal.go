package report

import (
	"bufio"
	"strings"
	"unicode/utf8"
)

// style is the parameter of an ANSI SGR sequence (ECMA-48, 8.3.117).
type style string

const (
	normal  style = ""
	bold    style = "1"
	dim     style = "2"
	red     style = "1;31"
	yellow  style = "33"
	green   style = "32"
	cyan    style = "36"
	onRed   style = "1;97;41"
	onAmber style = "1;30;43"
	onGreen style = "1;30;42"
)

// span is text in one style. Its text is clean: nothing foreign comes here
// with a control character in it.
type span struct {
	style style
	text  string
}

// terminal lays lines out for a width.
type terminal struct {
	w     *bufio.Writer
	width int
	color bool
	style style // in use
}

// para writes spans as one paragraph: words wrap at the width, first stands
// before the first line and spaces of the same width before the others. A
// word that is longer than a line keeps whole, so that paths and commands can
// be copied.
func (t *terminal) para(first string, spans ...span) {
	indent := utf8.RuneCountInString(first)
	t.w.WriteString(first)
	col, fresh := indent, true // fresh: nothing stands on this line yet
	glue := false              // the next word continues the last one
	for _, s := range spans {
		words := t.words(s.text, t.width-indent)
		for i, w := range words {
			if i > 0 {
				glue = false
			}
			if w == "" {
				continue
			}
			n := utf8.RuneCountInString(w)
			switch {
			case fresh || glue:
			case col+1+n > t.width:
				t.use(normal)
				t.w.WriteByte('\n')
				t.w.WriteString(strings.Repeat(" ", indent))
				col = indent
			default:
				if t.style != s.style {
					t.use(normal)
				}
				t.w.WriteByte(' ')
				col++
			}
			t.put(s.style, w)
			col += n
			fresh, glue = false, true
		}
	}
	t.use(normal)
	t.w.WriteByte('\n')
}

// use changes the style of what follows.
func (t *terminal) use(s style) {
	if !t.color || t.style == s {
		return
	}
	if t.style != normal {
		t.w.WriteString("\x1b[0m")
	}
	if s != normal {
		t.w.WriteString("\x1b[" + string(s) + "m")
	}
	t.style = s
}

// words takes text apart at its spaces, and units too that are longer than a
// line.
func (t *terminal) words(text string, room int) []string {
	words := strings.Split(text, " ")
	for i, w := range words {
		if strings.Contains(w, "\u00a0") && utf8.RuneCountInString(w) > room {
			words[i] = strings.ReplaceAll(w, "\u00a0", " ")
			return strings.Split(strings.Join(words, " "), " ")
		}
	}
	return words
}

// unit keeps the words of text on one line: para does not break at its spaces.
func unit(text string) string { return strings.ReplaceAll(text, " ", "\u00a0") }

func (t *terminal) put(s style, text string) {
	t.use(s)
	t.w.WriteString(strings.ReplaceAll(text, "\u00a0", " ")) // none is foreign: clean escapes them
}

// textColumn is where right ends: on a wide screen the far margin is too far
// for the eye.
const textColumn = 88

// ends writes left, and right so that it ends at the column, or on the next
// line where they do not fit side by side.
func (t *terminal) ends(first string, left, right span) {
	room := min(t.width, textColumn) - utf8.RuneCountInString(first) - utf8.RuneCountInString(left.text) - utf8.RuneCountInString(right.text)
	if room < 2 {
		t.para(first, left)
		t.para(strings.Repeat(" ", utf8.RuneCountInString(first)), right)
		return
	}
	t.w.WriteString(first)
	t.put(left.style, left.text)
	t.use(normal)
	t.w.WriteString(strings.Repeat(" ", room))
	t.put(right.style, right.text)
	t.use(normal)
	t.w.WriteByte('\n')
}

func (t *terminal) blank() { t.w.WriteByte('\n') }

func (t *terminal) title(s span, rest string) {
	t.blank()
	t.para("", s, span{dim, " " + rest})
}
