package advisory

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/datatest"
)

// BenchmarkCompile compiles the real data, with KENNEL_TIMES=10 each record
// ten times under other ids and names.
func BenchmarkCompile(b *testing.B) {
	data := datatest.Folder(b)
	osv := filepath.Join(data, "osv")
	if n, _ := strconv.Atoi(os.Getenv("KENNEL_TIMES")); n > 1 {
		osv = multiply(b, osv, n)
	}
	for b.Loop() {
		out := filepath.Join(b.TempDir(), "db")
		info, _, err := Compile(context.Background(), Sources{OSV: osv, KEV: filepath.Join(data, "kev.json"), EPSS: filepath.Join(data, "epss.csv.gz")}, out, Options{})
		if err != nil {
			b.Fatal(err)
		}
		var size int64
		list, _ := os.ReadDir(out)
		for _, d := range list {
			if i, err := d.Info(); err == nil {
				size += i.Size()
			}
		}
		b.ReportMetric(float64(info.Records), "records")
		b.ReportMetric(float64(size)/(1<<20), "MiB")
	}
}

func BenchmarkOpen(b *testing.B) {
	openReal(b)
	b.ResetTimer()
	for b.Loop() {
		db, err := Open(realDB.dir)
		if err != nil {
			b.Fatal(err)
		}
		db.Close()
	}
}

// BenchmarkMatch asks for the packages of the reference that have matches, and
// for as many names that nobody has.
func BenchmarkMatch(b *testing.B) {
	db := openReal(b)
	if dir := os.Getenv("KENNEL_BENCH_DB"); dir != "" { // a larger one, made before
		var err error
		if db, err = Open(dir); err != nil {
			b.Fatal(err)
		}
		defer db.Close()
	}
	hits := make(map[kennel.Ecosystem][]kennel.Component)
	seen := make(map[string]bool)
	for _, r := range rows(b, filepath.Join(datatest.Folder(b), "expected", "boundary.matches.tsv.gz")) {
		if key := strings.Join(r[1:4], "\t"); !seen[key] {
			seen[key] = true
			e := kennel.Ecosystem(r[1])
			hits[e] = append(hits[e], component(e, r[2], r[3]))
		}
	}
	for _, e := range []kennel.Ecosystem{kennel.NPM, kennel.Go, kennel.PyPI, kennel.Maven, kennel.Cargo, kennel.RubyGems, kennel.Packagist, kennel.NuGet, kennel.Hex} {
		b.Run(string(e)+"/hit", func(b *testing.B) { bench(b, db, hits[e]) })
		var misses []kennel.Component
		for i, c := range hits[e] {
			c.Name += "-" + strconv.Itoa(i)
			misses = append(misses, c)
		}
		b.Run(string(e)+"/miss", func(b *testing.B) { bench(b, db, misses) })
	}
}

func bench(b *testing.B, db *DB, list []kennel.Component) {
	if len(list) == 0 {
		b.Fatal("nothing to ask")
	}
	b.ReportAllocs()
	matches, i := 0, 0
	for b.Loop() {
		got, _ := db.Match(list[i%len(list)])
		matches += len(got)
		i++
	}
	b.ReportMetric(float64(matches)/float64(i), "matches/op")
	b.ReportMetric(float64(i)/b.Elapsed().Seconds(), "packages/s")
}

// multiply writes each record of the zips in dir n times, under other ids and
// package names.
func multiply(b *testing.B, dir string, n int) string {
	b.Helper()
	out := b.TempDir()
	units, err := findUnits(dir)
	if err != nil {
		b.Fatal(err)
	}
	for _, u := range units {
		if err := multiplyUnit(u, filepath.Join(out, string(u.only)), n); err != nil {
			b.Fatal(err)
		}
	}
	runtime.GC()
	return out
}

// TestConcurrent asks one database from many sides; the race detector looks.
func TestConcurrent(t *testing.T) {
	db := mustCompile(t, world)
	want := probe(db)
	done := make(chan string)
	for range 8 {
		go func() {
			for range 20 {
				if got := probe(db); strings.Join(got, "\n") != strings.Join(want, "\n") {
					done <- fmt.Sprintf("%q", got)
					return
				}
			}
			done <- ""
		}()
	}
	for range 8 {
		if s := <-done; s != "" {
			t.Error(s)
		}
	}
}
