package report

import (
	"strings"
	"time"

	"github.com/kennel-oss/kennel"
)

// piece is a part of a sentence: words, or what stands between two backticks.
type piece struct {
	Text string
	Code bool
}

// pieces takes a sentence apart at its backticks, where they come in pairs.
func pieces(s string) []piece {
	parts := strings.Split(s, "`")
	if len(parts)%2 == 0 {
		return []piece{{Text: s}}
	}
	out := make([]piece, len(parts))
	for i, p := range parts {
		out[i] = piece{p, i%2 == 1}
	}
	return out
}

// unchecked is one group of gaps that share their reason.
type unchecked struct {
	kind  kennel.GapKind
	whats []string
	why   string
}

// gaps folds what was not checked by reason, the database first, since it
// weighs on every answer. What layers could not look at joins unless a gap
// says it already.
func (v *view) gaps() []unchecked {
	type key struct {
		kind kennel.GapKind
		why  string
	}
	index := make(map[key]int)
	told := make(map[string]bool)
	var first, rest []unchecked
	for _, g := range v.j.Gaps {
		told[g.Why] = true
		list := &rest
		if g.Kind == kennel.GapDatabase {
			list = &first
		}
		k := key{g.Kind, g.Why}
		n, known := index[k]
		if !known {
			n = len(*list)
			index[k] = n
			*list = append(*list, unchecked{kind: g.Kind, why: prose(g.Why, 400)})
		}
		(*list)[n].whats = append((*list)[n].whats, clean(g.What))
	}
	for i := range v.j.Outcomes {
		o := &v.j.Outcomes[i]
		if o.State != kennel.StateCouldNotLook || told[o.Reason] {
			continue
		}
		what := counted(o.Count, "package", "packages")
		if o.Example.Name != "" {
			what += ", such as " + label(&o.Example)
		}
		why := "layer " + clean(o.Layer) + " could not look: " + prose(o.Reason, 300)
		if o.Retry {
			why += "; trying again may help"
		}
		rest = append(rest, unchecked{kind: kennel.GapNotJudged, whats: []string{what}, why: why})
	}
	if n := v.j.Inventory.Ignored; n > 0 {
		rest = append(rest, unchecked{kind: kennel.GapNotJudged,
			whats: []string{counted(n, "file or folder", "files and folders")}, why: "left out because the configuration says so"})
	}
	return append(first, rest...)
}

// databaseLine says which advisories answered and how old they are.
func databaseLine(j *kennel.Judgement) string {
	db := &j.Database
	if db.Starter {
		return "built-in starter set only (" + counted(db.Records, "record", "records") + ")"
	}
	if db.Records == 0 && db.Digest == "" {
		return "none"
	}
	parts := []string{counted(db.Records, "record", "records")}
	newest := db.Built
	for _, e := range db.Ecosystems {
		if e.Newest.After(newest) || newest.IsZero() {
			newest = e.Newest
		}
	}
	if !db.Built.IsZero() {
		parts = append(parts, "built "+day(db.Built)+age(db.Built, j.AsOf))
	} else if !newest.IsZero() {
		parts = append(parts, "newest "+day(newest)+age(newest, j.AsOf))
	}
	parts = append(parts, feed("KEV", db.KEV, j.AsOf), feed("EPSS", db.EPSS, j.AsOf))
	return strings.Join(parts, " · ")
}

// feed names the day of a feed. A database that was built today of old feeds
// must not look new: both are published at least weekly.
func feed(name string, t, now time.Time) string {
	if t.IsZero() {
		return "no " + name
	}
	if now.Sub(t) <= 8*24*time.Hour {
		return name + " " + day(t)
	}
	return name + " " + day(t) + age(t, now)
}
