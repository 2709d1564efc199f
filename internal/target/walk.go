package target

import (
	"cmp"
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

// walk is one walk through a target. Workers take the latest piece of work from
// a stack: a folder to list, or some files to ask the extractors about.
type walk struct {
	t          *Target
	extractors []kennel.Extractor
	seen       func(entries int) // told now and then, never concurrently

	mu      sync.Mutex
	more    sync.Cond
	stack   []work
	busy    int // workers that may yet add work
	stop    error
	entries int // met so far
	ignored int
	matches []match
	gaps    []kennel.Gap
	outside []string // links that lead out of the target and that no extractor knows
}

// work is a folder to list, or some files of it to ask about.
type work struct {
	dir   string
	files []fs.DirEntry
}

// chunk is how many files one piece of work has: a big folder is shared.
const chunk = 512

// errBound ends a walk that met too many entries.
var errBound = errors.New("too many entries")

// run walks with as many workers as there are processors. Where the bound on
// entries cuts would depend on timing then, so a walk that hits it is done
// again by one worker, which goes in the order of names.
func (w *walk) run(ctx context.Context) error {
	if err := w.reset(ctx, runtime.GOMAXPROCS(0)); err == errBound {
		err = w.reset(ctx, 1)
		if err != nil && err != errBound {
			return err
		}
	} else if err != nil {
		return err
	}
	slices.SortFunc(w.matches, func(a, b match) int {
		return cmp.Or(strings.Compare(a.file.path, b.file.path), cmp.Compare(a.by, b.by))
	})
	slices.Sort(w.outside)
	return nil
}

// reset forgets what was found so far and walks.
func (w *walk) reset(ctx context.Context, workers int) error {
	w.more.L = &w.mu
	w.stop, w.entries, w.ignored = nil, 0, 0
	w.matches, w.gaps, w.outside = nil, nil, nil
	w.stack = []work{{dir: cmp.Or(w.t.within, ".")}}
	if w.t.only != "" {
		i, err := fs.Stat(w.t.fsys, w.t.only)
		if err != nil {
			return err
		}
		w.entries, w.stack[0].files = 1, []fs.DirEntry{fs.FileInfoToDirEntry(i)}
	}
	var all sync.WaitGroup
	for range workers {
		all.Go(func() { w.work(ctx, workers == 1) })
	}
	all.Wait()
	return w.stop
}

func (w *walk) work(ctx context.Context, ordered bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for {
		for len(w.stack) == 0 && w.busy > 0 && w.stop == nil {
			w.more.Wait()
		}
		if w.stop == nil {
			w.stop = ctx.Err()
		}
		if len(w.stack) == 0 || w.stop != nil {
			w.more.Broadcast()
			return
		}
		next := w.stack[len(w.stack)-1]
		w.stack = w.stack[:len(w.stack)-1]
		w.busy++
		w.mu.Unlock()
		if next.files != nil {
			w.ask(next)
		} else {
			w.list(next.dir, ordered)
		}
		w.mu.Lock()
		if w.busy--; w.busy == 0 {
			w.more.Broadcast()
		}
	}
}

// list pushes what is in a folder.
func (w *walk) list(dir string, ordered bool) {
	entries, err := fs.ReadDir(w.t.fsys, dir)
	if err != nil {
		if dir == cmp.Or(w.t.within, ".") && len(entries) == 0 {
			w.end(err)
			return
		}
		w.gap(dir, "the folder could not be listed: %v", reason(err))
	}
	files, folders, ignored := w.sort(dir, entries)
	w.mu.Lock()
	before := w.entries
	w.entries += len(entries)
	over := w.entries > w.t.most
	w.ignored += ignored
	if before/4096 != w.entries/4096 {
		w.seen(w.entries)
	}
	if !over {
		slices.Reverse(folders)
		for _, f := range folders {
			w.stack = append(w.stack, work{dir: f})
		}
		for part := range slices.Chunk(files, chunk) {
			w.stack = append(w.stack, work{dir, part})
		}
		w.more.Broadcast()
	}
	w.mu.Unlock()
	if over {
		if ordered {
			w.gap(dir, "the walk stopped here, at the bound of %d entries; --max-entries moves it, and ignore globs save entries", w.t.most)
		}
		w.end(errBound)
	}
}

func (w *walk) end(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stop = cmp.Or(w.stop, err)
	w.more.Broadcast()
}

// sort takes entries apart into files and links to ask about and the paths of
// folders to visit. Devices, pipes and sockets are neither.
func (w *walk) sort(dir string, entries []fs.DirEntry) (files []fs.DirEntry, folders []string, ignored int) {
	files = entries[:0]
	for _, e := range entries {
		isDir := e.IsDir()
		if len(w.t.ignore) > 0 && w.t.ignore.match(join(dir, e.Name()), isDir) {
			ignored++
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
	return files, folders, ignored
}

// ask asks every extractor about every file.
func (w *walk) ask(b work) {
	var (
		found  []match
		beside *near
	)
	if d, ok := w.t.fsys.(*folder); ok {
		beside = &near{in: d, dir: b.dir}
		defer beside.Close()
	}
	for _, e := range b.files {
		f := &file{t: w.t, path: join(b.dir, e.Name()), entry: e, byName: e.Type() == fs.ModeSymlink}
		if e.Type().IsRegular() {
			f.near = beside
		}
		n := len(found)
		for i, x := range w.extractors {
			if w.wants(x, f) {
				found = append(found, match{f, i})
			}
		}
		f.near = nil
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
