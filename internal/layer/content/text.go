package content

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// plain returns a text in UTF-8 when its mark says that it is in UTF-16, and
// else as it is.
func plain(text string) string {
	var order binary.ByteOrder
	switch {
	case strings.HasPrefix(text, "\xff\xfe"):
		order = binary.LittleEndian
	case strings.HasPrefix(text, "\xfe\xff"):
		order = binary.BigEndian
	default:
		return text
	}
	raw := []byte(text[2:])
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = order.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units))
}

// pyEncoding looks at the encoding that a Python file declares in its first two
// lines (PEP 263). In most ASCII is itself, so that code can be read without
// them; of the others some exist only to hide it.
func pyEncoding(text string, line int, f *facts) {
	for n := 0; n < 2; n++ {
		first, rest, _ := strings.Cut(text[:min(len(text), 4096)], "\n")
		text = rest
		comment := strings.TrimLeft(first, " \t\f\xef\xbb\xbf")
		_, name, ok := strings.Cut(comment, "coding")
		if !strings.HasPrefix(comment, "#") || !ok || name == "" || name[0] != ':' && name[0] != '=' {
			continue
		}
		name = strings.TrimLeft(name[1:], " \t")
		end := 0
		for end < len(name) && (inVariable(name[end]) || name[end] == '-' || name[end] == '.') {
			end++
		}
		name = strings.ReplaceAll(strings.ToLower(name[:end]), "_", "-")
		switch {
		case name == "":
		case name == "rot13", name == "rot-13", name == "utf-7", name == "utf7", name == "u7", strings.Contains(name, "escape"), strings.HasPrefix(name, "base64"),
			strings.HasPrefix(name, "hex"), strings.HasPrefix(name, "zlib"), strings.HasPrefix(name, "zip"), strings.HasPrefix(name, "bz2"), name == "punycode", name == "idna":
			f.mark("encoding that hides code", line+n, 3, first)
			f.part = "a Python file in an encoding that is not read here"
		case asciiBased(name):
		default:
			f.part = "a Python file in an encoding that is not read here"
		}
		return
	}
}

func asciiBased(name string) bool {
	for _, prefix := range [...]string{"utf-8", "utf8", "ascii", "us-ascii", "latin", "iso-8859", "iso8859", "iso-latin", "l1", "cp125", "windows-125", "cp437", "cp850",
		"koi8", "euc", "gb2312", "mac", "tis-620"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
