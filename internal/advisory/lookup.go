package advisory

import (
	"encoding/binary"
	"slices"
	"strings"

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
func (db *DB) withdraws(e kennel.Ecosystem, id string) (bool, error) {
	p := db.parts[e]
	if p == nil {
		return false, nil
	}
	heads, err := p.named(id)
	if err != nil {
		return false, broken(err)
	}
	return slices.ContainsFunc(heads, func(h head) bool { return h.ID == id && h.withdrawn }), nil
}
