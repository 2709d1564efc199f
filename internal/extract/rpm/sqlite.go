package rpm

import (
	"encoding/binary"
	"errors"
	"fmt"
)

var errSQLite = errors.New("broken SQLite page")

// sqlite reads one table of a SQLite file: B-tree pages of rows, and chains of
// overflow pages for what does not fit a page.
// Source: https://www.sqlite.org/fileformat.html
type sqlite struct {
	*store
	page   int64 // bytes of a page
	usable int64 // of which hold data
}

func (s *store) readSQLite(head []byte) error {
	q := sqlite{store: s, page: int64(binary.BigEndian.Uint16(head[16:]))}
	if q.page == 1 {
		q.page = 1 << 16
	}
	q.usable = q.page - int64(head[20])
	if q.page < 512 || q.page&(q.page-1) != 0 || q.usable < 480 {
		return errors.New("broken SQLite header")
	}
	root := int64(0)
	err := q.table(1, func(row []byte) error {
		cells, err := columns(row)
		if err != nil {
			return err
		}
		if len(cells) >= 4 && string(cells[0]) == "table" && string(cells[1]) == "Packages" {
			root = number(cells[3])
			return errStop
		}
		return nil
	})
	if err != nil && err != errStop {
		return err
	}
	if root < 1 {
		return errors.New("it has no table of packages")
	}
	return q.table(root, func(row []byte) error {
		cells, err := columns(row)
		if err != nil || len(cells) < 2 {
			return errSQLite
		}
		return s.see(cells[1])
	})
}

// maxTree bounds the depth of a B-tree; with the smallest pages, ten levels
// hold more rows than a file has bytes.
const maxTree = 20

// table calls see with each row of the B-tree at a root page.
func (q *sqlite) table(root int64, see func(row []byte) error) error {
	return q.walk(root, 0, see)
}

func (q *sqlite) walk(number int64, depth int, see func([]byte) error) error {
	if depth > maxTree || number < 1 {
		return errSQLite
	}
	page, err := q.at((number-1)*q.page, q.page)
	if err != nil {
		return err
	}
	head := page
	if number == 1 {
		head = page[100:] // after the file's header; offsets count from the page
	}
	const interior, leaf = 0x05, 0x0d
	kind, cells := head[0], int(binary.BigEndian.Uint16(head[3:]))
	pointers := head[8:]
	if kind == interior {
		pointers = head[12:]
	}
	if 2*cells > len(pointers) {
		return errSQLite
	}
	for i := range cells {
		at := int(binary.BigEndian.Uint16(pointers[2*i:]))
		if at+4 > len(page) {
			return errSQLite
		}
		switch kind {
		case interior:
			err = q.walk(int64(binary.BigEndian.Uint32(page[at:])), depth+1, see)
		case leaf:
			var row []byte
			if row, err = q.row(page[:q.usable], at); err == nil {
				err = see(row)
			}
		default:
			err = errSQLite
		}
		if err != nil {
			return err
		}
	}
	if kind == interior {
		return q.walk(int64(binary.BigEndian.Uint32(head[8:])), depth+1, see)
	}
	return nil
}

// row returns the payload of the leaf cell at an offset of its page.
func (q *sqlite) row(page []byte, at int) ([]byte, error) {
	if at > len(page) {
		return nil, errSQLite
	}
	size, n := varint(page[at:])
	_, m := varint(page[at+n:]) // the row's number
	if n == 0 || m == 0 {
		return nil, errSQLite
	}
	cell := page[at+n+m:]
	if size < 0 || size > maxHeader {
		return nil, fmt.Errorf("a row is larger than the bound of %d MiB", maxHeader>>20)
	}
	u := q.usable
	local := size
	if most := u - 35; size > most {
		least := (u-12)*32/255 - 23
		if local = least + (size-least)%(u-4); local > most {
			local = least
		}
	}
	if local > int64(len(cell)) || local < size && local+4 > int64(len(cell)) {
		return nil, errSQLite
	}
	if local == size {
		return cell[:size], nil
	}
	// Grown as pages come: the size is only a claim until then.
	row := append(make([]byte, 0, min(size, 1<<20)), cell[:local]...)
	for next := int64(binary.BigEndian.Uint32(cell[local:])); int64(len(row)) < size; {
		if next < 1 {
			return nil, errSQLite
		}
		page, err := q.at((next-1)*q.page, q.page)
		if err != nil {
			return nil, err
		}
		next = int64(binary.BigEndian.Uint32(page))
		row = append(row, page[4:4+min(u-4, size-int64(len(row)))]...)
	}
	return row, nil
}

// columns splits a record into the bytes of its columns.
func columns(row []byte) ([][]byte, error) {
	length, n := varint(row)
	if n == 0 || length < int64(n) || length > int64(len(row)) {
		return nil, errSQLite
	}
	types, data := row[n:length], row[length:]
	var cells [][]byte
	for len(types) > 0 && len(cells) < 8 {
		t, n := varint(types)
		if n == 0 {
			return nil, errSQLite
		}
		types = types[n:]
		size := int64(0)
		switch {
		case t >= 12:
			size = (t - 12) / 2
		case t >= 0 && t < 10:
			size = [...]int64{0, 1, 2, 3, 4, 6, 8, 8, 0, 0}[t]
		}
		if t < 0 || size > int64(len(data)) {
			return nil, errSQLite
		}
		cells, data = append(cells, data[:size]), data[size:]
	}
	return cells, nil
}

// number reads a big-endian integer of up to four bytes.
func number(b []byte) int64 {
	n := int64(0)
	for _, c := range b[:min(len(b), 4)] {
		n = n<<8 | int64(c)
	}
	return n
}

// varint reads SQLite's variable-length integer: seven bits a byte, the most
// significant first; the ninth byte gives eight. n is 0 when b ends before.
func varint(b []byte) (v int64, n int) {
	for i := range min(len(b), 9) {
		if i == 8 {
			return v<<8 | int64(b[i]), 9
		}
		v = v<<7 | int64(b[i]&0x7f)
		if b[i] < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}
