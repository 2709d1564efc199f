package python

import "strings"

// requirement is one dependency as PEP 508 writes it:
//
//	name[extra,extra] >=1,<2 ; marker
//	name[extra] @ address ; marker
//
// Source: https://packaging.python.org/specifications/dependency-specifiers/
type requirement struct {
	name    string
	extras  []string
	spec    string // the version specifiers as written, without parentheses
	address string // of a direct reference
	marker  string
}

// parseRequirement reads one requirement; ok is false when s is none.
func parseRequirement(s string) (r requirement, ok bool) {
	s = strings.TrimSpace(s)
	n := 0
	for n < len(s) && nameByte(s[n]) {
		n++
	}
	r.name, s = s[:n], strings.TrimLeft(s[n:], " \t")
	if n == 0 || !alphanumeric(r.name[0]) || !alphanumeric(r.name[n-1]) {
		return r, false
	}
	if strings.HasPrefix(s, "[") {
		extras, rest, closed := strings.Cut(s[1:], "]")
		if !closed {
			return r, false
		}
		for e := range strings.SplitSeq(extras, ",") {
			if e = strings.TrimSpace(e); e != "" {
				r.extras = append(r.extras, e)
			}
		}
		s = strings.TrimLeft(rest, " \t")
	}
	if address, is := strings.CutPrefix(s, "@"); is {
		// In an address ";" means a marker only behind a space.
		r.address, r.marker, _ = strings.Cut(address, " ;")
		r.address, r.marker = strings.TrimSpace(r.address), strings.TrimSpace(r.marker)
		return r, r.address != ""
	}
	r.spec, r.marker, _ = strings.Cut(s, ";")
	r.spec, r.marker = strings.TrimSpace(r.spec), strings.TrimSpace(r.marker)
	if inner, is := strings.CutPrefix(r.spec, "("); is {
		if r.spec, is = strings.CutSuffix(inner, ")"); !is {
			return r, false
		}
		r.spec = strings.TrimSpace(r.spec)
	}
	return r, r.spec == "" || strings.IndexByte("<>=!~", r.spec[0]) >= 0
}

// pin returns the one version that the specifiers admit, "" when they are no
// pin: "==1.2.*" is a range.
func (r *requirement) pin() string {
	rest, is := strings.CutPrefix(r.spec, "===")
	if !is {
		rest, is = strings.CutPrefix(r.spec, "==")
	}
	if rest = strings.TrimSpace(rest); !is || rest == "" || strings.ContainsAny(rest, ",*<>=! \t") {
		return ""
	}
	return rest
}

// extrasOf returns the extras that a marker asks for, as in extra == "socks".
func extrasOf(marker string) (extras []string) {
	for rest := marker; ; {
		i := strings.Index(rest, "extra")
		if i < 0 {
			return extras
		}
		inside := i > 0 && nameByte(rest[i-1])
		rest = strings.TrimLeft(rest[i+len("extra"):], " \t")
		value, is := strings.CutPrefix(rest, "==")
		if value = strings.TrimLeft(value, " \t"); inside || !is || value == "" {
			continue
		}
		if q := value[:1]; q == `"` || q == "'" {
			value, rest, _ = strings.Cut(value[1:], q)
			extras = append(extras, value)
		}
	}
}

func nameByte(c byte) bool {
	return alphanumeric(c) || c == '-' || c == '_' || c == '.'
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
