package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
	"github.com/kennel-oss/kennel/internal/judge"
	"github.com/kennel-oss/kennel/internal/target"
)

// release is a name and version of the list.
type release struct{ name, version string }

// job is a release to examine, where it is, and its predecessor in the tree.
type job struct {
	release
	at       string
	previous string // its version, "" for none
	before   string // where the predecessor is
}

// answer is what the layers said of a release.
type answer struct {
	job
	files int
	bytes int64
	took  time.Duration
	c     kennel.Case
	err   error
}

// packages examines each release of a half of the list once, in the first
// place where the tree has it, and prints what is asked to be reviewed. With
// upgrades, it examines those of which the tree has an older release, too,
// against the next older one.
func packages(folder, list, half, only string, upgrades, all bool) error {
	j, err := judging(layers()...)
	if err != nil {
		return err
	}
	table, err := rows(list, 4)
	if err != nil {
		return err
	}
	wanted := map[release]bool{}
	for _, row := range table {
		if row[3] == half && (only == "" || row[0] == only) {
			wanted[release{row[0], row[1]}] = true
		}
	}
	if len(wanted) == 0 {
		return fmt.Errorf("%s names no package of the half %q", list, half)
	}
	tree, err := target.Open(context.Background(), folder, target.Options{})
	if err != nil {
		return err
	}
	defer tree.Close()
	places, unreadable, err := installed(folder, wanted)
	if err != nil {
		return err
	}

	jobs := plan(places, upgrades)
	peak := watch()
	start := time.Now()
	answers := make([]answer, len(jobs))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(jobs) {
					return
				}
				answers[i] = look(j, tree, jobs[i])
			}
		})
	}
	workers.Wait()
	took := time.Since(start)
	summarise(answers, half, len(wanted)-len(places), unreadable, took, peak(), all)
	return nil
}

// installed maps the wanted releases to where in the tree they are, as a path
// from the folder that holds node_modules. Packages whose manifest cannot be
// read are counted.
func installed(folder string, wanted map[release]bool) (places map[release]string, unreadable int, err error) {
	places = map[release]string{}
	above := filepath.Dir(folder)
	err = filepath.WalkDir(folder, func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "package.json" || d.IsDir() {
			return err
		}
		// A package's own folder is right below node_modules, or below a scope.
		up := filepath.Dir(filepath.Dir(at))
		if strings.HasPrefix(filepath.Base(up), "@") {
			up = filepath.Dir(up)
		}
		if filepath.Base(up) != "node_modules" {
			return nil
		}
		var manifest struct{ Name, Version string }
		text, err := os.ReadFile(at)
		if err == nil {
			err = json.Unmarshal(text, &manifest)
		}
		if err != nil {
			unreadable++
			return nil
		}
		r := release{manifest.Name, manifest.Version}
		if !wanted[r] || places[r] != "" {
			return nil
		}
		inside, err := filepath.Rel(above, at)
		places[r] = filepath.ToSlash(inside)
		return err
	})
	return places, unreadable, err
}

// plan orders the releases by name and version.
func plan(places map[release]string, upgrades bool) []job {
	var out []job
	for r, at := range places {
		out = append(out, job{release: r, at: at})
	}
	slices.SortFunc(out, func(a, b job) int {
		return cmp.Or(cmp.Compare(a.name, b.name), ecosystem.Order(kennel.NPM, a.version, b.version))
	})
	if !upgrades {
		return out
	}
	var later []job
	for i := 1; i < len(out); i++ {
		if out[i-1].name == out[i].name {
			j := out[i]
			j.previous, j.before = out[i-1].version, out[i-1].at
			later = append(later, j)
		}
	}
	return later
}

// look examines one release.
func look(j *judge.Judge, tree *target.Target, of job) answer {
	a := answer{job: of}
	fsys, err := tree.Installed(kennel.Location{Path: of.at})
	if err != nil {
		a.err = err
		return a
	}
	grants := kennel.Grants{Release: fsys}
	if of.before != "" {
		if grants.Previous, a.err = tree.Installed(kennel.Location{Path: of.before}); a.err != nil {
			return a
		}
	}
	a.err = fs.WalkDir(fsys, ".", func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			a.files++
			a.bytes += info.Size()
		}
		return err
	})
	if a.err != nil {
		return a
	}
	c := kennel.Component{Package: kennel.Package{Ecosystem: kennel.NPM, Name: of.name}, Version: of.version}
	start := time.Now()
	a.c, a.err = examine(j, of.name+"@"+of.version, kennel.NewSubject(c, start, grants))
	a.took = time.Since(start)
	return a
}

// summarise prints the table and each release to review with its cues.
func summarise(answers []answer, half string, absent, unreadable int, took time.Duration, peak uint64, all bool) {
	type count struct{ review, low int }
	names, reviewed := map[string]bool{}, map[string]bool{}
	rules := map[string]*count{}
	reasons := map[string]int{}
	releases, failed, files := 0, 0, 0
	var bytes int64
	var slow []answer
	for _, a := range answers {
		names[a.name] = true
		files, bytes = files+a.files, bytes+a.bytes
		slow = append(slow, a)
		if a.err != nil {
			failed++
			fmt.Printf("%s@%s: could not be examined: %v\n", a.name, a.version, a.err)
			continue
		}
		seen := map[string]bool{}
		for _, o := range a.c.Outcomes {
			if o.Reason != "" {
				reasons[o.Layer+": "+o.Reason]++
			}
			for _, cue := range o.Results {
				rule := o.Layer + " " + cue.Rule
				if seen[rule+cue.Verdict.String()] {
					continue
				}
				seen[rule+cue.Verdict.String()] = true
				if rules[rule] == nil {
					rules[rule] = &count{}
				}
				if cue.Verdict == kennel.Allow {
					rules[rule].low++
				} else {
					rules[rule].review++
				}
			}
		}
		if a.c.Verdict != kennel.Allow {
			releases++
			reviewed[a.name] = true
			after := ""
			if a.previous != "" {
				after = " after " + a.previous
			}
			fmt.Printf("\n%s@%s%s: %s\n", a.name, a.version, after, a.c.Verdict)
			print(a.c, all)
		}
	}
	fmt.Println("\n| half | packages | releases | not in the tree | not examined | packages to review | share | releases to review | files | MiB | wall time | MiB/s | peak heap MiB |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
	mib := float64(bytes) / (1 << 20)
	fmt.Printf("| %s | %d | %d | %d | %d | %d | %.2f%% | %d | %d | %.0f | %.1f s | %.0f | %d |\n", half, len(names), len(answers), absent, failed,
		len(reviewed), 100*float64(len(reviewed))/float64(max(len(names), 1)), releases, files, mib, took.Seconds(), mib/took.Seconds(), peak>>20)
	if unreadable > 0 {
		fmt.Printf("\n%d manifests of the tree could not be read\n", unreadable)
	}
	fmt.Println("\n| rule | releases to review | releases with low cues |")
	fmt.Println("|---|---|---|")
	for _, rule := range slices.Sorted(maps.Keys(rules)) {
		fmt.Printf("| %s | %d | %d |\n", rule, rules[rule].review, rules[rule].low)
	}
	fmt.Println("\ncould not look, by reason:")
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		fmt.Printf("  %d × %s\n", reasons[reason], reason)
	}
	slices.SortFunc(slow, func(a, b answer) int { return cmp.Compare(b.took, a.took) })
	fmt.Println("\nthe slowest:")
	for _, a := range slow[:min(5, len(slow))] {
		fmt.Printf("  %s@%s: %.1f MiB in %d ms\n", a.name, a.version, float64(a.bytes)/(1<<20), a.took.Milliseconds())
	}
}

// watch samples the heap until its answer is asked for: the most that was in
// use, in bytes.
func watch() func() uint64 {
	done, most := make(chan struct{}), make(chan uint64)
	go func() {
		var peak uint64
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				most <- peak
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			}
		}
	}()
	return func() uint64 { close(done); return <-most }
}
