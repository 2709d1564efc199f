package content

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

// unquote takes the quotes of a string token away.
func unquote(token string) string {
	if len(token) > 1 && token[0] == token[len(token)-1] {
		return token[1 : len(token)-1]
	}
	return strings.TrimLeft(token, `"'`)
}

// escapesLetters reports whether a string token writes letters as numbers.
func escapesLetters(token string) bool {
	return strings.Contains(token, `\x6`) || strings.Contains(token, `\x7`) || strings.Contains(token, `\u006`) || strings.Contains(token, `\u007`)
}

// unescape resolves the escapes of a string, if it has some.
func unescape(text string) (string, bool) {
	if strings.IndexByte(text, '\\') < 0 || len(text) > 1<<20 {
		return text, false
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c != '\\' || i+1 >= len(text) {
			b.WriteByte(c)
			continue
		}
		i++
		digits := 0
		switch c = text[i]; c {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'r':
			b.WriteByte('\r')
		case '\n':
		case '0':
			b.WriteByte(0)
		case 'x':
			digits = 2
		case 'u':
			digits = 4
			if i+1 < len(text) && text[i+1] == '{' {
				if end := strings.IndexByte(text[i:], '}'); end > 2 && end < 10 {
					if r, err := strconv.ParseUint(text[i+2:i+end], 16, 32); err == nil {
						b.WriteRune(rune(r))
						i += end
						continue
					}
				}
			}
		default:
			b.WriteByte(c)
		}
		if digits > 0 {
			if i+digits < len(text) {
				if r, err := strconv.ParseUint(text[i+1:i+1+digits], 16, 32); err == nil {
					b.WriteRune(rune(r))
					i += digits
					continue
				}
			}
			b.WriteByte(c)
		}
	}
	return b.String(), true
}

// looked tells what a text names. It is asked for every constant, so what
// names nothing must be told at a glance.
func (p *jsReader) looked(text string) (c capability) {
	if len(text) < 4 || len(text) > 4096 {
		return 0
	}
	dots, slashes, wide := false, false, false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '.':
			dots = true
		case '/', '\\':
			slashes = true
		case ' ', '\n':
			wide = true
		}
	}
	if !dots && !slashes {
		switch text {
		case "id_rsa", "id_ed25519", "Login Data", "Local State", "Local Extension Settings":
			return namesSecret
		}
		return 0
	}
	if wide && len(text) > 300 {
		return 0 // prose, or code
	}
	if secretPath(text) || strings.Contains(text, "Local Extension Settings") || strings.Contains(text, "exodus.wallet") {
		c |= namesSecret
	}
	if startupPath(text) {
		c |= namesStartup
	}
	if dots && !wide && picture(text) {
		c |= namesPicture
	}
	if slashes && installedFile(text) || strings.HasSuffix(text, "app.asar") {
		c |= namesPackage
	}
	if dots && !wide && (suspectAddress(text) || strings.HasPrefix(text, "stratum+")) {
		c |= namesSuspect
	}
	return c
}

// look marks what obfuscators leave in the text as a whole.
func (p *jsReader) look() {
	t := p.lex.tally
	if p.inner > 0 {
		return
	}
	if t.hexNames >= 24 && t.hexNames*5 >= t.names {
		p.f.mark("obfuscator's names", p.lineOf(int32(t.hexAt)), 3, fmt.Sprintf("%d of %d names are like these: %s", t.hexNames, t.names, p.around(int32(t.hexAt))))
	} else if t.hexNames >= 24 {
		p.f.mark("obfuscator's names", p.lineOf(int32(t.hexAt)), 2, fmt.Sprintf("%d of %d names are like these: %s", t.hexNames, t.names, p.around(int32(t.hexAt))))
	}
	if t.escaped >= 64 && t.escaped*20 >= len(p.text)/4 {
		p.f.mark("escaped letters", p.lineOf(int32(t.escapedAt)), 2, fmt.Sprintf("%d letters are written as numbers: %s", t.escaped, p.around(int32(t.escapedAt))))
	}
	p.padding()
	p.symbols()
	if at := strings.Index(p.text, "eval(function(p,a,c,k,e,"); at >= 0 {
		p.f.mark("packed", p.lineOf(int32(at)), 2, p.around(int32(at)))
	}
}

const (
	wideGap     = 200 // blanks in a line, more than any screen shows
	symbolRun   = 300 // bytes of nothing but ()[]{}+!
	hiddenBytes = 20
)

// padding marks code behind so many blanks that an editor does not show it.
func (p *jsReader) padding() {
	for _, gap := range [...]struct {
		blank byte
		width int
	}{{' ', wideGap}, {'\t', wideGap / 4}} {
		for at, n := 0, 0; n < 50; n++ {
			i := runOf(p.text, at, gap.blank, gap.width)
			if i < 0 {
				break
			}
			line := p.text[strings.LastIndexByte(p.text[:i], '\n')+1 : i]
			after := strings.TrimLeft(p.text[i:], " \t")
			at = len(p.text) - len(after)
			if end := strings.IndexByte(after, '\n'); end >= 0 {
				after = after[:end]
			}
			// Blanks inside of a text or comment, and deep alignment of short
			// pieces, are ordinary.
			if len(after) < hiddenBytes || !strings.ContainsAny(after, "(=") || strings.HasPrefix(after, "//") || strings.HasPrefix(after, "*") ||
				strings.Count(line, "'")%2 == 1 || strings.Count(line, `"`)%2 == 1 || strings.Count(line, "`")%2 == 1 || strings.TrimSpace(line) == "" && !p.lonely(i) {
				continue
			}
			weight := 1
			if len(after) > 150 || powerful(after) {
				weight = 3
			}
			p.f.mark("padding", p.lineOf(int32(i)), weight, after)
			break
		}
	}
}

// runOf returns where the first run of n bytes c begins, from an offset on; -1
// for none. It looks at every n-th byte, since no run fits between two.
func runOf(text string, from int, c byte, n int) int {
	for at := from + n - 1; at < len(text); at += n {
		if text[at] != c {
			continue
		}
		start, end := at, at+1
		for start > from && text[start-1] == c {
			start--
		}
		for end < len(text) && end-start < n && text[end] == c {
			end++
		}
		if end-start >= n {
			return start
		}
	}
	return -1
}

// lonely reports whether a line that begins with blanks alone is far deeper
// than the line before it.
func (p *jsReader) lonely(at int) bool {
	start := strings.LastIndexByte(p.text[:at], '\n')
	if start <= 0 {
		return true
	}
	before := p.text[strings.LastIndexByte(p.text[:start], '\n')+1 : start]
	return len(before)-len(strings.TrimLeft(before, " \t")) < wideGap/4
}

// symbols marks long runs of brackets and signs, which some write programs in.
func (p *jsReader) symbols() {
	run, start := 0, 0
	for i := 0; i < len(p.text); i++ {
		switch p.text[i] {
		case '(', ')', '[', ']', '{', '}', '+', '!':
			if run == 0 {
				start = i
			}
			if run++; run == symbolRun {
				p.f.mark("symbols only", p.lineOf(int32(start)), 3, p.around(int32(start)))
				return
			}
		default:
			run = 0
			// No run that is long enough can hold a byte of every stride.
			if i+symbolRun < len(p.text) {
				if c := p.text[i+symbolRun]; c >= utf8.RuneSelf || c != '(' && c != ')' && c != '[' && c != ']' && c != '{' && c != '}' && c != '+' && c != '!' {
					i += symbolRun - 1
					// One before the byte seen, which ends whatever begins here.
				}
			}
		}
	}
}

// powerful reports whether a piece of code uses what harm takes.
func powerful(code string) bool {
	for _, word := range [...]string{"eval", "Function", "require", "import(", "process", "fetch", "http", "atob", "fromCharCode", "_0x", "global"} {
		if strings.Contains(code, word) {
			return true
		}
	}
	return false
}

// addressPattern reports whether a regular expression matches addresses of
// wallets.
func addressPattern(expr string) bool {
	return strings.Contains(expr, "0x[") && strings.Contains(expr, "{40}") || strings.Contains(expr, "bc1") || strings.Contains(expr, "[13][a-km-zA-HJ-NP-Z")
}

// installedFile tells a path of a file in an installed package; tools keep
// their caches beside those, below names that begin with a dot.
func installedFile(text string) bool {
	_, inside, ok := strings.Cut(text, "node_modules/")
	name, file, deep := strings.Cut(inside, "/")
	return ok && deep && name != "" && name[0] != '.' && name[0] != '*' && path.Ext(file) != "" && !strings.Contains(file, "*")
}
