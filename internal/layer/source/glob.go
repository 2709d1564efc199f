package source

import (
	"path"
	"strings"
)

// globbed matches a path with git's wildcards, in which "**/" is any folders.
func globbed(glob, name string) bool {
	if len(glob) > maxPath || strings.Count(glob, "*") > 16 {
		return false
	}
	if rest, ok := strings.CutPrefix(glob, "**/"); ok {
		for strings.HasPrefix(rest, "**/") { // one of them says it all; many would cost
			rest = rest[3:]
		}
		for {
			if globbed(rest, name) {
				return true
			}
			i := strings.IndexByte(name, '/')
			if i < 0 {
				return false
			}
			name = name[i+1:]
		}
	}
	ok, err := path.Match(glob, name)
	return err == nil && ok
}
