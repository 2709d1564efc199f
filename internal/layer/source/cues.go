package source

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

const (
	alone    = 3 // cues that a file gets of its own
	examples = 8 // files that a grouped cue names
)

// cues makes findings of what is left: at most a handful, the strangest first.
func (c *Comparison) cues(component kennel.Component) []kennel.Finding {
	var out []kennel.Finding
	var weak []File
	strong := c.Left()
	for i, f := range strong {
		if f.weak() {
			strong, weak = strong[:i], strong[i:]
			break
		}
	}
	for _, f := range strong[:min(alone, len(strong))] {
		out = append(out, c.cue(component, f))
	}
	if len(strong) > alone {
		more := c.group(component, "residual", kennel.SeverityMedium, strong[alone:])
		more.Title = fmt.Sprintf("%d more files that building, installing or importing runs are not the tag's", len(strong)-alone)
		out = append(out, more)
	}
	if len(weak) > 0 {
		f := c.group(component, "residual", kennel.SeverityLow, weak)
		f.Title = fmt.Sprintf("%d files that building, installing or importing runs are not the tag's, but were in the release before or are what a rule of the tree makes", len(weak))
		out = append(out, f)
	}
	if changed := c.changedFiles(); len(changed) > 0 {
		// The strangest comes first: a source that the build compiles.
		severity := kennel.SeverityLow
		if changed[0].compiled() {
			severity = kennel.SeverityMedium
		}
		f := c.group(component, "modified", severity, changed)
		f.Title = fmt.Sprintf("%d files of the tag have other contents in the release", len(changed))
		f.Innocent = "A release script wrote a version or a date into them, or the release was made a commit before or behind the tag."
		out = append(out, f)
	}
	if made := c.madeFiles(); len(made) > 0 {
		f := c.group(component, "built", kennel.SeverityLow, made)
		f.Title = fmt.Sprintf("%d built files are not the tree's; this layer cannot say what they were built from", len(made))
		f.Innocent = "A build makes them of the tag's sources."
		out = append(out, f)
	}
	for _, ordinary := range []bool{false, true} {
		if f, ok := c.manifestCue(component, ordinary); ok {
			out = append(out, f)
		}
	}
	if len(c.executable) > 0 {
		f := c.finding(component, "mode", kennel.SeverityLow)
		f.Title = fmt.Sprintf("%d files can be executed that cannot in the tag", len(c.executable))
		f.Innocent = "The release was packed on a file system that marks files as executable."
		for _, name := range c.executable[:min(len(c.executable), examples)] {
			f.Evidence = append(f.Evidence, kennel.Evidence{Kind: "file", What: name, Says: "executable in the release, not in the tag"})
		}
		out = append(out, f)
	}
	return out
}

// manifestCue tells in what the manifest is not the repository's: in what has
// installing run or bring something else, or in what release tools write.
func (c *Comparison) manifestCue(component kennel.Component, ordinary bool) (kennel.Finding, bool) {
	severity := kennel.SeverityHigh
	if ordinary {
		severity = kennel.SeverityLow
	}
	f := c.finding(component, "manifest", severity)
	f.Innocent = "The release tool rewrote the manifest, or the version was tagged before its last change."
	for _, d := range c.manifest {
		if d.ordinary == ordinary {
			f.Evidence = append(f.Evidence, kennel.Evidence{Kind: "file", What: d.file, Says: d.says})
		}
	}
	if len(f.Evidence) == 0 {
		return f, false
	}
	f.Title = "the manifest in the release is not the repository's: " + f.Evidence[0].Says
	return f, true
}

// makings are explanations of what may hide anything: they explain nothing where
// an install hook runs it.
var makings = [...]string{built, unnamed, bundled}

// changedFiles lists what the tag has with other contents and nothing explains,
// other than what is run or imported and so has cues of its own: sources that a
// build compiles, above all.
func (c *Comparison) changedFiles() []File {
	var out []File
	for _, f := range c.Differ {
		if f.Class == Modified && f.Explained == "" && !f.left() {
			out = append(out, f)
		}
	}
	order := func(f File) int {
		if f.compiled() {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(out, func(a, b File) int { return order(a) - order(b) })
	return out
}

// compiled reports whether a file is a source that the build reaches. Headers
// are told and no more: release scripts stamp versions and dates into them, as
// two of the tarballs looked at do.
func (f File) compiled() bool {
	switch strings.ToLower(path.Ext(f.Path)) {
	case ".c", ".cc", ".cpp", ".cxx", ".m", ".mm", ".s", ".asm", ".rs", ".go", ".f", ".f90", ".pl", ".py", ".vala", ".swift":
		return f.Reach >= Reached
	}
	return false
}

// madeFiles lists what a build makes, but for what an install hook runs.
func (c *Comparison) madeFiles() []File {
	var out []File
	for _, f := range c.Differ {
		if f.Reach != Run && slices.Contains(makings[:], f.Explained) {
			out = append(out, f)
		}
	}
	return out
}

// Left lists the files that are run, are not the repository's, and have no
// ordinary explanation, the strangest first. Each is in a cue.
func (c *Comparison) Left() []File {
	var left []File
	for _, f := range c.Differ {
		if f.left() {
			left = append(left, f)
		}
	}
	slices.SortStableFunc(left, func(a, b File) int { return b.weight() - a.weight() })
	return left
}

func (f File) left() bool {
	switch {
	case f.Reach == Imported:
		return (f.Class == Phantom || f.Class == Modified) && f.Explained == ""
	case f.Reach != Run:
		return false
	case f.Class == Renamed:
		// What is data in the tree is a script in the release. A template and
		// its copy stand side by side, or have one name.
		from, moved := strings.CutPrefix(f.Explained, sameAs)
		return moved && path.Dir(from) != path.Dir(f.tree) && path.Base(from) != path.Base(f.Path)
	case f.Class != Phantom && f.Class != Modified:
		return false
	}
	return f.Explained == "" || f.Explained == byRule || slices.Contains(makings[:], f.Explained) || slices.Contains(texts[:], f.Explained)
}

// weak is what is told beside the rest: nothing of it is new, or its making is
// openly in the tree. A serial that nobody published is never weak.
func (f File) weak() bool { return !f.above() && (f.before || f.Explained == byRule) }

// texts are explanations by a name alone, of what nothing runs: they explain
// nothing where something does.
var texts = [...]string{translation, releaseText, versionText, documentation}

func (f File) above() bool { return f.Highest > 0 && f.Serial > f.Highest }

func (f File) weight() int {
	n := 0
	if f.weak() {
		n -= 100
	}
	if f.above() {
		n += 4
	}
	if f.newly != "" {
		n += 2
	}
	if f.Ignored != "" {
		n += 2
	}
	if f.Class == Phantom {
		n++
	}
	return n
}

func (c *Comparison) finding(component kennel.Component, rule string, s kennel.Severity) kennel.Finding {
	return kennel.Finding{Layer: "source", Rule: rule, Component: component, Severity: s, Confidence: kennel.ConfidenceMedium, At: c.At}
}

func (c *Comparison) cue(component kennel.Component, f File) kennel.Finding {
	rule, severity := f.Class.String(), kennel.SeverityMedium
	says := "is in the release and in no tree"
	innocent := "A newer or patched tool of the release's maker put it there, or the release was made from a commit beside the tag."
	if f.Reach == Imported {
		innocent = "It was built by a step that the manifest does not name, or the release was made from a commit beside the tag."
	}
	switch f.Class {
	case Modified:
		says = "is not what the tag has"
	case Renamed:
		says = "is in no such place of the tree, but is " + f.Explained
	}
	title := fmt.Sprintf("%s %s, and %s", f.Path, says, f.By)
	if f.nearly() {
		title += fmt.Sprintf("; all but %d of its %d lines are of a known toolchain file", f.strange, f.lines)
	}
	if f.above() {
		rule, severity = "serial", kennel.SeverityHigh
		title = fmt.Sprintf("%s %s, has serial %d where %d was the highest published, and is run: %s", f.Path, says, f.Serial, f.Highest, f.By)
		innocent = "The maker of the release used a development version of the toolchain."
	}
	if f.newly != "" {
		severity = kennel.SeverityHigh
	}
	out := c.finding(component, rule, severity)
	out.Title, out.Innocent = title, innocent
	out.Evidence = f.evidence()
	out.Evidence = append(out.Evidence, c.tagged())
	return out
}

func (c *Comparison) group(component kennel.Component, rule string, severity kennel.Severity, files []File) kennel.Finding {
	out := c.finding(component, rule, severity)
	out.Innocent = "The release was made by tools, or from a commit, that are not the tag's."
	for _, f := range files[:min(len(files), examples)] {
		out.Evidence = append(out.Evidence, f.evidence()[0])
	}
	out.Evidence = append(out.Evidence, c.tagged())
	return out
}

func (f File) evidence() []kennel.Evidence {
	says := []string{f.Class.String(), fmt.Sprintf("%d bytes", f.Size), "blob " + f.ID}
	if f.Serial > 0 {
		says = append(says, fmt.Sprintf("serial %d", f.Serial))
	}
	if f.Highest > 0 {
		says = append(says, fmt.Sprintf("highest published %d", f.Highest))
	}
	if f.before {
		says = append(says, "the same in the release before")
	}
	if f.Explained == byRule {
		says = append(says, byRule)
	}
	says = append(says, f.Reach.String()+": "+f.By)
	out := []kennel.Evidence{{Kind: "file", What: f.Path, Says: strings.Join(says, ", ")}}
	for _, line := range f.shown {
		out = append(out, kennel.Evidence{Kind: "file", What: f.Path, Says: "a line that no known version has: " + line})
	}
	if f.Ignored != "" {
		file, line, _ := strings.Cut(f.Ignored, ":")
		out = append(out, kennel.Evidence{Kind: "file", What: file, Says: "line " + line + " names " + path.Base(f.Path)})
		if f.newly != "" {
			out[len(out)-1].Says += ", and does not yet in tag " + f.newly
		}
	}
	return out
}

func (c *Comparison) tagged() kennel.Evidence {
	says := fmt.Sprintf("%d of %d files are the tag's; %d differ", c.Same, c.Files, len(c.Differ))
	if c.Folder != "" {
		says += "; compared with its folder " + c.Folder
	}
	return kennel.Evidence{Kind: "commit", What: c.Tag.Commit, Says: says}
}
