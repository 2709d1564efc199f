// Evaluate-packages measures the layers that look into packages on an
// installed tree, on the imitations of published techniques, and on the names of
// published look-alikes:
//
//	go run ./scripts/evaluate-packages [-half "looked at"] [-upgrades] [-cues] FOLDER/node_modules
//	go run ./scripts/evaluate-packages -techniques [-half "looked at"] [-cues]
//	go run ./scripts/evaluate-packages -names [-half "looked at"]
//
// The tree is one that "npm install --ignore-scripts --force" made of
// docs/evaluation/npm/package.json. Only what the list names is examined; what
// of the list is not in the tree is counted.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/judge"
	"github.com/kennel-oss/kennel/internal/layer/content"
	"github.com/kennel-oss/kennel/internal/layer/name"
	"github.com/kennel-oss/kennel/internal/policy"
)

func main() {
	list := flag.String("list", "docs/evaluation/npm/packages.tsv", "the list of packages")
	half := flag.String("half", "looked at", `which half: "looked at", "set aside" or, of the imitations, "fresh"`)
	imitations := flag.Bool("techniques", false, "measure the imitations of techniques instead of a tree")
	squats := flag.Bool("names", false, "measure the names of published look-alikes instead of a tree")
	squatted := flag.String("squats", "docs/evaluation/npm/squats.tsv", "the names of published look-alikes")
	folder := flag.String("imitations", "internal/layer/content/testdata/techniques", "where the imitations are")
	upgrades := flag.Bool("upgrades", false, "examine releases of which the tree has an older one, against that")
	all := flag.Bool("cues", false, "print low cues, too")
	only := flag.String("only", "", "examine only this package or technique")
	flag.Parse()
	var err error
	switch {
	case *imitations:
		err = techniques(*folder, *half, *only, *all)
	case *squats:
		err = names(*squatted, *half)
	case flag.NArg() == 1:
		err = packages(flag.Arg(0), *list, *half, *only, *upgrades, *all)
	default:
		err = errors.New("name the folder that holds the packages, or say -techniques or -names")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "evaluate-packages:", err)
		os.Exit(1)
	}
}

// judging returns a judge of the layers by the built-in policy.
func judging(layers ...kennel.Layer) (*judge.Judge, error) {
	p, err := policy.Compile(policy.Default())
	if err != nil {
		return nil, err
	}
	return judge.New(judge.Options{Policy: p, Layers: layers}), nil
}

// layers are what is measured on a tree.
func layers() []kennel.Layer { return []kennel.Layer{content.New(), name.New(nil)} }

// rows reads a table of tab-separated fields, without comments.
func rows(file string, fields int) ([][]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var out [][]string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		row := strings.Split(line, "\t")
		if len(row) != fields {
			return nil, fmt.Errorf("%s: %d fields and not %d: %q", file, len(row), fields, line)
		}
		out = append(out, row)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s is empty", file)
	}
	return out, nil
}

// print writes a case's cues, those of a review only unless all.
func print(c kennel.Case, all bool) {
	for _, o := range c.Outcomes {
		for _, cue := range o.Results {
			if cue.Verdict == kennel.Allow && !all {
				continue
			}
			fmt.Printf("  %s %s (%s, %s): %s\n", o.Layer, cue.Rule, cue.Severity, cue.Confidence, cue.Title)
			for _, e := range cue.Evidence {
				fmt.Printf("    %s %s: %s\n", e.Kind, e.What, short(e.Says))
			}
		}
	}
}

func short(s string) string {
	if len(s) > 240 {
		return s[:240] + "…"
	}
	return s
}

// examine runs a judge over one subject, with a bound of time that none should
// need.
func examine(j *judge.Judge, title string, s kennel.Subject) (kennel.Case, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	return j.Case(ctx, title, s)
}
