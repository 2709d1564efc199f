package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/kennel-oss/kennel/internal/target"
)

// tags writes the annotated tags; the few others have no facts of their own.
func (w *writer) tags() error {
	list, err := w.git("", "for-each-ref", "--sort=creatordate", "--format=%(objecttype) %(refname:short) %(*objectname)", "refs/tags")
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(list)) {
		f := strings.Fields(line)
		if f[0] != "tag" {
			continue
		}
		text, err := w.git("", "cat-file", "tag", f[1])
		if err != nil {
			return err
		}
		facts, message, _ := strings.Cut(string(text), "\n\n")
		_, tagger, ok := strings.Cut(facts, "\ntagger ")
		i := strings.LastIndex(tagger, "> ")
		if !ok || i < 0 {
			return fmt.Errorf("tag %s names no tagger", f[1])
		}
		var seconds int64
		var zone string
		if _, err := fmt.Sscan(tagger[i+2:], &seconds, &zone); err != nil {
			return fmt.Errorf("tag %s: %w", f[1], err)
		}
		in, err := time.Parse("-0700", zone)
		if err != nil {
			return fmt.Errorf("tag %s: %w", f[1], err)
		}
		at := time.Unix(seconds, 0).In(in.Location())
		if !at.Before(end) {
			continue
		}
		commit := "-"
		if w.inside[f[2]] {
			commit = f[2][:12]
		}
		fmt.Fprintf(&w.body, "tag %s %s\nt %d %s\n", f[1], commit, w.person(tagger[:i+1]), at.Format("2006-01-02T15:04:05-07:00"))
		if code := armored(message); code != "" {
			fmt.Fprintf(&w.body, "s %s\n", code)
		}
	}
	return nil
}

// armored returns the base64 of a message's OpenPGP signature on one line.
func armored(message string) string {
	_, armor, ok := strings.Cut(message, "-----BEGIN PGP SIGNATURE-----")
	if !ok {
		return ""
	}
	_, armor, _ = strings.Cut(armor, "\n\n") // behind its head, which may be empty
	var code strings.Builder
	for line := range strings.Lines(armor) {
		if strings.HasPrefix(line, "=") || strings.HasPrefix(line, "-") {
			break
		}
		code.WriteString(strings.TrimSpace(line))
	}
	return code.String()
}

// branches writes where each branch stood at the end, once for each place.
func (w *writer) branches() error {
	list, err := w.git("", "for-each-ref", "--format=%(refname:short)", "refs/heads")
	if err != nil {
		return err
	}
	names := strings.Fields(string(list))
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	told := map[string]bool{}
	for _, name := range names {
		line, err := w.git("", "rev-list", "--first-parent", "refs/heads/"+name)
		if err != nil {
			return err
		}
		for id := range strings.FieldsSeq(string(line)) {
			if w.inside[id] {
				if !told[id] {
					fmt.Fprintf(&w.body, "branch %s %s\n", name, id[:12])
				}
				told[id] = true
				break
			}
		}
	}
	return nil
}

// rank has the branch that a clone shows come first.
func rank(branch string) int {
	if branch == "master" {
		return 0
	}
	return 1
}

// dist lists the files of a release that its tag does not have.
func (w *writer) dist(release string) error {
	text, err := w.git("", "ls-tree", "-r", "--name-only", "v5.4.1")
	if err != nil {
		return err
	}
	tree := strings.Split(string(text), "\n")
	t, err := target.Open(context.Background(), release, target.Options{})
	if err != nil {
		return err
	}
	defer t.Close()
	if t.Kind != target.Archive {
		return errors.New("-release is no archive")
	}
	return fs.WalkDir(t.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if _, inner, ok := strings.Cut(name, "/"); err == nil && !d.IsDir() && ok && !slices.Contains(tree, inner) {
			fmt.Fprintf(&w.body, "dist %s\n", inner)
		}
		return err
	})
}
