package main

import (
	"strings"
	"time"
)

// commit is one as git log gives it.
type commit struct {
	id, author, authored, committer, committed string
	parents                                    []string
	changes                                    []change
	root                                       bool // its parents are not taken
}

type change struct{ status, mode, blob, path string }

// commits reads the span, oldest first, and before it the commits that it
// begins with, whole.
func (w *writer) commits() ([]commit, error) {
	text, err := w.git("", "log", "--branches", "--tags", "--topo-order", "--reverse", "--raw", "--no-abbrev", "--no-renames",
		"--root", "--diff-merges=first-parent", "--format=%x01%H%x02%P%x02%an <%ae>%x02%aI%x02%cn <%ce>%x02%cI")
	if err != nil {
		return nil, err
	}
	var all []commit
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "":
		case line[0] == 1:
			f := strings.Split(line[1:], "\x02")
			all = append(all, commit{id: f[0], parents: strings.Fields(f[1]), author: f[2], authored: f[3], committer: f[4], committed: f[5]})
		default: // ":100644 100644 old new M\tpath"
			facts, path, _ := strings.Cut(line[1:], "\t")
			f := strings.Fields(facts)
			c := &all[len(all)-1]
			c.changes = append(c.changes, change{f[4], f[1], f[3], path})
		}
	}
	taken, roots := map[string]bool{}, map[string]bool{}
	var span []commit
	for _, c := range all {
		at, err := time.Parse(time.RFC3339, c.committed)
		if err != nil {
			return nil, err
		}
		if at.Before(start) || !at.Before(end) {
			continue
		}
		taken[c.id] = true
		for _, p := range c.parents {
			if !taken[p] {
				roots[p] = true
			}
		}
		span = append(span, c)
	}
	var before []commit
	for _, c := range all {
		if !roots[c.id] {
			continue
		}
		c.root, c.changes = true, nil
		tree, err := w.git("", "ls-tree", "-r", c.id)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(tree)) {
			facts, path, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			f := strings.Fields(facts)
			c.changes = append(c.changes, change{"A", f[0], f[2], path})
		}
		before = append(before, c)
	}
	return append(before, span...), nil
}

// measure asks for the sizes of all blobs, and for nothing else of them.
func (w *writer) measure(commits []commit) error {
	var ids strings.Builder
	for _, c := range commits {
		for _, ch := range c.changes {
			if ch.status != "D" {
				ids.WriteString(ch.blob + "\n")
			}
		}
	}
	text, err := w.git(ids.String(), "cat-file", "--batch-check=%(objectname) %(objectsize)")
	if err != nil {
		return err
	}
	w.sizes = map[string]string{}
	for line := range strings.Lines(string(text)) {
		id, size, _ := strings.Cut(strings.TrimSpace(line), " ")
		w.sizes[id] = size
	}
	return nil
}
