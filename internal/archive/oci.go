package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/kennel-oss/kennel"
)

// descriptor names a blob.
// Source: https://github.com/opencontainers/image-spec/blob/main/descriptor.md
type descriptor struct {
	MediaType   string
	Digest      string
	Annotations map[string]string
	Platform    struct{ OS, Architecture, Variant string }
}

// manifest is an image manifest or an index: whichever list it has tells.
type manifest struct {
	MediaType string
	Config    descriptor
	Layers    []descriptor
	Manifests []descriptor
}

// Bounds on what an index may lead to.
const (
	indexDepth    = 4
	candidatesMax = 1000
)

// candidate is an image of a layout.
type candidate struct {
	digest, platform string
	index            string // digest of the index that names it, "" at the top
	tags             []string
	manifest         manifest
	config           config
}

// readLayout reads an OCI image layout and chooses one image of it.
// Source: https://github.com/opencontainers/image-spec/blob/main/image-layout.md
func readLayout(fsys fs.FS, o Options) (rootfs, error) {
	var layout struct{ ImageLayoutVersion string }
	if err := readJSON(fsys, "oci-layout", "", &layout); err != nil || layout.ImageLayoutVersion == "" {
		return rootfs{}, errNoImage
	}
	var index manifest
	if err := readJSON(fsys, "index.json", "", &index); err != nil {
		return rootfs{}, err
	}
	s := search{fsys: fsys, seen: make(map[string]int)}
	if err := s.index(index.Manifests, "", nil, 0); err != nil {
		return rootfs{}, err
	}
	chosen, err := choose(s.found, o.Platform)
	if err != nil {
		return rootfs{}, errors.Join(err, s.missing)
	}
	m := s.found[chosen]
	img := rootfs{Image: Image{Digest: m.digest, Index: m.index, Config: m.manifest.Config.Digest, Platform: m.platform, Tags: m.tags}}
	img.Tags = sortedTags(append(img.Tags, savedTags(fsys, m.manifest.Config.Digest)...))
	for i, l := range m.manifest.Layers {
		b := blob{packed: l.Digest}
		if b.path, err = blobPath(l.Digest); err != nil {
			return rootfs{}, err
		}
		if len(m.config.RootFS.DiffIDs) == len(m.manifest.Layers) {
			b.plain = m.config.RootFS.DiffIDs[i]
		}
		img.layers = append(img.layers, b)
	}
	for i, other := range s.found {
		if i == chosen || len(img.gaps) >= gapsMax {
			continue
		}
		gap := kennel.Gap{Kind: kennel.GapUnreadable, What: Printable(other.name()), Why: "only one image of the archive was looked at; save each into its own archive"}
		if other.platform != m.platform {
			gap.Kind, gap.What = kennel.GapUnresolved, Printable("the image for "+other.platform)
			gap.Why = fmt.Sprintf("only the image for %s was looked at; --platform chooses", m.platform)
		}
		img.gaps = append(img.gaps, gap)
	}
	return img, nil
}

func (c candidate) name() string {
	if len(c.tags) > 0 {
		return c.tags[0]
	}
	return c.digest
}

// search collects the images that indexes lead to.
type search struct {
	fsys    fs.FS
	found   []candidate
	seen    map[string]int // digest -> index in found, or -1 while unknown
	missing error          // the first blob that is not there
}

func (s *search) index(list []descriptor, of string, tags []string, depth int) error {
	if depth > indexDepth {
		return &LimitError{What: "the depth of the indexes", Bound: fmt.Sprint(indexDepth)}
	}
	for _, d := range list {
		if d.Annotations["vnd.docker.reference.type"] == "attestation-manifest" {
			continue // statements about an image, not an image
		}
		// A registry's index may name platforms that were not fetched.
		name, err := blobPath(d.Digest)
		if err != nil {
			return err
		}
		names := append(tagsOf(d), tags...)
		if i, again := s.seen[d.Digest]; again {
			if i >= 0 {
				s.found[i].tags = sortedTags(append(s.found[i].tags, names...))
			}
			continue
		}
		s.seen[d.Digest] = -1
		var m manifest
		if err := readJSON(s.fsys, name, d.Digest, &m); errors.Is(err, fs.ErrNotExist) {
			s.missing = errors.Join(s.missing, err)
			continue
		} else if err != nil {
			return err
		}
		if len(s.seen) > candidatesMax {
			return &LimitError{What: "the number of manifests", Bound: fmt.Sprint(candidatesMax)}
		}
		if len(m.Manifests) > 0 {
			if err := s.index(m.Manifests, d.Digest, names, depth+1); err != nil {
				return err
			}
			continue
		}
		c := candidate{digest: d.Digest, index: of, manifest: m, tags: sortedTags(names)}
		if name, err = blobPath(m.Config.Digest); err != nil {
			return err
		}
		if err := readJSON(s.fsys, name, m.Config.Digest, &c.config); err != nil {
			return fmt.Errorf("the image's configuration: %w", err)
		}
		c.platform = platform(d.Platform.OS, d.Platform.Architecture, d.Platform.Variant)
		if c.platform == "" {
			c.platform = c.config.platform()
		}
		s.seen[d.Digest] = len(s.found)
		s.found = append(s.found, c)
	}
	return nil
}

// choose returns the image for a platform, or by default that for linux/amd64
// or else the first.
func choose(list []candidate, want string) (int, error) {
	if len(list) == 0 {
		return 0, errors.New("the layout holds no image")
	}
	ask := want
	if ask == "" {
		ask = "linux/amd64"
	}
	var have []string
	for i, c := range list {
		if c.platform == ask || strings.HasPrefix(c.platform, ask+"/") {
			return i, nil
		}
		have = append(have, c.platform)
	}
	if want != "" {
		return 0, fmt.Errorf("there is no image for %s, but for %s", want, strings.Join(have, ", "))
	}
	return 0, nil
}

// tagsOf returns the names that a descriptor gives its image: a whole one
// where a tool wrote it, else the reference, which may be a tag alone.
func tagsOf(d descriptor) []string {
	for _, key := range []string{"io.containerd.image.name", "org.opencontainers.image.ref.name"} {
		if name := d.Annotations[key]; name != "" {
			return []string{name}
		}
	}
	return nil
}

// savedTags returns the tags that "docker save" wrote beside the layout.
func savedTags(fsys fs.FS, digest string) []string {
	var list []saved
	if readJSON(fsys, "manifest.json", "", &list) != nil {
		return nil
	}
	for _, m := range list {
		if digestOf(m.Config) == digest {
			return m.RepoTags
		}
	}
	return nil
}

// blobPath is where a layout keeps a blob. A digest that is none, such as one
// with a path in it, is refused.
func blobPath(digest string) (string, error) {
	alg, hex, _ := strings.Cut(digest, ":")
	if newHash(digest) == nil || strings.Trim(hex, "0123456789abcdef") != "" {
		return "", fmt.Errorf("%q is not a digest that can be checked", short(digest))
	}
	return "blobs/" + alg + "/" + hex, nil
}
