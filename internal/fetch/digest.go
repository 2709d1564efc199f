package fetch

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"io"
	"slices"
	"strings"

	kennel "github.com/kennel-oss/kennel"
)

// promise is what somebody says the hashes of a file are. Of several of one
// algorithm any may hold; of several algorithms each has to, so that a weak one
// never stands in for a strong one that does not hold.
type promise struct {
	who    string
	hashes []kennel.Hash
}

// algorithms are those that a promise may name, the strongest first. The last
// two no longer tell a file from one made to look like it.
var algorithms = []struct {
	name string
	new  func() hash.Hash
}{
	{"SHA-512", sha512.New},
	{"SHA-384", sha512.New384},
	{"SHA-256", sha256.New},
	{"SHA-1", sha1.New},
	{"MD5", md5.New},
}

// strongest leaves the hashes of the strongest algorithm, as the W3C's
// subresource integrity asks.
func strongest(hashes []kennel.Hash) []kennel.Hash {
	for _, a := range algorithms {
		if of := named(hashes, a.name); len(of) > 0 {
			return of
		}
	}
	return nil
}

func named(hashes []kennel.Hash, algorithm string) (of []kennel.Hash) {
	for _, h := range hashes {
		if h.Algorithm == algorithm {
			of = append(of, h)
		}
	}
	return of
}

// sufficient reports whether anything is promised that can be looked at: from a
// registry that has nothing better, a SHA-1, as npm takes it too.
func sufficient(all []promise) bool {
	return slices.ContainsFunc(all, func(p promise) bool { return len(strongest(p.hashes)) > 0 })
}

// agree finds promises that contradict each other before anything is fetched.
// The first is what there is, the others what was expected.
func agree(what string, all []promise) error {
	for _, p := range all[1:] {
		for _, a := range algorithms {
			is, wanted := named(all[0].hashes, a.name), named(p.hashes, a.name)
			if len(is) > 0 && len(wanted) > 0 && !slices.ContainsFunc(wanted, func(h kennel.Hash) bool { return slices.Contains(is, h) }) {
				return &kennel.Mismatch{What: what, Who: p.who, Algorithm: a.name, Want: values(wanted), Got: values(is) + " by " + all[0].who}
			}
		}
	}
	return nil
}

// holds hashes a file and compares it with all that was promised.
func holds(what string, f io.Reader, all []promise) error {
	sums := make([]hash.Hash, len(algorithms))
	var to []io.Writer
	for i, a := range algorithms {
		if slices.ContainsFunc(all, func(p promise) bool { return len(named(p.hashes, a.name)) > 0 }) {
			sums[i] = a.new()
			to = append(to, sums[i])
		}
	}
	if _, err := io.Copy(io.MultiWriter(to...), f); err != nil {
		return err
	}
	for _, p := range all {
		for i, a := range algorithms {
			wanted := named(p.hashes, a.name)
			if len(wanted) == 0 {
				continue
			}
			is := kennel.Hash{Algorithm: a.name, Value: hex.EncodeToString(sums[i].Sum(nil))}
			if !slices.Contains(wanted, is) {
				return &kennel.Mismatch{What: what, Who: p.who, Algorithm: a.name, Want: values(wanted), Got: is.Value}
			}
		}
	}
	return nil
}

func values(hashes []kennel.Hash) string {
	var all []string
	for _, h := range hashes {
		all = append(all, h.Value)
	}
	return strings.Join(all, " or ")
}
