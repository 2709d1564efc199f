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

// manifests compares the manifests: what of them has install or import run
// something else, or brings something else along. Versions and ranges that a
// release tool fills in are not differences.
func manifests(r *release, t *tree, h kennel.History) []difference {
	const name = "package.json"
	e, ok := t.find(name)
	if !ok || !r.has(name) || e.ID == r.files[r.index[name]].sha1 {
		return nil
	}
	text, err := h.Blob(e.ID, maxText)
	if err != nil {
		return nil
	}
	mine, ok1 := parseNPM(r.text(name))
	theirs, ok2 := parseNPM(text)
	if !ok1 || !ok2 {
		return nil
	}
	var out []difference
	add := func(format string, args ...any) {
		if len(out) < 20 {
			out = append(out, difference{name, fmt.Sprintf(format, args...)})
		}
	}
	if mine.Name != theirs.Name {
		add("name %q, in the repository %q", mine.Name, theirs.Name)
	}
	a, b := fields(mine.Scripts), fields(theirs.Scripts)
	for _, hook := range installHooks {
		if a[hook] != "" && a[hook] != b[hook] {
			add("%s %q, in the repository %q", hook, clip(a[hook]), clip(b[hook]))
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
				add("dependency %q, which the repository's does not have", clip(d))
			}
		}
	}
	return out
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
