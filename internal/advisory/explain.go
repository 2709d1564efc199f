package advisory

import (
	"errors"
	"slices"
	"strings"
	"time"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// Record is a whole record, for a person.
type Record struct {
	kennel.Advisory
	Withdrawn  time.Time // zero when it stands
	Details    string
	References []Reference
	Affected   []Affected
	KEV        *kennel.KEV
	EPSS       *kennel.EPSS
	JSON       []byte // the record as its source wrote it
}

// Reference is a link of a record.
type Reference struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

// Affected is what a record says of one package, in words.
type Affected struct {
	kennel.Package
	Release  string
	Ranges   []string // ">= 1.0.0, < 1.2.3"
	Versions []string // listed one by one, as the record spells them
}

// ErrNoRecord is the cause when the database has no record of an id.
var ErrNoRecord = errors.New("no such advisory in the database")

// Record returns the records that have id as their own id, or, when there is
// none, as an alias. The error wraps [ErrNoRecord] when there are none. Case
// does not matter.
func (db *DB) Record(id string) ([]Record, error) {
	var own, other []Record
	seen := make(map[string]bool)
	for _, part := range db.all() {
		heads, err := part.named(id)
		if err != nil {
			return nil, err
		}
		for _, h := range heads {
			if seen[h.ID] {
				continue
			}
			seen[h.ID] = true
			r, err := part.record(h)
			if err != nil {
				return nil, err
			}
			m := kennel.Match{Advisory: r.Advisory}
			if err := db.signal(&m); err != nil {
				return nil, err
			}
			r.KEV, r.EPSS = m.KEV, m.EPSS
			if strings.EqualFold(h.ID, id) {
				own = append(own, r)
			} else {
				other = append(other, r)
			}
		}
	}
	if len(own) == 0 {
		own = other
	}
	if len(own) == 0 {
		return nil, ErrNoRecord
	}
	slices.SortFunc(own, func(a, b Record) int { return strings.Compare(a.ID, b.ID) })
	return own, nil
}

// all lists the parts that answer, the main ones first.
func (db *DB) all() []*part {
	list := make([]*part, 0, len(db.parts))
	for _, p := range db.parts {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b *part) int { return strings.Compare(string(a.Ecosystem), string(b.Ecosystem)) })
	for _, o := range db.overlays {
		list = append(list, o.all()...)
	}
	if db.fallback != nil {
		if s, err := db.fallback(); err == nil {
			for _, p := range s.all() {
				if db.parts[p.Ecosystem] == nil {
					list = append(list, p)
				}
			}
		}
	}
	return list
}

// Package returns all that the database says of a package, in whatever
// version, sorted by id. Withdrawn records are not among it.
func (db *DB) Package(pkg kennel.Package) ([]Record, error) {
	var out []Record
	seen := make(map[string]bool)
	for _, part := range db.all() {
		if part.Ecosystem != pkg.Ecosystem {
			continue
		}
		d, err := part.block(pkg)
		if err != nil {
			return nil, err
		}
		if d == nil {
			continue
		}
		for _, e := range d.entries {
			if !ecosystem.SameName(pkg.Ecosystem, d.names[e.name], pkg.Name) {
				continue
			}
			h, err := part.head(e.record)
			if err != nil {
				return nil, err
			}
			if seen[h.ID] {
				continue
			}
			seen[h.ID] = true
			r, err := part.record(h)
			if err != nil {
				return nil, err
			}
			r.Affected = slices.DeleteFunc(r.Affected, func(a Affected) bool {
				return a.Ecosystem != pkg.Ecosystem || ecosystem.NameKey(a.Package) != d.key
			})
			m := kennel.Match{Advisory: r.Advisory}
			if err := db.signal(&m); err != nil {
				return nil, err
			}
			r.KEV, r.EPSS = m.KEV, m.EPSS
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b Record) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// record unpacks the whole of a record.
func (p *part) record(h head) (Record, error) {
	r := Record{Advisory: h.Advisory}
	raw, err := p.wholeText(h.text)
	if err != nil {
		return r, err
	}
	o, err := decodeOSV(raw)
	if err != nil {
		return r, p.file.damaged("a record's text does not hold together")
	}
	r.JSON, r.Details, r.References = raw, o.Details, o.References
	r.Withdrawn = timestamp(o.Withdrawn)
	for i := range o.Affected {
		a := &o.Affected[i]
		e, release := ecosystem.SplitRelease(a.Package.Ecosystem)
		out := Affected{Package: kennel.Package{Ecosystem: e, Name: a.Package.Name}, Release: release, Versions: a.Versions}
		one := &affected{ranges: eventsOf(a.Ranges)}
		custom, _ := a.customRanges(e)
		one.custom, one.sound = eventsOf(custom), true
		t := makeTable(e, []*affected{one})
		intervals, sound := t.affects(one)
		if d, ok := decodeBlock(encodeBlock(e, "", []*affected{one})[4:]); ok {
			for _, v := range intervals {
				out.Ranges = append(out.Ranges, d.words(v))
			}
		}
		if !sound {
			out.Ranges = append(out.Ranges, "bounds that cannot be ordered")
		}
		r.Affected = append(r.Affected, out)
	}
	return r, nil
}
