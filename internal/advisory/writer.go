package advisory

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/klauspost/compress/zstd"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// textBlock is how many bytes of records are compressed together: enough for
// zstd to find what records have in common, little enough to unpack for one.
const textBlock = 64 << 10

// meta says what an advisory file is. It is one of the file's sections.
type meta struct {
	Ecosystem kennel.Ecosystem `json:"ecosystem"`
	Records   int              `json:"records"`
	Packages  int              `json:"packages"`
	Releases  []string         `json:"releases,omitempty"`
	Newest    time.Time        `json:"newest,omitzero"`
}

// ecosystemWriter compiles the file of one ecosystem. Whole texts go to the
// output as they come; headers and bounds are held until the end.
type ecosystemWriter struct {
	meta
	out      *fileWriter
	zip      *zstd.Encoder
	text     []byte // the block under way
	packed   []byte
	blocks   []uint64 // where each block begins, in the section
	records  []byte
	ids      []tableRow
	seen     map[string]struct{}
	releases map[string]struct{}
	pending  pending
}

func newEcosystemWriter(e kennel.Ecosystem, out output, z *zstd.Encoder) *ecosystemWriter {
	return &ecosystemWriter{
		meta: meta{Ecosystem: e},
		out:  newFileWriter(out), zip: z,
		seen: make(map[string]struct{}), releases: make(map[string]struct{}), pending: pending{last: make(map[string]uint64)},
	}
}

// add takes one record with its entries for this ecosystem. It reports false
// for an id that is already there; the first one stays.
func (w *ecosystemWriter) add(p *parsed, entries []*affected) (bool, error) {
	if _, seen := w.seen[p.advisory.ID]; seen {
		return false, nil
	}
	w.seen[p.advisory.ID] = struct{}{}
	w.Records++
	for _, t := range []time.Time{p.advisory.Published, p.advisory.Modified} {
		if t.After(w.Newest) {
			w.Newest = t
		}
	}
	if len(w.text) > 0 && len(w.text)+len(p.raw) > textBlock {
		if err := w.flush(); err != nil {
			return false, err
		}
	}
	ref := textRef{uint32(len(w.blocks)), uint32(len(w.text)), uint32(len(p.raw))}
	w.text = append(w.text, p.raw...)

	offset := uint64(len(w.records))
	w.records = append(w.records, p.head...)
	sealHead(w.records[offset:], offset, ref)
	w.ids = append(w.ids, tableRow{idHash(p.advisory.ID), offset})
	for _, id := range p.advisory.Aliases {
		w.ids = append(w.ids, tableRow{idHash(id), offset})
	}
	all := append([]string{p.advisory.ID}, p.advisory.Aliases...)
	for _, a := range entries {
		own := *a // a record of several ecosystems has a header in each file
		own.record, own.ids = offset, all
		key := ecosystem.NameKey(kennel.Package{Ecosystem: w.Ecosystem, Name: a.name})
		w.pending.add(key, &own)
		if a.release != "" {
			w.releases[a.release] = struct{}{}
		}
	}
	return true, nil
}

// flush compresses the block under way.
func (w *ecosystemWriter) flush() error {
	if len(w.text) == 0 {
		return nil
	}
	w.packed = append(w.packed[:0], 0, 0, 0, 0)
	w.packed = binary.LittleEndian.AppendUint32(w.packed, uint32(len(w.text)))
	w.packed = w.zip.EncodeAll(w.text, w.packed)
	binary.LittleEndian.PutUint32(w.packed, check(w.packed[4:], uint64(len(w.blocks))))
	w.blocks = append(w.blocks, w.out.offset-w.out.start)
	w.text = w.text[:0]
	_, err := w.out.Write(w.packed)
	return err
}

// finish writes everything else. The writer is of no use afterwards.
func (w *ecosystemWriter) finish(ctx context.Context) error {
	if err := w.flush(); err != nil {
		return err
	}
	w.blocks = append(w.blocks, w.out.offset-w.out.start)
	w.out.end()
	var index []byte
	for _, at := range w.blocks {
		index = binary.LittleEndian.AppendUint64(index, at)
	}
	if err := w.section(index); err != nil {
		return err
	}
	if err := w.section(w.records); err != nil {
		return err
	}
	w.records, w.seen = nil, nil
	names, err := w.writePackages(ctx)
	if err != nil {
		return err
	}
	w.pending = pending{}
	for _, rows := range [][]tableRow{names, w.ids} {
		pages, index := encodeTable(rows)
		if err := w.section(pages); err != nil {
			return err
		}
		if err := w.section(index); err != nil {
			return err
		}
	}
	b, err := json.Marshal(w.meta, json.Deterministic(true))
	if err != nil {
		return err
	}
	if err := w.section(b); err != nil {
		return err
	}
	return w.out.finish()
}

func (w *ecosystemWriter) section(b []byte) error {
	_, err := w.out.Write(b)
	w.out.end()
	return err
}

// writePackages writes the section of package blocks, in the order of their
// keys, and returns the rows that lead to them.
func (w *ecosystemWriter) writePackages(ctx context.Context) ([]tableRow, error) {
	w.pending.seal()
	keys := slices.Sorted(maps.Keys(w.pending.last))
	w.Packages = len(keys)
	w.Releases = slices.Sorted(maps.Keys(w.releases))

	rows := make([]tableRow, 0, len(keys))
	err := ordered(ctx, func(yield func([]string) bool) error {
		for chunk := range slices.Chunk(keys, 256) {
			if !yield(chunk) {
				break
			}
		}
		return nil
	}, func(keys []string) [][]byte {
		blocks := make([][]byte, len(keys))
		for i, key := range keys {
			blocks[i] = encodeBlock(w.Ecosystem, key, w.pending.of(key))
		}
		return blocks
	}, func(blocks [][]byte) error {
		for _, b := range blocks {
			at := w.out.offset - w.out.start
			if len(b) >= 1<<blockLengthBits {
				return fmt.Errorf("the advisories of %s %q take more than %d bytes", w.Ecosystem, keys[len(rows)], 1<<blockLengthBits)
			}
			binary.LittleEndian.PutUint32(b, check(b[4:], at))
			rows = append(rows, tableRow{nameHash(keys[len(rows)]), blockRef(at, len(b))})
			if _, err := w.out.Write(b); err != nil {
				return err
			}
		}
		return nil
	})
	w.out.end()
	return rows, err
}

// A block reference has the offset above the length.
const blockLengthBits = 28

func blockRef(offset uint64, length int) uint64 { return offset<<blockLengthBits | uint64(length) }

func splitRef(ref uint64) (offset uint64, length int) {
	return ref >> blockLengthBits, int(ref & (1<<blockLengthBits - 1))
}
