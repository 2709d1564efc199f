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
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
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
	w := &writer{repository: *repository, persons: map[string]int{}, versions: map[string]map[string]int{}, inside: map[string]bool{}}
	err := errors.New("it needs -repository and -release")
	if *repository != "" && *release != "" {
		err = w.run(*release, *out)
	}
	if err != nil {
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
	for _, c := range commits {
		if err := w.commit(c); err != nil {
			return err
		}
	}
	if err := errors.Join(w.tags(), w.branches(), w.dist(release)); err != nil {
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
