package demo

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// facts explains its notation at its head. scripts/xz-replica makes it.
//
//go:embed xz.txt
var facts string

// history is what facts says.
type history struct {
	persons  []string
	commits  []commit       // parents before children
	number   map[string]int // by id: the index in commits
	tags     []tag
	branches []branch
	dist     []string
}

// stamp is who did something, and when.
type stamp struct {
	person string // "Name <address>"
	at     time.Time
}

type commit struct {
	id                string
	parents           []int // indexes; none for a root
	author, committer stamp
	files             []file
}

// file is a change: kind is 'M', 'X' (can be run), 'R' (random bytes) or 'D'.
type file struct {
	kind    byte
	version int
	size    int64 // bytes of the original
	path    string
	lines   []string
}

type tag struct {
	name      string
	commit    int // its index, -1 when that is not there
	tagger    stamp
	signature string // base64
}

type branch struct {
	name   string
	commit int
}

// read parses the notation that xz.txt explains.
func read(text string) (*history, error) {
	h := &history{number: map[string]int{}}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		if err := h.line(word, rest); err != nil {
			return nil, fmt.Errorf("line %d of the facts: %w", n, err)
		}
	}
	return h, nil
}

func (h *history) line(word, rest string) (err error) {
	switch word {
	case "person":
		h.persons = append(h.persons, rest)
		return nil
	case "root", "commit":
		return h.begin(word, strings.Fields(rest))
	case "dist":
		h.dist = append(h.dist, rest)
		return nil
	case "tag", "branch":
		name, id, _ := strings.Cut(rest, " ")
		at, ok := h.number[id]
		switch {
		case !ok && (word == "branch" || id != "-"):
			return fmt.Errorf("no commit %q", id)
		case word == "branch":
			h.branches = append(h.branches, branch{name, at})
		case !ok:
			h.tags = append(h.tags, tag{name: name, commit: -1})
		default:
			h.tags = append(h.tags, tag{name: name, commit: at})
		}
		return nil
	case "t", "s":
		if len(h.tags) == 0 {
			return fmt.Errorf("%s belongs to no tag", word)
		}
		t := &h.tags[len(h.tags)-1]
		if word == "t" {
			t.tagger, err = h.stamp(rest)
		} else {
			t.signature = rest
		}
		return err
	}
	if len(h.commits) == 0 {
		return fmt.Errorf("%q belongs to no commit", word)
	}
	c := &h.commits[len(h.commits)-1]
	switch word {
	case "a":
		c.author, err = h.stamp(rest)
		c.committer = c.author
	case "c":
		c.committer, err = h.stamp(rest)
	case "D":
		c.files = append(c.files, file{kind: 'D', path: rest})
	case "M", "X", "R":
		f := strings.SplitN(rest, " ", 3)
		if len(f) != 3 {
			return fmt.Errorf("%q is no file", rest)
		}
		version, err := strconv.Atoi(f[0])
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil || size < 0 || size > maxRandom && word == "R" {
			return fmt.Errorf("%q is no size", f[1])
		}
		c.files = append(c.files, file{kind: word[0], version: version, size: size, path: f[2]})
	case "=":
		if len(c.files) == 0 {
			return fmt.Errorf("%q belongs to no file", word)
		}
		f := &c.files[len(c.files)-1]
		f.lines = append(f.lines, rest)
	default:
		return fmt.Errorf("%q is no word of the notation", word)
	}
	return err
}

// begin adds a commit; without parents it follows the one above.
func (h *history) begin(word string, ids []string) error {
	if len(ids) == 0 {
		return fmt.Errorf("%s without an id", word)
	}
	c := commit{id: ids[0]}
	for _, id := range ids[1:] {
		at, ok := h.number[id]
		if !ok {
			return fmt.Errorf("no commit %q", id)
		}
		c.parents = append(c.parents, at)
	}
	if len(ids) == 1 && word == "commit" {
		if len(h.commits) == 0 {
			return fmt.Errorf("commit %s has none before it", c.id)
		}
		c.parents = []int{len(h.commits) - 1}
	}
	if _, twice := h.number[c.id]; twice {
		return fmt.Errorf("commit %s is there twice", c.id)
	}
	h.number[c.id] = len(h.commits)
	h.commits = append(h.commits, c)
	return nil
}

// stamp reads "PERSON TIME".
func (h *history) stamp(s string) (stamp, error) {
	who, when, _ := strings.Cut(s, " ")
	n, err := strconv.Atoi(who)
	if err != nil || n < 0 || n >= len(h.persons) {
		return stamp{}, fmt.Errorf("no person %q", who)
	}
	at, err := time.Parse(time.RFC3339, when)
	return stamp{h.persons[n], at}, err
}
