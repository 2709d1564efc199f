package golang

import (
	"fmt"
	"strconv"
	"strings"
)

// file is what a go.mod or go.work says, as far as it matters here.
// x/mod/modfile reads the same, but refuses a whole file for one odd line and
// takes some five times as long; a fuzz test holds this reader to it.
// Grammar: https://go.dev/ref/mod#go-mod-file
type file struct {
	module    string
	goVersion directive
	toolchain directive
	require   []requirement
	exclude   []requirement
	replace   []replacement
	// replacedBy finds a replacement by what it replaces; the last one counts.
	replacedBy map[[2]string]replacement
	tool       []string
	use        []directive
	odd        []directive // lines that fit nothing known
}

type directive struct {
	text string
	line int
}

type requirement struct {
	path, version string
	indirect      bool
	line          int
}

type replacement struct {
	old, oldVersion string // oldVersion "" replaces every version
	new, newVersion string // newVersion "" is a folder
	line            int
}

// toolMax bounds the path of a tool, in bytes: each of its parts is looked up.
const toolMax = 256

// parse never fails: what it does not understand is in odd.
func parse(text string) *file {
	f := &file{replacedBy: make(map[[2]string]replacement)}
	block := "" // the verb of the block we are in
	line := 0
	var words [8]string
	for rest := text; rest != ""; {
		var now string
		now, rest, _ = strings.Cut(rest, "\n")
		line++
		w, comment, err := split(now, words[:0])
		switch {
		case err != nil:
			f.unknown(err.Error(), line)
		case len(w) == 0:
		case block != "" && w[0] == ")":
			block = ""
		case block != "":
			f.add(block, w, comment, line)
		case len(w) == 2 && w[1] == "(":
			block = w[0]
		case len(w) == 3 && w[1] == "(" && w[2] == ")": // an empty block
		default:
			f.add(w[0], w[1:], comment, line)
		}
	}
	return f
}

// unknown keeps the first lines that are not understood.
func (f *file) unknown(text string, line int) {
	const enough = 10
	if len(f.odd) < enough {
		f.odd = append(f.odd, directive{text, line})
	}
}

func (f *file) add(verb string, w []string, comment string, line int) {
	switch {
	case verb == "module" && len(w) == 1:
		f.module = w[0]
	case verb == "go" && len(w) == 1:
		f.goVersion = directive{w[0], line}
	case verb == "toolchain" && len(w) == 1:
		f.toolchain = directive{w[0], line}
	case verb == "require" && len(w) == 2 && w[0] != "":
		f.require = append(f.require, requirement{w[0], w[1], indirect(comment), line})
	case verb == "exclude" && len(w) == 2:
		f.exclude = append(f.exclude, requirement{w[0], w[1], false, line})
	case verb == "replace":
		r := replacement{line: line}
		arrow := 1
		if len(w) > 1 && w[1] != "=>" {
			arrow = 2
			r.oldVersion = w[1]
		}
		if len(w) < arrow+2 || w[0] == "" || w[arrow+1] == "" || len(w) > arrow+3 || w[arrow] != "=>" {
			f.unknown("replace "+strings.Join(w, " "), line)
			return
		}
		r.old, r.new = w[0], w[arrow+1]
		if len(w) == arrow+3 {
			r.newVersion = w[arrow+2]
		}
		f.replace = append(f.replace, r)
		f.replacedBy[[2]string{r.old, r.oldVersion}] = r
	case verb == "tool" && len(w) == 1 && len(w[0]) <= toolMax:
		f.tool = append(f.tool, w[0])
	case verb == "use" && len(w) == 1:
		f.use = append(f.use, directive{w[0], line})
	case verb == "retract", verb == "godebug", verb == "ignore":
	default:
		f.unknown(verb+" "+strings.Join(w, " "), line)
	}
}

// split cuts a line into words; the comment comes without its slashes.
func split(line string, words []string) (_ []string, comment string, err error) {
	for i := 0; i < len(line); {
		switch c := line[i]; {
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case strings.HasPrefix(line[i:], "//"):
			return words, line[i+2:], nil
		case c == '"' || c == '`':
			quoted, err := strconv.QuotedPrefix(line[i:])
			if err != nil {
				return nil, "", fmt.Errorf("an unfinished string")
			}
			word, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, "", err
			}
			words = append(words, word)
			i += len(quoted)
		case strings.IndexByte("()[]{},", c) >= 0:
			words = append(words, line[i:i+1])
			i++
		default:
			start := i
			for i < len(line) && !ends(line[i]) && !(line[i] == '/' && i+1 < len(line) && line[i+1] == '/') {
				i++
			}
			words = append(words, line[start:i])
		}
	}
	return words, "", nil
}

// ends reports whether c ends a word.
func ends(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '(', ')', '[', ']', '{', '}', ',', '"', '`':
		return true
	}
	return false
}

// indirect reads the one comment that means something.
func indirect(comment string) bool {
	comment = strings.TrimSpace(comment)
	word, _, more := strings.Cut(comment, ";")
	return word == "indirect" && (!more || strings.HasPrefix(comment, "indirect;"))
}
