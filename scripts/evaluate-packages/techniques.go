package main

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/layer/content"
)

// techniques prints what layer content makes of the imitations of one half and
// of their benign twins.
func techniques(folder, half, only string, all bool) error {
	j, err := judging(content.New())
	if err != nil {
		return err
	}
	list, err := rows(filepath.Join(folder, "techniques.tsv"), 4)
	if err != nil {
		return err
	}
	fmt.Println("| technique | attack | rules | twin |")
	fmt.Println("|---|---|---|---|")
	n, found, flagged := 0, 0, 0
	var cases []kennel.Case
	for _, row := range list {
		if row[1] != half || only != "" && row[0] != only {
			continue
		}
		n++
		var verdicts [2]kennel.Verdict
		var rules []string
		for i, file := range []string{"attack.txtar", "benign.txtar"} {
			s, err := imitation(filepath.Join(folder, row[0], file))
			if err != nil {
				return err
			}
			c, err := examine(j, row[0]+"/"+file, s)
			if err != nil {
				return err
			}
			verdicts[i] = c.Verdict
			if i == 0 {
				rules = reviewing(c)
			}
			if i == 1 && c.Verdict != kennel.Allow || all {
				cases = append(cases, c)
			}
		}
		attack, twin := "missed", "quiet"
		if verdicts[0] != kennel.Allow {
			attack = "found"
			found++
		}
		if verdicts[1] != kennel.Allow {
			twin = "flagged"
			flagged++
		}
		fmt.Printf("| %s | %s | %s | %s |\n", row[0], attack, strings.Join(rules, ", "), twin)
	}
	if n == 0 {
		return fmt.Errorf("no technique of the half %q", half)
	}
	fmt.Printf("\n%d techniques, %d found; %d of %d twins flagged\n", n, found, flagged, n)
	for _, c := range cases {
		fmt.Printf("\n%s: %s\n", c.Subject, c.Verdict)
		print(c, all)
	}
	return nil
}

// imitation reads an archive as internal/layer/content/testdata/techniques
// tells.
func imitation(file string) (kennel.Subject, error) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		return kennel.Subject{}, err
	}
	head := strings.Fields(string(archive.Comment))
	if len(head) != 3 {
		return kennel.Subject{}, fmt.Errorf("%s: its first line is not ecosystem, name, version", file)
	}
	fsys, err := txtar.FS(archive)
	if err != nil {
		return kennel.Subject{}, fmt.Errorf("%s: %w", file, err)
	}
	grants := kennel.Grants{Release: fsys}
	if _, err := fs.Stat(fsys, "release"); err == nil {
		grants.Release, _ = fs.Sub(fsys, "release")
		grants.Previous, _ = fs.Sub(fsys, "previous")
	}
	c := kennel.Component{Package: kennel.Package{Ecosystem: kennel.Ecosystem(head[0]), Name: head[1]}, Version: head[2]}
	if head[0] == "generic" {
		c.Ecosystem = ""
	}
	return kennel.NewSubject(c, time.Now(), grants), nil
}

// reviewing lists the rules that ask for a person, once each.
func reviewing(c kennel.Case) []string {
	var out []string
	seen := map[string]bool{}
	for _, o := range c.Outcomes {
		for _, cue := range o.Results {
			if cue.Verdict != kennel.Allow && !seen[cue.Rule] {
				seen[cue.Rule] = true
				out = append(out, cue.Rule)
			}
		}
	}
	return out
}
