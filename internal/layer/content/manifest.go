package content

import (
	"fmt"
	"slices"

	"github.com/kennel-oss/kennel"
)

// manifest returns the text of package.json, without its padding where it is
// large; "" for none.
func (r *release) manifest() string {
	const name = "package.json"
	i, ok := r.index[name]
	if !ok || r.files[i].size <= maxKept {
		return r.text(name)
	}
	f, err := r.fsys.Open(r.files[i].whole)
	if err != nil {
		return ""
	}
	defer f.Close()
	text, _ := squeezed(f, maxText)
	return text
}

// lostManifests notes the manifests that are there and cannot be read: what
// they start is not known then.
func (r *release) lostManifests() {
	for _, name := range [...]string{"package.json", "binding.gyp", "setup.cfg", "pyproject.toml"} {
		i, ok := r.index[name]
		if !ok {
			continue
		}
		unread := r.files[i].size > maxText
		if name == "package.json" {
			unread = r.npm == nil
		}
		if !unread {
			_, err := r.read(name, 1)
			unread = err != nil
		}
		if unread {
			r.lost = append(r.lost, name)
			r.gap(gap{why: "a manifest could not be read, and so not what it starts", what: name})
		}
	}
}

// manifestsLost tells manifests that could be read in the previous release.
func manifestsLost(now, before *account) []chain {
	var out []chain
	for _, name := range now.release.lost {
		if !before.release.has(name) || slices.Contains(before.release.lost, name) {
			continue
		}
		out = append(out, chain{rule: "manifest-unreadable", file: name, severity: kennel.SeverityMedium,
			says:     "the manifest cannot be read any more: " + name,
			evidence: []kennel.Evidence{{Kind: "file", What: name, Says: fmt.Sprintf("%d bytes that are no manifest, or too many", now.release.files[now.release.index[name]].size)}}})
	}
	return out
}
