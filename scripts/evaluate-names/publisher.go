package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
	"github.com/kennel-oss/kennel/internal/fetch"
	"github.com/kennel-oss/kennel/internal/layer/publisher"
)

// releases runs the layer "publisher" over the newest releases of each package,
// at most each of them, as the registries list them, or only the cache does.
func releases(lists map[kennel.Ecosystem][]string, each int, offline, verbose bool) error {
	registries, err := fetch.NewRegistries(fetch.RegistryOptions{Agent: "kennel-evaluation", Offline: offline})
	if err != nil {
		return err
	}
	rules := map[string]int{}
	packages, mirrored, absent, partly, looked, cued, review := 0, 0, 0, 0, 0, 0, 0
	var told []string
	for _, e := range slices.Sorted(maps.Keys(lists)) {
		for _, n := range lists[e] {
			p := kennel.Package{Ecosystem: e, Name: n}
			listing, err := registries.Listing(context.Background(), p)
			if err != nil {
				absent++
				continue
			}
			packages++
			if listing.Mirrored {
				mirrored++
			}
			all := slices.DeleteFunc(listing.Releases, func(r kennel.Release) bool { return r.Withdrawn || strings.Contains(r.Version, "-") })
			slices.SortStableFunc(all, func(a, b kennel.Release) int { return ecosystem.Order(e, a.Version, b.Version) })
			for _, r := range all[max(0, len(all)-each):] {
				s := kennel.NewSubject(kennel.Component{Package: p, Version: r.Version}, time.Now(), kennel.Grants{Registry: registries})
				found, err := publisher.New().Examine(context.Background(), s)
				var could *kennel.CouldNotLook
				if errors.As(err, &could) {
					partly++
				}
				looked++
				if len(found) > 0 {
					cued++
				}
				worst := kennel.SeverityNone
				for _, f := range found {
					rules[f.Rule]++
					worst = max(worst, f.Severity)
					told = append(told, fmt.Sprintf("%s@%s %s %s: %s", n, r.Version, f.Severity, f.Rule, f.Title))
				}
				if worst >= kennel.SeverityMedium {
					review++
				}
			}
		}
	}
	if looked == 0 {
		return errors.New("no package was listed")
	}
	fmt.Printf("%d packages (%d with a mirror's dates; %d could not be asked about), %d releases: %d to review, %d with any cue, %d could not be looked at whole\n",
		packages, mirrored, absent, looked, review, cued, partly)
	for _, rule := range slices.Sorted(maps.Keys(rules)) {
		fmt.Printf("  %-12s %d\n", rule, rules[rule])
	}
	if verbose {
		fmt.Println(strings.Join(told, "\n"))
	}
	return nil
}
