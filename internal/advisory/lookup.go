package advisory

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// block finds the block of a package, nil when nothing speaks of it.
func (p *part) block(pkg kennel.Package) (*block, error) {
	key := ecosystem.NameKey(pkg)
	var few [4]uint64
	refs, err := p.names.find(nameHash(key), few[:0])
	if err != nil {
		return nil, err
	}
	for _, ref := range refs {
		offset, length := splitRef(ref)
		b, err := p.piece(secPackages, offset, length)
		if err != nil {
			return nil, err
		}
		d, ok := decodeBlock(b)
		if !ok {
			return nil, p.file.damaged("a package block does not hold together")
		}
		if d.key == key {
			return d, nil
		}
	}
	return nil, nil
}

// piece reads a checksummed piece of a section, without its checksum.
func (p *part) piece(section int, offset uint64, length int) ([]byte, error) {
	s := p.file.spans[section]
	if length < 4 || offset > s.length || uint64(length) > s.length-offset {
		return nil, p.file.damaged("a reference points outside its section")
	}
	b := make([]byte, length)
	if err := p.file.read(b, s.offset+offset); err != nil {
		return nil, err
	}
	if check(b[4:], offset) != binary.LittleEndian.Uint32(b) {
		return nil, p.file.damaged("a piece of it has the wrong checksum")
	}
	return b[4:], nil
}

// head reads a record header.
func (p *part) head(offset uint64) (head, error) {
	s := p.file.spans[secRecords]
	var prefix [headPrefix]byte
	if offset > s.length || s.length-offset < headPrefix {
		return head{}, p.file.damaged("a reference points outside its records")
	}
	if err := p.file.read(prefix[:], s.offset+offset); err != nil {
		return head{}, err
	}
	n := binary.LittleEndian.Uint32(prefix[4:])
	if uint64(n) > s.length {
		return head{}, p.file.damaged("a record has an impossible length")
	}
	b, err := p.piece(secRecords, offset, int(n)+headPrefix)
	if err != nil {
		return head{}, err
	}
	h, ok := decodeHead(b)
	if !ok {
		return head{}, p.file.damaged("a record header does not hold together")
	}
	return h, nil
}

// named finds the headers of the records that have id as their own id or as
// an alias.
func (p *part) named(id string) ([]head, error) {
	var few [8]uint64
	offsets, err := p.ids.find(idHash(id), few[:0])
	if err != nil {
		return nil, err
	}
	var out []head
	for _, offset := range offsets {
		h, err := p.head(offset)
		if err != nil {
			return nil, err
		}
		if strings.EqualFold(h.ID, id) || slices.ContainsFunc(h.Aliases, func(a string) bool { return strings.EqualFold(a, id) }) {
			out = append(out, h)
		}
	}
	return out, nil
}

// withdraws reports whether the database has a record of that id which is
// withdrawn.
func (db *DB) withdraws(e kennel.Ecosystem, id string) bool {
	p := db.parts[e]
	if p == nil {
		return false
	}
	heads, _ := p.named(id)
	return slices.ContainsFunc(heads, func(h head) bool { return h.ID == id && h.withdrawn })
}

// signal joins KEV and EPSS to a match, through every CVE that the record
// goes by or derives from. Of several the worst counts.
func (db *DB) signal(m *kennel.Match) error {
	if db.kev.file == nil && db.epss.file == nil {
		return nil
	}
	a := &m.Advisory
	if err := db.signalOf(m, a.ID); err != nil {
		return err
	}
	for _, list := range [2][]string{a.Aliases, a.Upstream} {
		for _, id := range list {
			if err := db.signalOf(m, id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (db *DB) signalOf(m *kennel.Match, id string) error {
	key, ok := cveKey(id)
	if !ok {
		return nil
	}
	var few [4]uint64
	values, err := db.kev.find(key, few[:0])
	if err != nil {
		return broken(err)
	}
	for _, v := range values {
		if k := kevOf(id, v); m.KEV == nil || k.Added.Before(m.KEV.Added) {
			m.KEV = &k
		}
	}
	if values, err = db.epss.find(key, few[:0]); err != nil {
		return broken(err)
	}
	for _, v := range values {
		if s := epssOf(id, v); m.EPSS == nil || s.Probability > m.EPSS.Probability {
			m.EPSS = &s
		}
	}
	return nil
}

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

// wholeText returns a copy of a record's text. The block it lies in is kept
// for the next, since who asks for a package asks for neighbours.
func (p *part) wholeText(t textRef) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.numbers != t.block+1 {
		if err := p.unpack(t.block); err != nil {
			return nil, err
		}
	}
	if t.offset > uint32(len(p.text)) || t.length > uint32(len(p.text))-t.offset {
		return nil, p.file.damaged("a reference points outside its block")
	}
	return slices.Clone(p.text[t.offset : t.offset+t.length]), nil
}

func (p *part) unpack(n uint32) error {
	index := p.file.spans[secTextIndex]
	var ends [16]byte
	if uint64(n)*8+16 > index.length {
		return p.file.damaged("a reference points outside its texts")
	}
	if err := p.file.read(ends[:], index.offset+uint64(n)*8); err != nil {
		return err
	}
	start, end := binary.LittleEndian.Uint64(ends[:]), binary.LittleEndian.Uint64(ends[8:])
	s := p.file.spans[secTexts]
	if end < start || end > s.length || end-start < 8 {
		return p.file.damaged("its text index points outside")
	}
	b := make([]byte, end-start)
	if err := p.file.read(b, s.offset+start); err != nil {
		return err
	}
	if check(b[4:], uint64(n)) != binary.LittleEndian.Uint32(b) {
		return p.file.damaged("a block of texts has the wrong checksum")
	}
	if p.unzip == nil {
		z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(textBlock+maxRecord))
		if err != nil {
			return err
		}
		p.unzip = z
	}
	text, err := p.unzip.DecodeAll(b[8:], p.text[:0])
	if err != nil || uint32(len(text)) != binary.LittleEndian.Uint32(b[4:]) {
		return p.file.damaged("a block of texts cannot be unpacked")
	}
	p.text, p.numbers = text, n+1
	return nil
}
