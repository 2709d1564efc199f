package lockfile

import (
	"strings"

	"github.com/kennel-oss/kennel"
)

// NodeOrigin tells from a specifier or resolved address, as npm, pnpm, Yarn
// and Bun spell them, where a package comes from, and the commit where it
// names one. A version or range is a registry's. "" is unknown.
// Source: https://docs.npmjs.com/cli/configuring-npm/package-json#dependencies
func NodeOrigin(ref string) (kennel.Origin, string) {
	scheme, _, has := strings.Cut(ref, ":")
	if !has {
		switch {
		case ref == "":
			return kennel.OriginUnknown, ""
		case ref[0] == '.' || ref[0] == '/' || ref[0] == '~' && strings.HasPrefix(ref, "~/"):
			return kennel.OriginLocal, ""
		case strings.Count(ref, "/") == 1 && ref[0] != '@' && !strings.Contains(ref, " "):
			return kennel.OriginVCS, commit(ref) // owner/repository is GitHub's
		}
		return kennel.OriginRegistry, ""
	}
	switch strings.ToLower(scheme) {
	case "file", "link", "portal", "workspace":
		return kennel.OriginLocal, ""
	case "npm", "jsr", "catalog":
		return kennel.OriginRegistry, ""
	case "git", "ssh", "git+ssh", "git+https", "git+http", "git+file", "github", "gitlab", "bitbucket", "gist":
		return kennel.OriginVCS, commit(ref)
	case "http", "https":
		if _, rest, ok := strings.Cut(ref, "://codeload.github.com/"); ok {
			if parts := strings.Split(rest, "/"); len(parts) == 4 {
				return kennel.OriginVCS, hexadecimal(parts[3])
			}
		}
		if address, _, _ := strings.Cut(ref, "#"); strings.HasSuffix(address, ".git") {
			return kennel.OriginVCS, commit(ref)
		}
		return kennel.OriginURL, ""
	}
	if strings.HasPrefix(ref, "git@") {
		return kennel.OriginVCS, commit(ref)
	}
	return kennel.OriginUnknown, ""
}

// Address is a resolved address without its fragment; "" for what is none.
func Address(ref string) string {
	if !strings.HasPrefix(ref, "http://") && !strings.HasPrefix(ref, "https://") {
		return ""
	}
	ref, _, _ = strings.Cut(ref, "#")
	return ref
}

// NodeAlias splits "npm:real@range": the package that an alias stands for and
// the version or range asked of it.
func NodeAlias(spec string) (name, version string, ok bool) {
	rest, ok := strings.CutPrefix(spec, "npm:")
	if !ok || rest == "" {
		return "", "", false
	}
	if at := strings.LastIndexByte(rest, '@'); at > 0 {
		return rest[:at], rest[at+1:], true
	}
	if c := rest[0]; '0' <= c && c <= '9' || strings.IndexByte("^~<>=*", c) >= 0 {
		return "", "", false // Yarn writes npm:^1.0.0 for the name itself
	}
	return rest, "", true
}

// commit returns the commit behind "#": Yarn writes "#commit=…" among other
// conditions, the others write it bare.
func commit(ref string) string {
	_, fragment, _ := strings.Cut(ref, "#")
	for part := range strings.SplitSeq(fragment, "&") {
		part = strings.TrimPrefix(part, "commit=")
		if c := hexadecimal(part); c != "" {
			return c
		}
	}
	return ""
}

// hexadecimal returns s when it can only be a commit: 7 to 64 hexadecimal
// digits.
func hexadecimal(s string) string {
	if len(s) < 7 || len(s) > 64 {
		return ""
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return ""
		}
	}
	return s
}
