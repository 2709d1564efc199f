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
	left := c.Left()
	for i, f := range left {
		if i == alone {
			out = append(out, c.group(component, left[alone:]))
			break
		}
		out = append(out, c.cue(component, f))
	}
	if len(c.manifest) > 0 {
		f := c.finding(component, "manifest", kennel.SeverityHigh)
		f.Title = "the manifest in the release is not the repository's: " + c.manifest[0].says
		f.Innocent = "The release tool rewrote the manifest, or the version was tagged before its last change."
		for _, d := range c.manifest {
			f.Evidence = append(f.Evidence, kennel.Evidence{Kind: "file", What: d.file, Says: d.says})
		}
		out = append(out, f)
	}
	return out
}

// Left lists the files that are run, are not the repository's, and have no
// ordinary explanation, the strangest first. Each is a cue.
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
	return f.Explained == "" || slices.Contains(texts[:], f.Explained)
}

// texts are explanations by a name alone, of what nothing runs: they explain
// nothing where something does.
var texts = [...]string{translation, releaseText, versionText, documentation}

func (f File) above() bool { return f.Highest > 0 && f.Serial > f.Highest }

func (f File) weight() int {
	n := 0
	if f.above() {
		n += 4
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
	switch f.Class {
	case Modified:
		says = "is not what the tag has"
	case Renamed:
		says = "is in no such place of the tree, but is " + f.Explained
	}
	title := fmt.Sprintf("%s %s, and %s", f.Path, says, f.By)
	innocent := "A newer or patched tool of the release's maker put it there, or the release was made from a commit beside the tag."
	if f.strange > 0 {
		title += fmt.Sprintf("; all but %d of its %d lines are of a known toolchain file", f.strange, f.lines)
	}
	if f.above() {
		rule, severity = "serial", kennel.SeverityHigh
		title = fmt.Sprintf("%s %s, has serial %d where %d was the highest published, and is run: %s", f.Path, says, f.Serial, f.Highest, f.By)
		innocent = "The maker of the release used a development version of the toolchain."
	}
	out := c.finding(component, rule, severity)
	out.Title, out.Innocent = title, innocent
	out.Evidence = f.evidence()
	out.Evidence = append(out.Evidence, c.tagged())
	return out
}

func (c *Comparison) group(component kennel.Component, files []File) kennel.Finding {
	out := c.finding(component, "residual", kennel.SeverityMedium)
	out.Title = fmt.Sprintf("%d more files that the build runs are not the tag's", len(files))
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
	says = append(says, f.Reach.String()+": "+f.By)
	out := []kennel.Evidence{{Kind: "file", What: f.Path, Says: strings.Join(says, ", ")}}
	for _, line := range f.shown {
		out = append(out, kennel.Evidence{Kind: "file", What: f.Path, Says: "a line that no known version has: " + line})
	}
	if f.Ignored != "" {
		file, line, _ := strings.Cut(f.Ignored, ":")
		out = append(out, kennel.Evidence{Kind: "file", What: file, Says: "line " + line + " names " + path.Base(f.Path)})
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
