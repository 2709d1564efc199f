package sbom

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unicode/utf16"
	"unicode/utf8"
)

// text is a document as UTF-8, without a byte order mark.
type text struct {
	bytes    []byte
	replaced bool // some bytes were not UTF-8
}

// utf8Text decodes a document by its byte order mark, or by the zero bytes that
// UTF-16 puts beside an ASCII first character. Some generators on Windows
// write UTF-16 although every format here asks for UTF-8.
func utf8Text(data []byte) (text, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(data, []byte("\x00\x00\xfe\xff")):
		return text{}, errors.New("is written in UTF-32; write it in UTF-8")
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		return text{bytes: fromUTF16(data[2:], binary.LittleEndian)}, nil
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		return text{bytes: fromUTF16(data[2:], binary.BigEndian)}, nil
	case len(data) >= 2 && data[0] != 0 && data[1] == 0:
		return text{bytes: fromUTF16(data, binary.LittleEndian)}, nil
	case len(data) >= 2 && data[0] == 0 && data[1] != 0:
		return text{bytes: fromUTF16(data, binary.BigEndian)}, nil
	}
	return text{bytes: data, replaced: !utf8.Valid(data)}, nil
}

// fromUTF16 decodes rune by rune; unpaired surrogates become U+FFFD and an odd
// last byte is dropped (heads are cut anywhere).
func fromUTF16(data []byte, order binary.ByteOrder) []byte {
	out := make([]byte, 0, len(data)/2+len(data)/8)
	for len(data) >= 2 {
		r := rune(order.Uint16(data))
		data = data[2:]
		if utf16.IsSurrogate(r) {
			var low rune
			if len(data) >= 2 {
				low = rune(order.Uint16(data))
			}
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				r, data = pair, data[2:]
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}
