package lockfile

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

// Integrity reads a subresource integrity string ("sha512-BASE64", several
// separated by spaces) into hashes; what is malformed or of an unknown
// algorithm is left out. Source: https://www.w3.org/TR/SRI/
func Integrity(sri string) []kennel.Hash {
	if h, ok := hash(sri); ok { // the common case: one
		return []kennel.Hash{h}
	}
	var hashes []kennel.Hash
	for one := range strings.FieldsSeq(sri) {
		one, _, _ = strings.Cut(one, "?") // options
		if h, ok := hash(one); ok {
			hashes = append(hashes, h)
		}
	}
	slices.SortFunc(hashes, func(a, b kennel.Hash) int {
		return strings.Compare(a.Algorithm+a.Value, b.Algorithm+b.Value)
	})
	return slices.Compact(hashes)
}

func hash(sri string) (kennel.Hash, bool) {
	algorithm, digest, ok := strings.Cut(sri, "-")
	if !ok {
		return kennel.Hash{}, false
	}
	name, size := "", 0
	switch algorithm {
	case "sha512":
		name, size = "SHA-512", 64
	case "sha384":
		name, size = "SHA-384", 48
	case "sha256":
		name, size = "SHA-256", 32
	case "sha1":
		name, size = "SHA-1", 20
	default:
		return kennel.Hash{}, false
	}
	value, ok := Base64ToHex(digest, size)
	return kennel.Hash{Algorithm: name, Value: value}, ok
}

// Base64ToHex turns a padded base64 digest of size bytes (at most 64) into
// lower-case hexadecimal.
func Base64ToHex(digest string, size int) (string, bool) {
	var raw [66]byte // room for what base64 may write beyond a digest of 64
	var out [128]byte
	if base64.StdEncoding.DecodedLen(len(digest)) > len(raw) {
		return "", false
	}
	n, err := base64.StdEncoding.Decode(raw[:], []byte(digest))
	if err != nil || n != size || size > 64 {
		return "", false
	}
	return string(out[:hex.Encode(out[:], raw[:n])]), true
}

// Hex accepts a hexadecimal digest of size bytes and lower-cases it.
func Hex(digest string, size int) (string, bool) {
	if len(digest) != 2*size {
		return "", false
	}
	upper := false
	for i := range len(digest) {
		switch c := digest[i]; {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'f':
		case 'A' <= c && c <= 'F':
			upper = true
		default:
			return "", false
		}
	}
	if upper {
		digest = strings.ToLower(digest)
	}
	return digest, true
}
