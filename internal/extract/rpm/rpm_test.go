package rpm

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

// header makes a package's header of tags in order.
func header(tags ...any) []byte {
	var index, data []byte
	for i := 0; i < len(tags); i += 2 {
		kind, count := uint32(typeString), 1
		for typeInt32 == 4 && len(data)%4 != 0 {
			data = append(data, 0)
		}
		at := len(data)
		switch v := tags[i+1].(type) {
		case string:
			data = append(append(data, v...), 0)
		case []string:
			kind, count = typeStringArray, len(v)
			for _, s := range v {
				data = append(append(data, s...), 0)
			}
		case []uint32:
			kind, count = typeInt32, len(v)
			for _, n := range v {
				data = binary.BigEndian.AppendUint32(data, n)
			}
		}
		for _, n := range []uint32{uint32(tags[i].(int)), kind, uint32(at), uint32(count)} {
			index = binary.BigEndian.AppendUint32(index, n)
		}
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(len(index)/16))
	head = binary.BigEndian.AppendUint32(head, uint32(len(data)))
	return slices.Concat(head, index, data)
}

// packages are the headers that every store of these tests holds.
func packages() [][]byte {
	return [][]byte{
		header(tagName, "openssl-libs", tagVersion, "3.0.7", tagRelease, "24.el9", tagEpoch, []uint32{1},
			tagLicense, "ASL 2.0", tagArch, "x86_64", tagSource, "openssl-3.0.7-24.el9.src.rpm",
			tagProvides, []string{"libssl.so.3()(64bit)", "openssl-libs"},
			tagRequires, []string{"/sbin/ldconfig", "libc.so.6()(64bit)", "rpmlib(X)"},
			tagRequireFlags, []uint32{0, 0, 0}, tagRequireVersions, []string{"", "", ""},
			tagBaseNames, []string{"libssl.so.3", "../escape"}, tagDirIndexes, []uint32{0, 0}, tagDirNames, []string{"/usr/lib64/"}),
		header(tagName, "glibc", tagVersion, "2.34", tagRelease, "83.el9", tagArch, "x86_64", tagSource, "glibc-2.34-83.el9.src.rpm",
			tagProvides, []string{"glibc", "libc.so.6()(64bit)"},
			tagBaseNames, []string{"ldconfig"}, tagDirIndexes, []uint32{0}, tagDirNames, []string{"/sbin/"}),
		header(tagName, "perl-libs", tagVersion, "5.30", tagRelease, "1.module", tagArch, "noarch", tagModule, "perl:5.30:8040:abc",
			tagRequires, []string{"glibc", "openssl-libs"}, tagRequireFlags, []uint32{8 | 4, 0}, tagRequireVersions, []string{"2.17", ""},
			tagLicense, strings.Repeat("long ", 400)),
		header(tagName, "gpg-pubkey", tagVersion, "1", tagRelease, "1"),
	}
}

// sqliteOf makes a database with pages of 512 bytes: the schema, an interior
// page, one leaf a row, and overflow pages.
func sqliteOf(blobs [][]byte) []byte {
	const size = 512
	var pages [][]byte
	add := func() int { pages = append(pages, make([]byte, size)); return len(pages) - 1 }
	varintOf := func(n int) []byte { return []byte{0x80 | byte(n>>14), 0x80 | byte(n>>7)&0xff, byte(n & 0x7f)} }
	leaf := func(page, from int, record []byte, row int) {
		local := len(record)
		if local > size-35 {
			least := (size-12)*32/255 - 23
			if local = least + (len(record)-least)%(size-4); local > size-35 {
				local = least
			}
		}
		cell := slices.Concat(varintOf(len(record)), varintOf(row), record[:local])
		last := -1
		for rest := record[local:]; len(rest) > 0; {
			next := add()
			if last < 0 {
				cell = binary.BigEndian.AppendUint32(cell, uint32(next+1))
			} else {
				binary.BigEndian.PutUint32(pages[last], uint32(next+1))
			}
			rest = rest[copy(pages[next][4:], rest):]
			last = next
		}
		at := size - len(cell)
		copy(pages[page][at:], cell)
		pages[page][from] = 0x0d
		binary.BigEndian.PutUint16(pages[page][from+3:], 1)
		binary.BigEndian.PutUint16(pages[page][from+8:], uint16(at))
	}
	schema, tree := add(), add()
	leaf(schema, 100, slices.Concat([]byte{6, 12 + 1 + 2*5, 13 + 2*8, 13 + 2*8, 1, 13 + 2*1}, []byte("tablePackagesPackages\x02x")), 1)
	pages[tree][0] = 0x05
	binary.BigEndian.PutUint16(pages[tree][3:], uint16(len(blobs)-1))
	for i, blob := range blobs {
		page := add()
		leaf(page, 0, slices.Concat([]byte{5, 0}, varintOf(12+2*len(blob)), blob), i+1)
		if i == len(blobs)-1 {
			binary.BigEndian.PutUint32(pages[tree][8:], uint32(page+1))
			break
		}
		at := size - 8*(i+1)
		binary.BigEndian.PutUint32(pages[tree][at:], uint32(page+1))
		binary.BigEndian.PutUint16(pages[tree][12+2*i:], uint16(at))
	}
	copy(pages[0], "SQLite format 3\x00")
	binary.BigEndian.PutUint16(pages[0][16:], size)
	return bytes.Join(pages, nil)
}

// ndbOf makes a database in rpm's own format.
func ndbOf(blobs [][]byte) []byte {
	db := make([]byte, 4096)
	copy(db, "RpmP")
	db[12] = 1
	for at := 32; at < len(db); at += 16 {
		copy(db[at:], "Slot")
	}
	for i, blob := range blobs {
		slot := db[32+16*(2*i+1):]
		slot[4] = byte(i + 1)
		binary.LittleEndian.PutUint32(slot[8:], uint32(len(db)/16))
		head := append([]byte("BlbS"), byte(i+1), 0, 0, 0, 0, 0, 0, 0)
		db = slices.Concat(db, binary.LittleEndian.AppendUint32(head, uint32(len(blob))), blob)
		for len(db)%16 != 0 {
			db = append(db, 0)
		}
	}
	return db
}

// berkeleyOf makes a Berkeley DB hash of one hash page.
func berkeleyOf(blobs [][]byte, order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}) []byte {
	const size = 512
	pages := [][]byte{make([]byte, size), make([]byte, size)}
	order.PutUint32(pages[0][12:], berkeleyMagic)
	order.PutUint32(pages[0][20:], size)
	hash := pages[1]
	hash[25] = 13
	order.PutUint16(hash[20:], uint16(2*len(blobs)+2))
	at := size
	item := func(i int, content ...byte) {
		at -= len(content)
		copy(hash[at:], content)
		order.PutUint16(hash[26+2*i:], uint16(at))
	}
	for i, blob := range blobs {
		item(2*i, 1, byte(i), 0, 0, 0)
		value := order.AppendUint32([]byte{3, 0, 0, 0}, uint32(len(pages)))
		item(2*i+1, order.AppendUint32(value, uint32(len(blob)))...)
		for len(blob) > 0 {
			page := make([]byte, size)
			page[25] = 7
			n := copy(page[26:], blob)
			order.PutUint16(page[22:], uint16(n))
			if blob = blob[n:]; len(blob) > 0 {
				order.PutUint32(page[16:], uint32(len(pages)+1))
			}
			pages = append(pages, page)
		}
	}
	item(2*len(blobs), 1, 0, 0, 0, 0)
	item(2*len(blobs)+1, 1, 4, 0, 0, 0) // the counter
	order.PutUint32(pages[0][32:], uint32(len(pages)-1))
	return bytes.Join(pages, nil)
}

func stores() map[string][]byte {
	return map[string][]byte{
		"var/lib/rpm/rpmdb.sqlite":         sqliteOf(packages()),
		"usr/lib/sysimage/rpm/Packages.db": ndbOf(packages()),
		"var/lib/rpm/Packages":             berkeleyOf(packages(), binary.LittleEndian),
		"usr/share/rpm/Packages":           berkeleyOf(packages(), binary.BigEndian),
	}
}

func TestExtract(t *testing.T) {
	const want = `project PATH root=. ecosystem=Rocky Linux graph installed
  Rocky Linux glibc 2.34-83.el9 release=9 source=glibc 2.34-83.el9 shipped unknown origin=unknown arch=x86_64 @PATH
  Rocky Linux openssl-libs 1:3.0.7-24.el9 release=9 source=openssl 1:3.0.7-24.el9 shipped unknown origin=unknown arch=x86_64 licenses=ASL 2.0 @PATH
    -> glibc 2.34-83.el9
  Rocky Linux perl-libs 5.30-1.module release=9 source=perl-libs 5.30-1.module shipped unknown origin=unknown arch=noarch rpmmod=perl:5.30:8040:abc licenses=LONG @PATH
    -> glibc 2.34-83.el9 (>= 2.17)
    -> openssl-libs 1:3.0.7-24.el9
`
	for name, data := range stores() {
		tree := fstest.MapFS{name: {Data: data}, "etc/os-release": {Data: []byte("ID=rocky\nVERSION_ID=9.3\n")}}
		inv, matched := extracttest.Extract(t, New(), tree)
		got := strings.ReplaceAll(extracttest.Render(inv), strings.Repeat("long ", 400), "LONG")
		if want := strings.ReplaceAll(want, "PATH", name); got != want || matched != 1 {
			t.Errorf("%s: got\n%swant\n%s", name, got, want)
		}
		e, err := New().Extract(context.Background(), extracttest.File(tree, name))
		if err != nil || !slices.Equal(e.Owned, []string{"usr/lib64/libssl.so.3", "sbin/ldconfig"}) {
			t.Errorf("%s: owned %q, %v", name, e.Owned, err)
		}
	}
}

func TestGaps(t *testing.T) {
	broken := packages()
	broken[1] = broken[1][:20]
	cases := []struct {
		name string
		tree fstest.MapFS
		want string
	}{
		{"no system", fstest.MapFS{"a/var/lib/rpm/Packages": {Data: berkeleyOf(packages(), binary.LittleEndian)}}, "the release of the distribution is not known"},
		{"a broken header", fstest.MapFS{"var/lib/rpm/Packages": {Data: berkeleyOf(broken, binary.LittleEndian)}}, "1 of its packages have a broken header"},
		{"a log beside it", fstest.MapFS{"var/lib/rpm/rpmdb.sqlite": {Data: sqliteOf(packages())}, "var/lib/rpm/rpmdb.sqlite-wal": {Data: []byte("x")}}, "write-ahead log"},
		{"another format", fstest.MapFS{"var/lib/rpm/Packages": {Data: make([]byte, 100)}}, "not an rpm database"},
		{"nothing", fstest.MapFS{"var/lib/rpm/Packages": {}}, "too short"},
	}
	for _, c := range cases {
		inv, _ := extracttest.Extract(t, New(), c.tree)
		if got := extracttest.Render(inv); !strings.Contains(got, c.want) {
			t.Errorf("%s: want %q in\n%s", c.name, c.want, got)
		}
	}
}

// TestDamaged: every byte cut or flipped ends in an answer. A cut store never
// looks whole.
func TestDamaged(t *testing.T) {
	for name, whole := range stores() {
		for i := range whole {
			spoiled := bytes.Clone(whole)
			spoiled[i] ^= 0xff
			for _, data := range [][]byte{spoiled, whole[:i]} {
				e, err := New().Extract(context.Background(), extracttest.File(fstest.MapFS{name: {Data: data}}, name))
				if err == nil && len(e.Projects) != 1 {
					t.Fatalf("%s: byte %d: neither an error nor a project", name, i)
				}
				if err == nil && len(data) < len(whole)-600 && len(e.Gaps) < 2 && len(e.Projects[0].Occurrences) < 3 {
					t.Fatalf("%s: cut at %d without a gap", name, i)
				}
			}
		}
	}
}

func FuzzExtract(f *testing.F) {
	for _, data := range stores() {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		const name = "var/lib/rpm/Packages"
		e, _ := New().Extract(context.Background(), extracttest.File(fstest.MapFS{name: {Data: data}}, name))
		inv := kennel.Inventory{Projects: e.Projects, Gaps: e.Gaps}
		inv.Normalize()
	})
}

func BenchmarkExtract(b *testing.B) {
	var blobs [][]byte
	for i := range 50 {
		files := make([]string, 500)
		for k := range files {
			files[k] = fmt.Sprintf("file%d", k)
		}
		blobs = append(blobs, header(tagName, fmt.Sprint("package", i), tagVersion, "1", tagRelease, "1",
			tagBaseNames, files, tagDirIndexes, make([]uint32, 500), tagDirNames, []string{"/usr/lib/"}))
	}
	const name = "usr/lib/sysimage/rpm/Packages.db"
	file := extracttest.File(fstest.MapFS{name: {Data: ndbOf(blobs)}}, name)
	b.SetBytes(file.Size())
	b.ReportAllocs()
	for b.Loop() {
		if e, err := New().Extract(context.Background(), file); err != nil || len(e.Projects[0].Occurrences) != 50 {
			b.Fatal(err)
		}
	}
}
