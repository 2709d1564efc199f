package advisory

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// multiplyUnit writes the records of a unit n times into folder/all.zip.
func multiplyUnit(u unit, folder string, n int) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(folder, "all.zip"))
	if err != nil {
		return err
	}
	defer f.Close()
	z := zip.NewWriter(f)
	packer, err := flate.NewWriter(nil, flate.BestSpeed) // one for all: each is a MiB
	if err != nil {
		return err
	}
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		packer.Reset(w)
		return packer, nil
	})
	var failed error
	source, err := u.items(func(string, error) {}, func(it item) bool {
		b, err := it.read(nil)
		if err != nil {
			failed = err
			return false
		}
		for i := range n {
			c := b
			if i > 0 {
				suffix := fmt.Sprintf("-%dx", i)
				for _, field := range []string{`"name": "`, `"name":"`, `"id": "`, `"id":"`} {
					c = suffixed(c, field, suffix)
				}
			}
			w, err := z.Create(fmt.Sprintf("%d/%s", i, filepath.Base(it.name)))
			if err == nil {
				_, err = w.Write(c)
			}
			if err != nil {
				failed = err
				return false
			}
		}
		return true
	})
	if source != nil {
		source.Close()
	}
	if err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	return z.Close()
}

// suffixed appends suffix to the value of each field written like that.
func suffixed(b []byte, field, suffix string) []byte {
	out := make([]byte, 0, len(b)+256)
	for {
		i := bytes.Index(b, []byte(field))
		if i < 0 {
			return append(out, b...)
		}
		end := i + len(field)
		j := bytes.IndexByte(b[end:], '"')
		if j < 0 {
			return append(out, b...)
		}
		out = append(out, b[:end+j]...)
		out = append(out, suffix...)
		b = b[end+j:]
	}
}
