package python

import (
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

func sortHashes(p *pkg) {
	slices.SortFunc(p.Hashes, func(a, b kennel.Hash) int {
		if c := strings.Compare(a.Algorithm, b.Algorithm); c != 0 {
			return c
		}
		return strings.Compare(a.Value, b.Value)
	})
	p.Hashes = slices.Compact(p.Hashes)
}

// hash adds a digest as these tools write it, "sha256:0123…".
func (p *pkg) hash(s string) {
	algorithm, value, _ := strings.Cut(s, ":")
	p.digest(algorithm, value)
}

func (p *pkg) digest(algorithm, value string) {
	name, size := "", 0
	switch algorithm {
	case "sha256":
		name, size = "SHA-256", 32
	case "sha384":
		name, size = "SHA-384", 48
	case "sha512":
		name, size = "SHA-512", 64
	case "sha1":
		name, size = "SHA-1", 20
	case "md5":
		name, size = "MD5", 16
	default:
		return
	}
	if len(value) == 2*size && isLowerHex(value) {
		p.Hashes = append(p.Hashes, kennel.Hash{Algorithm: name, Value: value})
	} else if value, ok := lockfile.Hex(value, size); ok {
		p.Hashes = append(p.Hashes, kennel.Hash{Algorithm: name, Value: value})
	}
}

// notHex holds 1 for every byte that is no lower-case hexadecimal digit.
const (
	bad16  = "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
	zero2  = "\x00\x00"
	notHex = bad16 + bad16 + bad16 + // up to '/'
		zero2 + zero2 + zero2 + zero2 + zero2 + "\x01\x01\x01\x01\x01\x01" + // '0' to '9'
		bad16 + bad16 +
		"\x01" + zero2 + zero2 + zero2 + "\x01\x01\x01\x01\x01\x01\x01\x01\x01" + // 'a' to 'f'
		bad16 + bad16 + bad16 + bad16 + bad16 + bad16 + bad16 + bad16 + bad16
)

// isLowerHex looks each byte up: a third of a lock file is digests, and
// comparing random digits mispredicts every other branch.
func isLowerHex(s string) bool {
	bad := byte(0)
	for i := range len(s) {
		bad |= notHex[s[i]]
	}
	return bad == 0
}
