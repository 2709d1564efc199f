package rpm

import (
	"encoding/binary"
	"errors"
	"strings"
)

// pkg is what matters of one package's header.
type pkg struct {
	name, version, release, arch, license, source, module string
	epoch                                                 uint32

	provides, requires []string
	requireFlags       []uint32
	requireVersions    []string

	baseNames, dirNames []string
	dirIndexes          []uint32
}

// Tags and types of rpm headers.
// Source: https://rpm-software-management.github.io/rpm/manual/tags.html
const (
	tagName, tagVersion, tagRelease, tagEpoch = 1000, 1001, 1002, 1003
	tagLicense, tagArch, tagSource            = 1014, 1022, 1044
	tagProvides, tagRequireFlags              = 1047, 1048
	tagRequires, tagRequireVersions           = 1049, 1050
	tagDirIndexes, tagBaseNames, tagDirNames  = 1116, 1117, 1118
	tagModule                                 = 5096

	typeInt32, typeString, typeStringArray, typeI18N = 4, 6, 8, 9
)

var errHeader = errors.New("broken header")

// readHeader reads a header: two counts, entries of 16 bytes (tag, type,
// offset, count), and the data that they point into.
// Source: https://rpm-software-management.github.io/rpm/manual/hregions.html
func readHeader(blob []byte) (pkg, error) {
	var p pkg
	if len(blob) < 8 {
		return p, errHeader
	}
	entries, length := binary.BigEndian.Uint32(blob), binary.BigEndian.Uint32(blob[4:])
	if uint64(entries)*16+uint64(length)+8 > uint64(len(blob)) {
		return p, errHeader
	}
	index, data := blob[8:8+16*entries], blob[8+16*entries:][:length]
	seen := make(map[uint32]bool, 16)
	for ; len(index) > 0; index = index[16:] {
		h := entry{
			kind:  binary.BigEndian.Uint32(index[4:]),
			count: binary.BigEndian.Uint32(index[12:]),
		}
		tag := binary.BigEndian.Uint32(index)
		into := p.field(tag)
		if into == nil {
			continue
		}
		if seen[tag] { // reading the same data again and again would be quadratic
			return p, errHeader
		}
		seen[tag] = true
		offset := binary.BigEndian.Uint32(index[8:])
		if offset > length {
			return p, errHeader
		}
		h.data = data[offset:]
		if !h.read(into) {
			return p, errHeader
		}
	}
	return p, nil
}

// field returns where a tag's value goes, nil for one that does not matter.
func (p *pkg) field(tag uint32) any {
	switch tag {
	case tagName:
		return &p.name
	case tagVersion:
		return &p.version
	case tagRelease:
		return &p.release
	case tagEpoch:
		return &p.epoch
	case tagLicense:
		return &p.license
	case tagArch:
		return &p.arch
	case tagSource:
		return &p.source
	case tagModule:
		return &p.module
	case tagProvides:
		return &p.provides
	case tagRequires:
		return &p.requires
	case tagRequireFlags:
		return &p.requireFlags
	case tagRequireVersions:
		return &p.requireVersions
	case tagBaseNames:
		return &p.baseNames
	case tagDirNames:
		return &p.dirNames
	case tagDirIndexes:
		return &p.dirIndexes
	}
	return nil
}

// entry is the value of one tag.
type entry struct {
	kind, count uint32
	data        []byte
}

// read puts the value into its field; it reports whether the value is whole
// and of the field's type.
func (h entry) read(into any) bool {
	switch to := into.(type) {
	case *string:
		list := h.strings(1)
		if len(list) != 1 {
			return false
		}
		*to = clean(list[0])
		return true
	case *[]string:
		*to = h.strings(h.count)
		return len(*to) == int(h.count)
	case *uint32:
		list := h.numbers(1)
		if len(list) != 1 {
			return false
		}
		*to = list[0]
		return true
	case *[]uint32:
		*to = h.numbers(h.count)
		return len(*to) == int(h.count)
	}
	return false
}

// strings returns n strings, each of which ends in a zero byte; fewer when the
// data ends before.
func (h entry) strings(n uint32) []string {
	if h.kind != typeString && h.kind != typeStringArray && h.kind != typeI18N || uint64(n) > uint64(len(h.data)) {
		return nil
	}
	list := make([]string, 0, n)
	for rest := h.data; uint32(len(list)) < n; {
		one, after, ok := cutZero(rest)
		if !ok {
			break
		}
		list, rest = append(list, string(one)), after
	}
	return list
}

func cutZero(b []byte) (one, after []byte, ok bool) {
	for i, c := range b {
		if c == 0 {
			return b[:i], b[i+1:], true
		}
	}
	return nil, nil, false
}

func (h entry) numbers(n uint32) []uint32 {
	if h.kind != typeInt32 || uint64(n)*4 > uint64(len(h.data)) {
		return nil
	}
	list := make([]uint32, n)
	for i := range list {
		list[i] = binary.BigEndian.Uint32(h.data[4*i:])
	}
	return list
}

// clean keeps text fit to print.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(s, "_"))
}
