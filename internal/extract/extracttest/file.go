// Package extracttest is the conformance suite that every kennel.Extractor
// runs, and an in-memory kennel.File for tests.
package extracttest

import (
	"bytes"
	"fmt"
	"io/fs"
	"testing/fstest"

	"github.com/kennel-oss/kennel"
)

// Files returns each regular file of a tree as a kennel.File, in path order.
func Files(tree fstest.MapFS) []kennel.File {
	var files []kennel.File
	err := fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, File(tree, path))
		}
		return err
	})
	if err != nil {
		panic(err) // a MapFS that cannot be walked is a broken test
	}
	return files
}

// File returns one file of a tree.
func File(tree fstest.MapFS, path string) kennel.File { return file{tree, path} }

type file struct {
	tree fstest.MapFS
	path string
}

func (f file) Path() string           { return f.path }
func (f file) Size() int64            { return int64(len(f.tree[f.path].Data)) }
func (f file) Mode() fs.FileMode      { return f.tree[f.path].Mode }
func (f file) Head() []byte           { return f.tree[f.path].Data[:min(4096, len(f.tree[f.path].Data))] }
func (f file) Bytes() ([]byte, error) { return f.tree[f.path].Data, nil }
func (f file) FS() fs.FS              { return f.tree }
func (f file) Layer() string          { return "" }
func (f file) String() string         { return fmt.Sprintf("%s (%d bytes)", f.path, f.Size()) }
func (f file) Open() (kennel.Content, error) {
	return content{bytes.NewReader(f.tree[f.path].Data)}, nil
}

type content struct{ *bytes.Reader }

func (content) Close() error  { return nil }
func (c content) Size() int64 { return c.Reader.Size() }
