package advisory

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// Match returns the records that affect c, sorted by id, each with the part
// of it that holds c's version; see [kennel.Advisories].
//
// A component of a distribution whose advisories speak of source packages is
// looked up by its source package.
func (db *DB) Match(c kennel.Component) ([]kennel.Match, error) {
	matches, err := db.match(c)
	for _, over := range db.overlays {
		var oerr error
		if matches, oerr = overlay(matches, over, c); oerr != nil {
			err = oerr
		}
	}
	if len(matches) > 1 {
		slices.SortFunc(matches, func(a, b kennel.Match) int { return strings.Compare(a.Advisory.ID, b.Advisory.ID) })
	}
	for i := range matches {
		if serr := db.signal(&matches[i]); serr != nil && err == nil {
			err = serr
		}
	}
	return matches, err
}

// overlay lays what another database says over matches. That an overlay is
// silent of an ecosystem is no gap; that it is damaged is an error.
func overlay(matches []kennel.Match, over *DB, c kennel.Component) ([]kennel.Match, error) {
	var failed error
	matches = slices.DeleteFunc(matches, func(m kennel.Match) bool {
		gone, err := over.withdraws(c.Ecosystem, m.Advisory.ID)
		failed = cmp.Or(failed, err)
		return gone
	})
	more, err := over.match(c)
	if errors.Is(err, errDamaged) {
		failed = err
	}
	for _, m := range more {
		if !slices.ContainsFunc(matches, func(n kennel.Match) bool { return n.Advisory.ID == m.Advisory.ID }) {
			matches = append(matches, m)
		}
	}
	return matches, failed
}

// match answers from the database's own files.
func (db *DB) match(c kennel.Component) ([]kennel.Match, error) {
	p := db.parts[c.Ecosystem]
	if p == nil {
		if db.fallback == nil {
			return nil, missing(c.Ecosystem)
		}
		starter, err := db.fallback()
		if err != nil || starter.parts[c.Ecosystem] == nil {
			return nil, missing(c.Ecosystem)
		}
		matches, _ := starter.match(c)
		return matches, couldNotLook(fmt.Sprintf("the advisory database holds nothing on %s: only the built-in starter set was asked", c.Ecosystem), nil)
	}
	names, version := lookupNames(&c)
	q := query{Component: c, version: version}
	q.Name = names[0]
	matches, failed := p.match(&q)
	if names[1] != "" {
		q.Name = names[1]
		more, err := p.match(&q)
		matches, failed = distinct(append(matches, more...)), cmp.Or(failed, err)
	}
	return matches, failed
}

// distinct keeps the first match of each record.
func distinct(matches []kennel.Match) []kennel.Match {
	seen := make(map[string]bool, len(matches))
	return slices.DeleteFunc(matches, func(m kennel.Match) bool {
		was := seen[m.Advisory.ID]
		seen[m.Advisory.ID] = true
		return was
	})
}

// lookupNames tells under which names, at which version, advisories speak of
// c. Debian's, Ubuntu's and Alpine's name source packages only; those of other
// distributions name either.
func lookupNames(c *kennel.Component) (names [2]string, version string) {
	if c.Source.Name == "" {
		return [2]string{c.Name}, c.Version
	}
	switch c.Ecosystem {
	case kennel.Debian, kennel.Ubuntu, kennel.Alpine:
		return [2]string{c.Source.Name}, cmp.Or(c.Source.Version, c.Version)
	}
	if c.Source.Name == c.Name {
		return [2]string{c.Name}, c.Version
	}
	return [2]string{c.Name, c.Source.Name}, cmp.Or(c.Version, c.Source.Version)
}

// query is a component as it is looked up.
type query struct {
	kennel.Component
	version string
}

// hit is an entry of a package that affects a version.
type hit struct {
	*entry
	words  string
	listed bool
	end    endKind
	open   bool // its interval reaches above all known versions
}

func (p *part) match(q *query) ([]kennel.Match, error) {
	d, err := p.block(q.Package)
	if err != nil {
		return nil, broken(err)
	}
	var gap error
	if q.Release == "" && len(p.Releases) > 0 && (d == nil || len(d.releases) > 1) {
		gap = couldNotLook(fmt.Sprintf("the release of %s is unknown, and its advisories differ by release", p.Ecosystem), nil)
	} else if q.Release != "" && len(p.Releases) > 0 && !slices.ContainsFunc(p.Releases, func(r string) bool { return ecosystem.SameRelease(p.Ecosystem, r, q.Release) }) {
		gap = couldNotLook(fmt.Sprintf("the advisory database holds nothing on %s %s", p.Ecosystem, q.Release), nil)
	}
	if d == nil {
		return nil, gap
	}
	about := d.about(q)
	if len(about) == 0 {
		return nil, gap
	}
	v, verr := ecosystem.Parse(p.Ecosystem, q.version)
	var hits []hit
	var unsure error
	at := uint32(0)
	if verr == nil {
		at = d.position(v)
		hits, unsure = d.hits(about, at, q.version)
	} else {
		hits, unsure = d.hitsUnordered(about, q.version, verr)
	}
	if unsure != nil {
		gap = unsure
	}
	if len(hits) == 0 {
		return nil, gap
	}
	way := d.wayOut(about, at, verr == nil)
	matches := make([]kennel.Match, 0, len(hits))
	for _, h := range hits {
		if len(matches) > 0 && h.record == hits[len(matches)-1].record {
			continue
		}
		head, err := p.head(h.record)
		if err != nil {
			return matches, broken(err)
		}
		matches = append(matches, kennel.Match{
			Advisory: head.Advisory,
			Range:    h.words,
			Listed:   h.listed,
			Fix:      way.fix(h, q),
		})
	}
	return matches, gap
}

// about lists the entries that speak of the component's name and release.
func (d *block) about(q *query) []*entry {
	out := make([]*entry, 0, len(d.entries))
	for i := range d.entries {
		e := &d.entries[i]
		if ecosystem.SameName(q.Ecosystem, d.names[e.name], q.Name) && ecosystem.SameRelease(q.Ecosystem, d.releases[e.release], q.Release) {
			out = append(out, e)
		}
	}
	return out
}

// hits returns the entries that affect the version at a position, at most one
// of each record.
func (d *block) hits(about []*entry, at uint32, version string) (hits []hit, unsure error) {
	for _, e := range about {
		h := hit{entry: e, listed: e.lists(at)}
		if !h.listed {
			for _, u := range e.unordered {
				h.listed = h.listed || d.unordered[u] == version
			}
		}
		if v, ok := e.holds(at); ok {
			h.words, h.end, h.open = d.words(v), v.end, v.hi == uint32(2*d.n)
		} else if h.listed {
			h.words, h.end = "= "+version, endLast
		} else {
			if !e.sound && unsure == nil {
				unsure = couldNotLook("a record has bounds that cannot be ordered", fmt.Errorf("%s %s", d.names[e.name], version))
			}
			continue
		}
		if n := len(hits); n > 0 && hits[n-1].record == e.record {
			hits[n-1].listed = hits[n-1].listed || h.listed
			continue
		}
		hits = append(hits, h)
	}
	return hits, unsure
}

// hitsUnordered is hits for a version that has no order: only what lists its
// very spelling, or affects everything, is certain.
func (d *block) hitsUnordered(about []*entry, version string, cause error) (hits []hit, unsure error) {
	for _, e := range about {
		h := hit{entry: e}
		for _, u := range e.unordered {
			h.listed = h.listed || d.unordered[u] == version
		}
		switch {
		case d.everything(e):
			h.words, h.end, h.open = "all versions", endOpen, true
		case h.listed:
			h.words, h.end = "= "+version, endLast
		default:
			if unsure == nil {
				unsure = unordered(version, cause)
			}
			continue
		}
		if n := len(hits); n > 0 && hits[n-1].record == e.record {
			continue
		}
		hits = append(hits, h)
	}
	return hits, unsure
}

func unordered(version string, cause error) error {
	switch {
	case version == "":
		return couldNotLook("the version is unknown", nil)
	case errors.Is(cause, ecosystem.ErrNoOrder):
		return couldNotLook("versions of this ecosystem have no known order", cause)
	}
	return couldNotLook("the version has no place in its ecosystem's order", cause)
}
