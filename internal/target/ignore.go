package target

import (
	"fmt"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// ignore decides what a person wants left out. Globs are written as in
// .gitignore, with the same meaning: "**" spans folders; without a slash, but
// at its end, a glob holds in every folder; with one it holds from the top; a
// slash at its end means folders only. There is no "!": what is left out stays
// so.
type ignore []glob

type glob struct {
	pattern           string
	anywhere, folders bool
}

// Bounds on a glob: alternatives multiply, and the globs may come with the
// project that is examined.
const (
	maxGlob   = 1024
	maxBraces = 4
	maxCommas = 32
)

func parseIgnore(globs []string) (ignore, error) {
	var list ignore
	for _, text := range globs {
		g := glob{pattern: text}
		if strings.HasPrefix(text, "!") {
			return nil, fmt.Errorf("ignore %q: exceptions with ! are not understood; write narrower globs", text)
		}
		g.pattern, g.folders = strings.CutSuffix(g.pattern, "/")
		g.anywhere = !strings.Contains(g.pattern, "/")
		g.pattern = strings.TrimPrefix(strings.TrimPrefix(g.pattern, "./"), "/")
		if len(text) > maxGlob || strings.Count(text, "{") > maxBraces || strings.Count(text, ",") > maxCommas {
			return nil, fmt.Errorf("ignore %.40q: the glob is too long or has too many alternatives; write several", text)
		}
		if g.pattern == "" || !doublestar.ValidatePattern(g.pattern) {
			return nil, fmt.Errorf("ignore %q: not a glob", text)
		}
		list = append(list, g)
	}
	return list, nil
}

func (list ignore) match(name string, folder bool) bool {
	for _, g := range list {
		if g.folders && !folder {
			continue
		}
		subject := name
		if g.anywhere {
			subject = path.Base(name)
		}
		// "vendor/**" means the folder too: then it is not even opened.
		if ok, _ := doublestar.Match(g.pattern, subject); ok {
			return true
		}
	}
	return false
}
