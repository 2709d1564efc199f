package archive

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
)

// saved is an entry of the manifest.json that "docker save" writes.
// Source: https://github.com/moby/moby/blob/master/image/tarexport/tarexport.go
type saved struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// readSaved reads the manifest.json of "docker save" and of the many tools
// that write the same.
func readSaved(fsys fs.FS) (rootfs, error) {
	var list []saved
	if err := readJSON(fsys, "manifest.json", "", &list); err != nil || len(list) == 0 || list[0].Config == "" || len(list[0].Layers) == 0 {
		return rootfs{}, errNoImage // many a project has a manifest.json of its own
	}
	m := list[0]
	var c config
	digest := digestOf(m.Config)
	if err := readJSON(fsys, clean(m.Config), digest, &c); err != nil {
		return rootfs{}, fmt.Errorf("the image's configuration: %w", err)
	}
	img := rootfs{Image: Image{Tags: sortedTags(m.RepoTags), Config: digest, Platform: c.platform()}}
	img.used = append(m.Layers, m.Config)
	for i, l := range m.Layers {
		b := blob{path: clean(l)}
		if len(c.RootFS.DiffIDs) == len(m.Layers) {
			b.plain = c.RootFS.DiffIDs[i]
		}
		img.layers = append(img.layers, b)
	}
	for _, other := range list[1:] {
		what := other.Config
		if len(other.RepoTags) > 0 {
			what = other.RepoTags[0]
		}
		img.used = append(append(img.used, other.Layers...), other.Config)
		if len(img.gaps) < gapsMax {
			img.gaps = append(img.gaps, kennel.Gap{Kind: kennel.GapUnreadable, What: Printable(what), Why: "only the first image of the archive was looked at; save each into its own archive"})
		}
	}
	return img, nil
}

// digestOf returns the digest that a configuration's file name tells:
// "<hex>.json", "sha256:<hex>" or "blobs/sha256/<hex>".
func digestOf(name string) string {
	hex := strings.TrimPrefix(strings.TrimSuffix(path.Base(name), ".json"), "sha256:")
	if d := "sha256:" + hex; newHash(d) != nil {
		return d
	}
	return ""
}

// clean makes a name of a manifest a path; one that leads out stays so, and is
// refused when it is opened.
func clean(name string) string { return path.Clean(strings.TrimPrefix(name, "/")) }
