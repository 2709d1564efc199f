package source

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
)

// difference is a field in which the manifest in the release is not the
// repository's.
type difference struct {
	file, says string
	ordinary   bool // release tools make it: told beside
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
	c.manifest = append(c.manifest, difference{file: file, says: fmt.Sprintf(format, args...)})
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
