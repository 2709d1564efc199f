package source

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

const maxExhibit = 400 // files that are shown

// exhibit shows the files that differ: what is left first, then by reach.
func (c *Comparison) exhibit() kennel.Exhibit {
	list := slices.Clone(c.Differ)
	slices.SortStableFunc(list, func(a, b File) int {
		return cmp.Or(order(a)-order(b), strings.Compare(a.Path, b.Path))
	})
	out := kennel.Exhibit{Note: c.note()}
	for _, f := range list[:min(len(list), maxExhibit)] {
		out.Residual = append(out.Residual, kennel.Residue{
			Path: f.Path, Class: f.Class.String(), Reach: f.Reach.String(), By: f.By,
			Explained: f.Explained, Size: f.Size, Flagged: f.left(),
		})
	}
	return out
}

// note says what was compared with what, and what of it rests on a head line.
func (c *Comparison) note() string {
	what := "commit " + c.Tag.Commit
	if c.Tag.Name != "" {
		what = "tag " + c.Tag.Name + " (" + what + ")"
	}
	ordinary := 0
	for _, f := range c.Differ {
		if f.Explained != "" {
			ordinary++
		}
	}
	out := fmt.Sprintf("compared with %s: %d of %d files are the tag's; of %d that differ %d are of an ordinary kind", what, c.Same, c.Files, len(c.Differ), ordinary)
	if slices.ContainsFunc(c.Differ, func(f File) bool { return path.Base(f.Path) == "configure" && f.Explained != "" }) {
		out += "; generated files such as configure are taken for what their heads say"
	}
	return out
}

func order(f File) int {
	n := 10 * int(Run-f.Reach)
	switch {
	case f.left() && !f.weak():
		return -2
	case f.left():
		return -1
	case f.Explained != "":
		n += 5
	}
	return n
}
