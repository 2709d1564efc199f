package report

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/kennel-oss/kennel"
)

// pageTables say in rows what a timeline draws.
type pageTables struct {
	Keys     [][]string
	Quarters [][]string
	Releases [][]string
	Earlier  string
}

func newPageTables(s *timelineScope, c *kennel.Case) *pageTables {
	t := &pageTables{}
	var all []kennel.TagMark
	for i := range c.Outcomes {
		all = append(all, c.Outcomes[i].Exhibit.Tags...)
	}
	for _, l := range s.signers(all) {
		fresh := ""
		if l.fresh {
			fresh = "not seen before"
		}
		var by []string
		for _, name := range l.by {
			by = append(by, cut(name, 60))
		}
		t.Keys = append(t.Keys, []string{l.label, enumerate(by, 3), number(len(l.tags)), day(l.tags[0].Time), day(l.tags[len(l.tags)-1].Time), fresh})
	}
	for i := range s.shares {
		q := &s.shares[i]
		var by []string
		for _, a := range q.By {
			if a.Commits > 0 && len(by) < 5 {
				by = append(by, cut(a.Name, 60)+" "+number(a.Commits))
			}
		}
		t.Quarters = append(t.Quarters, []string{quarter(q.Start), number(q.Commits), enumerate(by, 5)})
	}
	slices.Reverse(t.Quarters) // the newest are what a reader looks for
	for i := range s.tags {
		g := &s.tags[i]
		t.Releases = append(t.Releases, []string{clean(g.Tag), day(g.Time), cmp.Or(clean(g.Signer), "not signed"), prose(g.Tagger.Name, 80)})
	}
	slices.Reverse(t.Releases)
	if s.earlier > 0 {
		t.Earlier = counted(s.earlier, "earlier release is", "earlier releases are") + " not drawn."
	}
	return t
}

// pageResidual is what of a release is not its source's, by what runs it.
type pageResidual struct {
	Headline  string
	Segments  []residueSegment
	Groups    []residueGroup
	Explained []residueKind
	Settled   string
}

type residueSegment struct{ Class, Label, Title, X, W string }

type residueGroup struct {
	Label, Class, More string
	Open               bool
	Files              []residueRow
}

type residueRow struct {
	Path, Class, By, Size string
	Flagged               bool
}

type residueKind struct{ Name, Count string }

var reaches = []struct{ reach, label, class string }{
	{"run", "run by the build", "r1"},
	{"reached", "reached by the build", "r2"},
	{"shipped only", "shipped only", "r3"},
}

// newPageResidual arranges the files by reach, the flagged ones first; what
// has an ordinary explanation is counted by its kind.
func newPageResidual(c *kennel.Case) *pageResidual {
	var files []kennel.Residue
	for i := range c.Outcomes {
		files = append(files, c.Outcomes[i].Exhibit.Residual...)
	}
	if len(files) == 0 {
		return nil
	}
	out := &pageResidual{}
	by := make([][]kennel.Residue, len(reaches))
	kinds := make(map[string]int)
	var names []string
	settled := 0
	for _, f := range files {
		if f.Explained != "" && !f.Flagged {
			settled++
			if kinds[f.Explained]++; kinds[f.Explained] == 1 {
				names = append(names, f.Explained)
			}
			continue
		}
		at := slices.IndexFunc(reaches, func(r struct{ reach, label, class string }) bool { return r.reach == f.Reach })
		if at < 0 {
			at = 0 // what is not known is not harmless
		}
		by[at] = append(by[at], f)
	}
	open := len(files) - settled
	out.Headline = counted(len(files), "file of the release is", "files of the release are") + " not the source's; " + number(settled) + " have an ordinary explanation, " + number(open) + " are left"
	x := 0.0
	segment := func(n int, class, label string) {
		if n == 0 {
			return
		}
		w := 100 * float64(n) / float64(len(files))
		out.Segments = append(out.Segments, residueSegment{class, label, counted(n, "file", "files") + " " + label, decimal(x), decimal(w)})
		x += w
	}
	for i, r := range reaches {
		list := by[i]
		segment(len(list), r.class, number(len(list))+" "+r.label)
		if len(list) == 0 {
			continue
		}
		slices.SortStableFunc(list, func(a, b kennel.Residue) int { return cmp.Compare(btoi(b.Flagged), btoi(a.Flagged)) })
		g := residueGroup{Label: counted(len(list), "file", "files") + " " + r.label, Class: r.class, Open: i == 0 || list[0].Flagged || i == 1 && len(list) <= 12}
		for _, f := range list[:min(len(list), pageResidue)] {
			g.Files = append(g.Files, residueRow{clean(f.Path), classText(f.Class), prose(f.By, 200), bytesOf(f.Size), f.Flagged})
		}
		if more := len(list) - len(g.Files); more > 0 {
			g.More = "and " + counted(more, "more file", "more files")
		}
		out.Groups = append(out.Groups, g)
	}
	segment(settled, "r0", number(settled)+" explained")
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(kinds[b], kinds[a]), cmp.Compare(a, b)) })
	for i, n := range names {
		if i == 40 {
			break
		}
		out.Explained = append(out.Explained, residueKind{prose(n, 120), number(kinds[n])})
	}
	out.Settled = counted(settled, "file has an ordinary explanation", "files have an ordinary explanation")
	return out
}

// classText says what a class of difference is.
func classText(class string) string {
	switch class {
	case "phantom":
		return "in no tagged tree"
	case "modified":
		return "differs from the tagged tree"
	}
	return clean(class)
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }

// bytesOf is a size for the eye, "" where it is not known.
func bytesOf(n int64) string {
	switch {
	case n < 0:
		return ""
	case n < 10_000:
		return number(int(n)) + " B"
	case n < 10_000_000:
		return number(int(n/1000)) + " kB"
	}
	return number(int(min(n/1_000_000, 1<<40))) + " MB"
}
