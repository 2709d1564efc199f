package advisory

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Bounds on the signal feeds: far above today's 2 MiB and 360,000 rows.
const (
	maxKEV      = 64 << 20
	maxEPSSRows = 5_000_000
)

// readKEV reads CISA's catalogue. Entries without a CVE id are left out.
// Source: https://www.cisa.gov/known-exploited-vulnerabilities-catalog
func readKEV(path string) ([]tableRow, *feed, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("KEV: %w", err)
	}
	defer f.Close()
	rows, info, err := parseKEV(f)
	if err != nil {
		return nil, nil, fmt.Errorf("KEV: %s: %w", path, err)
	}
	return rows, info, nil
}

func parseKEV(r io.Reader) ([]tableRow, *feed, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxKEV+1))
	if err != nil {
		return nil, nil, err
	}
	if len(b) > maxKEV {
		return nil, nil, fmt.Errorf("more than %d bytes", maxKEV)
	}
	var catalogue struct {
		Released string `json:"dateReleased"`
		Entries  []struct {
			CVE        string `json:"cveID"`
			Added      string `json:"dateAdded"`
			Due        string `json:"dueDate"`
			Ransomware string `json:"knownRansomwareCampaignUse"`
		} `json:"vulnerabilities"`
	}
	if err := json.Unmarshal(b, &catalogue, jsontext.AllowInvalidUTF8(true)); err != nil {
		return nil, nil, err
	}
	if catalogue.Entries == nil {
		return nil, nil, errors.New("it is not CISA's catalogue: no vulnerabilities in it")
	}
	rows := make([]tableRow, 0, len(catalogue.Entries))
	seen := make(map[uint64]bool, len(catalogue.Entries))
	for _, e := range catalogue.Entries {
		key, ok := cveKey(e.CVE)
		if !ok || seen[key] {
			continue
		}
		seen[key] = true
		added, _ := time.Parse(time.DateOnly, e.Added)
		due, _ := time.Parse(time.DateOnly, e.Due)
		rows = append(rows, tableRow{key, kevValue(added, due, strings.EqualFold(e.Ransomware, "Known"))})
	}
	return rows, &feed{Date: timestamp(catalogue.Released), Entries: len(rows)}, nil
}

// readEPSS reads FIRST's scores, compressed or not.
// Source: https://www.first.org/epss/data_stats
func readEPSS(path string) ([]tableRow, *feed, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("EPSS: %w", err)
	}
	defer f.Close()
	rows, info, err := parseEPSS(f)
	if err != nil {
		return nil, nil, fmt.Errorf("EPSS: %s: %w", path, err)
	}
	return rows, info, nil
}

func parseEPSS(r io.Reader) ([]tableRow, *feed, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	if head, _ := br.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, nil, err
		}
		br = bufio.NewReaderSize(z, 64<<10)
	}
	info := new(feed)
	var rows []tableRow
	seenHeader := false
	for line := 1; ; line++ {
		b, err := br.ReadSlice('\n')
		if err == io.EOF && len(b) == 0 {
			break
		}
		if err != nil && err != io.EOF {
			return nil, nil, fmt.Errorf("line %d: %w", line, err)
		}
		b = bytes.TrimRight(b, "\r\n")
		switch {
		case len(b) == 0:
		case b[0] == '#': // "#model_version:v2025.03.14,score_date:2026-08-16T00:00:00+0000"
			for field := range strings.SplitSeq(string(b[1:]), ",") {
				switch k, v, _ := strings.Cut(field, ":"); k {
				case "model_version":
					info.Model = v[:min(len(v), 64)]
				case "score_date":
					if t, err := time.Parse("2006-01-02T15:04:05-0700", v); err == nil {
						info.Date = t.UTC()
					} else if t, err := time.Parse(time.DateOnly, v); err == nil {
						info.Date = t
					}
				}
			}
		case !seenHeader:
			if !bytes.HasPrefix(b, []byte("cve,epss")) {
				return nil, nil, fmt.Errorf("line %d: it is not FIRST's file: the columns cve, epss, percentile are missing", line)
			}
			seenHeader = true
		default:
			row, ok := epssRow(b)
			if !ok {
				return nil, nil, fmt.Errorf("line %d: not a CVE with two numbers from 0 to 1", line)
			}
			if len(rows) >= maxEPSSRows {
				return nil, nil, fmt.Errorf("more than %d rows", maxEPSSRows)
			}
			rows = append(rows, row)
		}
	}
	if !seenHeader {
		return nil, nil, errors.New("it is not FIRST's file: it is empty")
	}
	info.Entries = len(rows)
	return rows, info, nil
}

func epssRow(line []byte) (tableRow, bool) {
	i := bytes.IndexByte(line, ',')
	if i < 0 {
		return tableRow{}, false
	}
	cve, rest := line[:i], line[i+1:]
	j := bytes.IndexByte(rest, ',')
	if j < 0 {
		return tableRow{}, false
	}
	key, ok := cveKey(string(cve))
	p, ok1 := billionths(rest[:j])
	q, ok2 := billionths(rest[j+1:])
	return tableRow{key, p<<32 | q}, ok && ok1 && ok2
}

// billionths reads a number from 0 to 1.
func billionths(b []byte) (uint64, bool) {
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil || !(f >= 0 && f <= 1) {
		return 0, false
	}
	return uint64(f*epssUnit + 0.5), true
}

// writeSignals writes the file of both feeds.
func writeSignals(out output, kev, epss []tableRow) error {
	w := newFileWriter(out)
	for _, rows := range [][]tableRow{kev, epss} {
		pages, index := encodeTable(rows)
		for _, b := range [][]byte{pages, index} {
			if _, err := w.Write(b); err != nil {
				return err
			}
			w.end()
		}
	}
	return w.finish()
}
