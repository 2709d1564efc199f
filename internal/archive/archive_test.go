package archive_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/ulikunitz/xz"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/archive"
	. "github.com/kennel-oss/kennel/internal/archive/archivetest"
)

// memory is a kennel.Content of bytes.
type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

func content(b []byte) kennel.Content { return memory{bytes.NewReader(b)} }

func open(t testing.TB, b []byte, o archive.Options) *archive.Tree {
	t.Helper()
	tree, err := archive.Open(t.Context(), "test.tar", content(b), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	return tree
}

// dump writes a tree one line a file, folders only when they are empty.
func dump(t testing.TB, tree *archive.Tree) []string {
	t.Helper()
	var lines []string
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch {
		case d.IsDir():
			if list, _ := tree.ReadDir(name); len(list) == 0 && name != "." {
				lines = append(lines, name+"/")
			}
		case d.Type() == fs.ModeSymlink:
			to, _ := tree.ReadLink(name)
			lines = append(lines, name+" -> "+to)
		case !d.Type().IsRegular():
			lines = append(lines, name+" "+d.Type().String())
		default:
			b, err := tree.ReadFile(name)
			line := name + ": " + string(b)
			if err != nil {
				line = name + " error " + err.(*fs.PathError).Err.Error()
			}
			lines = append(lines, line)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	for _, g := range tree.Gaps() {
		lines = append(lines, fmt.Sprintf("gap %s: %s", g.What, g.Why))
	}
	return lines
}

func want(t testing.TB, tree *archive.Tree, lines ...string) {
	t.Helper()
	if d := cmp.Diff(lines, dump(t, tree)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

var plain = map[string]string{"a.txt": "one", "d/b.txt": strings.Repeat("two", 1000), "d/e/": "", "l": "-> d/b.txt", "abs": "-> /a.txt", "h": "=> a.txt"}

func TestFS(t *testing.T) {
	tarred := Tar(Files(plain)...)
	zipped := Zip(Entry{Name: "a.txt", Content: "one"}, Entry{Name: "d/b.txt", Content: plain["d/b.txt"]}, Entry{Name: `w\x.txt`, Content: "w"})
	for name, b := range map[string][]byte{"tar": tarred, "tar.gz": Gzip(tarred), "tar.zst": Zstd(tarred), "zip": zipped} {
		t.Run(name, func(t *testing.T) {
			tree := open(t, b, archive.Options{})
			if err := fstest.TestFS(tree, "a.txt", "d/b.txt"); err != nil {
				t.Error(err)
			}
			if len(tree.Gaps()) > 0 {
				t.Error(tree.Gaps())
			}
			if h, err := tree.Head("d/b.txt", 4); string(h) != "twot" {
				t.Errorf("Head: %q, %v", h, err)
			}
		})
	}
	if err := fstest.TestFS(archive.Memory("x", []byte("y")), "x"); err != nil {
		t.Error(err)
	}
}

func TestCompressedFile(t *testing.T) {
	tree, err := archive.Open(t.Context(), "bom.json.gz", content(Gzip([]byte("{}"))), archive.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	want(t, tree, "bom.json: {}")
}

func TestNoArchive(t *testing.T) {
	for _, b := range []string{"", "x", strings.Repeat("hello ", 200), "\x1f\x8b\x08garbage"} {
		if _, err := archive.Open(t.Context(), "x", content([]byte(b)), archive.Options{}); err == nil {
			t.Errorf("%.10q: no error", b)
		}
	}
}

// TestHostileNames: nothing leaves the tree, and what is left out is a gap.
func TestHostileNames(t *testing.T) {
	tree := open(t, Tar(
		Entry{Name: "../../etc/passwd", Content: "x"},
		Entry{Name: "/etc/passwd", Content: "root"},
		Entry{Name: "a/../b", Content: "x"},
		Entry{Name: "./c//d", Content: "cd"},
		Entry{Name: "dup", Content: "first"},
		Entry{Name: "dup", Content: "last"},
		Entry{Name: "Dup", Content: "other"},
		Entry{Name: "loop", Link: "loop", Type: tar.TypeSymlink},
		Entry{Name: "up", Link: "../../../etc/passwd", Type: tar.TypeSymlink},
		Entry{Name: "gone", Link: "nowhere", Type: tar.TypeLink},
		Entry{Name: "self", Link: "self", Type: tar.TypeLink},
		Entry{Name: "out", Link: "../x", Type: tar.TypeLink},
		Entry{Name: "null", Type: tar.TypeChar},
		Entry{Name: "pipe", Type: tar.TypeFifo},
		Entry{Name: "caf\xe9", Content: "latin"},
		Entry{Name: "dup/below", Content: "a file in the way"},
		Entry{Name: strings.Repeat("d/", 200) + "deep", Content: "x"},
	), archive.Options{})
	lines := dump(t, tree)
	expect := []string{
		"Dup: other", "c/d: cd", `caf\xe9: latin`, "dup/below: a file in the way", "etc/passwd: root",
		"gone error it is a hard link to nowhere, which the archive lacks", "loop -> loop", "null D---------", "pipe p---------",
		"self error it is a hard link to self, which the archive lacks", "up -> ../../../etc/passwd",
		"gap ../../etc/passwd: the entry was left out: its name leads out of the archive",
		"gap a/../b: the entry was left out: its name leads out of the archive",
		"gap out: the entry was left out: the hard link's other name: its name leads out of the archive",
	}
	if d := cmp.Diff(expect, lines[:len(lines)-1]); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	if last := lines[len(lines)-1]; !strings.Contains(last, "the depth of its folders is over the bound of 128; --max-depth moves it") {
		t.Error(last)
	}
	if b, err := tree.ReadFile("up"); string(b) != "root" {
		t.Errorf("a link above the root: %q, %v", b, err)
	}
	if _, err := tree.Open("loop"); err == nil {
		t.Error("a loop was opened")
	}
	if _, err := tree.Open("null"); err == nil {
		t.Error("a device was opened")
	}
}

func TestLimits(t *testing.T) {
	big := Entry{Name: "big", Content: strings.Repeat("x", 5000)}
	limit := func(t *testing.T, err error) {
		t.Helper()
		if l := (*archive.LimitError)(nil); !errors.As(err, &l) {
			t.Errorf("%v is no LimitError", err)
		}
	}
	t.Run("file", func(t *testing.T) {
		for _, b := range [][]byte{Tar(big), Zip(big)} {
			_, err := open(t, b, archive.Options{Limits: archive.Limits{FileSize: 4999}}).ReadFile("big")
			limit(t, err)
		}
	})
	t.Run("total", func(t *testing.T) {
		_, err := archive.Open(t.Context(), "x", content(Gzip(Tar(big))), archive.Options{Limits: archive.Limits{TotalSize: 4999}})
		limit(t, err)
		_, err = open(t, Zip(big), archive.Options{Limits: archive.Limits{TotalSize: 4999}}).Open("big")
		limit(t, err)
	})
	t.Run("entries", func(t *testing.T) {
		var many []Entry
		for i := range 3000 {
			many = append(many, Entry{Name: fmt.Sprint("f", i), Content: strings.Repeat("y", 101)})
		}
		tree := open(t, Tar(many...), archive.Options{Limits: archive.Limits{Entries: 100}})
		if list, _ := tree.ReadDir("."); len(list) != 100 || len(tree.Gaps()) != 1 {
			t.Error(len(list), tree.Gaps())
		}
		if tree := open(t, Zip(many...), archive.Options{Limits: archive.Limits{Entries: 2000}}); len(tree.Gaps()) == 0 {
			t.Error("no gap")
		}
	})
}

func TestTruncated(t *testing.T) {
	b := Tar(Entry{Name: "a", Content: "one"}, Entry{Name: "b", Content: strings.Repeat("x", 4000)})
	tree := open(t, b[:2000], archive.Options{})
	lines := dump(t, tree)
	if lines[0] != "a: one" || !strings.Contains(strings.Join(lines, "\n"), "gap test.tar: the archive could not be read to its end") {
		t.Error(lines)
	}
}

var layered = Image{
	Tags: []string{"shop.example/app:1"},
	Layers: [][]Entry{
		Files(map[string]string{
			"etc/os-release": "-> ../usr/lib/os-release", "usr/lib/os-release": "ID=debian", "lib": "-> usr/lib",
			"var/gone": "gone", "var/kept": "kept", "opt/old/a": "a", "opt/old/b": "b", "usr/bin/x": "x1", "tree/sub/f": "f",
		}),
		Files(map[string]string{
			"var/.wh.gone": "", "opt/old/.wh..wh..opq": "", "opt/old/c": "c", "usr/bin/x": "x2", "usr/bin/y": "=> usr/bin/x",
			"lib/new": "through the link", ".wh.tree": "", "opt/.wh.never": "", ".wh..wh.plnk/": "",
		}),
		Files(map[string]string{"tree": "a file now", "usr/bin/x": "x3", ".wh.": "", ".wh...": ""}),
	},
}

var layeredWant = []string{
	"etc/os-release -> ../usr/lib/os-release", "lib -> usr/lib", "opt/old/c: c", "tree: a file now", "usr/bin/x: x3", "usr/bin/y: x2",
	"usr/lib/new: through the link", "usr/lib/os-release: ID=debian", "var/kept: kept",
}

func TestImages(t *testing.T) {
	gz, zst := layered, layered
	gz.Compress, zst.Compress = Gzip, Zstd
	both := func(m Image) map[string]string { // as docker save writes since version 25
		files := Layout(m)
		for name, c := range Saved(m) {
			if name == "manifest.json" {
				files[name] = c
			}
		}
		for name, c := range Saved(m) {
			if strings.HasSuffix(name, ".json") && name != "manifest.json" {
				files["manifest.json"] = strings.ReplaceAll(files["manifest.json"], name, "blobs/sha256/"+strings.TrimSuffix(name, ".json"))
				_ = c
			}
		}
		return files
	}
	for name, files := range map[string]map[string]string{
		"saved": Saved(layered), "saved gzip": Saved(gz), "layout": Layout(layered), "layout gzip": Layout(gz), "layout zstd": Layout(zst), "both": both(layered),
	} {
		b := Tar(Files(files)...)
		for form, open := range map[string]func() (*archive.Tree, error){
			"tar": func() (*archive.Tree, error) { return archive.Open(t.Context(), "x", content(b), archive.Options{}) },
			"tar.gz": func() (*archive.Tree, error) {
				return archive.Open(t.Context(), "x", content(Gzip(b)), archive.Options{})
			},
		} {
			t.Run(name+" "+form, func(t *testing.T) {
				tree, err := open()
				if err != nil {
					t.Fatal(err)
				}
				defer tree.Close()
				want(t, tree, layeredWant...)
				if err := fstest.TestFS(tree, "var/kept"); err != nil {
					t.Error(err)
				}
				img := tree.Image()
				if img == nil || len(img.Tags) != 1 || img.Tags[0] != "shop.example/app:1" || img.Platform != "linux/amd64" || !strings.HasPrefix(img.Config, "sha256:") {
					t.Fatalf("%+v", img)
				}
				for file, layer := range map[string]int{"usr/bin/x": 2, "usr/bin/y": 1, "usr/lib/os-release": 0, "var/kept": 0, "usr/lib/new": 1} {
					if got := tree.Layer(file); got != layered.Layer(layer) {
						t.Errorf("%s: layer %s, not %d", file, got, layer)
					}
				}
				if b, err := fs.ReadFile(tree, "etc/os-release"); string(b) != "ID=debian" {
					t.Errorf("%q, %v", b, err)
				}
			})
		}
	}
}

func TestPlatforms(t *testing.T) {
	arm, amd := layered, layered
	arm.Platform, arm.Tags = "linux/arm64/v8", nil
	arm.Layers = [][]Entry{Files(map[string]string{"arm": "arm"})}
	amd.Layers = [][]Entry{Files(map[string]string{"amd": "amd"})}
	b := Tar(Files(Layout(arm, amd))...)
	want(t, open(t, b, archive.Options{}), "amd: amd", "gap the image for linux/arm64/v8: only the image for linux/amd64 was looked at; --platform chooses")
	want(t, open(t, b, archive.Options{Platform: "linux/arm64"}), "arm: arm", "gap the image for linux/amd64: only the image for linux/arm64/v8 was looked at; --platform chooses")
	if _, err := archive.Open(t.Context(), "x", content(b), archive.Options{Platform: "windows/amd64"}); err == nil || !strings.Contains(err.Error(), "linux/arm64/v8, linux/amd64") {
		t.Error(err)
	}
	if img := open(t, b, archive.Options{}).Image(); img.Index == "" || img.Index == img.Digest {
		t.Errorf("%+v", img)
	}
	two := Tar(Files(Saved(amd, Image{Tags: []string{"other:1"}, Layers: arm.Layers}))...)
	want(t, open(t, two, archive.Options{}), "amd: amd", "gap other:1: only the first image of the archive was looked at; save each into its own archive")
}

// TestChangedImages: a blob that is not what its digest says never passes for
// the image.
func TestChangedImages(t *testing.T) {
	for name, files := range map[string]map[string]string{"layout": Layout(layered), "saved": Saved(layered)} {
		for _, blob := range slices.Sorted(maps.Keys(files)) {
			if !strings.Contains(blob, "/") && !strings.HasSuffix(blob, ".json") || blob == "index.json" || blob == "manifest.json" {
				continue
			}
			changed := maps.Clone(files)
			c := []byte(changed[blob])
			c[len(c)/2] ^= 1
			changed[blob] = string(c)
			tree, err := archive.Open(t.Context(), "x", content(Tar(Files(changed)...)), archive.Options{})
			if err == nil {
				if len(tree.Gaps()) == 0 {
					t.Errorf("%s: %s was changed and nobody saw", name, blob)
				}
				tree.Close()
			}
			delete(changed, blob)
			tree, err = archive.Open(t.Context(), "x", content(Tar(Files(changed)...)), archive.Options{})
			if err == nil {
				if len(tree.Gaps()) == 0 {
					t.Errorf("%s: %s is missing and nobody saw", name, blob)
				}
				tree.Close()
			}
		}
	}
}

func TestFolderOfImage(t *testing.T) {
	files := Layout(layered)
	tree, err := archive.OpenLayout(t.Context(), contentsOf(files), archive.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	want(t, tree, layeredWant...)

	// A project does not hide behind an image.
	files["package-lock.json"] = "{}"
	if _, err := archive.OpenLayout(t.Context(), contentsOf(files), archive.Options{}); !errors.Is(err, archive.ErrUnknown) {
		t.Error(err)
	}
	tree = open(t, Tar(Files(files)...), archive.Options{})
	want(t, tree, append(slices.Clone(layeredWant), "gap package-lock.json: the archive of the image holds more than the image, which was not looked at: 1 files or folders, this one the first")...)
}

// contentsOf is a file system with files that are kennel.Contents: that of a
// zip, since no image is looked for in one.
func contentsOf(files map[string]string) fs.FS {
	t, err := archive.Zip(content(Zip(Files(files)...)), archive.Limits{})
	if err != nil {
		panic(err)
	}
	return t
}

// TestUnwanted: what nobody wanted can be read all the same.
func TestUnwanted(t *testing.T) {
	big := func(c string) string { return strings.Repeat(c, 200_000) }
	m := Image{Compress: Gzip, Layers: [][]Entry{Files(map[string]string{
		"a": big("a"), "b": big("b"), "c": "small", "d": big("d"), "hard": "=> a",
	})}}
	var mu sync.Mutex
	asked := make(map[string]string)
	tree := open(t, Tar(Files(Layout(m))...), archive.Options{Wanted: func(name string, mode fs.FileMode, size int64, head []byte) bool {
		mu.Lock()
		defer mu.Unlock()
		asked[name] = fmt.Sprintf("%v %d %d %.1s", mode, size, len(head), head)
		return name == "b"
	}})
	if d := cmp.Diff(map[string]string{"a": "-rw-r--r-- 200000 4096 a", "b": "-rw-r--r-- 200000 4096 b", "d": "-rw-r--r-- 200000 4096 d"}, asked); d != "" {
		t.Error(d)
	}
	for _, name := range []string{"a", "b", "d", "hard"} {
		want := name
		if name == "hard" {
			want = "a"
		}
		if h, err := tree.Head(name, 3); string(h) != strings.Repeat(want, 3) {
			t.Errorf("the head of %s: %q, %v", name, h, err)
		}
	}
	var all sync.WaitGroup
	for range 3 {
		for name, want := range map[string]string{"a": big("a"), "b": big("b"), "c": "small", "d": big("d"), "hard": big("a")} {
			all.Go(func() {
				if b, err := tree.ReadFile(name); string(b) != want {
					t.Errorf("%s: %.10q, %v", name, b, err)
				}
			})
		}
	}
	all.Wait()
}

func TestOtherCompressions(t *testing.T) {
	var x bytes.Buffer
	w, err := xz.NewWriter(&x)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(Tar(Files(plain)...))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if b, err := open(t, x.Bytes(), archive.Options{}).ReadFile("d/b.txt"); string(b) != plain["d/b.txt"] {
		t.Error(err)
	}
	// "hi\n" by bzip2(1); Go has no compressor for it.
	bz := "\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\x1d\x5e\x59\xd5\x00\x00\x00\xc1\x00\x00\x10\x00\x60\x20\x00\x21\x98\x19\x84\x61\x77\x24\x53\x85\x09\x01\xd5\xe5\x9d\x50"
	tree, err := archive.Open(t.Context(), "x.bz2", content([]byte(bz)), archive.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	if list, _ := tree.ReadDir("."); len(list) != 1 || list[0].Name() != "x" {
		t.Error(list)
	}
}

// TestBomb: a layer that unpacks to more than is allowed is left out, with a gap, and
// the others stay.
func TestBomb(t *testing.T) {
	m := Image{Compress: Gzip, Layers: [][]Entry{
		Files(map[string]string{"a": strings.Repeat("\x00", 4<<20)}), Files(map[string]string{"b": "above"}),
	}}
	for range 10 {
		bomb(t, m)
	}
}

func bomb(t *testing.T, m Image) {
	tree := open(t, Tar(Files(Layout(m))...), archive.Options{Limits: archive.Limits{TotalSize: 1 << 20}})
	if len(tree.Gaps()) != 1 || !strings.Contains(tree.Gaps()[0].Why, "max-total-size") {
		t.Error(tree.Gaps())
	}
	if b, err := tree.ReadFile("b"); string(b) != "above" {
		t.Error("the layer above the bomb is lost:", err)
	}
}

// TestNothingIsLeft: no temporary file outlives its tree.
func TestNothingIsLeft(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Setenv("TMP", dir)
	m := Image{Compress: Zstd, Layers: [][]Entry{Files(map[string]string{"a": "x"})}}
	for _, b := range [][]byte{Gzip(Tar(Files(Layout(m))...)), Gzip(Tar(Files(plain)...)), Gzip([]byte("x")), Gzip(Tar(Files(plain)...))[:100]} {
		if tree, err := archive.OpenStream(t.Context(), "x", bytes.NewReader(b), archive.Options{}); err == nil {
			if err := tree.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Error(left, err)
	}
}

// BenchmarkImage opens an image of 20,000 files in four layers.
func BenchmarkImage(b *testing.B) {
	var m Image
	for l := range 4 {
		var list []Entry
		for i := range 5000 {
			list = append(list, Entry{Name: fmt.Sprintf("usr/lib/l%d/d%d/file%d", l, i%100, i), Content: strings.Repeat("x", 1000)})
		}
		m.Layers = append(m.Layers, list)
	}
	gz := m
	gz.Compress = Gzip
	for name, a := range map[string][]byte{"saved": Tar(Files(Saved(m))...), "layout gzip": Tar(Files(Layout(gz))...)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				tree, err := archive.Open(b.Context(), "x", content(a), archive.Options{})
				if err != nil || len(tree.Gaps()) > 0 {
					b.Fatal(err, tree.Gaps())
				}
				tree.Close()
			}
			b.ReportMetric(20_000*float64(b.N)/b.Elapsed().Seconds(), "files/s")
		})
	}
}
