package ecosystem

import (
	"archive/zip"
	"encoding/json"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/datatest"
)

var recorded struct {
	sync.Once
	lists map[kennel.Ecosystem][]string
	err   error
}

// recordedVersions returns every version and bound of the real advisories, by
// ecosystem, sorted by spelling. It reads them once for all tests.
func recordedVersions(t testing.TB) map[kennel.Ecosystem][]string {
	t.Helper()
	dir := datatest.Folder(t)
	recorded.Do(func() { recorded.lists, recorded.err = readVersions(dir) })
	if recorded.err != nil {
		t.Fatal(recorded.err)
	}
	if len(recorded.lists) == 0 {
		t.Fatal("the data has no advisories")
	}
	return recorded.lists
}

func readVersions(dir string) (map[kennel.Ecosystem][]string, error) {
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
}

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
