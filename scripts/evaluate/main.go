// Evaluate measures what vet says of real repositories, releases and updates,
// and prints the tables of docs/evaluation. Anybody can run it, on the lists
// that are there or on others of the same form.
//
//	go run ./scripts/evaluate updates -half "looked at" FOLDER
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
)

// measures are what can be evaluated. Each reads its own flags.
var measures = []struct {
	name, what string
	run        func(ctx context.Context, args []string) error
}{
	{"layers", "cases: what each layer alone saw, what all but it, and how many days before disclosure", layers},
	{"updates", "dependency updates out of the histories of real projects: how many need a person", updates},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(os.Args) > 1 {
		for _, m := range measures {
			if m.name != os.Args[1] {
				continue
			}
			if err := m.run(ctx, slices.Clone(os.Args[2:])); err != nil {
				fmt.Fprintf(os.Stderr, "evaluate %s: %v\n", m.name, err)
				os.Exit(1)
			}
			return
		}
	}
	fmt.Fprintln(os.Stderr, "usage: evaluate MEASURE …")
	for _, m := range measures {
		fmt.Fprintf(os.Stderr, "  %-10s %s\n", m.name, m.what)
	}
	os.Exit(2)
}
