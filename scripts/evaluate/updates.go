package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// caseOf is what is read of a case in JSON.
type caseOf struct {
	Subject  string
	Previous *string
	Verdict  string
	Outcomes []struct {
		Layer, State string
		Reason       *string
		Findings     []struct {
			Rule, Severity, Title, Verdict string
			At                             time.Time
		}
	}
	Parts []caseOf
}

// updates runs kennel vet --upgrade on every update of a list. FOLDER holds
// clones of the repositories, as owner/name, owner+name or owner+name/repo.
func updates(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("updates", flag.ExitOnError)
	list := flags.String("list", "docs/evaluation/updates.tsv", "the list of updates")
	half := flags.String("half", "looked at", "which half of the list")
	only := flags.String("only", "", "only updates whose repository or commit begins so")
	program := flags.String("kennel", "kennel", "the program to measure")
	offline := flags.Bool("offline", false, "connect to nothing")
	keep := flags.String("keep", "", "write the case of each update that needs a person into this folder, as a page")
	flags.Parse(args)
	if flags.NArg() != 1 {
		return errors.New("name the folder that holds the repositories")
	}
	text, err := os.ReadFile(*list)
	if err != nil {
		return err
	}
	var (
		total, passed, packages, looked int
		blind                           = map[string]int{}
		alone                           = map[string]int{} // updates that a layer by itself sends to a person
		needed                          = map[string]int{} // and no other layer does
		took                            time.Duration
	)
	fmt.Println("| repository | commit | day | packages | verdict | why |\n|---|---|---|---|---|---|")
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if len(f) != 5 || f[4] != *half || *only != "" && !strings.HasPrefix(f[0], *only) && !strings.HasPrefix(f[2], *only) {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		began := time.Now()
		c, err := vetUpdate(ctx, *program, flags.Arg(0), f[0], f[1], f[2], *keep, *offline)
		took += time.Since(began)
		if err != nil {
			fmt.Printf("| %s | %.10s | %s | | not measured | %v |\n", f[0], f[2], f[3], err)
			continue
		}
		total++
		packages += len(c.Parts)
		why := map[string][]string{}
		for _, p := range c.Parts {
			seen := true
			for _, o := range p.Outcomes {
				if o.State == "could_not_look" {
					blind[o.Layer+": "+*o.Reason]++
					seen = seen && o.Layer != "content"
				}
				for _, cue := range o.Findings {
					if cue.Verdict != "allow" {
						why[o.Layer] = append(why[o.Layer], p.Subject+": "+cue.Rule)
					}
				}
			}
			if seen {
				looked++
			}
		}
		if c.Verdict == "allow" {
			passed++
		}
		var reasons []string
		for layer, list := range why {
			alone[layer]++
			if len(why) == 1 {
				needed[layer]++
			}
			reasons = append(reasons, list...)
		}
		slices.Sort(reasons)
		fmt.Printf("| %s | %.10s | %s | %d | %s | %s |\n", f[0], f[2], f[3], len(c.Parts), c.Verdict, strings.Join(slices.Compact(reasons), "; "))
	}
	if total == 0 {
		return errors.New("no update was measured")
	}
	fmt.Printf("\n%d of %d updates pass without a person (%.1f%%); %d releases, content of %d looked at; %.1f s an update\n",
		passed, total, 100*float64(passed)/float64(total), packages, looked, took.Seconds()/float64(total))
	fmt.Println("\n| layer | updates that it alone sends to a person | of them no other layer does |\n|---|---|---|")
	for _, layer := range slices.Sorted(keys(alone)) {
		fmt.Printf("| %s | %d | %d |\n", layer, alone[layer], needed[layer])
	}
	fmt.Println("\n| could not look | releases |\n|---|---|")
	for _, reason := range slices.SortedFunc(keys(blind), func(a, b string) int { return cmp.Or(blind[b]-blind[a], strings.Compare(a, b)) }) {
		fmt.Printf("| %s | %d |\n", reason, blind[reason])
	}
	return nil
}

func keys[V any](m map[string]V) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// vetUpdate vets the change of a lock file from a commit's first parent to it.
func vetUpdate(ctx context.Context, program, folder, repository, lock, commit, keep string, offline bool) (*caseOf, error) {
	git, err := clone(folder, repository)
	if err != nil {
		return nil, err
	}
	work, err := os.MkdirTemp("", "kennel-evaluate-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	for name, revision := range map[string]string{"old": commit + "^", "new": commit} {
		if err := os.Mkdir(filepath.Join(work, name), 0o755); err != nil {
			return nil, err
		}
		// A go.sum says nothing without its go.mod, other lock files little
		// without their manifest.
		for _, beside := range []string{lock, path.Join(path.Dir(lock), "go.mod"), path.Join(path.Dir(lock), "package.json")} {
			text, err := exec.CommandContext(ctx, "git", "--git-dir="+git, "cat-file", "blob", revision+":"+beside).Output()
			if err != nil && beside == lock {
				return nil, fmt.Errorf("%s has no %s", revision, lock)
			}
			if err == nil {
				if err := os.WriteFile(filepath.Join(work, name, path.Base(beside)), text, 0o644); err != nil {
					return nil, err
				}
			}
		}
	}
	out := filepath.Join(work, "case.json")
	vet := []string{"vet", "--upgrade", filepath.Join(work, "old"), filepath.Join(work, "new"), "--fail-on", "never", "--allow-gaps", "--quiet", "-o", out}
	if offline {
		vet = append(vet, "--offline")
	}
	if keep != "" {
		vet = append(vet, "-o", filepath.Join(keep, strings.ReplaceAll(repository, "/", "-")+"-"+commit[:10]+".html"))
	}
	cmd := exec.CommandContext(ctx, program, vet...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, strings.TrimSpace(stderr.String()))
	}
	text, err := os.ReadFile(out)
	if err != nil {
		return nil, err
	}
	var c caseOf
	return &c, json.Unmarshal(text, &c)
}

// clone finds the clone of a repository.
func clone(folder, repository string) (string, error) {
	flat := filepath.Join(folder, strings.ReplaceAll(repository, "/", "+"))
	for _, at := range []string{filepath.Join(folder, filepath.FromSlash(repository)), flat, filepath.Join(flat, "repo")} {
		for _, git := range []string{filepath.Join(at, ".git"), at} {
			if _, err := os.Stat(filepath.Join(git, "HEAD")); err == nil {
				return git, nil
			}
		}
	}
	return "", errors.New("no clone is there")
}
