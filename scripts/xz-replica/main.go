// Xz-replica writes down the facts that "kennel demo xz" makes its replica of:
//
//	go run ./scripts/xz-replica -repository xz.git -release xz-5.4.1.tar.xz [-o internal/demo/xz.txt]
//
// The repository is a clone of https://github.com/tukaani-project/xz, whose
// history was not rewritten. Of its commits from 2020 until the day after
// v5.6.1 it takes who, when, and which paths changed, with modes and sizes; of
// its tags who, when, and the signature. Messages and contents are not taken,
// and but for two build files, of which it asks whether they have a certain
// line, no content is read; that of test files never is. The release is a
// clean one, whose list of files says which ones make dist adds.
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/kennel-oss/kennel/internal/target"
)

// The span: from two years before the last newcomer that the case tells of, so
// that who was there before can be told, until the case was whole in git.
var (
	start = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	end   = time.Date(2024, 3, 10, 0, 0, 0, 0, time.UTC)
	// From here on, binary test files get random bytes of the real size.
	fixtures = time.Date(2024, 2, 23, 0, 0, 0, 0, time.UTC)
)

// said are the lines of build files that a layer looks for: where the original
// has a line that is the key, the replica gets the lines of the value.
var said = map[string]struct{ line, becomes string }{
	"m4/.gitignore": {"build-to-host.m4", "build-to-host.m4"},
	"CMakeLists.txt": {".", `check_c_source_compiles("
#include <linux/landlock.h>
.
int main(void) { return 0; }
" HAVE_LINUX_LANDLOCK)`},
}

const head = `# Public facts of the history of XZ Utils, 2020-01-01 to 2024-03-10, for teaching.
#
# A harmless replica is made of this by kennel demo xz. There is no content of
# any file of XZ Utils here, and no commit message: who, when, which paths, how
# large. Made by go run ./scripts/xz-replica; see there. Its notation:
#
#	person NAME <ADDRESS>           numbered from 0
#	root ID                         a commit of before 2020, with all its files
#	commit ID [PARENT...]           first 12 digits; its parent is the commit above when none is named
#	a PERSON TIME                   its author
#	c PERSON TIME                   its committer, where that is not the same
#	M VERSION SIZE PATH             a file, and which version of it by number; the size is the original's
#	X VERSION SIZE PATH             one that can be run
#	R VERSION SIZE PATH             one that the replica fills with random bytes
#	= LINE                          a line that the replica's file has
#	D PATH                          it is gone
#	tag NAME COMMIT                 "-" for a commit of before 2020
#	t PERSON TIME                   its tagger
#	s BASE64                        its OpenPGP signature
#	branch NAME COMMIT
#	dist PATH                       a file that make dist adds
`

func main() {
	repository := flag.String("repository", "", "a clone of the real repository")
	release := flag.String("release", "", "the clean tarball xz-5.4.1")
	out := flag.String("o", "internal/demo/xz.txt", "the file to write")
	flag.Parse()
	w := &writer{repository: *repository, persons: map[string]int{}, versions: map[string]map[string]int{}}
	if err := w.run(*release, *out); err != nil {
		fmt.Fprintln(os.Stderr, "xz-replica:", err)
		os.Exit(1)
	}
}

type writer struct {
	repository string
	persons    map[string]int
	names      []string
	versions   map[string]map[string]int // by path: blob id -> number
	sizes      map[string]string         // by blob id
	body       bytes.Buffer
	inside     map[string]bool // commits of the span
	last       string          // the commit above
}

func (w *writer) git(stdin string, args ...string) ([]byte, error) {
	cmd := exec.Command("git", append([]string{"-c", "core.quotePath=false", "-C", w.repository}, args...)...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("git %s: %w", args[0], err)
	}
	return out, nil
}

func (w *writer) run(release, out string) error {
	commits, err := w.commits()
	if err != nil {
		return err
	}
	if err := w.measure(commits); err != nil {
		return err
	}
	w.inside = map[string]bool{}
	for _, c := range commits {
		if err := w.commit(c); err != nil {
			return err
		}
	}
	if err := w.tags(); err != nil {
		return err
	}
	if err := w.branches(); err != nil {
		return err
	}
	if err := w.dist(release); err != nil {
		return err
	}
	var text bytes.Buffer
	text.WriteString(head)
	for _, n := range w.names {
		fmt.Fprintf(&text, "person %s\n", n)
	}
	text.Write(w.body.Bytes())
	return os.WriteFile(out, text.Bytes(), 0o644)
}

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

func (w *writer) commit(c commit) error {
	w.inside[c.id] = true
	word := "commit " + c.id[:12]
	if c.root {
		word = "root " + c.id[:12]
	} else if len(c.parents) != 1 || c.parents[0] != w.last {
		for _, p := range c.parents {
			if !w.inside[p] {
				return fmt.Errorf("%s: its parent %s is not in the span", c.id, p)
			}
			word += " " + p[:12]
		}
	}
	w.last = c.id
	fmt.Fprintf(&w.body, "%s\na %d %s\n", word, w.person(c.author), c.authored)
	if c.committer != c.author || c.committed != c.authored {
		fmt.Fprintf(&w.body, "c %d %s\n", w.person(c.committer), c.committed)
	}
	at, _ := time.Parse(time.RFC3339, c.committed)
	for _, ch := range c.changes {
		if ch.status == "D" {
			fmt.Fprintf(&w.body, "D %s\n", ch.path)
			continue
		}
		kind, ok := map[string]string{"100644": "M", "100755": "X"}[ch.mode]
		if !ok {
			return fmt.Errorf("%s has mode %s: write how the replica has it", ch.path, ch.mode)
		}
		if strings.HasPrefix(ch.path, "tests/files/") && !strings.HasSuffix(ch.path, "README") && !at.Before(fixtures) {
			kind = "R"
		}
		fmt.Fprintf(&w.body, "%s %d %s %s\n", kind, w.version(ch), w.sizes[ch.blob], ch.path)
		if look, ok := said[ch.path]; ok {
			text, err := w.git("", "cat-file", "blob", ch.blob)
			if err != nil {
				return err
			}
			if slices.Contains(strings.Split(string(text), "\n"), look.line) {
				for line := range strings.SplitSeq(look.becomes, "\n") {
					fmt.Fprintf(&w.body, "= %s\n", line)
				}
			}
		}
	}
	return nil
}

func (w *writer) person(who string) int {
	n, ok := w.persons[who]
	if !ok {
		n = len(w.names)
		w.persons[who], w.names = n, append(w.names, who)
	}
	return n
}

// version numbers the contents that a path has had.
func (w *writer) version(ch change) int {
	if w.versions[ch.path] == nil {
		w.versions[ch.path] = map[string]int{}
	}
	n, ok := w.versions[ch.path][ch.blob]
	if !ok {
		n = len(w.versions[ch.path]) + 1
		w.versions[ch.path][ch.blob] = n
	}
	return n
}

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
	out := bufio.NewWriter(&w.body)
	defer out.Flush()
	return fs.WalkDir(t.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if _, inner, ok := strings.Cut(name, "/"); err == nil && !d.IsDir() && ok && !slices.Contains(tree, inner) {
			fmt.Fprintf(out, "dist %s\n", inner)
		}
		return err
	})
}
