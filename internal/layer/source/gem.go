package source

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/archive"
)

// A gem is an archive of an archive: metadata.gz and data.tar.gz, which holds
// the files.
// Source: https://guides.rubygems.org/specification-reference/
const (
	gemData     = "data.tar.gz"
	gemMetadata = "metadata.gz"
)

const maxGem = 256 << 20 // bytes of its data, compressed

// unwrap returns the files of a gem, or fsys itself when it is none, and the
// gem's metadata. What it returns must be closed.
func unwrap(ctx context.Context, fsys fs.FS) (files fs.FS, metadata []byte, done func(), err error) {
	none := func() {}
	info, err := fs.Stat(fsys, gemData)
	meta, err2 := fs.Stat(fsys, gemMetadata)
	if err != nil || err2 != nil || !info.Mode().IsRegular() || !meta.Mode().IsRegular() {
		return fsys, nil, none, nil
	}
	if info.Size() > maxGem || meta.Size() > maxManifest {
		return nil, nil, none, fmt.Errorf("the gem's data has %d bytes", info.Size())
	}
	packed, err := fs.ReadFile(fsys, gemMetadata)
	if err != nil {
		return nil, nil, none, err
	}
	plain, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, nil, none, fmt.Errorf("%s: %w", gemMetadata, err)
	}
	if metadata, err = io.ReadAll(io.LimitReader(plain, maxManifest)); err != nil {
		return nil, nil, none, fmt.Errorf("%s: %w", gemMetadata, err)
	}
	data, err := fsys.Open(gemData)
	if err != nil {
		return nil, nil, none, err
	}
	defer data.Close()
	tree, err := archive.OpenStream(ctx, gemData, data, archive.Options{})
	if err != nil {
		return nil, nil, none, fmt.Errorf("%s: %w", gemData, err)
	}
	return tree, metadata, func() { tree.Close() }, nil
}

// gem compares the extensions that a gem's metadata has built at installation
// with what a gemspec of the tree names.
func (c *Comparison) gem(r *release, t *tree, h kennel.History) {
	for _, extension := range extensionsOf(r.metadata) {
		if !t.gemspecs(h, extension) {
			c.differs(gemMetadata, "extension %q is built at installation, and no gemspec of the repository names it", clip(extension))
		}
	}
}

// gemspecs reports whether a gemspec of the tree names an extension, by itself
// or by a pattern for its kind.
func (t *tree) gemspecs(h kennel.History, extension string) bool {
	for _, e := range t.entries {
		if path.Ext(e.Path) != ".gemspec" || !strings.HasPrefix(e.Path, t.folder) || e.Size > maxManifest {
			continue
		}
		text, err := h.Blob(e.ID, maxManifest)
		if err != nil {
			continue
		}
		for line := range bytes.Lines(text) {
			if bytes.Contains(line, []byte("extensions")) && (bytes.Contains(line, []byte(path.Base(extension))) || bytes.Contains(line, []byte("Dir"))) {
				return t.has(extension)
			}
		}
	}
	return false
}

// extensionsOf reads the list "extensions" of a gem's metadata.
func extensionsOf(metadata []byte) []string {
	var out []string
	in := false
	for line := range bytes.Lines(metadata) {
		text := strings.TrimRight(string(line), "\r\n")
		item, isItem := strings.CutPrefix(strings.TrimLeft(text, " "), "- ")
		switch {
		case text == "extensions:":
			in = true
		case in && isItem && len(out) < 100:
			out = append(out, strings.Trim(item, `"'`))
		case in:
			return out
		}
	}
	return out
}
