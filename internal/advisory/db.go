package advisory

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/klauspost/compress/zstd"

	kennel "github.com/kennel-oss/kennel"
)

// DB is an open advisory database. It is safe for concurrent use, except that
// nobody may use it after Close.
type DB struct {
	info     kennel.DatabaseInfo
	dir      string
	parts    map[kennel.Ecosystem]*part
	kev      table
	epss     table
	files    []*file
	manifest *manifest
	fallback func() (*DB, error) // the starter set, for what the main part lacks
	overlays []*DB
}

// part is the advisories of one ecosystem.
type part struct {
	meta
	file  *file
	names table
	ids   table

	mu      sync.Mutex
	unzip   *zstd.Decoder
	numbers uint32 // number of the unpacked block below, plus one
	text    []byte
}

// Open opens the database in the folder dir, as [Compile] made it, and lays
// overlays, folders of the same form, over it. What an overlay withdraws is
// withdrawn; what it adds is added. The starter set answers for ecosystems
// that the database does not have.
//
// Opening reads the manifest and the header of each file: it takes the same
// time whatever the size. What is wrong later is found where it is touched.
func Open(dir string, overlays ...string) (*DB, error) {
	db, err := openDir(dir)
	if err != nil {
		return nil, err
	}
	db.fallback = Starter
	for _, o := range overlays {
		over, err := openDir(o)
		if err != nil {
			db.Close()
			return nil, err
		}
		db.overlays = append(db.overlays, over)
	}
	return db, nil
}

// openDir opens one folder. Should an update remove a file between reading
// the manifest and opening the file, the new manifest is read.
func openDir(dir string) (*DB, error) {
	var last error
	for range 3 {
		m, digest, err := readManifest(dir)
		if err != nil {
			return nil, err
		}
		db, err := openFiles(dir, m, digest)
		if !errors.Is(err, fs.ErrNotExist) {
			return db, err
		}
		last = err
	}
	// Not the error of a database that is not there: this one lost a file.
	return nil, fmt.Errorf("advisory database %s is %w: %v; %s", dir, errDamaged, last, remedy)
}

func openFiles(dir string, m *manifest, digest string) (*DB, error) {
	db := &DB{dir: dir, manifest: m, info: m.info(dir, digest), parts: make(map[kennel.Ecosystem]*part, len(m.Files))}
	for _, mf := range m.Files {
		f, err := openFile(filepath.Join(dir, mf.Name), mf.Length)
		if err == nil {
			err = db.attach(f, mf.Kind)
		}
		if err != nil {
			db.Close()
			return nil, err
		}
	}
	return db, nil
}

// attach makes an open file part of the database, which then owns it.
func (db *DB) attach(f *file, kind string) (err error) {
	db.files = append(db.files, f)
	switch kind {
	case kindSignals:
		if f.count < signalSections {
			return f.damaged("sections are missing")
		}
		if db.kev, err = openTable(f, secKEVPages, secKEVIndex); err != nil {
			return err
		}
		db.epss, err = openTable(f, secEPSSPages, secEPSSIndex)
		return err
	case kindAdvisories:
		if f.count < advisorySections {
			return f.damaged("sections are missing")
		}
		b, err := f.section(secMeta)
		if err != nil {
			return err
		}
		p := &part{file: f}
		if err := json.Unmarshal(b, &p.meta); err != nil {
			return f.damaged(err.Error())
		}
		if p.names, err = openTable(f, secNamePages, secNameIndex); err != nil {
			return err
		}
		if p.ids, err = openTable(f, secIDPages, secIDIndex); err != nil {
			return err
		}
		db.parts[p.Ecosystem] = p
	}
	return nil // a kind of a newer minor format
}

// Info describes the database.
func (db *DB) Info() kennel.DatabaseInfo { return db.info }

// Close releases the files.
func (db *DB) Close() error {
	var errs []error
	for _, f := range db.files {
		errs = append(errs, f.close())
	}
	for _, o := range db.overlays {
		errs = append(errs, o.Close())
	}
	return errors.Join(errs...)
}

// info makes the words of a manifest.
func (m *manifest) info(path, digest string) kennel.DatabaseInfo {
	info := kennel.DatabaseInfo{Path: path, Digest: digest, Built: m.Built}
	for _, f := range m.Files {
		if f.Kind != kindAdvisories {
			continue
		}
		info.Records += f.Records
		info.Ecosystems = append(info.Ecosystems, kennel.DatabasePart{Ecosystem: f.Ecosystem, Records: f.Records, Newest: f.Newest, Fetched: f.Fetched})
	}
	slices.SortFunc(info.Ecosystems, func(a, b kennel.DatabasePart) int {
		return strings.Compare(string(a.Ecosystem), string(b.Ecosystem))
	})
	if m.KEV != nil {
		info.KEV = m.KEV.Date
	}
	if m.EPSS != nil {
		info.EPSS = m.EPSS.Date
	}
	return info
}

// Verify reads everything and compares it with the digests of the manifest.
func (db *DB) Verify() error {
	var errs []error
	if db.manifest != nil {
		for _, mf := range db.manifest.Files {
			errs = append(errs, verifyFile(filepath.Join(db.dir, mf.Name), mf))
		}
	}
	for _, o := range db.overlays {
		errs = append(errs, o.Verify())
	}
	return errors.Join(errs...)
}

// couldNotLook makes the error for what the database cannot answer.
func couldNotLook(reason string, err error) *kennel.CouldNotLook {
	return &kennel.CouldNotLook{Reason: reason, Err: err}
}

// broken makes the error for a damaged database.
func broken(err error) *kennel.CouldNotLook {
	return couldNotLook("the advisory database is damaged: "+remedy, err)
}

func missing(e kennel.Ecosystem) *kennel.CouldNotLook {
	return couldNotLook(fmt.Sprintf("the advisory database holds nothing on %s", e), nil)
}
