//go:build unix

package target

import (
	"io/fs"
	"os"
	"syscall"
)

// entries lists a folder without asking about each entry, which is half of the
// time of a walk: a file that os.Root opened would. So the descriptor is
// handed to a file that does not know where it came from, and the entries ask
// through the root when they are asked.
func (d *folder) entries(raw string) ([]fs.DirEntry, error) {
	f, err := d.root.OpenFile(raw, os.O_RDONLY|syscall.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	syscall.ForkLock.RLock()
	fd, err := syscall.Dup(int(f.Fd()))
	if err == nil {
		syscall.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, err
	}
	g := os.NewFile(uintptr(fd), f.Name())
	defer g.Close()
	list, err := g.ReadDir(-1)
	lazy := make([]lazyEntry, len(list))
	for i, e := range list {
		lazy[i] = lazyEntry{e, d, raw}
		list[i] = &lazy[i]
	}
	return list, err
}

// lazyEntry is an entry that is looked up through the root.
type lazyEntry struct {
	fs.DirEntry
	in  *folder
	dir string
}

func (e *lazyEntry) Info() (fs.FileInfo, error) { return e.in.root.Lstat(join(e.dir, e.Name())) }
