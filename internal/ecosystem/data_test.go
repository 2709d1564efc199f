package ecosystem

import (
	"archive/zip"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	kennel "github.com/kennel-oss/kennel"
)

// dataDir finds the real data beside the repository, or skips.
func dataDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("KENNEL_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(filepath.Join(dir, "osv")); err != nil {
		t.Skip("no real data: set KENNEL_DATA to a folder with osv/ and inputs/")
	}
	return dir
}

// recordedVersions returns every version and bound of the advisories in dir,
// by ecosystem, sorted by spelling.
var recordedVersions = sync.OnceValues(func() (map[kennel.Ecosystem][]string, error) {
	dir := os.Getenv("KENNEL_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	archives, err := filepath.Glob(filepath.Join(dir, "osv*", "*", "all.zip"))
	if err != nil {
		return nil, err
	}
	found := make(map[kennel.Ecosystem]map[string]bool)
	for _, path := range archives {
		if err := readRecords(path, found); err != nil {
			return nil, err
		}
	}
	lists := make(map[kennel.Ecosystem][]string)
	for e, set := range found {
		for v := range set {
			lists[e] = append(lists[e], v)
		}
		slices.Sort(lists[e])
	}
	return lists, nil
})

func readRecords(path string, found map[kennel.Ecosystem]map[string]bool) error {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return err
	}
	defer archive.Close()
	for _, entry := range archive.File {
		var record struct {
			Affected []struct {
				Package  struct{ Ecosystem string }
				Versions []string
				Ranges   []struct {
					Type   string
					Events []map[string]string
				}
			}
		}
		f, err := entry.Open()
		if err != nil {
			return err
		}
		err = json.NewDecoder(f).Decode(&record)
		f.Close()
		if err != nil {
			return err
		}
		for _, a := range record.Affected {
			e, _ := SplitRelease(a.Package.Ecosystem)
			set := found[e]
			if set == nil {
				set = make(map[string]bool)
				found[e] = set
			}
			for _, v := range a.Versions {
				set[v] = true
			}
			for _, r := range a.Ranges {
				if r.Type == "GIT" {
					continue
				}
				for _, event := range r.Events {
					for _, v := range event {
						set[v] = true
					}
				}
			}
		}
	}
	return nil
}
