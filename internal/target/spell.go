package target

import (
	"io/fs"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kennel-oss/kennel/internal/archive"
)

// raw returns the bytes that a name is stored under. A name with \xNN in it
// may be one that ReadDir spelled so, or really hold a backslash: what exists
// as written is meant as written.
func (d *folder) raw(name string) string {
	if !strings.Contains(name, `\x`) {
		return name
	}
	if _, err := d.root.Lstat(name); err == nil {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if strings.HasPrefix(name[i:], `\x`) && i+4 <= len(name) {
			if v, err := strconv.ParseUint(name[i+2:i+4], 16, 8); err == nil && v >= 0x80 {
				b.WriteByte(byte(v))
				i += 3
				continue
			}
		}
		b.WriteByte(name[i])
	}
	return b.String()
}

func spellAll(list []fs.DirEntry) {
	for i, e := range list {
		if !utf8.ValidString(e.Name()) {
			list[i] = spelledEntry{e, archive.Printable(e.Name())}
		}
	}
}

type spelled struct {
	fs.FileInfo
	name string
}

func (s spelled) Name() string { return s.name }

type spelledEntry struct {
	fs.DirEntry
	name string
}

func (s spelledEntry) Name() string { return s.name }

func (s spelledEntry) Info() (fs.FileInfo, error) {
	i, err := s.DirEntry.Info()
	if err != nil {
		return nil, err
	}
	return spelled{i, s.name}, nil
}
