package advisory

import (
	"bufio"
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kennel-oss/kennel/internal/datatest"
)

var realDB struct {
	sync.Once
	dir   string
	stats Stats
	took  time.Duration
	err   error
}

// openReal compiles the real data once for all tests.
func openReal(t testing.TB) *DB {
	t.Helper()
	data := datatest.Folder(t)
	realDB.Do(func() {
		realDB.dir, realDB.err = os.MkdirTemp("", "kennel-advisory-")
		if realDB.err != nil {
			return
		}
		start := time.Now()
		_, realDB.stats, realDB.err = Compile(context.Background(), Sources{
			OSV:   filepath.Join(data, "osv"),
			KEV:   filepath.Join(data, "kev.json"),
			EPSS:  filepath.Join(data, "epss.csv.gz"),
			Built: time.Date(2026, 8, 17, 0, 0, 0, 0, time.UTC),
		}, realDB.dir, Options{})
		realDB.took = time.Since(start)
	})
	if realDB.err != nil {
		t.Fatal(realDB.err)
	}
	db, err := Open(realDB.dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestMain(m *testing.M) {
	code := m.Run()
	if realDB.dir != "" {
		os.RemoveAll(realDB.dir)
	}
	os.Exit(code)
}

// rows reads a compressed table, without its header.
func rows(t testing.TB, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	s := bufio.NewScanner(z)
	for s.Scan() {
		out = append(out, strings.Split(s.Text(), "\t"))
	}
	if s.Err() != nil || len(out) < 2 {
		t.Fatalf("%s: %d rows, %v", path, len(out), s.Err())
	}
	return out[1:]
}

func TestCompileReal(t *testing.T) {
	db := openReal(t)
	var size int64
	list, _ := os.ReadDir(realDB.dir)
	for _, d := range list {
		info, _ := d.Info()
		size += info.Size()
		t.Logf("%10d %s", info.Size(), d.Name())
	}
	t.Logf("compiled in %v: %d records, %d duplicates, %d bad; %.1f MiB; %+v", realDB.took, realDB.stats.Records, realDB.stats.Duplicates, realDB.stats.Bad, float64(size)/(1<<20), db.Info())
	for _, b := range realDB.stats.BadRecords {
		t.Logf("bad: %s: %v", b.Name, b.Err)
	}
	if err := db.Verify(); err != nil {
		t.Error(err)
	}
}
