package content

import "strings"

// Bounds on reading shell text. What lies deeper is taken as plain text.
const (
	maxShellDepth = 24
	maxShellWords = 4096 // words of one command; the others are not kept
)

// A shPipeline is commands joined by pipes.
type shPipeline struct {
	stages     []shCommand
	line       int
	background bool
}

// A shCommand is a simple command or, with a body, a compound one.
type shCommand struct {
	assigns []shAssign
	words   []shWord
	stdin   []shWord // here-documents, here-strings and files, as redirected
	here    bool     // stdin[0] is text, not the name of a file
	out     []shWord // files written by redirection
	body    []shPipeline
	line    int
}

type shAssign struct {
	name  string
	value shWord
}

// A shWord is a word with its quotes removed, in parts.
type shWord []shPart

// A shPart is literal text, an expansion of a variable, or the output of
// commands.
type shPart struct {
	text    string // the literal text, or the variable's name
	kind    shKind
	command []shPipeline
}

type shKind uint8

const (
	shText    shKind = iota
	shVar            // $name and ${name}
	shEdited         // ${name…} with an operator: a part of the value at best
	shOutput         // $(…) and `…`
	shProcess        // <(…)
	shEscaped        // $'…' with escapes in it
)

// literal returns the text of a word without expansions.
func (w shWord) literal() (string, bool) {
	if len(w) == 1 && w[0].kind == shText {
		return w[0].text, true
	}
	var b strings.Builder
	for _, p := range w {
		if p.kind != shText && p.kind != shEscaped {
			return "", false
		}
		b.WriteString(p.text)
	}
	return b.String(), true
}

// parseShell reads shell text. It accepts anything: what is no shell gives
// words that mean nothing.
func parseShell(src string, line, depth int) []shPipeline {
	return parseShellInto(new(shStore), src, line, depth)
}

func parseShellInto(store *shStore, src string, line, depth int) []shPipeline {
	p := &shParser{store: store, src: src, line: line, depth: depth}
	return p.list("")
}

// A shStore keeps what parsers make in large pieces: a configure has a hundred
// thousand words, most of one part.
type shStore struct {
	parts []shPart
	words []shWord
	stack []shWord // of commands that are being read
}

// part returns a word of one part.
func (s *shStore) part(p shPart) shWord {
	if len(s.parts) == cap(s.parts) {
		s.parts = make([]shPart, 0, min(max(8, 2*cap(s.parts)), 512))
	}
	n := len(s.parts)
	s.parts = append(s.parts, p)
	return s.parts[n : n+1 : n+1]
}

// keep copies the words on the stack from a place on, and takes them off.
func (s *shStore) keep(from int) []shWord {
	n := len(s.stack) - from
	if n == 0 {
		return nil
	}
	if cap(s.words)-len(s.words) < n {
		s.words = make([]shWord, 0, max(n, min(max(8, 2*cap(s.words)), 512)))
	}
	at := len(s.words)
	s.words = append(s.words, s.stack[from:]...)
	s.stack = s.stack[:from]
	return s.words[at:len(s.words):len(s.words)]
}

type shParser struct {
	store   *shStore
	src     string
	at      int
	line    int
	depth   int
	open    bool // a backquote has no partner: none is looked for again
	pending []pendingHere
}

type pendingHere struct {
	end  string
	dash bool
	raw  bool
	into *shWord
}

// list reads pipelines until one of the closing words stands where a command
// would, which is consumed. closers are separated by blanks.
func (p *shParser) list(closers string) []shPipeline {
	var out []shPipeline
	p.depth++
	defer func() { p.depth-- }()
	for {
		p.blanks(true)
		if p.at >= len(p.src) {
			return out
		}
		if closers == ")" && p.src[p.at] == ')' {
			p.at++
			return out
		}
		start := p.at
		pl, closed := p.pipeline(closers)
		if len(pl.stages) > 0 {
			out = append(out, pl)
		}
		if closed {
			return out
		}
		if p.at == start {
			p.at++ // a stray operator
		}
	}
}

// pipeline reads one pipeline and its separator, and reports whether a closing
// word ended the list.
func (p *shParser) pipeline(closers string) (pl shPipeline, closed bool) {
	pl.line = p.line
	for {
		p.blanks(false)
		pl.stages = append(pl.stages, shCommand{line: p.line})
		c := &pl.stages[len(pl.stages)-1]
		from := len(p.store.stack)
		closed := p.command(c, closers)
		c.words = p.store.keep(from)
		if c.empty() {
			pl.stages = pl.stages[:len(pl.stages)-1]
		}
		if closed {
			return pl, true
		}
		p.blanks(false)
		if p.at >= len(p.src) {
			return pl, false
		}
		switch p.src[p.at] {
		case '|':
			p.at++
			if p.peek() == '|' {
				p.at++
				return pl, false
			}
			if p.peek() == '&' {
				p.at++
			}
			p.blanks(true)
			continue
		case '&':
			p.at++
			if p.peek() == '&' {
				p.at++
			} else {
				pl.background = true
			}
			return pl, false
		case ';':
			for p.peek() == ';' || p.peek() == '&' {
				p.at++
			}
			return pl, false
		case '\n':
			return pl, false
		case ')':
			if closers == ")" {
				return pl, false // list consumes it
			}
			// The end of a pattern in case … in: what was read is no command.
			p.at++
			pl.stages = pl.stages[:0]
			return pl, false
		}
		return pl, false
	}
}

func (p *shParser) peek() byte {
	if p.at < len(p.src) {
		return p.src[p.at]
	}
	return 0
}

// blanks skips blanks, comments and joined lines; newlines too if asked.
func (p *shParser) blanks(newlines bool) {
	for p.at < len(p.src) {
		switch c := p.src[p.at]; {
		case c == ' ' || c == '\t' || c == '\r':
			p.at++
		case c == '\\' && strings.HasPrefix(p.src[p.at:], "\\\n"):
			p.at += 2
			p.line++
		case c == '\\' && strings.HasPrefix(p.src[p.at:], "\\\r\n"):
			p.at += 3
			p.line++
		case c == '#' && (p.at == 0 || strings.IndexByte(" \t\n;|&()`", p.src[p.at-1]) >= 0):
			if i := strings.IndexByte(p.src[p.at:], '\n'); i >= 0 {
				p.at += i
			} else {
				p.at = len(p.src)
			}
		case c == '\n' && newlines:
			p.newline()
		default:
			return
		}
	}
}

// newline consumes a line end and the here-documents that begin after it.
func (p *shParser) newline() {
	p.at++
	p.line++
	for _, h := range p.pending {
		start, end := p.at, len(p.src)
		rest := len(p.src)
		for at := p.at; at < len(p.src); {
			stop := strings.IndexByte(p.src[at:], '\n')
			next := len(p.src)
			if stop < 0 {
				stop = len(p.src)
			} else {
				stop += at
				next = stop + 1
			}
			text := strings.TrimSuffix(p.src[at:stop], "\r")
			if h.dash {
				text = strings.TrimLeft(text, "\t")
			}
			if text == h.end {
				end, rest = at, next
				break
			}
			at = next
		}
		text := p.src[start:end]
		*h.into = shWord{{text: text}}
		if !h.raw && strings.IndexByte(text, '$') >= 0 && p.depth < maxShellDepth && len(text) <= 64<<10 {
			q := &shParser{store: p.store, src: text, line: p.line, depth: p.depth + 1}
			*h.into = q.expanding()
		}
		p.line += strings.Count(p.src[start:rest], "\n")
		p.at = rest
	}
	p.pending = p.pending[:0]
}

// closersOf are the words that end a compound command.
func closersOf(word string) string {
	switch word {
	case "if":
		return "fi"
	case "while", "until", "for", "select":
		return "done"
	case "case":
		return "esac"
	case "{":
		return "}"
	}
	return ""
}

// command reads a simple or compound command, its words on the stack. It stays
// empty when there is none.
func (p *shParser) command(c *shCommand, closers string) (closed bool) {
	from := len(p.store.stack)
	if p.peek() == '(' && p.depth < maxShellDepth {
		p.at++
		c.body = p.list(")")
		p.redirections(c)
		return false
	}
	for p.at < len(p.src) {
		p.blanks(false)
		switch b := p.peek(); b {
		case 0:
			if p.at >= len(p.src) {
				return false
			}
			p.at++
			continue
		case '|', '&', ';', '\n', ')':
			if b == '&' && strings.HasPrefix(p.src[p.at:], "&>") {
				p.redirection(c)
				continue
			}
			return false
		case '(':
			// name() { …: the body is read as commands that follow.
			p.at++
			if len(p.store.stack) == from+1 {
				p.blanks(true)
				if p.peek() == ')' {
					p.at++
					p.store.stack = p.store.stack[:from]
					return false
				}
			}
			if len(p.store.stack) == from && p.depth < maxShellDepth {
				c.body = append(c.body, p.list(")")...)
			}
			continue
		case '<', '>':
			if !strings.HasPrefix(p.src[p.at:], "<(") && !strings.HasPrefix(p.src[p.at:], ">(") {
				p.redirection(c)
				continue
			}
		}
		start := p.at
		w := p.word()
		if p.at == start {
			p.at++
			continue
		}
		bare := p.src[start:p.at]
		if len(p.store.stack) == from && len(c.assigns) == 0 {
			switch bare {
			case "then", "else", "elif", "do", "!", "time", "in", "function":
				continue
			case "fi", "done", "esac", "}":
				if bare == closers {
					return true
				}
				continue
			case "if", "while", "until", "{", "for", "case", "select":
				if p.depth < maxShellDepth {
					if bare == "for" || bare == "case" || bare == "select" {
						p.header(c)
					}
					c.body = p.list(closersOf(bare))
					p.redirections(c)
					return false
				}
				continue
			}
		}
		// A number before a redirection is a descriptor.
		if b := p.peek(); (b == '<' || b == '>') && len(bare) == 1 && bare[0] >= '0' && bare[0] <= '9' {
			continue
		}
		if len(p.store.stack) == from {
			if a, ok := assignment(w); ok {
				c.assigns = append(c.assigns, a)
				continue
			}
		}
		if len(p.store.stack)-from < maxShellWords {
			p.store.stack = append(p.store.stack, w)
		}
	}
	return false
}

func (c *shCommand) empty() bool {
	return len(c.words)+len(c.assigns)+len(c.body)+len(c.stdin)+len(c.out) == 0
}
