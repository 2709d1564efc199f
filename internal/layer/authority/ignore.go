package authority

import (
	"fmt"
	"path"
	"slices"
	"strings"

	kennel "github.com/kennel-oss/kennel"
)

// maxText bounds the build and ignore files that are read.
const maxText = 1 << 20

// ignores tells of .gitignore files that, since the release before, newly name
// a part of the build word for word, once for each file so named. What is
// ignored can lie in a release without anybody's seeing it in git.
func (c *cues) ignores() error {
	told := map[string]bool{} // also on another branch
	return c.changed(c.ignore, func(k kennel.Commit, ch kennel.Change, was, is string) {
		if was == "" {
			return
		}
		old := map[string]bool{}
		for line := range strings.Lines(was) {
			old[strings.TrimSpace(line)] = true
		}
		var names []string
		list := []kennel.Evidence{commitEvidence(k)}
		for line := range strings.Lines(is) {
			line = strings.TrimSpace(line)
			if at := path.Join(path.Dir(ch.Path), line); !old[line] && !told[at] && namesBuildFile(line) {
				told[at] = true
				names = append(names, at)
				list = append(list, evidence("file", ch.Path, "now has the line "+line))
			}
		}
		if len(names) == 0 {
			return
		}
		what := names[0]
		if n := len(names); n > 1 {
			what += fmt.Sprintf(" and %d more", n-1)
		}
		c.add(kennel.Finding{
			Rule: "ignored-build", Severity: kennel.SeverityLow, Confidence: kennel.ConfidenceLow, At: k.Committed,
			Title:    fmt.Sprintf("%s newly names %s, which a build would run", ch.Path, what),
			Innocent: "tools that generate build files copy new ones into the tree when they are upgraded",
			Evidence: list,
		}, what)
	})
}

// namesBuildFile keeps to macros of autoconf: they are copied into a tree and
// run by whoever makes configure. What CMake and make write anew at every build
// is ignored everywhere.
func namesBuildFile(line string) bool {
	if strings.ContainsAny(line, "*?[!#") {
		return false
	}
	return path.Ext(line) == ".m4"
}

// changed calls look with the text of each changed file of commits that fall
// to the release examined, before and after.
func (c *cues) changed(commits []kennel.Commit, look func(k kennel.Commit, ch kennel.Change, was, is string)) error {
	read := 0
	for _, k := range slices.Backward(commits) { // where something came first
		if !c.fresh(k.Committed) {
			continue
		}
		for _, ch := range k.Changes {
			if read++; read > maxKept {
				return fmt.Errorf("more than %d build files changed since the release before", maxKept)
			}
			is, err := c.history.Blob(ch.New, maxText)
			if err != nil {
				return fmt.Errorf("%s in commit %s: %w", ch.Path, k.ID, err)
			}
			var was []byte
			if ch.Old != "" {
				if was, err = c.history.Blob(ch.Old, maxText); err != nil {
					return fmt.Errorf("%s before commit %s: %w", ch.Path, k.ID, err)
				}
			}
			look(k, ch, string(was), string(is))
		}
	}
	return nil
}
