package advisory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"

	"github.com/go-json-experiment/json"

	"github.com/kennel-oss/kennel"
)

// Install copies the database that lies at the top of from into the folder
// out, or replaces the one that is there. Every file is compared with the
// manifest's digest on the way; until all are, the old database is untouched.
func Install(ctx context.Context, from fs.FS, out string) (kennel.DatabaseInfo, error) {
	b, err := fs.ReadFile(from, manifestName)
	if err != nil {
		return kennel.DatabaseInfo{}, fmt.Errorf("it holds no advisory database: %w", err)
	}
	var m manifest
	if len(b) > maxManifest {
		return kennel.DatabaseInfo{}, fmt.Errorf("its %s has more than %d bytes", manifestName, maxManifest)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return kennel.DatabaseInfo{}, fmt.Errorf("its %s is %w: %w", manifestName, errDamaged, err)
	}
	if m.Format.Major != formatMajor {
		return kennel.DatabaseInfo{}, wrongFormat(manifestName, m.Format.Major)
	}
	s, err := openStore(ctx, out, nil)
	if err != nil {
		return kennel.DatabaseInfo{}, err
	}
	defer s.close()
	for _, want := range m.Files {
		if err := context.Cause(ctx); err != nil {
			return kennel.DatabaseInfo{}, err
		}
		if err := s.install(from, want); err != nil {
			return kennel.DatabaseInfo{}, fmt.Errorf("%s: %w", want.Name, err)
		}
	}
	if err := s.commit(&m); err != nil {
		return kennel.DatabaseInfo{}, err
	}
	db, err := Open(out)
	if err != nil {
		return kennel.DatabaseInfo{}, err
	}
	defer db.Close()
	return db.Info(), nil
}

// install copies one file that a manifest names.
func (s *store) install(from fs.FS, want manifestFile) error {
	if !ourFile(want.Name) {
		return fmt.Errorf("not a name that a database gives its files")
	}
	in, err := from.Open(want.Name)
	if err != nil {
		return err
	}
	defer in.Close()
	f, err := s.create(want.Name)
	if err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, sum), io.LimitReader(in, want.Length+1))
	if err != nil {
		return err
	}
	if n != want.Length || hex.EncodeToString(sum.Sum(nil)) != want.SHA256 {
		return fmt.Errorf("it is %w: its digest is not the manifest's", errDamaged)
	}
	if err := s.settle(f); err != nil {
		return err
	}
	// Its digest says that it is what was built, not that this kennel reads it.
	opened, err := openFile(f.Name(), want.Length)
	if err != nil {
		return err
	}
	if err := opened.close(); err != nil {
		return err
	}
	return s.rename(f.Name(), want.Name, want.SHA256)
}
