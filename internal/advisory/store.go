package advisory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// store is the folder of a database while it is written. Files are written
// under temporary names, synced, and renamed to names made of their digests;
// then the manifest is replaced in one rename; only then are files removed
// that it no longer names. Whatever stops this, the old manifest and all that
// it names are there until the new ones are.
type store struct {
	dir    string
	unlock func()
	temps  []*os.File
	// step is called before each change to the folder, so that tests can fail
	// there.
	step func(what string) error
}

// openStore makes dir if need be and locks it against other writers, for
// which it waits.
func openStore(ctx context.Context, dir string, step func(string) error) (*store, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("advisory database: %w", err)
	}
	type locked struct {
		unlock func()
		err    error
	}
	got := make(chan locked, 1)
	go func() {
		unlock, err := lockedfile.MutexAt(filepath.Join(dir, "lock")).Lock()
		got <- locked{unlock, err}
	}()
	select {
	case l := <-got:
		if l.err != nil {
			return nil, fmt.Errorf("advisory database: cannot lock %s: %w", dir, l.err)
		}
		if step == nil {
			step = func(string) error { return nil }
		}
		return &store{dir: dir, unlock: l.unlock, step: step}, nil
	case <-ctx.Done():
		go func() {
			if l := <-got; l.err == nil {
				l.unlock()
			}
		}()
		return nil, fmt.Errorf("advisory database: waiting for another update of %s: %w", dir, context.Cause(ctx))
	}
}

// create opens a temporary file.
func (s *store) create(what string) (*os.File, error) {
	if err := s.step("create " + what); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(s.dir, tempPrefix+"*"+tempSuffix)
	if err != nil {
		return nil, fmt.Errorf("advisory database: %w", err)
	}
	s.temps = append(s.temps, f)
	return f, nil
}

// keep syncs a temporary file and gives it the name of its digest.
func (s *store) keep(f *os.File, what string) (manifestFile, error) {
	var m manifestFile
	if err := s.step("sync " + what); err != nil {
		return m, err
	}
	digest, length, err := digestOf(f)
	if err != nil {
		return m, fmt.Errorf("advisory database: %w", err)
	}
	if err := s.settle(f); err != nil {
		return m, err
	}
	m.Name, m.SHA256, m.Length = fileName(what, digest), digest, length
	return m, s.rename(f.Name(), m.Name, digest)
}

// settle brings a temporary file to the disk, for everybody to read.
func (s *store) settle(f *os.File) error {
	if err := errors.Join(f.Sync(), f.Close(), os.Chmod(f.Name(), 0o644)); err != nil {
		return fmt.Errorf("advisory database: %w", err)
	}
	return nil
}

// rename puts a finished file in its place. A file of that name with that
// digest is left alone: somebody may have it open.
func (s *store) rename(from, name, digest string) error {
	if err := s.step("rename " + name); err != nil {
		return err
	}
	to := filepath.Join(s.dir, name)
	if f, err := os.Open(to); err == nil && digest != "" {
		have, _, err := digestOf(f)
		f.Close()
		if err == nil && have == digest {
			return os.Remove(from)
		}
	}
	if err := os.Rename(from, to); err != nil {
		return fmt.Errorf("advisory database: %w", err)
	}
	return nil
}

// commit makes the database what m says, and removes what it no longer needs.
func (s *store) commit(m *manifest) error {
	b, err := m.encode()
	if err != nil {
		return err
	}
	f, err := s.create(manifestName)
	if err != nil {
		return err
	}
	if _, err := f.Write(b); err != nil {
		return fmt.Errorf("advisory database: %w", err)
	}
	if err := s.settle(f); err != nil {
		return err
	}
	if err := s.syncDir(); err != nil {
		return err
	}
	if err := s.rename(f.Name(), manifestName, ""); err != nil {
		return err
	}
	if err := s.syncDir(); err != nil {
		return err
	}
	return s.sweep(m)
}

// sweep removes files of ours that m does not name. That one cannot be
// removed (Windows, while it is open) is no failure: the next update will.
func (s *store) sweep(m *manifest) error {
	needed := make(map[string]bool)
	for _, f := range m.Files {
		needed[f.Name] = true
	}
	list, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("advisory database: %w", err)
	}
	for _, d := range list {
		name := d.Name()
		temporary := strings.HasPrefix(name, tempPrefix) && strings.HasSuffix(name, tempSuffix)
		if !d.Type().IsRegular() || needed[name] || !temporary && !ourFile(name) {
			continue
		}
		if err := s.step("remove " + name); err != nil {
			return err
		}
		_ = os.Remove(filepath.Join(s.dir, name))
	}
	return nil
}

// close ends the writing. Temporary files that are left are removed.
func (s *store) close() {
	for _, f := range s.temps {
		f.Close()
		_ = os.Remove(f.Name())
	}
	s.unlock()
}

// syncDir makes renames last. Windows has no such call, and needs none.
func (s *store) syncDir() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(s.dir)
	if err != nil {
		return fmt.Errorf("advisory database: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("advisory database: %w", err)
	}
	return nil
}

func digestOf(f *os.File) (digest string, length int64, err error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return "", 0, err
	}
	h := sha256.New()
	length, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), length, err
}

// verifyFile compares a file with what its manifest says.
func verifyFile(path string, want manifestFile) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("advisory database: %w; %s", err, remedy)
	}
	defer f.Close()
	digest, length, err := digestOf(f)
	if err != nil {
		return fmt.Errorf("advisory database: %w", err)
	}
	if digest != want.SHA256 || length != want.Length {
		return fmt.Errorf("advisory database %s is %w: its digest is not the manifest's; %s", path, errDamaged, remedy)
	}
	return nil
}
