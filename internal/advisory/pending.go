package advisory

import (
	"slices"

	kennel "github.com/kennel-oss/kennel"
)

// pending holds what records say of packages until all are read. It is one
// run of bytes, in which the entries of a package are chained from the last to
// the first: hundreds of thousands of them as objects would take ten times the
// memory.
type pending struct {
	bytes []byte
	text  string            // bytes, once all are in
	last  map[string]uint64 // name key -> its last entry, as an offset plus one
}

func (p *pending) add(key string, a *affected) {
	at := uint64(len(p.bytes)) + 1
	b := appendUvarint(p.bytes, p.last[key])
	b = appendUvarint(b, a.record)
	flags := byte(a.kind) << 1
	if a.sound {
		flags |= 1
	}
	b = append(b, flags)
	b = appendString(appendString(b, a.name), a.release)
	b = appendRanges(appendRanges(b, a.ranges), a.custom)
	b = appendStrings(appendStrings(b, a.versions), a.ids)
	p.bytes, p.last[key] = b, at
}

func appendRanges(b []byte, ranges [][]event) []byte {
	b = appendUvarint(b, uint64(len(ranges)))
	for _, events := range ranges {
		b = appendUvarint(b, uint64(len(events)))
		for _, ev := range events {
			b = appendString(append(b, byte(ev.kind)), ev.version)
		}
	}
	return b
}

// seal ends the adding.
func (p *pending) seal() { p.text, p.bytes = string(p.bytes), nil }

// of returns the entries of a package in the order in which they were added.
func (p *pending) of(key string) []*affected {
	var out []*affected
	for at := p.last[key]; at > 0; {
		c := cursor{s: p.text[at-1:]}
		at = c.uvarint()
		a := &affected{record: c.uvarint()}
		flags := c.byte()
		a.kind, a.sound = kennel.AdvisoryKind(flags>>1), flags&1 != 0
		a.name, a.release = c.string(), c.string()
		a.ranges, a.custom = c.ranges(), c.ranges()
		a.versions, a.ids = c.strings(), c.strings()
		out = append(out, a)
	}
	slices.Reverse(out)
	return out
}

func (c *cursor) ranges() [][]event {
	var out [][]event
	for range c.count(1) {
		events := make([]event, c.count(2))
		for i := range events {
			events[i] = event{eventKind(c.byte()), c.string()}
		}
		out = append(out, events)
	}
	return out
}
