package main

import (
	"cmp"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"time"

	"github.com/kennel-oss/kennel"
)

// summarise prints the table and each release to review with its cues.
func summarise(answers []answer, half string, absent, unreadable int, took time.Duration, peak uint64, all bool) {
	type count struct{ review, low int }
	names, reviewed := map[string]bool{}, map[string]bool{}
	rules := map[string]*count{}
	reasons := map[string]int{}
	releases, failed, files, hooks, hooksReviewed := 0, 0, 0, 0, 0
	var bytes int64
	var slow []answer
	for _, a := range answers {
		names[a.name] = true
		files, bytes = files+a.files, bytes+a.bytes
		slow = append(slow, a)
		if a.hooked {
			hooks++
		}
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
			if a.hooked {
				hooksReviewed++
			}
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
	fmt.Printf("\n%d of the releases run something when they are installed, of which %d are to review\n", hooks, hooksReviewed)
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
