package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// layers reads cases that vet or demo wrote as JSON and says what each layer
// alone would have seen in them, and what all but that layer.
func layers(_ context.Context, args []string) error {
	flags := flag.NewFlagSet("layers", flag.ExitOnError)
	disclosed := flags.String("disclosed", "", "when it became known (YYYY-MM-DD), to count the days before")
	flags.Parse(args)
	if flags.NArg() == 0 {
		return errors.New("name cases: kennel demo xz --format json -o case.json; evaluate layers -disclosed 2024-03-29 case.json")
	}
	var known time.Time
	if *disclosed != "" {
		var err error
		if known, err = time.Parse(time.DateOnly, *disclosed); err != nil {
			return err
		}
	}
	fmt.Println("| case | layer | alone | cues: for a person, beside | first cue, days before | for a person, days before | all but it |\n|---|---|---|---|---|---|---|")
	for _, file := range flags.Args() {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var c struct {
			caseOf
			AsOf time.Time `json:"as_of"`
		}
		if err := json.Unmarshal(text, &c); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		before := func(at time.Time) string {
			if known.IsZero() || at.IsZero() {
				return ""
			}
			return fmt.Sprint(int(known.Sub(at.UTC().Truncate(24*time.Hour)).Hours() / 24))
		}
		asks := map[string]bool{}
		for _, o := range c.Outcomes {
			for _, f := range o.Findings {
				asks[o.Layer] = asks[o.Layer] || f.Verdict != "allow"
			}
		}
		for _, o := range c.Outcomes {
			persons := 0
			var first, firstPerson time.Time
			for _, f := range o.Findings {
				// What an earlier release showed could be seen that day; the case
				// could be made on the day it is as of, at the latest.
				if first.IsZero() || f.At.Before(first) {
					first = f.At
				}
				if f.Verdict != "allow" {
					if persons++; firstPerson.IsZero() {
						firstPerson = c.AsOf
					}
				}
			}
			alone := "allow"
			switch {
			case o.State == "could_not_look":
				alone = "could not look"
			case asks[o.Layer]:
				alone = "review"
			}
			others := slices.DeleteFunc(slices.Sorted(keys(asks)), func(l string) bool { return l == o.Layer || !asks[l] })
			rest := "allow"
			if len(others) > 0 {
				rest = "review, by " + strings.Join(others, ", ")
			}
			fmt.Printf("| %s | %s | %s | %d, %d | %s | %s | %s |\n", c.Subject, o.Layer, alone, persons, len(o.Findings)-persons, before(first), before(firstPerson), rest)
		}
	}
	return nil
}
