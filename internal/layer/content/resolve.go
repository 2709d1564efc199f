package content

import (
	"path"
	"strings"
)

// resolveNamed returns the files that a name means which is no path: one of the
// package's own imports ("#a"), the package itself, or a package that it
// carries in its node_modules.
func resolveNamed(r *release, from string, ref reference) []string {
	name := ref.to
	if r.npm == nil || ref.runs || name == "" || name[0] == '.' || name[0] == '/' || strings.HasPrefix(from, "node_modules/") && len(from) > 1000 {
		return nil
	}
	local := func(list []string, star string) []string {
		var out []string
		for _, to := range list[:min(len(list), 20)] {
			if !strings.HasPrefix(to, "../") && !strings.HasPrefix(to, "/") {
				to = strings.ReplaceAll(to, "*", star)
				out = append(out, resolveJavaScript(r, "package.json", reference{to: "./" + path.Clean(to)})...)
			}
		}
		return out
	}
	if name[0] == '#' {
		if list, ok := r.npm.inner[name]; ok {
			return local(list, "")
		}
		for pattern, list := range r.npm.inner {
			before, after, ok := strings.Cut(pattern, "*")
			if ok && len(name) >= len(before)+len(after) && strings.HasPrefix(name, before) && strings.HasSuffix(name, after) {
				return local(list, name[len(before):len(name)-len(after)])
			}
		}
		return nil
	}
	if r.npm.name != "" {
		if name == r.npm.name {
			return local(r.npm.own(""), "")
		}
		if rest, ok := strings.CutPrefix(name, r.npm.name+"/"); ok {
			if out := local(r.npm.own(rest), ""); out != nil {
				return out
			}
			return local([]string{"./" + rest}, "")
		}
	}
	dir := path.Dir(from)
	for range 8 {
		at := path.Join(dir, "node_modules", packageOf(name))
		if r.has(path.Join(at, "package.json")) || r.has(path.Join(at, "index.js")) {
			return resolveJavaScript(r, "package.json", reference{to: "./" + path.Join(dir, "node_modules", name)})
		}
		if dir == "." {
			break
		}
		dir = path.Dir(dir)
	}
	return nil
}
