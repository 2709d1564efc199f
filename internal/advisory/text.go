package advisory

import (
	"encoding/binary"
	"slices"

	"github.com/klauspost/compress/zstd"
)

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
