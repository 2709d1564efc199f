// Package target opens what a person asks Kennel to look at: a folder, a file,
// an archive, a container image, or standard input. Each becomes one bounded,
// read-only fs.FS, which [Target.Inventory] walks and hands to extractors.
package target

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/kennel-oss/kennel/internal/archive"
)

// Kind says what a target is.
type Kind string

const (
	Folder Kind = "folder"
	File   Kind = "file" // one file; standard input too
)

// Options say how to open a target.
type Options struct {
	Stdin  io.Reader      // what "-" reads
	Ignore []string       // globs of what to leave out; see [Ignore]
	Limits archive.Limits // zero fields have defaults
}

// Target is what is looked at. It is safe for concurrent use.
type Target struct {
	Name string // as the user named it
	Kind Kind

	fsys   fs.FS
	only   string // the one file to look at; "" for all
	ignore ignore
	limits archive.Limits
	close  []io.Closer
}

// Open opens arg: a path, or "-" for standard input.
func Open(ctx context.Context, arg string, opts Options) (*Target, error) {
	t := &Target{Name: arg, limits: opts.Limits.Resolved()}
	var err error
	if t.ignore, err = parseIgnore(opts.Ignore); err != nil {
		return nil, err
	}
	if arg == "-" {
		if opts.Stdin == nil {
			return nil, errors.New("there is no standard input")
		}
		return t, t.stream("stdin", opts.Stdin)
	}
	i, err := os.Stat(arg)
	switch {
	case err != nil:
		return nil, err
	case i.IsDir():
		return t, t.folder(arg)
	case i.Mode().IsRegular():
		return t, t.file(arg)
	}
	// A pipe that a shell made for <(command), for one: named by the user, so
	// opening it is asked for.
	f, err := os.Open(arg)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return t, t.stream(filepath.Base(arg), f)
}

func (t *Target) folder(path string) error {
	d, err := openFolder(path, t.limits)
	if err != nil {
		return err
	}
	t.Kind, t.fsys = Folder, d
	t.close = append(t.close, d)
	return nil
}

// file opens one file. Its folder is the file system, so that extractors find
// what lies beside it.
func (t *Target) file(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if err := t.folder(filepath.Dir(path)); err != nil {
		return err
	}
	t.Kind, t.only = File, spell(filepath.Base(path))
	return nil
}

// stream reads a whole stream into memory.
func (t *Target) stream(name string, r io.Reader) error {
	b, err := readAll(r, 0, t.limits)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	t.Kind, t.only, t.fsys = File, name, archive.Memory(name, b)
	return nil
}

// FS is the whole target.
func (t *Target) FS() fs.FS { return t.fsys }

// Close lets go of the target. No file of it may be read after.
func (t *Target) Close() error {
	var errs []error
	for _, c := range t.close {
		errs = append(errs, c.Close())
	}
	t.close = nil
	return errors.Join(errs...)
}
