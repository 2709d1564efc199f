package archive

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"testing"
)

// Entries of a zip that share their bytes: a few kilobytes that claim
// gigabytes, none of them over any bound by itself.
func TestOverlappingEntriesShareOneBound(t *testing.T) {
	const each, count = 4 << 20, 200
	var one bytes.Buffer
	z := zip.NewWriter(&one)
	w, err := z.Create("00000")
	if err != nil {
		t.Fatal(err)
	}
	w.Write(make([]byte, each))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	whole := one.Bytes()
	end := whole[len(whole)-22:]
	start := binary.LittleEndian.Uint32(end[16:])
	entry := whole[start : len(whole)-22]
	data := bytes.Clone(whole[:start])
	for i := range count {
		e := bytes.Clone(entry)
		copy(e[46:], fmt.Sprintf("%05d", i))
		data = append(data, e...)
	}
	end = bytes.Clone(end)
	binary.LittleEndian.PutUint16(end[8:], count)
	binary.LittleEndian.PutUint16(end[10:], count)
	binary.LittleEndian.PutUint32(end[12:], uint32(count*len(entry)))
	data = append(data, end...)

	tree, err := Zip(section{io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for i := range count {
		b, err := fs.ReadFile(tree, fmt.Sprintf("%05d", i))
		var limit *LimitError
		if errors.As(err, &limit) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		read += len(b)
	}
	if read == 0 || read > ratioFrom {
		t.Errorf("%d bytes came out of %d, the bound is %d", read, len(data), ratioFrom)
	}
}
