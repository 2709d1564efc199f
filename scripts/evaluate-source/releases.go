package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/archive"
	"github.com/kennel-oss/kennel/internal/ecosystem"
	"github.com/kennel-oss/kennel/internal/fetch"
	"github.com/kennel-oss/kennel/internal/history"
)

// tally is what came of one ecosystem's releases.
type tally struct {
	releases, looked, flagged, beside int
	reasons                           map[string]int // why it could not look
	took                              []time.Duration
}

// releases measures packages as registries give them, each alone: without its
// predecessor, which in use explains what is not new.
func releases(o options) error {
	text, err := os.ReadFile(o.list)
	if err != nil {
		return err
	}
	registries, err := fetch.NewRegistries(fetch.RegistryOptions{Agent: "kennel/evaluate", Cache: o.cache, Limit: 8 << 30})
	if err != nil {
		return err
	}
	fmt.Println("| release | files | same | phantom | modified | run | flagged | told beside | time |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|")
	sums := map[kennel.Ecosystem]*tally{}
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || len(f) != 3 || f[2] != o.half || !strings.Contains(f[0], o.only) {
			continue
		}
		c, err := ecosystem.FromPurl(f[0])
		if err != nil {
			return err
		}
		sum := sums[c.Ecosystem]
		if sum == nil {
			sum = &tally{reasons: map[string]int{}}
			sums[c.Ecosystem] = sum
		}
		sum.releases++
		m, err := one(registries, c, cloned(o.repositories, f[1]))
		var could *kennel.CouldNotLook
		switch {
		case errors.As(err, &could):
			sum.reasons[could.Reason]++
			fmt.Printf("| %s %s | could not look: %s |\n", c.Name, c.Version, could.Reason)
			if o.verbose {
				fmt.Printf("  %v\n", err)
			}
			continue
		case err != nil:
			return fmt.Errorf("%s %s: %w", c.Name, c.Version, err)
		}
		sum.looked++
		sum.took = append(sum.took, m.took)
		if m.flagged > 0 {
			sum.flagged++
		}
		if m.beside > 0 {
			sum.beside++
		}
		fmt.Printf("| %s %s | %d | %d | %d | %d | %d | %d | %d | %d ms |\n", c.Name, c.Version, m.c.Files, m.c.Same, m.phantom, m.modified, m.run, m.flagged, m.beside, m.took.Milliseconds())
		if o.verbose {
			m.tell()
		}
	}
	if len(sums) == 0 {
		return errors.New("no release of that half")
	}
	fmt.Printf("\n| ecosystem | releases | looked at | flagged | told beside | median time | longest |\n|---|---|---|---|---|---|---|\n")
	for name, s := range sums {
		slices.Sort(s.took)
		var median, longest time.Duration
		if n := len(s.took); n > 0 {
			median, longest = s.took[n/2], s.took[n-1]
		}
		fmt.Printf("| %s | %d | %d | %d | %d | %d ms | %d ms |\n", name, s.releases, s.looked, s.flagged, s.beside, median.Milliseconds(), longest.Milliseconds())
		for reason, n := range s.reasons {
			fmt.Printf("  %s: could not look at %d: %s\n", name, n, reason)
		}
	}
	return nil
}

// one compares a release with a repository, as "kennel vet" would.
func one(registries *fetch.Registries, c kennel.Component, repository string) (*measured, error) {
	ctx := context.Background()
	listing, err := registries.Listing(ctx, c.Package)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(listing.Releases, func(r kennel.Release) bool { return r.Version == c.Version })
	if at >= 0 {
		c.Commit = listing.Releases[at].Commit
	}
	path, err := registries.Release(ctx, c, nil)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	unpacked, err := archive.Open(ctx, filepath.Base(path), content{file, info.Size()}, archive.Options{})
	if err != nil {
		return nil, err
	}
	defer unpacked.Close()
	h, err := history.Open(ctx, repository)
	if err != nil {
		return nil, err
	}
	defer h.Close()
	return measure(ctx, kennel.NewSubject(c, time.Time{}, kennel.Grants{Release: unpacked, History: h}))
}

// cloned is the folder of a repository, as owner+name/repo or owner+name.
func cloned(folder, repository string) string {
	own := filepath.Join(folder, strings.ReplaceAll(strings.TrimPrefix(repository, "github.com/"), "/", "+"))
	if _, err := os.Stat(filepath.Join(own, "repo")); err == nil {
		return filepath.Join(own, "repo")
	}
	return own
}
