package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

// unseen is what could not be looked at for one reason.
type unseen struct {
	who   string   // "layer content", "" for what the target itself could not give
	why   string   // clean
	cause string   // what lies behind it for the first, clean
	whats []string // what it holds for, a few; none where it holds for the subject
	count int
	// Nothing failed: the layer is not made for such a subject, and the answer is
	// whole without it where another looked.
	beyond bool
}

const unseenExamples = 3

// blindness folds what could not be looked at by layer and reason: of the case
// itself first, then of its parts by how many they are; what no layer is made
// for stands last.
func blindness(c *kennel.Case) []unseen {
	type key struct{ who, why string }
	index := make(map[key]int)
	var out []unseen
	add := func(who, why, cause, what string, beyond bool) {
		k := key{who, why}
		n, known := index[k]
		if !known {
			n = len(out)
			index[k] = n
			out = append(out, unseen{who: who, why: why, cause: cause, beyond: beyond})
		}
		out[n].beyond = out[n].beyond && beyond
		if what == "" {
			return
		}
		out[n].count++
		if len(out[n].whats) < unseenExamples {
			out[n].whats = append(out[n].whats, what)
		}
	}
	one := func(c *kennel.Case, what string) {
		for i := range c.Outcomes {
			o := &c.Outcomes[i]
			if o.Reason == "" && o.State != kennel.StateCouldNotLook {
				continue
			}
			why := cmp.Or(prose(o.Reason, 400), "it gave no reason")
			if o.Retry {
				why += "; trying again may help"
			}
			add("layer "+clean(o.Layer), why, prose(o.Cause, 300), what, o.Beyond)
		}
		for _, g := range c.Gaps {
			add("", cmp.Or(prose(g.Why, 400), "no reason was recorded"), "", clean(cmp.Or(g.What, c.Subject)), g.Kind == kennel.GapNotJudged)
		}
	}
	one(c, "")
	own := len(out)
	for i := range c.Parts {
		one(&c.Parts[i], caseName(&c.Parts[i]))
	}
	for i := range out {
		switch u := &out[i]; {
		case u.cause == "" || strings.Contains(u.why, u.cause):
		case u.count > 1:
			u.why += "; of the first: " + u.cause
		default:
			u.why += ": " + u.cause
		}
	}
	slices.SortStableFunc(out[own:], func(a, b unseen) int { return cmp.Compare(b.count, a.count) })
	slices.SortStableFunc(out, func(a, b unseen) int { return cmp.Compare(btoi(a.beyond), btoi(b.beyond)) })
	return out
}

// what says what an unseen holds for: "3 packages, such as a 1.0 and b 2.0",
// "layer source".
func (u *unseen) what() string {
	if u.count <= 1 {
		return strings.TrimPrefix(strings.Join(append([]string{u.who}, u.whats...), ", "), ", ")
	}
	out := counted(u.count, "package", "packages")
	if u.who == "" {
		out = counted(u.count, "place", "places")
	} else {
		out = u.who + ", " + out
	}
	if u.count > len(u.whats) {
		return out + ", such as " + strings.Join(u.whats, ", ")
	}
	return out + ": " + strings.Join(u.whats, ", ")
}
