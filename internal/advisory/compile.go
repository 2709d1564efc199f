package advisory

import (
	"cmp"
	"context"
	"errors"
	"os"
	"slices"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

// Sources is what a database is made of. The same sources give the same bytes
// on every system.
type Sources struct {
	OSV   string    // folder with {Ecosystem}/all.zip, or zip and JSON files
	KEV   string    // CISA's known_exploited_vulnerabilities.json; "" for none
	EPSS  string    // FIRST's epss_scores CSV, compressed or not; "" for none
	Built time.Time // when: an input, so that nothing else depends on a clock
	// Fetched says when an ecosystem's data was taken from its source.
	Fetched map[kennel.Ecosystem]time.Time
}

// Options change how a database is compiled, not what comes out.
type Options struct {
	// Progress, if set, is told how many bytes of how many are read. Calls
	// come one at a time.
	Progress func(done, total int64, what string)

	step func(what string) error // for tests: before each change on disk
}

// Stats is what compiling met.
type Stats struct {
	Records    int // distinct ids, per ecosystem
	Duplicates int // records left out because their id was there already
	Elsewhere  int // records in a folder of an ecosystem that they say nothing of
	Bad        int // records that could not be read
	BadRecords []BadRecord
}

// BadRecord names a record that could not be read, and why. The first
// [maxBad] are kept.
type BadRecord struct {
	Name string
	Err  error
}

const maxBad = 100

func (s *Stats) bad(name string, err error) {
	s.Bad++
	if len(s.BadRecords) < maxBad {
		s.BadRecords = append(s.BadRecords, BadRecord{name, err})
	}
}

// Compile makes the database in the folder out from src, or replaces the one
// that is there: until it returns, and whenever it fails, the old one is
// untouched. A record that cannot be read is counted and named, and the rest
// goes on. Two updates of one folder wait for each other.
func Compile(ctx context.Context, src Sources, out string, opts Options) (kennel.DatabaseInfo, Stats, error) {
	var stats Stats
	s, err := openStore(ctx, out, opts.step)
	if err != nil {
		return kennel.DatabaseInfo{}, stats, err
	}
	defer s.close()
	m := &manifest{Built: src.Built.UTC().Truncate(time.Second)}
	c := &compiler{store: s, src: src, opts: opts, stats: &stats, writers: make(map[kennel.Ecosystem]*ecosystemWriter), files: make(map[kennel.Ecosystem]*os.File), manifest: m}
	if src.OSV != "" {
		if err := c.advisories(ctx); err != nil {
			return kennel.DatabaseInfo{}, stats, err
		}
	}
	if err := c.signals(); err != nil {
		return kennel.DatabaseInfo{}, stats, err
	}
	slices.SortFunc(m.Files, func(a, b manifestFile) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Name, b.Name))
	})
	if !slices.ContainsFunc(m.Files, func(f manifestFile) bool { return f.Kind == kindAdvisories }) {
		return kennel.DatabaseInfo{}, stats, errors.New("advisory database: nothing to compile: there are no advisories in the folder; it holds {Ecosystem}/all.zip, or .json files in folders named after ecosystems")
	}
	if err := s.commit(m); err != nil {
		return kennel.DatabaseInfo{}, stats, err
	}
	m, digest, err := readManifest(out)
	if err != nil {
		return kennel.DatabaseInfo{}, stats, err
	}
	return m.info(out, digest), stats, nil
}
