package advisory

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"

	kennel "github.com/kennel-oss/kennel"
)

// A record header is what a match needs of a record:
//
//	checksum, length, block and offset and length of the whole text
//	id, flags, aliases, upstream, summary, published, modified, severity, …
const headPrefix = 20

// head is a decoded record header.
type head struct {
	kennel.Advisory
	withdrawn bool
	text      textRef
}

// textRef says where a record's whole text lies.
type textRef struct{ block, offset, length uint32 }

// encodeHead leaves its first bytes, which only the writer knows, empty.
func encodeHead(a *kennel.Advisory, withdrawn bool) []byte {
	b := make([]byte, headPrefix, headPrefix+160)
	b = appendString(b, a.ID)
	flags := byte(a.Kind) << 1
	if withdrawn {
		flags |= 1
	}
	b = append(b, flags, byte(a.Severity), byte(a.Score*10+0.5))
	b = appendStrings(b, a.Aliases)
	b = appendStrings(b, a.Upstream)
	b = appendString(b, a.Summary)
	b = appendTime(b, a.Published)
	b = appendTime(b, a.Modified)
	b = appendString(b, a.Vector)
	b = appendString(b, a.Source)
	return appendString(b, a.URL)
}

// sealHead fills in the first bytes of a header written at offset.
func sealHead(b []byte, offset uint64, t textRef) {
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-headPrefix))
	binary.LittleEndian.PutUint32(b[8:], t.block)
	binary.LittleEndian.PutUint32(b[12:], t.offset)
	binary.LittleEndian.PutUint32(b[16:], t.length)
	binary.LittleEndian.PutUint32(b, check(b[4:], offset))
}

// decodeHead reads a header behind its checksum.
func decodeHead(b []byte) (head, bool) {
	var h head
	c := read(b)
	if c.uint32() != uint32(len(b)-(headPrefix-4)) {
		return h, false
	}
	h.text = textRef{c.uint32(), c.uint32(), c.uint32()}
	h.ID = c.string()
	flags := c.byte()
	h.withdrawn, h.Kind = flags&1 != 0, kennel.AdvisoryKind(flags>>1)
	h.Severity = kennel.Severity(c.byte())
	h.Score = float64(c.byte()) / 10
	h.Aliases = c.strings()
	h.Upstream = c.strings()
	h.Summary = c.string()
	h.Published = c.time()
	h.Modified = c.time()
	h.Vector = c.string()
	h.Source = c.string()
	h.URL = c.string()
	if page := home(h.ID).page; h.URL == "" && page != "" {
		h.URL = pageOfRecord(page, h.ID)
	}
	return h, !c.bad
}

// idHash is the key of an id in the id index. Ids differ in case between
// sources and users: "ghsa-…" finds "GHSA-…".
func idHash(id string) uint64 {
	b := make([]byte, 0, 64)
	for i := range len(id) {
		c := id[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		b = append(b, c)
	}
	return xxhash.Sum64(b)
}

func nameHash(key string) uint64 { return xxhash.Sum64String(key) }
