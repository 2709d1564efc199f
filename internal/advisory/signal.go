package advisory

import (
	"math"
	"strconv"
	"strings"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

// cveKey packs a CVE id into a number, ok when it is one: the year above 48
// bits of number. Real numbers have up to 7 digits.
func cveKey(id string) (key uint64, ok bool) {
	if len(id) < 13 || len(id) > 32 || !strings.EqualFold(id[:4], "CVE-") || id[8] != '-' {
		return 0, false
	}
	year, err := strconv.ParseUint(id[4:8], 10, 16)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(id[9:], 10, 47)
	if err != nil {
		return 0, false
	}
	return spread(year<<48 | n), true
}

// A KEV row keeps its dates as days since 1970, which 16 bits hold to 2149.
func kevValue(added, due time.Time, ransomware bool) uint64 {
	v := days(added)<<32 | days(due)<<1 // 16 bits each
	if ransomware {
		v |= 1
	}
	return v
}

func days(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(min(max(t.Unix()/86400, 0), math.MaxUint16))
}

func day(d uint64) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Unix(int64(d)*86400, 0).UTC()
}

func kevOf(cve string, v uint64) kennel.KEV {
	return kennel.KEV{CVE: cve, Added: day(v >> 32), Due: day(v >> 1 & math.MaxUint16), Ransomware: v&1 != 0}
}

// An EPSS row keeps both figures in billionths, which is finer than the feed.
const epssUnit = 1e9

func epssOf(cve string, v uint64) kennel.EPSS {
	return kennel.EPSS{CVE: cve, Probability: float64(v>>32) / epssUnit, Percentile: float64(uint32(v)) / epssUnit}
}

// signal joins KEV and EPSS to a match, through every CVE that the record
// goes by or derives from. Of several the worst counts.
func (db *DB) signal(m *kennel.Match) error {
	if db.kev.file == nil && db.epss.file == nil {
		return nil
	}
	a := &m.Advisory
	if err := db.signalOf(m, a.ID); err != nil {
		return err
	}
	for _, list := range [2][]string{a.Aliases, a.Upstream} {
		for _, id := range list {
			if err := db.signalOf(m, id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (db *DB) signalOf(m *kennel.Match, id string) error {
	key, ok := cveKey(id)
	if !ok {
		return nil
	}
	var few [4]uint64
	values, err := db.kev.find(key, few[:0])
	if err != nil {
		return broken(err)
	}
	for _, v := range values {
		if k := kevOf(id, v); m.KEV == nil || k.Added.Before(m.KEV.Added) {
			m.KEV = &k
		}
	}
	if values, err = db.epss.find(key, few[:0]); err != nil {
		return broken(err)
	}
	for _, v := range values {
		if s := epssOf(id, v); m.EPSS == nil || s.Probability > m.EPSS.Probability {
			m.EPSS = &s
		}
	}
	return nil
}
