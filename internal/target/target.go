// Package target opens what a person asks Kennel to look at: a folder, a file,
// an archive, a container image, or standard input. Each becomes one bounded,
// read-only fs.FS, which [Target.Inventory] walks and hands to extractors.
package target

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/archive"
)

// Kind says what a target is.
type Kind string

const (
	Folder  Kind = "folder"
	File    Kind = "file"    // one file; standard input too
	Archive Kind = "archive" // what is in it is looked at
	Image   Kind = "image"   // an archive or folder of a container image
)

// Options say how to open a target.
type Options struct {
	Stdin  io.Reader      // what "-" reads
	As     string         // the name by which extractors know what "-" reads; "" for "stdin"
	Ignore []string       // globs of what to leave out; see [Ignore]
	Limits archive.Limits // zero fields have defaults
	// Platform chooses from an image for several, "linux/arm64".
	Platform string
	// Extractors, where they are known already, let an image be unpacked only
	// as far as they will read it. Others work too, but slower.
	Extractors []kennel.Extractor
}

// Target is what is looked at. It is safe for concurrent use.
type Target struct {
	Name string // as the user named it
	Kind Kind

	fsys   fs.FS
	only   string // the one file to look at; "" for all
	within string // the one folder to walk; "" for all
	tree   *archive.Tree
	zipped bool // only is a zip, to be looked into if no extractor wants it whole
	ignore ignore
	opts   archive.Options
	limits archive.Limits
	most   int // entries of a walk
	close  []io.Closer
}

// walkMax is how many entries a walk meets by default. They cost time but no
// memory; archives, which cost both, have a lower bound of their own.
const walkMax = 10_000_000

// Open opens arg: a path, or "-" for standard input.
func Open(ctx context.Context, arg string, opts Options) (*Target, error) {
	t := &Target{Name: arg, limits: opts.Limits.Resolved()}
	t.most = cmp.Or(opts.Limits.Entries, walkMax)
	t.opts = archive.Options{Limits: t.limits, Platform: opts.Platform}
	if len(opts.Extractors) > 0 {
		t.opts.Wanted = wanted(opts.Extractors)
	}
	var err error
	if t.ignore, err = parseIgnore(opts.Ignore); err != nil {
		return nil, err
	}
	if err := t.open(ctx, arg, opts); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

func (t *Target) open(ctx context.Context, arg string, opts Options) error {
	if arg == "-" {
		if opts.Stdin == nil {
			return errors.New("there is no standard input")
		}
		return t.stream(ctx, cmp.Or(opts.As, "stdin"), opts.Stdin)
	}
	i, err := os.Stat(arg)
	switch {
	case err != nil:
		return err
	case i.IsDir():
		return t.folder(ctx, arg)
	case i.Mode().IsRegular():
		return t.file(ctx, arg)
	}
	// A pipe that a shell made for <(command), for one: named by the user, so
	// opening it is asked for.
	return t.pipe(ctx, arg)
}

// pipe reads a pipe. Opening one waits until somebody writes, which may be
// never: whoever breaks the run off does not wait for that.
func (t *Target) pipe(ctx context.Context, arg string) error {
	type opened struct {
		f   *os.File
		err error
	}
	c := make(chan opened, 1)
	go func() {
		f, err := os.Open(arg)
		c <- opened{f, err}
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case o := <-c:
		if o.err != nil {
			return o.err
		}
		defer o.f.Close()
		stop := context.AfterFunc(ctx, func() { o.f.SetReadDeadline(time.Now()) })
		defer stop()
		return t.stream(ctx, filepath.Base(arg), o.f)
	}
}

// OpenRelease is Open for what is known to be a release: a zip (a wheel, a Go
// module) is what is in it.
func OpenRelease(ctx context.Context, arg string, opts Options) (*Target, error) {
	t, err := Open(ctx, arg, opts)
	if err != nil || !t.zipped {
		return t, err
	}
	in, err := t.inside()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", arg, err), t.Close())
	}
	in.Name = t.Name
	in.close = append(in.close, t)
	return in, nil
}

// Gaps are what of an archive could not be unpacked: entries that are too
// large, lead out of it, or are broken.
func (t *Target) Gaps() []kennel.Gap {
	if t.tree == nil {
		return nil
	}
	return t.tree.Gaps()
}

// installations are folders that mean something by their name alone. Named
// themselves, they are looked at from the folder that holds them.
var installations = []string{"node_modules", "site-packages", "dist-packages"}

// folder opens a folder, or the image that it is the layout of.
func (t *Target) folder(ctx context.Context, path string) error {
	if whole, err := filepath.Abs(path); err == nil && slices.Contains(installations, filepath.Base(whole)) {
		if i, err := os.Lstat(whole); err == nil && i.IsDir() { // a link's parent is not the folder's
			t.Kind, t.within = Folder, filepath.Base(whole)
			return t.root(filepath.Dir(whole))
		}
	}
	if err := t.root(path); err != nil {
		return err
	}
	t.Kind = Folder
	tree, err := archive.OpenLayout(ctx, t.fsys, t.opts)
	if errors.Is(err, archive.ErrUnknown) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	t.use(tree)
	return nil
}

func (t *Target) root(path string) error {
	d, err := openFolder(path, t.limits)
	if err != nil {
		return err
	}
	t.fsys = d
	t.close = append(t.close, d)
	return nil
}

// file opens one file. Its folder is the file system, so that extractors find
// what lies beside it.
func (t *Target) file(ctx context.Context, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if err := t.root(filepath.Dir(path)); err != nil {
		return err
	}
	t.Kind, t.only = File, archive.Printable(filepath.Base(path))
	if _, err := fs.Stat(t.fsys, t.only); err != nil {
		// A link that leads to another folder, /dev/stdin for one: named by the
		// user, so following it is asked for.
		real, errReal := filepath.EvalSymlinks(path)
		if errReal != nil || real == path {
			return errors.Join(err, errReal)
		}
		return t.file(ctx, real)
	}
	c, err := os.Open(path)
	if err != nil {
		return err
	}
	i, err := c.Stat()
	if err != nil {
		return errors.Join(err, c.Close())
	}
	whole := &content{c, i.Size()}
	head := headOf(whole)
	switch {
	case archive.IsZip(head):
		t.zipped = true
	case archive.IsArchive(head):
		tree, err := archive.Open(ctx, t.only, whole, t.opts)
		if err == nil {
			t.use(tree)
			t.close = append(t.close, c)
			return nil
		}
		if !errors.Is(err, archive.ErrUnknown) {
			return errors.Join(fmt.Errorf("%s: %w", path, err), c.Close())
		}
	}
	return c.Close()
}

// stream reads a whole stream: into memory, or when it is an archive, to disk.
func (t *Target) stream(ctx context.Context, name string, r io.Reader) error {
	in := bufio.NewReaderSize(r, headSize)
	head, err := in.Peek(headSize)
	if err != nil && err != io.EOF {
		return fmt.Errorf("%s: %w", name, err)
	}
	if archive.IsArchive(head) {
		tree, err := archive.OpenStream(ctx, name, in, t.opts)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		t.use(tree)
		return nil
	}
	b, err := readAll(in, 0, t.limits)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	t.Kind, t.only, t.fsys = File, name, archive.Memory(name, b)
	return nil
}

// use makes an opened archive the target.
func (t *Target) use(tree *archive.Tree) {
	t.Kind, t.only, t.tree, t.fsys = Archive, "", tree, tree
	if tree.Image() != nil {
		t.Kind = Image
	}
	// Before what it reads from.
	t.close = append([]io.Closer{tree}, t.close...)
}

// inside returns the target that is in a zip: in is what extractors see when
// none of them wanted the zip whole.
func (t *Target) inside() (*Target, error) {
	f, err := t.fsys.Open(t.only)
	if err != nil {
		return nil, err
	}
	tree, err := archive.Zip(f.(kennel.Content), t.limits)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	in := &Target{Name: t.Name, ignore: t.ignore, opts: t.opts, limits: t.limits, most: t.most, close: []io.Closer{f}}
	in.use(tree)
	return in, nil
}

// Image returns who the image is that the target holds, nil when it holds
// none.
func (t *Target) Image() *archive.Image {
	if t.tree == nil {
		return nil
	}
	return t.tree.Image()
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
