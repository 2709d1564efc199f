package cli

import (
	"bufio"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/history"
	"github.com/kennel-oss/kennel/internal/layer/authority"
)

// What layer authority says of the replica is what it says of the real
// repository, which KENNEL_REPOSITORIES holds as tukaani-project+xz or
// tukaani-project+xz/repo: the same cues at the same moments, in the same words.
func TestReplicaIsTrue(t *testing.T) {
	folder := os.Getenv("KENNEL_REPOSITORIES")
	if folder == "" {
		t.Skip("KENNEL_REPOSITORIES names no folder of real repositories")
	}
	real := filepath.Join(folder, "tukaani-project+xz")
	if _, err := os.Stat(filepath.Join(real, "repo")); err == nil {
		real = filepath.Join(real, "repo")
	}
	s := &scene{app: &app{}, keep: filepath.Join(t.TempDir(), "replica")}
	if err := s.make(t.Context()); err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, day := range []string{"2022-12-31", "2023-01-11", "2023-03-18", "2023-06-30", "2024-02-15", "2024-02-24", "2024-03-09"} {
		want, got := cuesOf(t, real, day), cuesOf(t, filepath.Join(s.folder, replicaGit), day)
		if !slices.Equal(got, want) {
			t.Errorf("as of %s, of the replica:\n%s\nof the real one:\n%s", day, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		told += len(want)
	}
	if told == 0 {
		t.Error("there was no cue to compare")
	}
}

// cuesOf lists the cues of a repository as of a day: all of them but for ids
// and lines of commits and files, which the replica has others of.
func cuesOf(t *testing.T, folder, day string) []string {
	t.Helper()
	asOf, err := (&scanFlags{asOf: day}).moment(time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	h, err := history.Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	found, err := authority.New().Examine(t.Context(), kennel.NewSubject(kennel.Component{}, asOf, kennel.Grants{History: h}))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range found {
		lines := []string{f.At.Format(time.RFC3339), f.Rule, f.Severity.String(), f.Title}
		for _, e := range f.Evidence {
			says, _, _ := strings.Cut(e.Says, ", blob ")
			lines = append(lines, e.Kind+" "+says)
		}
		out = append(out, strings.Join(lines, "; "))
	}
	return out
}

// A run that is broken off leaves nothing.
func TestDemoBrokenOff(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, keep := range []string{"", filepath.Join(t.TempDir(), "replica")} {
		s := &scene{app: &app{}, keep: keep}
		if err := s.make(ctx); err == nil {
			t.Error("no error")
		}
		if _, err := os.Stat(s.folder); err == nil {
			t.Errorf("%s is left", s.folder)
		}
	}
	if left, _ := os.ReadDir(temporary); len(left) > 0 {
		t.Errorf("%s is left", left[0].Name())
	}
}

func TestSpan(t *testing.T) {
	const day = 24 * time.Hour
	for d, want := range map[time.Duration]string{
		time.Hour: "1 hour", 17*time.Hour + 13*time.Minute: "17 hours", 47 * time.Hour: "47 hours",
		9 * day: "9 days", 60 * day: "60 days", 61 * day: "2 months", 343 * day: "11 months",
	} {
		if got := span(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

// Prose keeps to the width, and a word that is longer stays whole.
func TestSay(t *testing.T) {
	var b strings.Builder
	tell := &teller{w: bufio.NewWriter(&b), width: 12}
	tell.say("  - ", "one two three averyverylongword x")
	tell.w.Flush()
	if want := "  - one two\n    three\n    averyverylongword\n    x\n"; b.String() != want {
		t.Errorf("%q", b.String())
	}
}
