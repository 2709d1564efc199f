package report

import "strings"

// escapeMarkdown makes a string plain text in GitHub's and GitLab's Markdown:
// no HTML, no formatting, no links, and nobody and nothing is mentioned by an
// @, # or !. It cleans s first.
func escapeMarkdown(s string) string { return escapeClean(clean(s)) }

// escapeClean is escapeMarkdown for what is clean already, of any length.
func escapeClean(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '&':
			b.WriteString("&amp;")
		case '@', '#', '!', '$', '%', '~', '^', ':':
			// A word joiner behind it cuts mentions, references, quick actions,
			// emoji and bare addresses, on every forge, and is not seen.
			b.WriteByte(c)
			if i+1 < len(s) && strings.IndexByte(" ,;)", s[i+1]) < 0 {
				b.WriteString("&#8288;")
			}
		case '\\', '`', '*', '_', '{', '}', '[', ']', '(', ')', '|':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '.':
			b.WriteByte(c)
			if i >= 3 && strings.EqualFold(s[i-3:i], "www") {
				b.WriteString("&#8288;")
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// code makes a string a code span, which nobody's name in it leaves: names,
// versions and commands stay as they are and can be copied. cell says that it
// stands in a table, where a bar ends the cell even within a span.
func code(s string, cell bool) string {
	s = clean(s)
	if s == "" {
		return ""
	}
	longest, run := 0, 0
	for i := 0; i < len(s); i++ {
		if s[i] == '`' {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	fence := strings.Repeat("`", longest+1)
	if cell {
		s = strings.ReplaceAll(s, "|", "\\|")
	}
	if longest > 0 {
		s = " " + s + " "
	}
	return fence + s + fence
}

// sentenceMarkdown is escapeMarkdown with code spans where s has backticks.
func sentenceMarkdown(s string) string {
	var b strings.Builder
	for _, p := range pieces(s) {
		if p.Code {
			b.WriteString(code(p.Text, false))
		} else {
			b.WriteString(escapeMarkdown(p.Text))
		}
	}
	return b.String()
}
