package content

import "strings"

// word reads one word at a byte that begins one. It consumes nothing where an
// operator stands.
func (p *shParser) word() shWord {
	var w shWord
	start := p.at // of literal text that needs no change
	flush := func() {
		if p.at > start {
			w = p.add(w, shText, p.src[start:p.at])
		}
	}
	for p.at < len(p.src) {
		switch c := p.src[p.at]; c {
		case ' ', '\t', '\r', '\n', ';', '|', '&', ')':
			flush()
			return w
		case '(':
			flush()
			return w
		case '<', '>':
			flush()
			if p.at+1 < len(p.src) && p.src[p.at+1] == '(' && len(w) == 0 && p.depth < maxShellDepth {
				p.at += 2
				w = p.with(w, shPart{kind: shProcess, command: p.list(")")})
				start = p.at
				continue
			}
			return w
		case '\\':
			flush()
			p.at++
			if p.at < len(p.src) {
				if p.src[p.at] == '\n' {
					p.line++
				} else {
					w = p.add(w, shText, p.src[p.at:p.at+1])
				}
				p.at++
			}
			start = p.at
		case '\'':
			flush()
			p.at++
			end := strings.IndexByte(p.src[p.at:], '\'')
			if end < 0 { // an apostrophe in prose
				start = p.at
				continue
			}
			w = p.add(w, shText, p.src[p.at:p.at+end])
			p.line += strings.Count(p.src[p.at:p.at+end], "\n")
			p.at += end + 1
			start = p.at
		case '"':
			flush()
			p.at++
			if strings.IndexByte(p.src[p.at:], '"') >= 0 {
				w = p.quoted(w, '"')
			}
			start = p.at
		case '$', '`':
			flush()
			w = p.expansion(w, false)
			start = p.at
		default:
			p.at++
		}
	}
	flush()
	return w
}

// expanding reads the whole text as if it stood in double quotes: the body of a
// here-document.
func (p *shParser) expanding() shWord { return p.quoted(nil, 0) }

// quoted reads until the closing quote, or to the end when that is 0.
func (p *shParser) quoted(w shWord, quote byte) shWord {
	if quote == '"' && p.peek() == '"' {
		p.at++
		return p.add(w, shText, "")
	}
	start := p.at
	for p.at < len(p.src) {
		switch c := p.src[p.at]; {
		case c == quote && quote != 0:
			w = p.add(w, shText, p.src[start:p.at])
			p.at++
			return w
		case c == '\n':
			p.line++
			p.at++
		case c == '\\':
			w = p.add(w, shText, p.src[start:p.at])
			p.at++
			if p.at < len(p.src) {
				switch p.src[p.at] {
				case '\n':
					p.line++
				case '$', '`', '"', '\\':
					w = p.add(w, shText, p.src[p.at:p.at+1])
				default:
					w = p.add(w, shText, p.src[p.at-1:p.at+1])
				}
				p.at++
			}
			start = p.at
		case c == '$' || c == '`':
			if p.at > start {
				w = p.add(w, shText, p.src[start:p.at])
			}
			w = p.expansion(w, true)
			start = p.at
		default:
			p.at++
		}
	}
	return p.add(w, shText, p.src[start:p.at])
}

// add appends literal text, joined with literal text before it. An empty word
// is a word too; an empty part of one is none.
func (p *shParser) add(w shWord, kind shKind, text string) shWord {
	n := len(w)
	if n > 0 && text == "" {
		return w
	}
	if n > 0 && kind == shText && w[n-1].kind == shText && len(w[n-1].text) < 1<<10 {
		w[n-1].text += text
		return w
	}
	return p.with(w, shPart{kind: kind, text: text})
}

func (p *shParser) with(w shWord, part shPart) shWord {
	if w == nil {
		return p.store.part(part)
	}
	return append(w, part)
}

// expansion reads what begins with $ or a backquote.
func (p *shParser) expansion(w shWord, quoted bool) shWord {
	if p.src[p.at] == '`' {
		return p.backquoted(w)
	}
	p.at++
	if p.at >= len(p.src) {
		return p.add(w, shText, "$")
	}
	switch c := p.src[p.at]; {
	case c == '(':
		if strings.HasPrefix(p.src[p.at:], "((") {
			p.balanced('(', ')')
			return p.with(w, shPart{kind: shEdited})
		}
		if p.depth >= maxShellDepth {
			p.balanced('(', ')')
			return p.with(w, shPart{kind: shEdited})
		}
		p.at++
		return p.with(w, shPart{kind: shOutput, command: p.list(")")})
	case c == '{':
		start := p.at + 1
		p.balanced('{', '}')
		return p.with(w, braced(p.src[start:max(start, p.at-1)]))
	case c == '\'' && !quoted:
		start := p.at + 1
		for p.at = start; p.at < len(p.src) && p.src[p.at] != '\''; p.at++ {
			if p.src[p.at] == '\\' {
				p.at++
			}
		}
		end := min(p.at, len(p.src))
		p.at = min(p.at+1, len(p.src))
		p.line += strings.Count(p.src[start:end], "\n")
		return p.with(w, shPart{kind: shEscaped, text: unescapeC(p.src[start:end])})
	case c == '"' && !quoted:
		return w
	case inVariable(c):
		start := p.at
		if c >= '0' && c <= '9' {
			p.at++
		} else {
			for p.at < len(p.src) && inVariable(p.src[p.at]) {
				p.at++
			}
		}
		return p.with(w, shPart{kind: shVar, text: p.src[start:p.at]})
	case strings.IndexByte("@*#?$!-", c) >= 0:
		p.at++
		return p.with(w, shPart{kind: shVar, text: string(c)})
	}
	return p.add(w, shText, "$")
}

// braced is ${…}: of a variable as it is, or with an operator.
func braced(inner string) shPart {
	n := 0
	for n < len(inner) && inVariable(inner[n]) {
		n++
	}
	if n == len(inner) && n > 0 {
		return shPart{kind: shVar, text: inner}
	}
	return shPart{kind: shEdited, text: inner[:n]}
}

// backquoted reads `…`, in which a backslash hides a backquote, $ and itself.
func (p *shParser) backquoted(w shWord) shWord {
	p.at++
	if p.open {
		return p.add(w, shText, "`")
	}
	end := p.at
	hidden := false
	for end < len(p.src) && p.src[end] != '`' {
		if p.src[end] == '\\' {
			hidden = true
			end++
		}
		end++
	}
	if end >= len(p.src) {
		p.open = true
		return p.add(w, shText, "`")
	}
	inner := p.src[p.at:end]
	line := p.line
	p.line += strings.Count(inner, "\n")
	p.at = end + 1
	if p.depth >= maxShellDepth {
		return p.with(w, shPart{kind: shEdited})
	}
	if hidden {
		var b strings.Builder
		for i := 0; i < len(inner); i++ {
			if inner[i] == '\\' && i+1 < len(inner) && strings.IndexByte("`\\$", inner[i+1]) >= 0 {
				i++
			}
			b.WriteByte(inner[i])
		}
		inner = b.String()
	}
	return p.with(w, shPart{kind: shOutput, command: parseShellInto(p.store, inner, line, p.depth+1)})
}

// balanced skips from an opening bracket to behind its partner, over quotes.
func (p *shParser) balanced(open, end byte) {
	depth := 0
	for p.at < len(p.src) {
		switch c := p.src[p.at]; c {
		case open:
			depth++
		case end:
			if depth--; depth == 0 {
				p.at++
				return
			}
		case '\n':
			p.line++
		case '\\':
			p.at++
			if p.at < len(p.src) && p.src[p.at] == '\n' {
				p.line++
			}
		case '\'':
			if open == '(' {
				break
			}
			if i := strings.IndexByte(p.src[p.at+1:], '\''); i >= 0 && i < 200 && !strings.Contains(p.src[p.at+1:p.at+1+i], "\n") {
				p.at += i + 1
			}
		}
		p.at++
	}
	p.at = min(p.at, len(p.src))
}

// unescapeC decodes the escapes of $'…' and printf.
func unescapeC(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch c := s[i]; {
		case c == 'n':
			b.WriteByte('\n')
		case c == 't':
			b.WriteByte('\t')
		case c == 'r':
			b.WriteByte('\r')
		case c == 'e':
			b.WriteByte(0x1b)
		case c == 'x' || c == 'u' || c == 'U':
			n, digits := 0, 0
			for digits < map[byte]int{'x': 2, 'u': 4, 'U': 8}[c] && i+1 < len(s) && hexDigit(s[i+1]) >= 0 {
				i++
				digits++
				n = n<<4 | hexDigit(s[i])
			}
			if c == 'x' {
				b.WriteByte(byte(n))
			} else {
				b.WriteRune(rune(n))
			}
		case '0' <= c && c <= '7':
			n, digits := int(c-'0'), 1
			for digits < 4 && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '7' {
				i++
				digits++
				n = n<<3 | int(s[i]-'0')
			}
			b.WriteByte(byte(n))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
