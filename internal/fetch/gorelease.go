package fetch

import (
	"archive/zip"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
	"golang.org/x/mod/sumdb/dirhash"
	modzip "golang.org/x/mod/zip"

	kennel "github.com/kennel-oss/kennel"
)

// release returns a module's zip. Its hash is that of the checksum database,
// unless the user's own settings take the module out of it; then the proxy
// that the user named is believed.
func (g *goProxy) release(ctx context.Context, c kennel.Component, progress Progress) (string, error) {
	what := c.Name + "@" + c.Version
	m := module.Version{Path: c.Name, Version: c.Version}
	if err := module.Check(m.Path, m.Version); err != nil || semver.Canonical(m.Version) != strings.TrimSuffix(m.Version, "+incompatible") {
		return "", fmt.Errorf("%q is no version of a Go module", what)
	}
	if _, err := g.info(ctx, m.Path, m.Version); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("the module proxy has no %s: %w", what, fs.ErrNotExist)
		}
		return "", fmt.Errorf("%s: %w", what, err)
	}
	promised := []promise{{who: "the checksum database"}, {"the lock file", named(c.Hashes, h1)}}
	var err error
	if promised[0].hashes, err = g.sum(ctx, m); err != nil {
		return "", err
	}
	check := func(f *os.File) error { return moduleHolds(m, f, promised) }
	if len(promised[0].hashes) > 0 && len(promised[1].hashes) > 0 && promised[0].hashes[0] != promised[1].hashes[0] {
		return "", &kennel.Mismatch{What: what, Who: "the lock file", Algorithm: h1, Want: h1Text(promised[1].hashes[0]), Got: h1Text(promised[0].hashes[0]) + " by the checksum database"}
	}
	escapedPath, _ := module.EscapePath(m.Path) // both were checked above
	escapedVersion, _ := module.EscapeVersion(m.Version)
	file := escapedPath + "/@v/" + escapedVersion + ".zip"
	path, err := g.artifact(ctx, g.key(file), check, func(ctx context.Context, to *os.File) error {
		return g.ask(m.Path, func(proxy *url.URL) error {
			if proxy.Scheme == "file" {
				from, err := os.Open(local(proxy, file))
				if err != nil {
					return err
				}
				defer from.Close()
				return refill(to, io.LimitReader(from, maxArtifact))
			}
			err := download(g.client, below(proxy, file), progress)(ctx, to)
			if NotFound(err) {
				err = fmt.Errorf("%w: %w", fs.ErrNotExist, err)
			}
			return err
		})
	})
	var mismatch *kennel.Mismatch
	if err != nil && !errors.As(err, &mismatch) {
		err = fmt.Errorf("%s: %w", what, err)
	}
	return path, err
}

// moduleHolds compares a module's zip with what was promised. Its sizes are
// bounded before anything is unpacked.
func moduleHolds(m module.Version, f *os.File, all []promise) error {
	checked, err := modzip.CheckZip(m, f.Name())
	if err == nil {
		err = checked.Err()
	}
	if err != nil {
		return fmt.Errorf("it is no zip of a Go module: %w", err)
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	z, err := zip.NewReader(f, size)
	if err != nil {
		return err
	}
	byName := make(map[string]*zip.File, len(z.File))
	var names []string
	for _, file := range z.File {
		byName[file.Name] = file
		names = append(names, file.Name)
	}
	sum, err := dirhash.Hash1(names, func(name string) (io.ReadCloser, error) { return byName[name].Open() })
	if err != nil {
		return err
	}
	is, err := parseH1(sum)
	if err != nil {
		return err
	}
	for _, p := range all {
		for _, wanted := range p.hashes {
			if wanted != is {
				return &kennel.Mismatch{What: m.String(), Who: p.who, Algorithm: h1, Want: h1Text(wanted), Got: sum}
			}
		}
	}
	return nil
}

// parseH1 reads a hash as go.sum writes it.
func parseH1(sum string) (kennel.Hash, error) {
	digest, ok := strings.CutPrefix(sum, "h1:")
	raw, err := base64.StdEncoding.DecodeString(digest)
	if !ok || err != nil || len(raw) != 32 {
		return kennel.Hash{}, fmt.Errorf("%.80q is no hash of a Go module", sum)
	}
	return kennel.Hash{Algorithm: h1, Value: hex.EncodeToString(raw)}, nil
}

// h1Text writes a hash as go.sum does.
func h1Text(h kennel.Hash) string {
	raw, _ := hex.DecodeString(h.Value)
	return "h1:" + base64.StdEncoding.EncodeToString(raw)
}
