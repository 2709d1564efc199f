//go:build !unix

package target

import "io/fs"

// entries lists a folder.
func (d *folder) entries(raw string) ([]fs.DirEntry, error) {
	f, err := d.root.Open(raw)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.ReadDir(-1)
}
