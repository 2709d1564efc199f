package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/layer/name"
)

// names prints what layer name makes of the names of published look-alikes of
// one half. It asks no registry, so that what takes one stays unsaid.
func names(list, half string) error {
	j, err := judging(name.New(nil))
	if err != nil {
		return err
	}
	table, err := rows(list, 4)
	if err != nil {
		return err
	}
	fmt.Println("| name | ecosystem | | says |")
	fmt.Println("|---|---|---|---|")
	n, review, low := 0, 0, 0
	for _, row := range table {
		if row[2] != half {
			continue
		}
		n++
		c := kennel.Component{Package: kennel.Package{Ecosystem: kennel.Ecosystem(row[0]), Name: row[1]}}
		answer, err := examine(j, row[1], kennel.NewSubject(c, time.Now(), kennel.Grants{}))
		if err != nil {
			return err
		}
		var says []string
		for _, o := range answer.Outcomes {
			for _, cue := range o.Results {
				says = append(says, fmt.Sprintf("%s: %s", cue.Rule, cue.Title))
			}
		}
		verdict := "missed"
		switch {
		case answer.Verdict != kennel.Allow:
			verdict = "review"
			review++
		case len(says) > 0:
			verdict = "low"
			low++
		}
		fmt.Printf("| %s | %s | %s | %s |\n", row[1], row[0], verdict, strings.Join(says, "; "))
	}
	if n == 0 {
		return fmt.Errorf("%s has no name of the half %q", list, half)
	}
	fmt.Printf("\n%d names: %d to review, %d told low, %d missed\n", n, review, low, n-review-low)
	return nil
}
