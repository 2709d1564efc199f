package authority

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/history"
)

// The case that the layer was made after, on its real repository, which
// KENNEL_REPOSITORIES holds as tukaani-project+xz or tukaani-project+xz/repo.
// Only commits, trees and build files are read of it.
func TestFoundingCase(t *testing.T) {
	folder := os.Getenv("KENNEL_REPOSITORIES")
	if folder == "" {
		t.Skip("KENNEL_REPOSITORIES names no folder of real repositories")
	}
	at := filepath.Join(folder, "tukaani-project+xz")
	if _, err := os.Stat(filepath.Join(at, "repo")); err == nil {
		at = filepath.Join(at, "repo")
	}
	h, err := history.Open(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	for _, c := range []struct {
		asOf string
		want []string
	}{
		{"2022-12-31 00:00", nil},
		{"2023-03-19 00:00", []string{"tag-signer medium", "share low"}},
		{"2024-02-25 00:00", []string{"tag-signer low", "share low", "contact low", "ignored-build low", "fixtures high"}},
		{"2024-03-10 00:00", []string{"tag-signer low", "share low", "contact low", "fixtures low", "dead-probe medium", "fixtures high"}},
	} {
		found, err := New().Examine(t.Context(), kennel.NewSubject(kennel.Component{}, date(c.asOf), kennel.Grants{History: h}))
		if err != nil {
			t.Fatal(err)
		}
		got := said(found)
		if len(got) > 12 {
			t.Errorf("as of %s: %d cues", c.asOf, len(got))
		}
		for _, want := range c.want {
			if !slices.Contains(got, want) {
				t.Errorf("as of %s: %q lacks %q", c.asOf, got, want)
			}
		}
		for _, f := range found {
			t.Logf("as of %s: %s %s %s %s\n\t%v", c.asOf, f.At.Format("2006-01-02 15:04"), f.Severity, f.Rule, f.Title, f.Evidence)
		}
	}
}

// One examination of the repository that KENNEL_REPOSITORY names, as of now.
func BenchmarkExamine(b *testing.B) {
	folder := os.Getenv("KENNEL_REPOSITORY")
	if folder == "" {
		b.Skip("KENNEL_REPOSITORY names no real repository")
	}
	for b.Loop() {
		h, err := history.Open(b.Context(), folder)
		if err != nil {
			b.Fatal(err)
		}
		found, err := New().Examine(b.Context(), kennel.NewSubject(kennel.Component{}, date("2026-11-01 00:00"), kennel.Grants{History: h}))
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(found)), "cues")
		if status, err := os.ReadFile("/proc/self/status"); err == nil {
			_, after, _ := strings.Cut(string(status), "VmHWM:")
			var kib float64
			fmt.Sscan(after, &kib)
			b.ReportMetric(kib/1024, "MiB-peak") // of this process, without git
		}
		h.Close()
	}
}
