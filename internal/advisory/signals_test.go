package advisory

import (
	"path/filepath"
	"testing"
	"time"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/datatest"
)

// TestRealSignals joins both feeds through aliases, and reads the older layout
// of KEV.
func TestRealSignals(t *testing.T) {
	db := openReal(t)
	got, err := db.Match(component(kennel.Maven, "org.apache.logging.log4j:log4j-core", "2.14.1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range got {
		if m.Advisory.ID != "GLAD-CVE-2021-44228" {
			continue
		}
		if m.KEV == nil || m.KEV.CVE != "CVE-2021-44228" || !m.KEV.Ransomware || !m.KEV.Due.Equal(time.Date(2021, 12, 24, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%+v", m.KEV)
		}
		if m.EPSS == nil || m.EPSS.Probability < 0.9 || m.EPSS.Probability > 1 || m.EPSS.Percentile < 0.9 {
			t.Errorf("%+v", m.EPSS)
		}
	}
	if i := db.Info(); i.EPSS.Format(time.DateOnly) != "2026-08-16" || i.KEV.Format(time.DateOnly) != "2026-08-07" || i.Starter || i.Records != 59_430 {
		t.Errorf("%+v", i)
	}
	data := datatest.Folder(t)
	newer, _, err := readKEV(filepath.Join(data, "kev.json"))
	if err != nil || len(newer) != 1662 {
		t.Errorf("%d, %v", len(newer), err)
	}
	older, info, err := readKEV(filepath.Join(data, "kev-2025-08-25.json"))
	if err != nil || len(older) != 1404 || info.Date.Year() != 2025 {
		t.Errorf("%d, %+v, %v", len(older), info, err)
	}
	if _, info, err := readEPSS(filepath.Join(data, "epss.csv.gz")); err != nil || info.Entries != 360_142 {
		t.Errorf("%+v, %v", info, err)
	}
}

// TestRealWithdrawn is about the false alarms that would block React.
func TestRealWithdrawn(t *testing.T) {
	db := openReal(t)
	for _, c := range []kennel.Component{component(kennel.NPM, "react", "1.0.0"), component(kennel.NPM, "react", "35.0.0"), component(kennel.NPM, "react-router-dom", "1.0.0")} {
		if got, err := db.Match(c); err != nil || len(got) != 0 {
			t.Errorf("%s %s: %v, %v", c.Name, c.Version, ids(got), err)
		}
	}
	r, err := db.Record("MAL-2024-2929")
	if err != nil || len(r) != 1 || r[0].Withdrawn.IsZero() || r[0].Affected[0].Name != "react" {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestTable(t *testing.T) {
	for _, n := range []int{0, 1, 2, 11, 12, 13, 1000, 50_000} {
		rows := make([]tableRow, n)
		for i := range rows {
			rows[i] = tableRow{spread(uint64(i / 2)), uint64(i)} // two values a key
		}
		pages, index := encodeTable(rows)
		mem := append(append([]byte{}, pages...), index...)
		f := &file{name: "table", mem: mem}
		f.spans[0], f.spans[1] = span{0, uint64(len(pages))}, span{uint64(len(pages)), uint64(len(index))}
		tab, err := openTable(f, 0, 1)
		if err != nil {
			t.Fatal(n, err)
		}
		for i := range n / 2 {
			if got, err := tab.find(spread(uint64(i)), nil); err != nil || len(got) != 2 || got[0] != uint64(2*i) {
				t.Fatalf("%d of %d: %v, %v", i, n, got, err)
			}
		}
		if got, err := tab.find(spread(uint64(n)), nil); err != nil || len(got) != 0 {
			t.Errorf("%d: %v, %v", n, got, err)
		}
	}
	// Keys that are all alike make one long page, not wrong answers.
	var rows []tableRow
	for i := range 5000 {
		rows = append(rows, tableRow{7, uint64(i)})
	}
	pages, index := encodeTable(rows)
	f := &file{name: "table", mem: append(pages, index...)}
	f.spans[0], f.spans[1] = span{0, uint64(len(pages))}, span{uint64(len(pages)), uint64(len(index))}
	tab, err := openTable(f, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := tab.find(7, nil); err != nil || len(got) != 5000 {
		t.Errorf("%d, %v", len(got), err)
	}
}
