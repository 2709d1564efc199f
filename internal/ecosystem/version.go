package ecosystem

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	kennel "github.com/kennel-oss/kennel"
)

var (
	// ErrNoOrder says that nothing here can order an ecosystem's versions.
	ErrNoOrder = errors.New("versions of this ecosystem have no known order")
	// ErrVersion says that a text is no version of its ecosystem.
	ErrVersion = errors.New("not a version of this ecosystem")
)

// maxVersion bounds the length of a version in bytes. The longest in a public
// registry is npm's limit of 256.
const maxVersion = 4096

// KeyFormat numbers the encoding of [Version.Key]. Whoever stores keys stores
// it beside them and refuses keys of another format.
const KeyFormat = 1

// Version is a parsed version: a key whose byte order is the order of the
// ecosystem's versions. Parsing pays for the rules once; comparing is a memory
// compare, and whatever the input, the order is total and transitive.
// Versions of one ecosystem that rank equal ("1.0" and "1.0.0" of PyPI) are
// ==. The zero Version is below every other, which is what "introduced": "0"
// means in an OSV record.
type Version struct{ key string }

// Compare returns -1, 0 or 1. It means something within one ecosystem only.
func (v Version) Compare(w Version) int { return strings.Compare(v.key, w.key) }

// Key returns the bytes to store, for databases that compare them in place;
// see [KeyFormat].
func (v Version) Key() string { return v.key }

// HasOrder reports whether versions of e can be ordered at all.
func HasOrder(e kennel.Ecosystem) bool { return orderOf(e) != noOrder }

// Parse reads a version as e spells it. Go versions may come with or without
// their "v". The error is or wraps [ErrNoOrder] or [ErrVersion].
func Parse(e kennel.Ecosystem, v string) (Version, error) {
	o := orderOf(e)
	if o == noOrder {
		return Version{}, fmt.Errorf("%s: %w", e, ErrNoOrder)
	}
	var buf [96]byte // most keys fit, so that parsing allocates once
	key, ok := appendKey(buf[:0], o, v)
	if !ok {
		return Version{}, fmt.Errorf("%q: %w (%s)", shorten(v), ErrVersion, e)
	}
	return Version{string(key)}, nil
}

// Compare parses and compares two versions of e.
func Compare(e kennel.Ecosystem, a, b string) (int, error) {
	va, err := Parse(e, a)
	if err != nil {
		return 0, err
	}
	vb, err := Parse(e, b)
	if err != nil {
		return 0, err
	}
	return va.Compare(vb), nil
}

// Order is Compare for sorting: versions that e does not know how to order go
// by their bytes.
func Order(e kennel.Ecosystem, a, b string) int {
	if order, err := Compare(e, a, b); err == nil {
		return order
	}
	return strings.Compare(a, b)
}

// appendKey appends v's key by the rules of o.
func appendKey(b []byte, o order, v string) ([]byte, bool) {
	v = strings.Trim(v, " \t\r\n")
	if !plausible(v) {
		return nil, false
	}
	switch o {
	case semverOrder:
		return appendSemver(b, v, semverRules{})
	case goOrder:
		return appendGo(b, v)
	case npmOrder:
		return appendSemver(b, v, semverRules{loose: true})
	case pubOrder:
		return appendSemver(b, v, semverRules{build: true})
	case tagOrder:
		if IsCommit(v) {
			return nil, false
		}
		return appendSemver(b, v, semverRules{loose: true})
	case nugetOrder:
		return appendSemver(b, v, semverRules{loose: true, fold: true})
	case pep440Order:
		return appendPEP440(b, v)
	case mavenOrder:
		return appendMaven(b, v)
	case gemOrder:
		return appendGem(b, v)
	case composerOrder:
		return appendComposer(b, v)
	case debianOrder:
		return appendDebian(b, v)
	case opamOrder:
		return appendDpkgPart(b, v), dpkgAlphabet(v)
	case rpmOrder:
		return appendRPM(b, v)
	case apkOrder:
		return appendAPK(b, v)
	case conanOrder:
		return appendConan(b, v)
	case cranOrder:
		return appendDotted(b, v, ".-")
	case hackageOrder:
		return appendDotted(b, v, ".")
	}
	return nil, false
}

// plausible rejects what is a version nowhere: nothing, too much, control
// characters (keys use them), blanks inside, and broken UTF-8.
func plausible(v string) bool {
	if v == "" || len(v) > maxVersion {
		return false
	}
	for i := range len(v) {
		switch c := v[i]; {
		case c <= ' ', c == 0x7f:
			return false
		case c >= utf8.RuneSelf:
			return utf8.ValidString(v) && !strings.ContainsAny(v, " \t\r\n\x00")
		}
	}
	return true
}

// IsCommit reports whether v is the whole digest of a git commit, SHA-1 or
// SHA-256, in either case. Shorter ones may as well be names.
func IsCommit(v string) bool {
	if len(v) != 40 && len(v) != 64 {
		return false
	}
	for i := range len(v) {
		if _, ok := unhex(v[i]); !ok {
			return false
		}
	}
	return true
}

// shorten keeps hostile texts out of error messages.
func shorten(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}
