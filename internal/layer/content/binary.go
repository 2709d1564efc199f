package content

import (
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

// carried tells a program behind the beginning of a picture: its first bytes
// show within the head.
func carried(head []byte) string {
	text := string(head)
	var end int
	switch {
	case strings.HasPrefix(text, "\x89PNG\r\n\x1a\n"):
		end = strings.Index(text, "IEND\xaeB`\x82")
		end += len("IEND\xaeB`\x82")
		if end < 8 {
			return ""
		}
	case strings.HasPrefix(text, "GIF8"):
		if end = strings.Index(text, "\x00;"); end < 0 {
			return ""
		}
		end += 2
	case strings.HasPrefix(text, "\xff\xd8\xff"):
		if end = strings.Index(text, "\xff\xd9"); end < 0 {
			return ""
		}
		end += 2
	default:
		return ""
	}
	if kind := program(head[end:]); kind != "" && kind != "Python bytecode" {
		return kind + " behind a picture"
	}
	if strings.HasPrefix(text[end:], "#!/") {
		return "script behind a picture"
	}
	return ""
}

// pretends tells a name that says the file is data.
func pretends(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".webp", ".bmp", ".txt", ".md", ".json", ".css", ".html", ".xml", ".yml", ".yaml", ".csv",
		".woff", ".woff2", ".ttf", ".otf", ".eot", ".mp3", ".wav", ".pdf", ".log", ".lock", ".ini", ".cfg":
		return true
	}
	return false
}
