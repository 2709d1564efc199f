package history

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"
)

// openPGP reads from the packets of a detached signature which key made it and
// when, as the signature says: an issuer fingerprint before an issuer key id,
// what was signed before what was not. No key is needed, and nothing is
// verified. "" when it does not say.
//
// Source: RFC 4880 and RFC 9580, sections 4 and 5.2, and for version 5 the
// drafts that GnuPG 2.3 and later follow.
func openPGP(data []byte) (key string, made time.Time) {
	for len(data) > 0 {
		tag, body, rest, ok := packet(data)
		if !ok {
			return "", time.Time{}
		}
		if tag == 2 { // a signature
			if key, made = signaturePacket(body); key != "" {
				return key, made
			}
		}
		data = rest
	}
	return key, made
}

// packet cuts the first packet off data.
func packet(data []byte) (tag byte, body, rest []byte, ok bool) {
	head := data[0]
	if head&0x80 == 0 {
		return 0, nil, nil, false
	}
	data = data[1:]
	var n uint64
	if head&0x40 != 0 { // the new form
		tag = head & 0x3f
		n, data, ok = length(data)
		if !ok {
			return 0, nil, nil, false // also a body in parts, which no signature has
		}
	} else {
		tag = head >> 2 & 0x0f
		size := 1 << (head & 3)
		if size == 8 { // to the end
			return tag, data, nil, true
		}
		if len(data) < size {
			return 0, nil, nil, false
		}
		for _, b := range data[:size] {
			n = n<<8 | uint64(b)
		}
		data = data[size:]
	}
	if n > uint64(len(data)) {
		return 0, nil, nil, false
	}
	return tag, data[:n], data[n:], true
}

// length reads a length of one, two or five octets.
func length(data []byte) (n uint64, rest []byte, ok bool) {
	switch {
	case len(data) >= 1 && data[0] < 192:
		return uint64(data[0]), data[1:], true
	case len(data) >= 2 && data[0] < 224:
		return (uint64(data[0])-192)<<8 + uint64(data[1]) + 192, data[2:], true
	case len(data) >= 5 && data[0] == 255:
		return uint64(binary.BigEndian.Uint32(data[1:])), data[5:], true
	}
	return 0, nil, false
}

func signaturePacket(p []byte) (key string, made time.Time) {
	if len(p) == 0 {
		return "", made
	}
	switch p[0] {
	case 2, 3: // version, 5, type, time, key id
		if len(p) < 15 || p[1] != 5 {
			return "", made
		}
		return keyText(p[7:15]), seconds(p[3:7])
	case 4, 5, 6: // version, type, algorithm, hash, subpackets that are signed, others
		width := 2
		if p[0] == 6 {
			width = 4
		}
		if len(p) < 4 {
			return "", made
		}
		signed, rest, ok := counted(p[4:], width)
		if !ok {
			return "", made
		}
		loose, _, _ := counted(rest, width)
		fingerprint, id, made := subpackets(signed)
		fingerprint2, id2, _ := subpackets(loose)
		for _, k := range []string{fingerprint, fingerprint2, id, id2} {
			if k != "" {
				return k, made
			}
		}
		return "", made
	}
	return "", made
}

func counted(p []byte, width int) (part, rest []byte, ok bool) {
	if len(p) < width {
		return nil, nil, false
	}
	var n uint64
	for _, b := range p[:width] {
		n = n<<8 | uint64(b)
	}
	if n > uint64(len(p)-width) {
		return nil, nil, false
	}
	return p[width : width+int(n)], p[width+int(n):], true
}

func subpackets(p []byte) (fingerprint, id string, made time.Time) {
	for len(p) > 0 {
		n, rest, ok := subLength(p)
		if !ok || n == 0 || n > uint64(len(rest)) {
			return
		}
		body := rest[1:n]
		switch rest[0] & 0x7f { // the high bit marks it critical
		case 2:
			if len(body) == 4 {
				made = seconds(body)
			}
		case 16:
			if len(body) == 8 {
				id = keyText(body)
			}
		case 33: // the key's version, then its fingerprint
			if len(body) == 21 || len(body) == 33 {
				fingerprint = keyText(body[1:])
			}
		}
		p = rest[n:]
	}
	return
}

// subLength is length, but for subpackets two octets reach up to 254.
func subLength(data []byte) (n uint64, rest []byte, ok bool) {
	if len(data) >= 2 && data[0] >= 192 && data[0] < 255 {
		return (uint64(data[0])-192)<<8 + uint64(data[1]) + 192, data[2:], true
	}
	return length(data)
}

func keyText(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }

func seconds(b []byte) time.Time {
	return time.Unix(int64(binary.BigEndian.Uint32(b)), 0).UTC()
}
