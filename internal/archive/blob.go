package archive

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"strings"

	"github.com/kennel-oss/kennel"
)

// blob is a layer as it lies in the archive.
type blob struct {
	path   string
	packed string // digest of the file, "" when unknown
	plain  string // digest of the tar in it, "" when unknown
}

func openContent(fsys fs.FS, name string) (kennel.Content, error) {
	if !fs.ValidPath(name) {
		return nil, fmt.Errorf("%q leads out of the archive", name)
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	if c, ok := f.(kennel.Content); ok {
		return c, nil
	}
	f.Close()
	return nil, fmt.Errorf("%s: not a regular file", name)
}

// newHash returns the hash of a digest's algorithm, nil for an unknown one.
func newHash(digest string) hash.Hash {
	alg, hex, _ := strings.Cut(digest, ":")
	switch {
	case alg == "sha256" && len(hex) == 2*sha256.Size:
		return sha256.New()
	case alg == "sha512" && len(hex) == 2*sha512.Size:
		return sha512.New()
	}
	return nil
}

func matches(h hash.Hash, digest string) bool {
	_, want, _ := strings.Cut(digest, ":")
	return h == nil || hex.EncodeToString(h.Sum(nil)) == want
}

func hashAll(ctx context.Context, c kennel.Content, h hash.Hash) error {
	buf := make([]byte, 256<<10)
	r := io.NewSectionReader(c, 0, c.Size())
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := r.Read(buf)
		h.Write(buf[:n])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// readJSON reads a small JSON file and checks its digest, where it has one.
func readJSON(fsys fs.FS, name, digest string, to any) error {
	c, err := openContent(fsys, name)
	if err != nil {
		return err
	}
	defer c.Close()
	if c.Size() > maxManifest {
		return fmt.Errorf("%s: %w", name, &LimitError{What: "a manifest", Bound: Size(maxManifest)})
	}
	b := make([]byte, c.Size())
	if _, err := io.ReadFull(io.NewSectionReader(c, 0, c.Size()), b); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if h := newHash(digest); h != nil {
		if h.Write(b); !matches(h, digest) {
			return fmt.Errorf("%s: it is not what its digest says: it was changed or damaged", name)
		}
	}
	if err := json.Unmarshal(b, to); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
