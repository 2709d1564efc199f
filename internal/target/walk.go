package target

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/kennel-oss/kennel"
)

// match is a file and who wants to read it.
type match struct {
	file *file
	by   int // index of the extractor
}

// walk is one walk through a target: one goroutine lists folders, in the order
// of names so that bounds cut at the same place every time, and the workers
// ask the extractors about what lies in them.
type walk struct {
	t          *Target
	extractors []kennel.Extractor
	seen       func(entries int)

	entries int // met so far, by the lister alone
	ignored int

	mu      sync.Mutex
	matches []match
	gaps    []kennel.Gap
	outside []string // links that lead out of the target and that no extractor knows
}

// batch is some entries of one folder, no folders among them.
type batch struct {
	dir     string
	entries []fs.DirEntry
}

// batchSize is small enough to share a big folder among the workers.
const batchSize = 256

func (w *walk) run(ctx context.Context) error {
	batches := make(chan batch, 4*runtime.GOMAXPROCS(0))
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for b := range batches {
				w.ask(b)
			}
		})
	}
	err := w.list(ctx, batches)
	close(batches)
	workers.Wait()
	slices.SortFunc(w.matches, func(a, b match) int {
		if c := strings.Compare(a.file.path, b.file.path); c != 0 {
			return c
		}
		return a.by - b.by
	})
	slices.Sort(w.outside)
	return err
}

// list sends everything that is to be looked at.
func (w *walk) list(ctx context.Context, to chan<- batch) error {
	if w.t.only != "" {
		i, err := fs.Stat(w.t.fsys, w.t.only)
		if err != nil {
			return err
		}
		w.entries = 1
		to <- batch{".", []fs.DirEntry{fs.FileInfoToDirEntry(i)}}
		return nil
	}
	stack := []string{"."} // folders to visit; the next one is the last
	for len(stack) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		dir := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		entries, err := fs.ReadDir(w.t.fsys, dir)
		if err != nil {
			if dir == "." && len(entries) == 0 {
				return err
			}
			w.gap(dir, "the folder could not be listed: %v", reason(err))
		}
		if w.entries += len(entries); w.entries > w.t.limits.Entries {
			w.gap(dir, "the walk stopped here, at the bound of %d entries; --max-entries moves it, and ignore globs save entries", w.t.limits.Entries)
			return nil
		}
		w.seen(w.entries)
		files, folders := w.sort(dir, entries)
		for chunk := range slices.Chunk(files, batchSize) {
			to <- batch{dir, chunk}
		}
		slices.Reverse(folders)
		stack = append(stack, folders...)
	}
	return nil
}

// sort takes entries apart into files and links to ask about and the paths of
// folders to visit. Devices, pipes and sockets are neither.
func (w *walk) sort(dir string, entries []fs.DirEntry) (files []fs.DirEntry, folders []string) {
	files = entries[:0]
	for _, e := range entries {
		isDir := e.IsDir()
		if len(w.t.ignore) > 0 && w.t.ignore.match(join(dir, e.Name()), isDir) {
			w.ignored++
			continue
		}
		switch {
		case !isDir && (e.Type().IsRegular() || e.Type() == fs.ModeSymlink):
			files = append(files, e)
		case !isDir:
		case e.Name() == ".git" || e.Name() == ".hg" || e.Name() == ".svn":
		case strings.Count(dir, "/") >= w.t.limits.Depth:
			w.gap(join(dir, e.Name()), "the folder is deeper than the bound of %d; --max-depth moves it", w.t.limits.Depth)
		default:
			folders = append(folders, join(dir, e.Name()))
		}
	}
	return files, folders
}

// ask asks every extractor about every file of a batch.
func (w *walk) ask(b batch) {
	var found []match
	for _, e := range b.entries {
		f := &file{t: w.t, path: join(b.dir, e.Name()), entry: e, byName: e.Type() == fs.ModeSymlink}
		n := len(found)
		for i, x := range w.extractors {
			if w.wants(x, f) {
				found = append(found, match{f, i})
			}
		}
		if f.byName && n == len(found) && w.leavesLexically(f.path) {
			w.mu.Lock()
			w.outside = append(w.outside, f.path)
			w.mu.Unlock()
		}
	}
	if len(found) > 0 {
		w.mu.Lock()
		w.matches = append(w.matches, found...)
		w.mu.Unlock()
	}
}

func (w *walk) wants(x kennel.Extractor, f *file) (yes bool) {
	defer func() {
		if p := recover(); p != nil {
			w.gap(f.path, "the %s extractor failed to look at it, which is an error of Kennel's: %v", x.Name(), p)
		}
	}()
	return x.Match(f)
}

func (w *walk) gap(what, format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gaps = append(w.gaps, kennel.Gap{Kind: kennel.GapUnreadable, What: what, Why: fmt.Sprintf(format, args...)})
}

// leavesLexically reports whether the link at name is written so that it leads
// out of a folder of this machine. Inside an image nothing does.
func (w *walk) leavesLexically(name string) bool {
	d, ok := w.t.fsys.(*folder)
	if !ok {
		return false
	}
	to, err := d.ReadLink(name)
	return err == nil && (path.IsAbs(to) || strings.HasPrefix(path.Join(path.Dir(name), to)+"/", "../"))
}

func join(dir, name string) string {
	if dir == "." {
		return name
	}
	return dir + "/" + name
}

// reason is an error without the path, which the gap names already.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
