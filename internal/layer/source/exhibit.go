package source

import (
	"cmp"
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
	var out kennel.Exhibit
	for _, f := range list[:min(len(list), maxExhibit)] {
		out.Residual = append(out.Residual, kennel.Residue{
			Path: f.Path, Class: f.Class.String(), Reach: f.Reach.String(), By: f.By,
			Explained: f.Explained, Size: f.Size, Flagged: f.left(),
		})
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
