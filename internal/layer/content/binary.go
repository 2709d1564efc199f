package content

import (
	"bytes"
	"encoding/binary"
	"path"
	"strings"
)

// binaryKind tells what a file is by how it begins (up to 4096 bytes): "ELF
// executable", "Windows executable", "archive", …; "" for what is no binary
// that can be run, or hold what can.
func binaryKind(name string, head []byte) string {
	kind := program(head)
	if kind == "" {
		return carried(head)
	}
	if pretends(name) {
		return kind + " named as " + path.Ext(name)
	}
	return kind
}

// program tells what runs by the first bytes of its format.
func program(head []byte) string {
	if len(head) < 8 {
		return ""
	}
	begins := func(s string) bool { return strings.HasPrefix(string(head[:8]), s) }
	switch {
	case begins("\x7fELF"):
		return "ELF executable"
	case begins("MZ"):
		// The header's own offset tells it from text that begins so.
		if len(head) >= 64 {
			if at := binary.LittleEndian.Uint32(head[60:]); int64(at)+4 > int64(len(head)) && at < 1<<20 || int64(at)+4 <= int64(len(head)) && string(head[at:at+4]) == "PE\x00\x00" {
				return "Windows executable"
			}
		}
	case begins("\xfe\xed\xfa\xce"), begins("\xfe\xed\xfa\xcf"), begins("\xce\xfa\xed\xfe"), begins("\xcf\xfa\xed\xfe"):
		return "Mach-O executable"
	case begins("\xca\xfe\xba\xbe"):
		// The same four bytes: a count of architectures, or a class version.
		if n := binary.BigEndian.Uint32(head[4:]); n < 40 {
			return "Mach-O executable"
		}
		return "Java class"
	case begins("\x00asm"):
		return "WebAssembly"
	case begins("dex\n03"):
		return "Android executable"
	case begins("\x1bLua"):
		return "Lua bytecode"
	case begins("BC\xc0\xde"):
		return "LLVM bitcode"
	case head[2] == '\r' && head[3] == '\n' && head[0] >= 0x03 && len(head) >= 16 && pythonBytecode(head):
		return "Python bytecode"
	case begins("!<arch>\n"):
		return "static library"
	case begins("L\x00\x00\x00\x01\x14\x02\x00"):
		return "Windows shortcut"
	}
	return ""
}

// pythonBytecode tells a .pyc: its magic numbers run from 62211 (2.7) and from
// 3000 to 3700 (3.x), and bytes 4 to 8 are flags of two bits (PEP 552) or a
// date.
func pythonBytecode(head []byte) bool {
	magic := binary.LittleEndian.Uint16(head)
	if magic == 62211 {
		return true
	}
	return magic >= 3000 && magic <= 3700 && binary.LittleEndian.Uint32(head[4:]) <= 3
}

// carried tells a program behind a picture, as far as the picture is given. What
// cameras and editors put behind theirs is no program.
func carried(text []byte) string {
	var end string
	switch {
	case bytes.HasPrefix(text, []byte("\x89PNG\r\n\x1a\n")):
		end = "IEND\xaeB`\x82"
	case bytes.HasPrefix(text, []byte("GIF8")):
		end = "\x00;"
	case bytes.HasPrefix(text, []byte("\xff\xd8\xff")):
		end = "\xff\xd9"
	default:
		return ""
	}
	// The same bytes occur within pictures: they count where a program follows.
	for range maxEnds {
		at := bytes.Index(text, []byte(end))
		if at < 0 {
			return ""
		}
		text = text[at+len(end):]
		if kind := program(text[:min(len(text), 4096)]); kind != "" && kind != "Python bytecode" {
			return kind + " behind a picture"
		}
		if bytes.HasPrefix(text, []byte("#!/")) {
			return "script behind a picture"
		}
	}
	return ""
}

// maxEnds bounds how many places of a picture are taken for its end.
const maxEnds = 1000

// pretends tells a name that says the file is data.
func pretends(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".webp", ".bmp", ".txt", ".md", ".json", ".css", ".html", ".xml", ".yml", ".yaml", ".csv",
		".woff", ".woff2", ".ttf", ".otf", ".eot", ".mp3", ".wav", ".pdf", ".log", ".lock", ".ini", ".cfg":
		return true
	}
	return false
}
