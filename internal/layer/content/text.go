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
