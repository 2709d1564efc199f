package pnpm

import "strings"

// withoutPeers cuts off what pnpm adds to a key for each set of peers and
// patches: "a@1.0.0(b@2.0.0)" is a@1.0.0.
func withoutPeers(key string) string {
	if i := strings.IndexByte(key, '('); i > 0 {
		return key[:i]
	}
	return key
}

// splitKey splits a key of packages or snapshots into the name and what follows
// it: a version, or an address. Either may be "".
//
//	5: /a/1.0.0  /@s/a/1.0.0_peers  registry.example/a/1.0.0  github.com/o/r/COMMIT  file:dir
//	6: /a@1.0.0(peers)  registry.example/a@1.0.0  …
//	9: a@1.0.0(peers)  a@https://…  a@file:dir
func splitKey(key string, major int) (name, ref string) {
	key = withoutPeers(key)
	if strings.HasPrefix(key, "file:") || strings.HasPrefix(key, "link:") {
		return "", key
	}
	if major >= 9 {
		if at := strings.IndexByte(key[min(1, len(key)):], '@'); at >= 0 {
			return key[:at+1], key[at+2:]
		}
		return "", key
	}
	path, found := strings.CutPrefix(key, "/")
	if !found {
		// Another registry's package has its host in front. A repository or
		// archive has an address and says its name in a field.
		host, rest, ok := strings.Cut(key, "/")
		if !ok || !strings.Contains(host, ".") {
			return "", key
		}
		name, ref = splitPath(rest, major)
		if ref == "" || ref[0] < '0' || ref[0] > '9' || strings.Contains(ref, "/") || !strings.Contains(ref, ".") {
			return "", "git+https://" + host + "/" + hash(rest)
		}
		return name, ref
	}
	return splitPath(path, major)
}

// hash turns the last step of an address into a fragment, where a commit is
// looked for: o/r/COMMIT is o/r#COMMIT.
func hash(address string) string {
	if i := strings.LastIndexByte(address, '/'); i >= 0 {
		return address[:i] + "#" + address[i+1:]
	}
	return address
}

func splitPath(path string, major int) (name, ref string) {
	between := byte('/')
	if major >= 6 {
		between = '@'
	}
	from := 0
	if strings.HasPrefix(path, "@") {
		if from = strings.IndexByte(path, '/') + 1; from == 0 {
			return "", path
		}
	}
	i := strings.IndexByte(path[from:], between)
	if i < 0 {
		return "", path
	}
	name, ref = path[:from+i], path[from+i+1:]
	if major < 6 {
		ref, _, _ = strings.Cut(ref, "_")
	}
	return name, ref
}

// target returns the key that a dependency's reference means.
func target(name, ref string, major int) string {
	switch {
	case major >= 9:
		at := strings.IndexByte(ref, '@')
		colon, bracket := strings.IndexByte(ref, ':'), strings.IndexByte(ref, '(')
		if at == 0 || at > 0 && (colon < 0 || at < colon) && (bracket < 0 || at < bracket) {
			return ref // an alias: the real name is in front
		}
		return name + "@" + ref
	case strings.Contains(withoutPeers(ref), "/") || strings.HasPrefix(ref, "file:"):
		return ref
	case major >= 6:
		return "/" + name + "@" + ref
	}
	return "/" + name + "/" + ref
}
