package cargo

import (
	"strconv"
	"strings"

	"github.com/kennel-oss/kennel/internal/lockfile"
	"github.com/kennel-oss/kennel/internal/toml"
)

// lock is a Cargo.lock as written.
type lock struct {
	version  int
	packages []entry           // those of [[package]], and the [root] of before 2017
	checksum map[string]string // version 1 keeps its checksums in [metadata]
	full     bool              // there were more packages
	twice    int               // line of the first key that a package has twice, or 0
}

type entry struct {
	name, version, source, checksum string
	dependencies                    []string
	line                            int
	seen                            uint8 // keys, to notice repeated ones
}

func parse(text []byte) (*lock, error) {
	l := &lock{}
	r := toml.New(text)
	var (
		now      *entry // the table that keys go into, or nil
		metadata bool
		err      error
	)
	err = r.Document(func(path []string, array bool) error {
		now, metadata = nil, false
		if len(path) == 1 {
			switch path[0] {
			case "package", "root":
				if len(l.packages) >= lockfile.PackagesMax {
					l.full = true
					break
				}
				l.packages = append(l.packages, entry{line: r.Line()})
				now = &l.packages[len(l.packages)-1]
			case "metadata":
				metadata = true
			}
		}
		return nil
	}, func(key []string) error {
		switch {
		case len(key) != 1:
			return nil
		case now != nil:
			return now.read(r, key[0], l)
		case metadata && strings.HasPrefix(key[0], "checksum "):
			if l.checksum == nil {
				l.checksum = make(map[string]string)
			}
			name := strings.Clone(key[0])
			sum, err := r.String()
			l.checksum[name] = sum
			return err
		case !metadata && len(l.packages) == 0 && key[0] == "version":
			word, err := r.Word()
			l.version, _ = strconv.Atoi(word)
			return err
		}
		return nil
	})
	return l, err
}

func (e *entry) read(r *toml.Reader, key string, l *lock) (err error) {
	bit := uint8(0)
	switch key {
	case "name":
		bit = 1
		e.name, err = r.String()
	case "version":
		bit = 2
		e.version, err = r.String()
	case "source":
		bit = 4
		e.source, err = r.String()
	case "checksum":
		bit = 8
		e.checksum, err = r.String()
	case "dependencies":
		bit = 16
		err = r.Array(func(int) error {
			s, err := r.String()
			if s != "" {
				e.dependencies = append(e.dependencies, s)
			}
			return err
		})
	}
	if e.seen&bit != 0 && l.twice == 0 {
		l.twice = r.Line()
	}
	e.seen |= bit
	return err
}

// sum returns the checksum of e: its own, or version 1's in [metadata].
func (l *lock) sum(e *entry) string {
	sum := e.checksum
	if sum == "" && len(l.checksum) > 0 {
		sum = l.checksum["checksum "+e.name+" "+e.version+" ("+e.source+")"]
	}
	value, _ := lockfile.Hex(sum, 32)
	return value
}
