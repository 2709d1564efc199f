package content

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kennel-oss/kennel"
)

// KENNEL_RELEASES names a folder of folders. A folder that holds one release is
// examined alone; with KENNEL_UPDATES, each holds the releases of a project as
// folders in their order, and each is examined with the one before it. What
// would ask for a review is told.
func TestReleases(t *testing.T) {
	type pair struct{ name, now, before string }
	var work []pair
	for _, root := range filepath.SplitList(os.Getenv("KENNEL_RELEASES")) {
		for _, dir := range folders(t, root) {
			work = append(work, pair{filepath.Base(dir), dir, ""})
		}
	}
	for _, root := range filepath.SplitList(os.Getenv("KENNEL_UPDATES")) {
		for _, project := range folders(t, root) {
			before := ""
			for _, dir := range folders(t, project) {
				if before != "" {
					work = append(work, pair{filepath.Base(project) + " " + filepath.Base(dir), dir, before})
				}
				before = dir
			}
		}
	}
	if len(work) == 0 {
		t.Skip("KENNEL_RELEASES and KENNEL_UPDATES name no folders")
	}
	var mu sync.Mutex
	review, low, blind := 0, 0, 0
	next := make(chan pair)
	var group sync.WaitGroup
	for range runtime.NumCPU() {
		group.Go(func() {
			for p := range next {
				g := kennel.Grants{Release: os.DirFS(p.now)}
				if p.before != "" {
					g.Previous = os.DirFS(p.before)
				}
				start := time.Now()
				found, err := New().Examine(t.Context(), kennel.NewSubject(kennel.Component{}, time.Time{}, g))
				took := time.Since(start)
				mu.Lock()
				var look *kennel.CouldNotLook
				if errors.As(err, &look) {
					blind++
					t.Logf("%s: %v", p.name, err)
				} else if err != nil {
					t.Errorf("%s: %v", p.name, err)
				}
				worst := kennel.SeverityNone
				for _, f := range found {
					worst = max(worst, f.Severity)
					if f.Severity >= kennel.SeverityMedium {
						t.Logf("%s: %s (%s): %s", p.name, f.Rule, f.Severity, f.Title)
						for _, e := range f.Evidence {
							t.Logf("    %s: %s", e.What, e.Says)
						}
					}
				}
				switch {
				case worst >= kennel.SeverityMedium:
					review++
				case worst == kennel.SeverityLow:
					low++
				}
				if took > 5*time.Second {
					t.Logf("%s took %v", p.name, took)
				}
				mu.Unlock()
			}
		})
	}
	for _, p := range work {
		next <- p
	}
	close(next)
	group.Wait()
	t.Logf("%d releases: %d to review, %d with low cues alone, %d not looked at in part", len(work), review, low, blind)
}

func folders(t *testing.T, root string) []string {
	list, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, d := range list {
		if d.IsDir() && !strings.HasPrefix(d.Name(), ".") {
			out = append(out, filepath.Join(root, d.Name()))
		}
	}
	slices.Sort(out)
	return out
}
