package report

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/kennel-oss/kennel"
)

// pageCase is one case told in full.
type pageCase struct {
	ID, Verdict, Name, Ecosystem, Change string
	Timelines                            []*timeline // wide and narrow
	Tables                               *pageTables
	Residual                             *pageResidual
	Cues                                 []pageCue
	MoreCues                             string
	Blind                                []pageUnseen
}

type pageCue struct {
	ID, Number, When, Layer, Rule, Verdict, Title, Weight, Rules string
	Innocent                                                     []piece
	Evidence, More                                               []pageProofRow
	MoreWord                                                     string
}

type pageProofRow struct{ Kind, What, Whole, Says, URL string }

// newPageCase tells one case. id is "" for the page's own, and marks what
// belongs to a part.
func newPageCase(v *caseView, id string, draw bool) pageCase {
	prefix := ""
	if id != "" {
		prefix = id + "-"
	}
	out := pageCase{ID: id, Verdict: v.c.Verdict.String(), Name: caseName(v.c), Ecosystem: clean(string(v.c.Component.Ecosystem))}
	if v.c.Previous != "" {
		out.Change = "after " + clean(v.c.Previous)
	}
	for i, cue := range v.cues {
		if i == pageCues {
			out.MoreCues = counted(len(v.cues)-i, "more cue", "more cues") + "; the JSON report has them all"
			break
		}
		out.Cues = append(out.Cues, newPageCue(cue, prefix, i))
	}
	if draw {
		if scope := newTimelineScope(v); scope != nil {
			out.Timelines = []*timeline{
				scope.draw(v.c, prefix+"wide", "#"+prefix+"cue-", false),
				scope.draw(v.c, prefix+"narrow", "#"+prefix+"cue-", true),
			}
			out.Tables = newPageTables(scope, v.c)
		}
	}
	out.Residual = newPageResidual(v.c)
	return out
}

func newPageCue(cue *kennel.Cue, prefix string, i int) pageCue {
	out := pageCue{ID: prefix + "cue-" + strconv.Itoa(i+1), Number: strconv.Itoa(i + 1), When: when(cue), Layer: clean(cue.Layer), Rule: clean(cue.Rule),
		Verdict: cue.Verdict.String(), Title: cmp.Or(prose(cue.Title, 400), clean(cue.Rule), "a cue without a title"), Weight: weight(cue), Innocent: pieces(sentence(prose(cue.Innocent, 500)))}
	if cue.Innocent == "" {
		out.Innocent = nil
	}
	if len(cue.Rules) > 0 {
		out.Rules = "rule " + clean(enumerate(cue.Rules, 3))
	}
	open := pageEvidence
	if cue.Verdict == kennel.Allow {
		open = pageMinor
	}
	for i := range cue.Evidence {
		if i == pageProof {
			break
		}
		e := &cue.Evidence[i]
		row := pageProofRow{Kind: clean(e.Kind), What: clean(e.What), Says: prose(e.Says, 400), URL: webAddress(e.URL)}
		if e.Kind == "commit" && objectID(e.What) {
			row.Whole, row.What = e.What, e.What[:12]
		}
		if i < open {
			out.Evidence = append(out.Evidence, row)
		} else {
			out.More = append(out.More, row)
		}
	}
	if more := len(cue.Evidence) - len(out.Evidence); more > 0 {
		out.MoreWord = number(more) + " more"
		if more > len(out.More) {
			out.MoreWord += ", of which " + number(len(out.More)) + " are here"
		}
	}
	return out
}

// objectID reports whether s is the whole name of a git object.
func objectID(s string) bool {
	if len(s) != 40 && len(s) != 64 {
		return false
	}
	return strings.Trim(s, "0123456789abcdef") == ""
}
