package content

import "strings"

// header reads what stands between for or case and its body: words that run
// nothing but their substitutions.
func (p *shParser) header(c *shCommand) {
	for p.at < len(p.src) {
		p.blanks(false)
		start := p.at
		switch p.peek() {
		case ';', '\n', '|', '&', '<', '>', '(', ')':
			return
		}
		w := p.word()
		if p.at == start {
			return
		}
		if bare := p.src[start:p.at]; bare == "do" || bare == "{" {
			return
		}
		for _, part := range w {
			if part.kind == shOutput {
				c.body = append(c.body, part.command...)
			}
		}
	}
}

// redirections reads those behind a compound command.
func (p *shParser) redirections(c *shCommand) {
	for {
		p.blanks(false)
		b := p.peek()
		if b >= '0' && b <= '9' && p.at+1 < len(p.src) && (p.src[p.at+1] == '<' || p.src[p.at+1] == '>') {
			p.at++
			b = p.peek()
		}
		if b != '<' && b != '>' {
			return
		}
		p.redirection(c)
	}
}

// redirection reads one, at its < or >.
func (p *shParser) redirection(c *shCommand) {
	op := p.at
	for p.at < len(p.src) && strings.IndexByte("<>&|-!", p.src[p.at]) >= 0 && p.at-op < 3 {
		p.at++
	}
	what := p.src[op:p.at]
	switch {
	case strings.HasPrefix(what, "<<") && !strings.HasPrefix(what, "<<<"):
		p.blanks(false)
		start := p.at
		w := p.word()
		end, _ := w.literal()
		if p.at == start || len(p.pending) > 16 {
			return
		}
		c.here = true
		c.stdin = append(c.stdin[:0:0], nil)
		p.pending = append(p.pending, pendingHere{end: end, dash: strings.HasSuffix(what, "-"),
			raw: strings.ContainsAny(p.src[start:p.at], `'"\`), into: &c.stdin[0]})
	case what == "<<<":
		p.blanks(false)
		c.here, c.stdin = true, []shWord{p.word()}
	case strings.ContainsRune(what, '>'):
		if p.peek() == '(' && what == ">" {
			p.at--
			p.word()
			return
		}
		p.blanks(false)
		w := p.word()
		if to, _ := w.literal(); strings.HasPrefix(what, ">&") && (to == "-" || to == "1" || to == "2" || to == "") {
			return // another descriptor
		}
		c.out = append(c.out, w)
	default:
		p.blanks(false)
		if w := p.word(); !c.here {
			c.stdin = append(c.stdin, w)
		}
	}
}

// assignment splits name=value and name+=value.
func assignment(w shWord) (shAssign, bool) {
	if len(w) == 0 || w[0].kind != shText {
		return shAssign{}, false
	}
	text := w[0].text
	i := strings.IndexByte(text, '=')
	if i <= 0 {
		return shAssign{}, false
	}
	name := strings.TrimSuffix(text[:i], "+")
	for j := 0; j < len(name); j++ {
		if !inVariable(name[j]) || j == 0 && name[0] >= '0' && name[0] <= '9' {
			return shAssign{}, false
		}
	}
	value := append(shWord{{text: text[i+1:]}}, w[1:]...)
	if text[i+1:] == "" {
		value = value[1:]
	}
	return shAssign{name, value}, name != ""
}

func inVariable(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_'
}
