package archive

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/kennel-oss/kennel/internal/archive/archivetest"
)

// TestHeadUnpacksNothing: asking what an unwanted file is must not unpack its
// layer once more, since the walk asks about every file.
func TestHeadUnpacksNothing(t *testing.T) {
	m := archivetest.Image{Compress: archivetest.Gzip, Layers: [][]archivetest.Entry{{{Name: "big", Content: strings.Repeat("x", 2*keepBelow)}}}}
	b := archivetest.Tar(archivetest.Files(archivetest.Layout(m))...)
	tree, err := Open(t.Context(), "x", xzMemory{bytes.NewReader(b)}, Options{Wanted: func(string, fs.FileMode, int64, []byte) bool { return false }})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	again := tree.root.children["big"].src.(*partial).streamed
	again.again = func() (*spool, error) { return nil, errors.New("unpacked once more") }
	if h, err := tree.Head("big", headSize); len(h) != headSize || err != nil {
		t.Error(len(h), err)
	}
	if _, err := tree.ReadFile("big"); err == nil {
		t.Error("the content was kept")
	}
}
