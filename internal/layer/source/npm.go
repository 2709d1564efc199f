package source

import (
	"bytes"
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

const npmFile = "package.json"

// npmManifest is what counts of a package.json. A field of an unexpected shape
// is none.
type npmManifest struct {
	Name         string          `json:"name"`
	Version      string          `json:"version"`
	Scripts      json.RawMessage `json:"scripts"`
	Dependencies json.RawMessage `json:"dependencies"`
	Optional     json.RawMessage `json:"optionalDependencies"`
	Bundle       json.RawMessage `json:"bundleDependencies"`
	Bundled      json.RawMessage `json:"bundledDependencies"`
	Repository   json.RawMessage `json:"repository"`
	Main         json.RawMessage `json:"main"`
	Module       json.RawMessage `json:"module"`
	Browser      json.RawMessage `json:"browser"`
	Bin          json.RawMessage `json:"bin"`
	Exports      json.RawMessage `json:"exports"`
}

// installHooks are the scripts that "npm install" of a package runs.
var installHooks = [...]string{"preinstall", "install", "postinstall"}

// packed reports whether a release is a package of npm.
func packed(r *release, c kennel.Component) bool {
	return c.Ecosystem == kennel.NPM || c.Ecosystem == "" && r.top == "package" && r.has(npmFile)
}

func parseNPM(text []byte) (npmManifest, bool) {
	var m npmManifest
	err := json.Unmarshal(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), &m)
	return m, err == nil
}

func fields(raw json.RawMessage) map[string]string {
	var m map[string]any
	if json.Unmarshal(raw, &m) != nil {
		return nil
	}
	out := make(map[string]string, len(m))
	for k, v := range m {
		if s, ok := v.(string); ok {
			out[k] = s
		}
	}
	return out
}

// bundles reports whether a package says that it brings dependencies along.
func (m npmManifest) bundles() bool {
	for _, raw := range []json.RawMessage{m.Bundle, m.Bundled} {
		if len(raw) > 0 && !slices.Contains([]string{"null", "false", "[]", "{}", `""`}, string(raw)) {
			return true
		}
	}
	return false
}

// buildWords are what scripts that make what is published are called, and the
// programs that they call.
var buildWords = [...]string{"build", "builds", "bundle", "compile", "dist", "transpile", "minify", "tsc", "tshy", "tsup", "unbuild",
	"babel", "rollup", "webpack", "esbuild", "vite", "browserify", "uglify", "uglifyjs", "terser", "make", "grunt", "gulp"}

// publishing are the scripts that npm runs before it packs.
var publishing = [...]string{"prepack", "prepare", "prepublish", "prepublishOnly"}

// builds reports whether a script of a manifest makes what is published.
func builds(m npmManifest) bool {
	scripts := fields(m.Scripts)
	for name := range scripts {
		if buildsBy(name) {
			return true
		}
	}
	return slices.ContainsFunc(publishing[:], func(name string) bool { return buildsBy(scripts[name]) })
}

func buildsBy(text string) bool {
	for word := range strings.FieldsFuncSeq(text, func(c rune) bool { return c < 'A' || 'Z' < c && c < 'a' || 'z' < c }) {
		if slices.Contains(buildWords[:], word) {
			return true
		}
	}
	return false
}

// unbuilt reports whether the manifest of a folder of the tree names an entry
// that the tree does not have: something makes it.
func (t *tree) unbuilt(m npmManifest, folder string) bool {
	for _, raw := range []json.RawMessage{m.Main, m.Module, m.Bin} {
		for _, name := range values(raw) {
			at := folder + strings.TrimPrefix(path.Clean("/"+name), "/")
			if !slices.ContainsFunc(endings[:], func(e string) bool { _, ok := t.byPath[at+e]; return ok }) {
				return true
			}
		}
	}
	return false
}

// values are the texts of a field that is a text or an object of them.
func values(raw json.RawMessage) []string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return []string{s}
	}
	return slices.Collect(maps.Values(fields(raw)))
}

// manifestAt reads a package.json of the tree.
func (t *tree) manifestAt(h kennel.History, folder string) (npmManifest, bool) {
	i, ok := t.byPath[folder+npmFile]
	if !ok || t.entries[i].Mode == "160000" || t.entries[i].Size > maxManifest {
		return npmManifest{}, false
	}
	b, err := h.Blob(t.entries[i].ID, maxManifest)
	if err != nil {
		return npmManifest{}, false
	}
	return parseNPM(b)
}

const maxHomes = 64 // manifests of a tree that are read

// homes are the folders of the tree whose manifest declares a package. Likely
// ones alone are asked: folders that files of the release are in, the one that
// the release names, and those that are called like the package.
func (t *tree) homes(h kennel.History, r *release, name string, votes map[string]int) []string {
	base := path.Base(name)
	var likely []string
	for folder := range votes {
		likely = append(likely, folder)
	}
	slices.SortFunc(likely, func(a, b string) int { return votes[b] - votes[a] })
	likely = append([]string{""}, likely[:min(len(likely), maxHomes/4)]...)
	if m, ok := parseNPM(r.text(npmFile)); ok {
		if at := fields(m.Repository)["directory"]; at != "" {
			likely = append(likely, strings.TrimPrefix(path.Clean("/"+at), "/")+"/")
		}
	}
	for _, e := range t.entries {
		if folder, ok := strings.CutSuffix(e.Path, "/"+npmFile); ok && strings.HasSuffix(folder, base) {
			likely = append(likely, folder+"/")
		}
	}
	var out []string
	asked := map[string]bool{}
	for _, folder := range likely {
		if asked[folder] || len(asked) > maxHomes {
			continue
		}
		asked[folder] = true
		if m, ok := t.manifestAt(h, folder); ok && m.Name == name {
			out = append(out, folder)
		}
	}
	return out
}

func (c *Comparison) npm(r *release, t *tree, h kennel.History, component kennel.Component) {
	mine, ok := parseNPM(r.text(npmFile))
	if !ok {
		return
	}
	expected := component.Ecosystem == kennel.NPM
	if expected && mine.Name != component.Name {
		c.differs(npmFile, "name %q of a release of %q", clip(mine.Name), component.Name)
	}
	if expected && mine.Version != component.Version {
		c.differs(npmFile, "version %q of release %q", clip(mine.Version), component.Version)
	}
	_, text, ok := pair(r, t, h, npmFile, npmFile)
	if !ok {
		return
	}
	theirs, ok := parseNPM(text)
	if !ok {
		return
	}
	if mine.Name != theirs.Name {
		c.differs(npmFile, "name %q, in the repository %q", clip(mine.Name), clip(theirs.Name))
		c.manifest[len(c.manifest)-1].ordinary = expected && mine.Name == component.Name
	}
	a, b := fields(mine.Scripts), fields(theirs.Scripts)
	for _, hook := range installHooks {
		if a[hook] != "" && a[hook] != b[hook] {
			c.differs(npmFile, "%s %q, in the repository %q", hook, clip(a[hook]), clip(b[hook]))
		}
	}
	depends := fields(theirs.Dependencies)
	optional := fields(theirs.Optional)
	for _, list := range []map[string]string{fields(mine.Dependencies), fields(mine.Optional)} {
		for _, d := range slices.Sorted(maps.Keys(list)) {
			if _, there := depends[d]; there {
				continue
			}
			if _, there := optional[d]; !there {
				c.differs(npmFile, "dependency %q, which the repository's does not have", clip(d))
				c.manifest[len(c.manifest)-1].ordinary = sibling(mine.Name, d)
			}
		}
	}
}

// sibling reports whether a dependency is in the package's own scope, or in the
// scope of its name: builds for platforms are, and whoever publishes there can
// publish the package too.
func sibling(name, dependency string) bool {
	scope, _, scoped := strings.Cut(name, "/")
	if !scoped {
		scope = "@" + name
	}
	return strings.HasPrefix(dependency, scope+"/")
}
