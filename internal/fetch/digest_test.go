package fetch

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	kennel "github.com/kennel-oss/kennel"
)

// The strongest algorithm decides: a weaker one that holds is no excuse, and of
// several hashes of one algorithm one has to hold.
func TestStrongestHashDecides(t *testing.T) {
	of := func(algorithm, text string) kennel.Hash {
		h := kennel.Hash{Algorithm: algorithm}
		switch a := []byte(text); algorithm {
		case "SHA-512":
			sum := sha512.Sum512(a)
			h.Value = hex.EncodeToString(sum[:])
		case "SHA-256":
			sum := sha256.Sum256(a)
			h.Value = hex.EncodeToString(sum[:])
		case "SHA-1":
			sum := sha1.Sum(a)
			h.Value = hex.EncodeToString(sum[:])
		}
		return h
	}
	for name, test := range map[string]struct {
		registry, lock []kennel.Hash
		failed         string // the algorithm of the Mismatch, "" for none
	}{
		"one":                  {lock: []kennel.Hash{of("SHA-512", "is")}},
		"weaker alone holds":   {lock: []kennel.Hash{of("SHA-1", "is"), of("SHA-512", "other")}, failed: "SHA-512"},
		"middle alone holds":   {lock: []kennel.Hash{of("SHA-512", "other"), of("SHA-256", "is"), of("SHA-1", "is")}, failed: "SHA-512"},
		"weaker does not":      {lock: []kennel.Hash{of("SHA-512", "is"), of("SHA-1", "other")}, failed: "SHA-1"},
		"one of two":           {lock: []kennel.Hash{of("SHA-512", "other"), of("SHA-512", "is")}},
		"none of two":          {lock: []kennel.Hash{of("SHA-512", "other"), of("SHA-512", "third")}, failed: "SHA-512"},
		"none of two, weaker":  {lock: []kennel.Hash{of("SHA-512", "other"), of("SHA-512", "third"), of("SHA-1", "is")}, failed: "SHA-512"},
		"registry is another":  {registry: []kennel.Hash{of("SHA-512", "other")}, lock: []kennel.Hash{of("SHA-1", "is")}, failed: "SHA-512"},
		"each its own":         {registry: []kennel.Hash{of("SHA-512", "is")}, lock: []kennel.Hash{of("SHA-1", "is")}},
		"nothing was promised": {},
	} {
		err := holds("x", strings.NewReader("is"), []promise{{"the registry", test.registry}, {"the lock file", test.lock}})
		var mismatch *kennel.Mismatch
		switch errors.As(err, &mismatch) {
		case true:
			if mismatch.Algorithm != test.failed {
				t.Errorf("%s: got %v", name, err)
			}
		default:
			if err != nil || test.failed != "" {
				t.Errorf("%s: got %v", name, err)
			}
		}
	}
	if sufficient([]promise{{"the registry", nil}, {"the lock file", []kennel.Hash{{Algorithm: "CRC-32", Value: "0"}}}}) {
		t.Error("a checksum that nobody can check suffices")
	}
	// What the registry lists and the lock file wants is compared beforehand.
	is, other, third := of("SHA-512", "is"), of("SHA-512", "other"), of("SHA-512", "third")
	if err := agree("x", []promise{{"the registry", []kennel.Hash{is}}, {"the lock file", []kennel.Hash{other, is}}}); err != nil {
		t.Error(err)
	}
	if err := agree("x", []promise{{"the registry", []kennel.Hash{is, of("SHA-1", "is")}}, {"the lock file", []kennel.Hash{other, third, of("SHA-1", "is")}}}); err == nil {
		t.Error("a weaker hash stood in for a stronger")
	}
}
