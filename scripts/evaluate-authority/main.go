// Evaluate-authority replays the layer "authority" over real repositories: for
// every release tag, what it would have said at the moment of the tag. It
// prints the tables of docs/evaluation/authority.md.
//
//	go run ./scripts/evaluate-authority -list docs/evaluation/repositories.tsv -half "tuned on" FOLDER
//
// FOLDER holds clones of the repositories, as owner/name, owner+name or
// owner+name/repo, bare or not. A repository that is not there is said to be so.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/history"
	"github.com/kennel-oss/kennel/internal/layer/authority"
)

func main() {
	list := flag.String("list", "docs/evaluation/repositories.tsv", "the list of repositories")
	half := flag.String("half", "tuned on", "which half of the list to replay")
	cues := flag.Bool("cues", false, "print every cue at the release where it first appears")
	only := flag.String("only", "", "replay only this repository")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "name the folder that holds the repositories")
		os.Exit(2)
	}
	if err := evaluate(flag.Arg(0), *list, *half, *only, *cues); err != nil {
		fmt.Fprintln(os.Stderr, "evaluate-authority:", err)
		os.Exit(1)
	}
}

// row is a line of the table.
type row struct {
	name             string
	releases, review int
	rules            map[string]int // cues by rule, each counted at the release where it first appears
}

func evaluate(folder, list, half, only string, cues bool) error {
	text, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	var rows []row
	for line := range strings.Lines(string(text)) {
		name, of, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || of != half || only != "" && name != only {
			continue
		}
		r, err := replay(folder, name, cues)
		if err != nil {
			fmt.Printf("%s: %v\n", name, err)
			continue
		}
		rows = append(rows, r)
	}
	if len(rows) == 0 {
		return errors.New("no repository was replayed")
	}
	table(rows)
	return nil
}

var rules = []string{"tag-signer", "unsigned", "tagger", "share", "fixtures", "contact", "checks", "dead-probe", "ignored-build", "dormant"}

func table(rows []row) {
	fmt.Printf("| repository | releases | to review | %s |\n|---|---|---|%s\n", strings.Join(rules, " | "), strings.Repeat("---|", len(rules)))
	total := row{name: "all", rules: map[string]int{}}
	for _, r := range append(rows, row{}) {
		if r.name == "" {
			r = total
		}
		fmt.Printf("| %s | %d | %d |", r.name, r.releases, r.review)
		for _, rule := range rules {
			fmt.Printf(" %d |", r.rules[rule])
			total.rules[rule] += r.rules[rule]
		}
		fmt.Println()
		total.releases, total.review = total.releases+r.releases, total.review+r.review
	}
}

func replay(folder, name string, cues bool) (row, error) {
	r := row{name: name, rules: map[string]int{}}
	at := ""
	joined := strings.ReplaceAll(name, "/", "+")
	for _, place := range []string{joined + "/repo", joined, name} {
		if _, err := os.Stat(filepath.Join(folder, place)); err == nil {
			at = filepath.Join(folder, place)
			break
		}
	}
	if at == "" {
		return r, errors.New("is not in the folder")
	}
	ctx := context.Background()
	repo, err := history.Open(ctx, at)
	if err != nil {
		return r, err
	}
	defer repo.Close()
	h, err := remember(repo)
	if err != nil {
		return r, err
	}
	layer := authority.New()
	seen := map[string]bool{}
	for _, t := range h.releases() {
		s := kennel.NewSubject(kennel.Component{}, t.at, kennel.Grants{History: h})
		found, err := layer.Examine(ctx, s)
		if err != nil {
			return r, fmt.Errorf("as of %s: %w", t.Name, err)
		}
		r.releases++
		review := false
		for _, f := range found {
			grade := "       "
			if f.Severity >= kennel.SeverityMedium {
				review, grade = true, "REVIEW "
			}
			if !seen[f.ID] {
				seen[f.ID] = true
				r.rules[f.Rule]++
				if cues {
					fmt.Printf("%s %s as of %s %s: %s: %s\n", grade, name, t.at.Format(time.DateOnly), t.Name, f.Rule, f.Title)
				}
			}
		}
		if review {
			r.review++
		}
	}
	return r, nil
}

// remembered is a history read once and held in memory, to be examined as of
// many moments.
type remembered struct {
	*history.Repository
	tags    []kennel.Tag
	commits []kennel.Commit
	trees   map[string][]kennel.TreeEntry
}

func remember(repo *history.Repository) (*remembered, error) {
	h := &remembered{Repository: repo, trees: map[string][]kennel.TreeEntry{}}
	var err error
	if h.tags, err = repo.Tags(); err != nil {
		return nil, err
	}
	return h, repo.Commits(func(c kennel.Commit) error { h.commits = append(h.commits, c); return nil })
}

func (h *remembered) Tags() ([]kennel.Tag, error) { return h.tags, nil }

func (h *remembered) Commits(visit func(kennel.Commit) error) error {
	for _, c := range h.commits {
		if err := visit(c); err != nil {
			return err
		}
	}
	return nil
}

func (h *remembered) Tree(id string) ([]kennel.TreeEntry, error) {
	if t, ok := h.trees[id]; ok {
		return t, nil
	}
	t, err := h.Repository.Tree(id)
	h.trees[id] = t
	return t, err
}

type release struct {
	kennel.Tag
	at time.Time
}

// releases are the tags with a number in their name, by the time they were
// made (of the commit, for those that say none).
func (h *remembered) releases() []release {
	committed := map[string]time.Time{}
	for _, c := range h.commits {
		committed[c.ID] = c.Committed
	}
	var all []release
	for _, t := range h.tags {
		at := t.Time
		if at.IsZero() {
			at = committed[t.Commit]
		}
		if t.Commit != "" && !at.IsZero() && strings.ContainsAny(t.Name, "0123456789") {
			all = append(all, release{t, at})
		}
	}
	slices.SortStableFunc(all, func(a, b release) int { return cmp.Or(a.at.Compare(b.at), strings.Compare(a.Name, b.Name)) })
	return all
}
