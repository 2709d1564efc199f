package source

import (
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"sort"
	"strconv"
	"strings"
	"time"
)

//go:generate go run ../../../scripts/toolchain-reference -o .

// reference is the known toolchain files: sorted records of 12 bytes of the
// git blob id (SHA-1) and the day since when the file exists. 96 bits leave
// whoever wants a content of his own to pass for any of 2^17 files with 2^79
// trials.
//
//go:embed reference.bin
var reference string

// lines is the lines of toolchain scripts and m4 files: records of 10 bytes of
// the SHA-256 of [NormalLine], and the day since when the line exists.
//
//go:embed lines.bin
var lines string

// serials is, by m4 file name, each serial number that was the highest yet, and
// the day: "name serial day serial day …". Its head says what all this was made of.
//
//go:embed serials.txt
var serials string

const (
	idBytes   = 12
	lineBytes = 10
)

var epoch = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// lag is how much older a toolchain file can be than the reference knows:
// packages follow releases by weeks.
const lag = 60 * 24 * time.Hour

// known reports whether a blob is a toolchain file that existed at a moment; a
// zero moment is any.
func known(id string, at time.Time) bool {
	raw, err := hex.DecodeString(id)
	if err != nil || len(raw) < idBytes {
		return false
	}
	return since(reference, string(raw[:idBytes]), at)
}

// since reports whether a table has a key as of a moment.
func since(table, key string, at time.Time) bool {
	record := len(key) + 2
	i := sort.Search(len(table)/record, func(i int) bool { return table[i*record:i*record+len(key)] >= key })
	if (i+1)*record > len(table) || table[i*record:i*record+len(key)] != key {
		return false
	}
	days := binary.BigEndian.Uint16([]byte(table[i*record+len(key) : (i+1)*record]))
	return at.IsZero() || !epoch.AddDate(0, 0, int(days)).After(at.Add(lag))
}

// highest returns the highest serial of an m4 file name that was published at
// a moment, and whether any of that name was.
func highest(name string, at time.Time) (int, bool) {
	if name == "" || strings.ContainsAny(name, " \n#") {
		return 0, false
	}
	start := strings.Index(serials, "\n"+name+" ")
	if start < 0 {
		return 0, false
	}
	line, _, _ := strings.Cut(serials[start+1:], "\n")
	f := strings.Fields(line)[1:]
	top, found := 0, false
	for ; len(f) >= 2; f = f[2:] {
		n, err := strconv.Atoi(f[0])
		day, err2 := time.Parse(time.DateOnly, f[1])
		if err != nil || err2 != nil || !at.IsZero() && day.After(at.Add(lag)) {
			break
		}
		top, found = n, true
	}
	return top, found
}
