// Package archivetest builds archives and container images for tests.
package archivetest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Entry is one entry of an archive.
type Entry struct {
	Name    string
	Content string
	Mode    int64 // permission bits; default 0644
	Link    string
	Type    byte // as archive/tar has it; default a regular file
}

// Files makes entries in the order of names. A name that ends with "/" is a
// folder, the content "-> PATH" a symbolic link, and "=> PATH" a hard link.
func Files(files map[string]string) []Entry {
	var list []Entry
	for _, name := range slices.Sorted(maps.Keys(files)) {
		e := Entry{Name: name, Content: files[name], Type: tar.TypeReg}
		if to, ok := strings.CutPrefix(e.Content, "-> "); ok {
			e = Entry{Name: name, Link: to, Type: tar.TypeSymlink}
		} else if to, ok := strings.CutPrefix(e.Content, "=> "); ok {
			e = Entry{Name: name, Link: to, Type: tar.TypeLink}
		} else if strings.HasSuffix(name, "/") {
			e = Entry{Name: name, Type: tar.TypeDir, Mode: 0o755}
		}
		list = append(list, e)
	}
	return list
}

// Tar writes entries as they are, hostile or not.
func Tar(entries ...Entry) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.Name, Linkname: e.Link, Mode: cmp.Or(e.Mode, 0o644), Typeflag: cmp.Or(e.Type, tar.TypeReg), Size: int64(len(e.Content))}
		must(w.WriteHeader(h))
		_, err := w.Write([]byte(e.Content))
		must(err)
	}
	must(w.Close())
	return b.Bytes()
}

// Zip writes entries, compressed when they are longer than 100 bytes.
func Zip(entries ...Entry) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.Name}
		if len(e.Content) > 100 {
			h.Method = zip.Deflate
		}
		f, err := w.CreateHeader(h)
		must(err)
		_, err = f.Write([]byte(e.Content))
		must(err)
	}
	must(w.Close())
	return b.Bytes()
}

// Gzip and Zstd compress.
func Gzip(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(b)
	must(err)
	must(w.Close())
	return out.Bytes()
}

func Zstd(b []byte) []byte {
	w, err := zstd.NewWriter(nil)
	must(err)
	return w.EncodeAll(b, nil)
}

// Image is a container image to build.
type Image struct {
	Tags     []string
	Platform string // default "linux/amd64"
	Layers   [][]Entry
	Compress func([]byte) []byte // of the layers; nil leaves them plain
}

// Layer returns the digest under which the files of layer i are reported: that
// of its plain tar.
func (m Image) Layer(i int) string { return Digest(Tar(m.Layers[i]...)) }

func (m Image) config() []byte {
	os, arch, _ := strings.Cut(cmp.Or(m.Platform, "linux/amd64"), "/")
	arch, variant, _ := strings.Cut(arch, "/")
	ids := []string{}
	for i := range m.Layers {
		ids = append(ids, m.Layer(i))
	}
	return encode(map[string]any{"os": os, "architecture": arch, "variant": variant, "rootfs": map[string]any{"type": "layers", "diff_ids": ids}})
}

func (m Image) layer(i int) []byte {
	b := Tar(m.Layers[i]...)
	if m.Compress != nil {
		b = m.Compress(b)
	}
	return b
}

// Saved returns the files that "docker save" wrote before it wrote OCI
// layouts.
func Saved(images ...Image) map[string]string {
	files := make(map[string]string)
	var list []map[string]any
	for _, m := range images {
		config := string(m.config())
		name := strings.TrimPrefix(Digest([]byte(config)), "sha256:") + ".json"
		files[name] = config
		var layers []string
		for i := range m.Layers {
			b := m.layer(i)
			path := strings.TrimPrefix(Digest(append(b, byte(i))), "sha256:") + "/layer.tar"
			files[path] = string(b)
			layers = append(layers, path)
		}
		list = append(list, map[string]any{"Config": name, "RepoTags": m.Tags, "Layers": layers})
	}
	files["manifest.json"] = string(encode(list))
	files["repositories"] = "{}"
	return files
}

// Layout returns the files of an OCI layout. Several images make one index for
// several platforms.
func Layout(images ...Image) map[string]string {
	files := map[string]string{"oci-layout": `{"imageLayoutVersion":"1.0.0"}`}
	put := func(mediaType string, b []byte) map[string]any {
		d := Digest(b)
		files["blobs/sha256/"+strings.TrimPrefix(d, "sha256:")] = string(b)
		return map[string]any{"mediaType": mediaType, "digest": d, "size": len(b)}
	}
	var list []any
	for _, m := range images {
		config := put("application/vnd.oci.image.config.v1+json", m.config())
		layers := []any{}
		for i := range m.Layers {
			layers = append(layers, put("application/vnd.oci.image.layer.v1.tar", m.layer(i)))
		}
		d := put("application/vnd.oci.image.manifest.v1+json", encode(map[string]any{
			"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config, "layers": layers}))
		os, arch, _ := strings.Cut(cmp.Or(m.Platform, "linux/amd64"), "/")
		arch, variant, _ := strings.Cut(arch, "/")
		d["platform"] = map[string]any{"os": os, "architecture": arch, "variant": variant}
		if len(m.Tags) > 0 {
			d["annotations"] = map[string]string{"io.containerd.image.name": m.Tags[0]}
		}
		list = append(list, d)
	}
	if len(images) > 1 {
		list = []any{put("application/vnd.oci.image.index.v1+json", encode(map[string]any{"schemaVersion": 2, "manifests": list}))}
	}
	files["index.json"] = string(encode(map[string]any{"schemaVersion": 2, "manifests": list}))
	return files
}

// Digest returns the digest of b as images write it.
func Digest(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	must(err)
	return b
}

func must(err error) {
	if err != nil {
		panic(fmt.Sprint("building a test archive: ", err))
	}
}
