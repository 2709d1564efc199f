package source

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

// npmManifest is what counts of a package.json. A field of an unexpected shape
// is none.
type npmManifest struct {
	Name         string          `json:"name"`
	Version      string          `json:"version"`
	Scripts      json.RawMessage `json:"scripts"`
	Dependencies json.RawMessage `json:"dependencies"`
	Optional     json.RawMessage `json:"optionalDependencies"`
	Main         json.RawMessage `json:"main"`
	Module       json.RawMessage `json:"module"`
	Bin          json.RawMessage `json:"bin"`
	Exports      json.RawMessage `json:"exports"`
}

// installHooks are the scripts that "npm install" of a package runs.
var installHooks = [...]string{"preinstall", "install", "postinstall"}

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

// hooks marks what a package's own manifest says is run at install or import.
func (b *build) hooks() {
	const name = "package.json"
	m, ok := parseNPM(b.r.text(name))
	if !ok {
		return
	}
	scripts := fields(m.Scripts)
	for _, hook := range installHooks {
		b.refer([]byte(strings.ReplaceAll(scripts[hook], "node ", "node ./")), name, Run, hook)
	}
	for _, raw := range []json.RawMessage{m.Main, m.Module, m.Bin, m.Exports} {
		b.refer(raw, name, Reached, "import")
	}
}

// difference is a field in which the manifest in the release is not the
// repository's.
type difference struct {
	file, says string
}

const maxDifferences = 20

// manifests compares the manifests: what of them has install or import run
// something else, or brings something else along. Versions and ranges that a
// release tool fills in are not differences.
func (c *Comparison) manifests(r *release, t *tree, h kennel.History, component kennel.Component) {
	c.npm(r, t, h, component)
	c.crate(r, t, h)
	c.gem(r, t, h)
	c.goModule(r, component)
	c.manifest = c.manifest[:min(len(c.manifest), maxDifferences)]
}

func (c *Comparison) differs(file, format string, args ...any) {
	c.manifest = append(c.manifest, difference{file, fmt.Sprintf(format, args...)})
}

// pair returns a file of the release and the tree's of another name, when both
// are there and are not the same.
func pair(r *release, t *tree, h kennel.History, mine, theirs string) (a, b []byte, ok bool) {
	e, ok := t.find(theirs)
	if !ok || !r.has(mine) || e.Size > maxManifest || e.ID == r.files[r.index[mine]].sha1 {
		return nil, nil, false
	}
	b, err := h.Blob(e.ID, maxManifest)
	if a = r.text(mine); err != nil || a == nil || len(a) > maxManifest || bytes.Equal(a, b) {
		return nil, nil, false
	}
	return a, b, true
}

const maxManifest = 1 << 20

func (c *Comparison) npm(r *release, t *tree, h kennel.History, component kennel.Component) {
	const name = "package.json"
	mine, ok := parseNPM(r.text(name))
	if !ok {
		return
	}
	if component.Ecosystem == kennel.NPM {
		if mine.Name != component.Name {
			c.differs(name, "name %q of a release of %q", clip(mine.Name), component.Name)
		}
		if mine.Version != component.Version {
			c.differs(name, "version %q of release %q", clip(mine.Version), component.Version)
		}
	}
	_, text, ok := pair(r, t, h, name, name)
	if !ok {
		return
	}
	theirs, ok := parseNPM(text)
	if !ok {
		return
	}
	if mine.Name != theirs.Name {
		c.differs(name, "name %q, in the repository %q", clip(mine.Name), clip(theirs.Name))
	}
	a, b := fields(mine.Scripts), fields(theirs.Scripts)
	for _, hook := range installHooks {
		if a[hook] != "" && a[hook] != b[hook] {
			c.differs(name, "%s %q, in the repository %q", hook, clip(a[hook]), clip(b[hook]))
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
				c.differs(name, "dependency %q, which the repository's does not have", clip(d))
			}
		}
	}
}

// goModule compares the path that go.mod declares with the module's.
func (c *Comparison) goModule(r *release, component kennel.Component) {
	if component.Ecosystem != kennel.Go {
		return
	}
	for line := range bytes.Lines(r.text("go.mod")) {
		f := strings.Fields(string(line))
		if len(f) < 2 || f[0] != "module" {
			continue
		}
		if declared := strings.Trim(f[1], "\"`"); declared != component.Name {
			c.differs("go.mod", "module %q of a release of %q", clip(declared), component.Name)
		}
		return
	}
}

func clip(s string) string {
	if len(s) > 200 {
		return strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}

// rewritten says which packaging tool writes or rewrites a file, "" for none.
func rewritten(name string, r *release) string {
	dir, base := path.Split(name)
	switch {
	case dir == "" && (base == "Cargo.toml" && r.has("Cargo.toml.orig") || base == ".cargo_vcs_info.json" || base == "Cargo.lock" && r.has("Cargo.toml.orig")):
		return "cargo package's output"
	case base == "PKG-INFO" || strings.Contains(name, ".egg-info/") || strings.Contains(name, ".dist-info/"):
		return "the build backend's metadata"
	case dir == "" && base == "package.json":
		return "the manifest, compared by its fields"
	case dir == "" && base == "setup.cfg" && r.has("PKG-INFO"):
		return "the build backend's metadata"
	}
	return ""
}
