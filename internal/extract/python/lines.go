package python

import (
	"iter"
	"path"
	"strings"
	"unicode/utf16"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// decode gives the text of a requirements file: UTF-8, or UTF-16 behind a byte
// order mark, as some shells' redirection writes it.
func decode(text []byte) string {
	if len(text) >= 2 && (text[0] == 0xff && text[1] == 0xfe || text[0] == 0xfe && text[1] == 0xff) {
		high := 0
		if text[0] == 0xff {
			high = 1
		}
		units := make([]uint16, 0, len(text)/2)
		for i := 2; i+1 < len(text); i += 2 {
			units = append(units, uint16(text[i+high])<<8|uint16(text[i+1-high]))
		}
		return string(utf16.Decode(units))
	}
	return strings.TrimPrefix(string(text), "\xef\xbb\xbf")
}

// logicalLine is a line of a requirements file with those it continues on, or
// a comment line.
type logicalLine struct {
	text    string
	comment string // without "#"
	number  int
}

// logicalLines joins lines that end in a backslash, and parts comments. Blank
// lines are left out.
func logicalLines(text string) iter.Seq[logicalLine] {
	return func(yield func(logicalLine) bool) {
		var joined strings.Builder
		start, number := 0, 0
		for line := range strings.SplitSeq(text, "\n") {
			number++
			line = strings.TrimSuffix(line, "\r")
			trimmed := strings.TrimSpace(line)
			if strings.HasPrefix(trimmed, "#") {
				// A comment line ends a continuation.
				if joined.Len() > 0 && !yield(logicalLine{text: strings.TrimSpace(joined.String()), number: start}) {
					return
				}
				joined.Reset()
				if c := strings.TrimSpace(trimmed[1:]); c != "" && !yield(logicalLine{comment: c, number: number}) {
					return
				}
				continue
			}
			if joined.Len() == 0 {
				start = number
			}
			if before, more := strings.CutSuffix(line, "\\"); more {
				joined.WriteString(before)
				joined.WriteByte(' ')
				continue
			}
			whole := line
			if joined.Len() > 0 {
				joined.WriteString(line)
				whole = joined.String()
				joined.Reset()
			}
			whole, comment := cutComment(whole)
			if whole != "" && !yield(logicalLine{text: whole, number: start}) {
				return
			}
			if comment != "" && !yield(logicalLine{comment: comment, number: number}) {
				return
			}
		}
		if whole, _ := cutComment(joined.String()); whole != "" {
			yield(logicalLine{text: whole, number: start})
		}
	}
}

// cutComment parts a line before a "#" that begins a word.
func cutComment(line string) (text, comment string) {
	for i := range len(line) {
		if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return strings.TrimSpace(line[:i]), strings.TrimSpace(line[i+1:])
		}
	}
	return strings.TrimSpace(line), ""
}

// splitOption parts "-r file", "-rfile", "--requirement=file" and the like.
// Lines that are no option have option "".
func splitOption(line string) (option, value string) {
	if !strings.HasPrefix(line, "-") {
		return "", ""
	}
	if !strings.HasPrefix(line, "--") {
		n := min(2, len(line))
		return line[:n], unquote(strings.TrimLeft(line[n:], " \t="))
	}
	if i := strings.IndexAny(line, " \t="); i >= 0 {
		return line[:i], unquote(strings.TrimLeft(line[i:], " \t="))
	}
	return line, ""
}

func unquote(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}

// parseReference reads a requirement, or an address or path that stands
// instead of one; its name may be in the fragment (#egg=name) or in the file
// name of a wheel.
func parseReference(text string) (requirement, bool) {
	text = strings.TrimSpace(text)
	head := text
	if i := strings.IndexAny(head, " \t;[<>=!~@"); i >= 0 {
		head = text[:i]
	}
	isPath := strings.HasPrefix(text, ".") || strings.ContainsAny(head, `/\`) || strings.Contains(head, ":")
	if !isPath && !strings.HasSuffix(head, ".whl") && !strings.HasSuffix(head, ".tar.gz") && !strings.HasSuffix(head, ".zip") {
		return parseRequirement(text)
	}
	r := requirement{}
	r.address, r.marker, _ = strings.Cut(text, " ;")
	r.address = strings.TrimSpace(r.address)
	address, fragment, _ := strings.Cut(r.address, "#")
	for part := range strings.SplitSeq(fragment, "&") {
		if egg, is := strings.CutPrefix(part, "egg="); is {
			if named, ok := parseRequirement(egg); ok {
				r.name, r.extras = named.name, named.extras
			}
		}
	}
	if file, is := strings.CutSuffix(path.Base(address), ".whl"); is && r.name == "" {
		// name-version-…: https://packaging.python.org/specifications/binary-distribution-format/
		if parts := strings.Split(file, "-"); len(parts) >= 5 && parts[0] != "" {
			r.name, r.spec = parts[0], "=="+parts[1]
		}
	}
	return r, r.address != ""
}

// addressOrigin tells where a direct reference leads, and the commit it names.
func addressOrigin(address string) (kennel.Origin, string) {
	scheme, rest, has := strings.Cut(address, "://")
	switch {
	case address == "":
		return kennel.OriginRegistry, ""
	case !has || scheme == "file":
		return kennel.OriginLocal, ""
	case strings.HasPrefix(scheme, "git"), strings.HasPrefix(scheme, "hg+"), strings.HasPrefix(scheme, "svn+"), strings.HasPrefix(scheme, "bzr+"):
		rest, _, _ = strings.Cut(rest, "#")
		if at := strings.LastIndexByte(rest, '@'); at >= 0 && ecosystem.IsCommit(rest[at+1:]) {
			return kennel.OriginVCS, rest[at+1:]
		}
		return kennel.OriginVCS, ""
	}
	return kennel.OriginURL, ""
}
