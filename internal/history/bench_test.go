package history

import (
	"os"
	"testing"

	kennel "github.com/kennel-oss/kennel"
)

// The replay of a whole history, with its tags, of the repository that
// KENNEL_REPOSITORY names, else of one made here. Compare with
// git log --all --raw --no-renames on the same one.
func BenchmarkReplay(b *testing.B) {
	folder := os.Getenv("KENNEL_REPOSITORY")
	if folder == "" {
		folder = b.TempDir()
		made(b, folder, 200)
	}
	b.ReportAllocs()
	for b.Loop() {
		r, err := Open(b.Context(), folder)
		if err != nil {
			b.Fatal(err)
		}
		commits, changes := 0, 0
		err = r.Commits(func(c kennel.Commit) error { commits++; changes += len(c.Changes); return nil })
		if err != nil || commits == 0 {
			b.Fatal(commits, err)
		}
		tags, err := r.Tags()
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(commits), "commits")
		b.ReportMetric(float64(changes), "changes")
		b.ReportMetric(float64(len(tags)), "tags")
		if status, err := os.ReadFile("/proc/self/status"); err == nil {
			b.ReportMetric(peak(status), "MiB-peak")
		}
		r.Close()
	}
}
