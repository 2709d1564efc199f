package content

import (
	"path"
	"strings"
)

func readJavaScript(s source, f *facts) {}

// resolveJavaScript completes a relative reference as node and bundlers do.
// What names a package is not in the release.
func resolveJavaScript(r *release, from string, ref reference) []string {
	to := ref.to
	if !strings.HasPrefix(to, ".") && !strings.HasPrefix(to, "/") && !ref.runs {
		return nil
	}
	to = path.Clean(path.Join(path.Dir(from), to))
	if to == "." {
		to = ""
	}
	for _, suffix := range [...]string{"", ".js", ".cjs", ".mjs", ".json", ".node", ".ts", ".tsx", ".jsx", "/index.js", "/index.cjs", "/index.mjs", "/index.ts"} {
		if name := strings.TrimPrefix(to+suffix, "/"); r.has(name) {
			return []string{name}
		}
	}
	// TypeScript's sources name the file that they become.
	if name, ok := strings.CutSuffix(to, ".js"); ok && r.has(name+".ts") {
		return []string{name + ".ts"}
	}
	return nil
}
