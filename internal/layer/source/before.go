package source

import (
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
)

// before finds the tag of the version before a tag's: the greatest lesser one
// that is spelt alike.
func before(tags []kennel.Tag, tag kennel.Tag) kennel.Tag {
	shape, version := spelling(tag.Name)
	var best kennel.Tag
	var most []int
	for _, t := range tags {
		s, v := spelling(t.Name)
		if s != shape || t.Commit == "" || len(v) == 0 || slices.Compare(v, version) >= 0 {
			continue
		}
		if most == nil || slices.Compare(v, most) > 0 {
			best, most = t, v
		}
	}
	return best
}

// spelling takes a tag's name apart: its letters, with what stands before the
// version, and the numbers of the version. "v1.2.3" and "v1.10" are spelt alike,
// "v1.2.3-rc1" is not.
func spelling(name string) (shape string, version []int) {
	var letters strings.Builder
	for i := 0; i < len(name); i++ {
		c := name[i]
		switch {
		case isDigit(c):
			n, start := 0, i
			for ; i < len(name) && isDigit(name[i]) && i-start < 9; i++ {
				n = n*10 + int(name[i]-'0')
			}
			i--
			version = append(version, n)
		case c == '.' || c == '_' || c == '-':
			if len(version) == 0 {
				letters.WriteByte(c)
			}
		default:
			letters.WriteByte(c)
		}
	}
	return letters.String(), version
}
