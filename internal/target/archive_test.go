package target

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kennel-oss/kennel"
	build "github.com/kennel-oss/kennel/internal/archive/archivetest"
)

func TestArchives(t *testing.T) {
	list := map[string]string{"a.list": "one\n", "d/named": "LIST\ntwo\n", "d/b.list": "three\n"}
	want := []string{"a.list: one", "d/b.list: three", "d/named: two"}
	image := build.Image{Tags: []string{"app.example:1"}, Layers: [][]build.Entry{build.Files(list)}}
	tests := []struct {
		name, file string
		content    []byte
		kind       Kind
		want       []string
	}{
		{"tar", "x.tar", build.Tar(build.Files(list)...), Archive, want},
		{"tar.gz by content", "x", build.Gzip(build.Tar(build.Files(list)...)), Archive, want},
		{"zip", "x.zip", build.Zip(build.Files(list)...), File, want},
		{"zip that an extractor wants whole", "x.list", build.Zip(build.Files(map[string]string{"y.list": "no\n"})...), File, nil},
		{"compressed file", "x.list.zst", build.Zstd([]byte("one\n")), Archive, []string{"x.list: one"}},
		{"docker save", "x.tar", build.Tar(build.Files(build.Saved(image))...), Image, want},
		{"OCI layout", "x.tar", build.Tar(build.Files(build.Layout(image))...), Image, want},
		{"nothing in it", "x.tar", build.Tar(build.Files(map[string]string{"readme": "x"})...), Archive, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(write(t, map[string]string{tt.file: string(tt.content)}), tt.file)
			tg, err := Open(t.Context(), path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer tg.Close()
			if tg.Kind != tt.kind {
				t.Errorf("kind %q", tg.Kind)
			}
			got := summary(inventory(t, path, Options{}))
			if tt.name == "zip that an extractor wants whole" {
				if len(got) != 1 || !strings.HasPrefix(got[0], "x.list: ") {
					t.Error(got)
				}
				return
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
			if got := summary(inventory(t, "-", Options{Stdin: bytes.NewReader(tt.content)})); tt.kind != Archive && len(tt.want) > 0 {
				if d := cmp.Diff(tt.want, got); d != "" {
					t.Error("stdin:", d)
				}
			}
		})
	}
}

func TestImageTarget(t *testing.T) {
	image := build.Image{Tags: []string{"app.example:1"}, Layers: [][]build.Entry{
		build.Files(map[string]string{"a.list": "gone\n", "b.list": "below\n"}),
		build.Files(map[string]string{".wh.a.list": "", "c.list": "above\n", "etc/link.list": "-> /c.list"}),
	}, Compress: build.Gzip}
	dir := write(t, build.Layout(image))
	tg, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tg.Close()
	if tg.Kind != Image || tg.Image() == nil || tg.Image().Tags[0] != "app.example:1" || tg.Image().Digest == "" {
		t.Fatalf("%q %+v", tg.Kind, tg.Image())
	}
	inv, err := tg.Inventory(t.Context(), extractors, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"b.list: below", "c.list: above"}, summary(inv)); d != "" {
		t.Error(d)
	}
	for i, p := range inv.Projects {
		if got := p.Occurrences[0].Locations[0].Layer; got != image.Layer(i) {
			t.Errorf("%s came with layer %s", p.Manifest, got)
		}
	}

	// A project does not hide behind an image at its top.
	if err := os.WriteFile(filepath.Join(dir, "own.list"), []byte("real\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"own.list: real"}, summary(inventory(t, dir, Options{}))); d != "" {
		t.Error(d)
	}
}

// TestImageUnpackedForExtractors: knowing the extractors changes no answer.
func TestImageUnpackedForExtractors(t *testing.T) {
	big := strings.Repeat("pkg\n", 100_000)
	files := map[string]string{"a.list": big, "plain": "LIST\n" + big, "other": big, "x.matchpanic": big}
	image := build.Image{Layers: [][]build.Entry{build.Files(files)}, Compress: build.Gzip}
	dir := write(t, build.Layout(image))
	want := summary(inventory(t, dir, Options{}))
	if len(want) != 3 {
		t.Fatal(want)
	}
	if d := cmp.Diff(want, summary(inventory(t, dir, Options{Extractors: extractors}))); d != "" {
		t.Error(d)
	}
}

// TestModes: extractors that decide by the mode of a file see it, on disk and
// in an image.
func TestModes(t *testing.T) {
	dir := write(t, map[string]string{"d/tool": "x", "d/text": "x"})
	if err := os.Chmod(filepath.Join(dir, "d", "tool"), 0o755); err != nil {
		t.Fatal(err)
	}
	tar := filepath.Join(t.TempDir(), "x.tar")
	if err := os.WriteFile(tar, build.Tar(build.Entry{Name: "d/tool", Mode: 0o755, Content: "x"}, build.Entry{Name: "d/text", Content: "x"}), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, arg := range []string{dir, tar} {
		tg, err := Open(t.Context(), arg, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer tg.Close()
		inv, err := tg.Inventory(t.Context(), []kennel.Extractor{programs{}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" || arg == tar {
			if d := cmp.Diff([]string{"d/tool:"}, summary(inv)); d != "" {
				t.Error(arg, d)
			}
		}
	}
}

// programs is lister for executable files.
type programs struct{ lister }

func (programs) Match(f kennel.File) bool {
	return f.Mode().IsRegular() && f.Mode()&0o111 != 0 && f.Size() == 1
}

func (programs) Extract(_ context.Context, f kennel.File) (kennel.Extraction, error) {
	return kennel.Extraction{Projects: []kennel.Project{{Manifest: f.Path()}}}, nil
}
