package archive_test

import (
	"archive/tar"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/archive"
	. "github.com/kennel-oss/kennel/internal/archive/archivetest"
)

var tight = archive.Limits{FileSize: 1 << 16, TotalSize: 1 << 20, Entries: 1000, Depth: 20}

// readAll goes through a whole tree: whatever it was made from, its names are
// paths and its bounds hold.
func readAll(t *testing.T, tree *archive.Tree) {
	t.Helper()
	entries := 0
	fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		if entries++; entries > tight.Entries+1 {
			t.Fatal("more entries than allowed")
		}
		if !fs.ValidPath(name) || strings.Count(name, "/") > 2*tight.Depth {
			t.Fatalf("%q is no path", name)
		}
		tree.Stat(name)
		tree.ReadLink(name)
		tree.Layer(name)
		tree.Head(name, 100)
		if b, err := tree.ReadFile(name); err == nil && int64(len(b)) > tight.FileSize {
			t.Fatal("a larger file than allowed")
		}
		if f, err := tree.Open(name); err == nil {
			if c, ok := f.(kennel.Content); ok {
				if i, _ := f.Stat(); i.Size() != c.Size() || c.Size() < 0 {
					t.Fatalf("sizes %d and %d", i.Size(), c.Size())
				}
				io.ReadFull(io.NewSectionReader(c, max(0, c.Size()-10), 10), make([]byte, 10))
			}
			f.Close()
		}
		return nil
	})
	if len(tree.Gaps()) > 1000 {
		t.Fatal(len(tree.Gaps()), "gaps")
	}
}

func FuzzOpen(f *testing.F) {
	small := map[string]string{"a": "one", "d/": "", "d/b": strings.Repeat("two", 100), "l": "-> d/b", "h": "=> a"}
	image := Image{Layers: [][]Entry{Files(small), {{Name: ".wh.a"}, {Name: "d/.wh..wh..opq"}}}}
	for _, b := range [][]byte{
		Tar(Files(small)...), Gzip(Tar(Files(small)...)), Zstd(Tar(Files(small)...)), Zip(Files(small)...),
		Tar(Files(Saved(image))...), Tar(Files(Layout(image))...),
		Tar(Entry{Name: "n", Type: tar.TypeChar}, Entry{Name: strings.Repeat("long/", 60) + "x"}),
		[]byte("BZh91AY&SY"), []byte("\xfd7zXZ\x00"), []byte("PK\x05\x06" + strings.Repeat("\x00", 18)),
	} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		tree, err := archive.Open(t.Context(), "x.tar.gz", content(b), archive.Options{Limits: tight})
		if err != nil {
			return
		}
		defer tree.Close()
		readAll(t, tree)
	})
}

// FuzzLayers lays hostile tars onto each other.
func FuzzLayers(f *testing.F) {
	f.Add(Tar(Files(map[string]string{"a/b": "x", "l": "-> a", "h": "=> a/b"})...), Tar(Files(map[string]string{"l/.wh.b": "", "a/.wh..wh..opq": "", "l/c": "y", "h": "=> h"})...))
	f.Add(Tar(Files(map[string]string{"l": "-> m", "m": "-> l"})...), Tar(Files(map[string]string{"l/x": "", ".wh.l": ""})...))
	f.Add(Tar(Files(map[string]string{"l": "-> ../../..", "m": "-> l/l/l/m"})...), Tar(Files(map[string]string{"l/x": "", "m/y": ""})...))
	f.Fuzz(func(t *testing.T, below, above []byte) {
		files := map[string]string{
			"manifest.json": `[{"Config":"c.json","Layers":["1","2"]}]`, "c.json": `{}`, "1": string(below), "2": string(above),
		}
		tree, err := archive.OpenLayout(t.Context(), contentsOf(files), archive.Options{Limits: tight})
		if err != nil {
			return
		}
		defer tree.Close()
		readAll(t, tree)
	})
}

// FuzzManifests reads hostile manifests.
func FuzzManifests(f *testing.F) {
	image := Image{Tags: []string{"a:b"}, Layers: [][]Entry{Files(map[string]string{"a": "one"})}}
	arm := image
	arm.Platform = "linux/arm64"
	layout := Layout(image, arm)
	f.Add(layout["index.json"], Saved(image)["manifest.json"], "linux/amd64")
	f.Add(`{"manifests":[{"digest":"sha256:../../x"}]}`, `[{"Config":"../x","Layers":["/etc/passwd"]}]`, "")
	for name := range layout {
		if strings.HasPrefix(name, "blobs/") {
			f.Add(`{"manifests":[{"digest":"sha256:`+name[len("blobs/sha256/"):]+`","platform":{"os":"linux","architecture":"arm64"}}]}`, `[]`, "linux")
		}
	}
	f.Fuzz(func(t *testing.T, index, manifest, platform string) {
		files := Layout(image, arm)
		files["index.json"] = index
		files["manifest.json"] = manifest
		for range 2 {
			tree, err := archive.OpenLayout(t.Context(), contentsOf(files), archive.Options{Limits: tight, Platform: platform})
			if err == nil {
				readAll(t, tree)
				tree.Close()
			}
			delete(files, "oci-layout")
		}
	})
}
