package advisory

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zip"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// Bounds on a folder of OSV data. They are far above what osv.dev publishes
// and keep a zip bomb from filling the machine.
const (
	maxUnits     = 10_000
	maxZipFiles  = 10_000_000
	maxZipRatio  = 100      // of a whole archive; advisories shrink to a fifth or so
	zipRatioFrom = 64 << 20 // bytes below which an archive's ratio says nothing
)

// unit is one source of records: a zip archive or JSON files.
type unit struct {
	label string // relative to the folder given, for messages
	zip   string // path of an archive, or
	files []string
	size  int64
	// only is the ecosystem whose entries count, "" for all. A bucket has every
	// record in the folder of each of its ecosystems, so that what an npm
	// record says of Maven is in Maven's folder too. Taking it from npm's would
	// make a database that seems to know Maven.
	only kennel.Ecosystem
}

// findUnits lists the sources in an OSV folder: {Ecosystem}/all.zip as osv.dev
// lays its bucket out, {Ecosystem}/*.json, or any zip and JSON files.
func findUnits(root string) ([]unit, error) {
	info, err := os.Stat(root)
	if err != nil {
		return nil, fmt.Errorf("OSV data: %w", err)
	}
	if !info.IsDir() {
		return []unit{{label: filepath.Base(root), zip: root, size: info.Size()}}, nil
	}
	var units []unit
	add := func(u unit) error {
		if len(units) >= maxUnits {
			return fmt.Errorf("OSV data: %s has more than %d archives", root, maxUnits)
		}
		units = append(units, u)
		return nil
	}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		label, _ := filepath.Rel(root, path)
		label = filepath.ToSlash(label)
		if !d.IsDir() {
			if strings.EqualFold(filepath.Ext(path), ".zip") && d.Type().IsRegular() {
				return add(unit{label: label, zip: path, size: sizeOf(d), only: folderEcosystem(label)})
			}
			return nil
		}
		if strings.HasPrefix(d.Name(), ".") && path != root {
			return filepath.SkipDir
		}
		if all := filepath.Join(path, "all.zip"); path != root {
			if info, err := os.Stat(all); err == nil && info.Mode().IsRegular() {
				e, _ := ecosystem.SplitRelease(d.Name())
				if err := add(unit{label: label + "/all.zip", zip: all, size: info.Size(), only: e}); err != nil {
					return err
				}
				return filepath.SkipDir
			}
		}
		files, size, err := jsonFiles(path)
		if err != nil || len(files) == 0 {
			return err
		}
		return add(unit{label: label, files: files, size: size, only: folderEcosystem(label + "/")})
	})
	if err != nil {
		return nil, fmt.Errorf("OSV data: %w", err)
	}
	if len(units) == 0 {
		return nil, fmt.Errorf("OSV data: %s holds no advisories ({Ecosystem}/all.zip or JSON files)", root)
	}
	return units, nil
}

// folderEcosystem is the ecosystem that a path's first folder names, "" when
// it names none.
func folderEcosystem(label string) kennel.Ecosystem {
	folder, _, ok := strings.Cut(label, "/")
	if e, _ := ecosystem.SplitRelease(folder); ok && ecosystem.HasOrder(e) {
		return e
	}
	return ""
}

func sizeOf(d fs.DirEntry) int64 {
	if info, err := d.Info(); err == nil {
		return info.Size()
	}
	return 0
}

func jsonFiles(dir string) (files []string, size int64, err error) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, 0, err
	}
	for _, d := range list {
		if d.Type().IsRegular() && strings.EqualFold(filepath.Ext(d.Name()), ".json") {
			files = append(files, filepath.Join(dir, d.Name()))
			size += sizeOf(d)
		}
	}
	return files, size, nil
}

// item is one record of a unit, still to be read.
type item struct {
	name string // for messages
	open func() (io.ReadCloser, error)
	size int64
	raw  int64 // bytes it takes in the source
}

// items calls yield for each record of a unit, in the order of their names as
// far as the source keeps one. It returns a function that closes the unit.
func (u *unit) items(bad func(name string, err error), yield func(item) bool) (io.Closer, error) {
	if u.zip == "" {
		for _, path := range u.files {
			info, err := os.Stat(path)
			if err != nil {
				bad(path, err)
				continue
			}
			it := item{name: u.label + "/" + filepath.Base(path), size: info.Size(), raw: info.Size(),
				open: func() (io.ReadCloser, error) { return os.Open(path) }}
			if !yield(it) {
				break
			}
		}
		return io.NopCloser(nil), nil
	}
	z, err := zip.OpenReader(u.zip)
	if err != nil {
		return nil, fmt.Errorf("OSV data: %s: %w; fetch it again", u.label, err)
	}
	if len(z.File) > maxZipFiles {
		return z, fmt.Errorf("OSV data: %s has more than %d files", u.label, maxZipFiles)
	}
	left := max(u.size*maxZipRatio, zipRatioFrom)
	for _, f := range z.File {
		if f.FileInfo().IsDir() || !strings.EqualFold(filepath.Ext(f.Name), ".json") {
			continue
		}
		name := u.label + "!/" + f.Name
		if f.UncompressedSize64 > maxRecord {
			bad(name, fmt.Errorf("more than %d bytes", maxRecord))
			continue
		}
		if left -= int64(f.UncompressedSize64); left < 0 {
			bad(name, errors.New("the archive unpacks to more than a hundred times its size; the rest of it is left out"))
			break
		}
		if !yield(item{name: name, open: f.Open, size: int64(f.UncompressedSize64), raw: int64(f.CompressedSize64)}) {
			break
		}
	}
	return z, nil
}

// read reads a record into buf.
func (it *item) read(buf []byte) ([]byte, error) {
	if it.size > maxRecord {
		return nil, fmt.Errorf("more than %d bytes", maxRecord)
	}
	r, err := it.open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if n := int(it.size); cap(buf) < n+1 {
		buf = make([]byte, 0, n+1)
	}
	buf = buf[:0]
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
		if len(buf) == cap(buf) { // more than it said
			if len(buf) > maxRecord {
				return nil, fmt.Errorf("more than %d bytes", maxRecord)
			}
			buf = append(buf, 0)[:len(buf)]
		}
	}
}
