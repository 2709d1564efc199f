package ecosystem

import (
	"strings"

	kennel "github.com/kennel-oss/kennel"
)

// NameKey returns the key under which p's name is looked up: two spellings of
// one package have one key. Different packages may share a key where an
// ecosystem minds case; [SameName] tells them apart. A name that is its own
// key costs no allocation.
func NameKey(p kennel.Package) string {
	switch p.Ecosystem {
	case kennel.PyPI:
		return foldPyPI(p.Name)
	case kennel.Cargo:
		return foldASCII(p.Name, '_', '-')
	case kennel.Swift:
		return foldASCII(repository(p.Name), 0, 0)
	case kennel.GitHubActions:
		name, _ := splitAction(repository(p.Name))
		return foldASCII(name, 0, 0)
	}
	return foldASCII(p.Name, 0, 0)
}

// SameName reports whether a name found in a product may be the one that a
// record has, given that their keys are equal. Where an ecosystem minds case
// the spellings must be equal, except that a Go name in lower case may come
// from a purl, which folds it.
//
// PyPI, NuGet, Packagist, VS Code's marketplace and repository hosts fold case. crates.io refuses
// names that differ from another's only in case, "-" or "_".
// Source: https://github.com/rust-lang/crates.io (canon_crate_name)
func SameName(e kennel.Ecosystem, recorded, found string) bool {
	if recorded == found {
		return true
	}
	switch e {
	case kennel.PyPI, kennel.NuGet, kennel.Packagist, kennel.Cargo, kennel.Swift, "VSCode":
		return true
	case kennel.GitHubActions:
		_, r := splitAction(repository(recorded))
		_, f := splitAction(repository(found))
		return r == "" || f == "" || strings.EqualFold(r, f)
	case kennel.Go:
		return foldASCII(found, 0, 0) == found
	}
	return false
}

// foldASCII returns s with ASCII letters in lower case and from replaced by
// to.
func foldASCII(s string, from, to byte) string {
	for i := range len(s) {
		if c := s[i]; c != from && lower(c) == c {
			continue
		}
		b := []byte(s)
		for ; i < len(b); i++ {
			if b[i] = lower(b[i]); b[i] == from {
				b[i] = to
			}
		}
		return string(b)
	}
	return s
}

// foldPyPI is the normal form of PEP 503: lower case, and any run of "-", "_"
// and "." is one hyphen.
func foldPyPI(s string) string {
	normal := true
	for i := range len(s) {
		c := s[i]
		if lower(c) != c || c == '_' || c == '.' || c == '-' && i > 0 && s[i-1] == '-' {
			normal = false
			break
		}
	}
	if normal {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		c := lower(s[i])
		if c == '_' || c == '.' {
			c = '-'
		}
		if c != '-' || len(b) == 0 || b[len(b)-1] != '-' {
			b = append(b, c)
		}
	}
	return string(b)
}

// repository strips what does not belong to a repository's name: scheme, user,
// ".git" and trailing slashes. "git@host:owner/name" becomes "host/owner/name".
func repository(s string) string {
	if i := strings.Index(s, "://"); i >= 0 {
		s = s[i+3:]
		if at := strings.IndexByte(s, '@'); at >= 0 && !strings.Contains(s[:at], "/") {
			s = s[at+1:]
		}
	} else if user, rest, ok := strings.Cut(s, "@"); ok && !strings.ContainsAny(user, "/:") {
		if host, path, ok := strings.Cut(rest, ":"); ok && !strings.Contains(host, "/") {
			s = host + "/" + path
		}
	}
	return strings.TrimSuffix(strings.TrimRight(s, "/"), ".git")
}

// splitAction splits "owner/repo/sub/path" behind the repository.
func splitAction(s string) (repo, sub string) {
	i := strings.IndexByte(s, '/')
	if i < 0 {
		return s, ""
	}
	if j := strings.IndexByte(s[i+1:], '/'); j >= 0 {
		return s[:i+1+j], s[i+2+j:]
	}
	return s, ""
}
