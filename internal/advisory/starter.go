package advisory

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/klauspost/compress/zstd"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

//go:embed starter.txt
var starterText string

// Starter returns the built-in starter set, which [kennel.DatabaseInfo] marks.
// It is compiled when it is first asked for, in some milliseconds, and shared:
// closing it does nothing.
func Starter() (*DB, error) { return starter() }

var starter = sync.OnceValues(func() (*DB, error) {
	db, err := compileText(starterText)
	if err != nil {
		return nil, fmt.Errorf("starter set: %w", err)
	}
	sum := sha256.Sum256([]byte(starterText))
	db.info.Starter, db.info.Digest = true, "sha256:"+hex.EncodeToString(sum[:])
	return db, nil
})

// compileText makes a database in memory from the notation of starter.txt.
func compileText(text string) (*DB, error) {
	records, kev, err := parseText(text)
	if err != nil {
		return nil, err
	}
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(textBlock))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	outputs := make(map[kennel.Ecosystem]*memory)
	writers := make(map[kennel.Ecosystem]*ecosystemWriter)
	for _, r := range records {
		var p parsed
		if p.raw, err = json.Marshal(r, json.OmitZeroStructFields(true)); err != nil {
			return nil, err
		}
		p.take(r)
		for _, e := range p.touches {
			if writers[e] == nil {
				outputs[e] = new(memory)
				writers[e] = newEcosystemWriter(e, outputs[e], z)
			}
			var entries []*affected
			for _, l := range p.entries {
				if l.ecosystem == e {
					entries = append(entries, l.affected)
				}
			}
			added, err := writers[e].add(&p, entries)
			if err != nil {
				return nil, err
			}
			if !added {
				return nil, fmt.Errorf("%s is there twice", r.ID)
			}
		}
	}
	db := &DB{parts: make(map[kennel.Ecosystem]*part)}
	for e, w := range writers {
		if err := w.finish(context.Background()); err != nil {
			return nil, err
		}
		f, err := openMemory("starter set", outputs[e].b)
		if err != nil {
			return nil, err
		}
		if err := db.attach(f, kindAdvisories); err != nil {
			return nil, err
		}
		db.info.Records += w.Records
		db.info.Ecosystems = append(db.info.Ecosystems, kennel.DatabasePart{Ecosystem: e, Records: w.Records, Newest: w.Newest})
	}
	slices.SortFunc(db.info.Ecosystems, func(a, b kennel.DatabasePart) int {
		return strings.Compare(string(a.Ecosystem), string(b.Ecosystem))
	})
	var out memory
	if err := writeSignals(&out, kev, nil); err != nil {
		return nil, err
	}
	f, err := openMemory("starter set", out.b)
	if err != nil {
		return nil, err
	}
	return db, db.attach(f, kindSignals)
}

// parseText reads the notation that starter.txt explains.
func parseText(text string) (records []*osvRecord, kev []tableRow, err error) {
	var r *osvRecord
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\r\n")
		switch {
		case line == "" || line[0] == '#':
		case line[0] != '\t':
			ids := strings.Fields(line)
			r = &osvRecord{ID: ids[0], Aliases: ids[1:]}
			records = append(records, r)
		case r == nil:
			return nil, nil, fmt.Errorf("line %d: it belongs to no record", n)
		default:
			word, rest, _ := strings.Cut(line[1:], " ")
			if err := r.line(word, strings.TrimSpace(rest), &kev); err != nil {
				return nil, nil, fmt.Errorf("line %d: %w", n, err)
			}
		}
	}
	return records, kev, nil
}

// line adds one line of a paragraph to its record.
func (r *osvRecord) line(word, rest string, kev *[]tableRow) error {
	switch word {
	case "title":
		r.Summary = rest
	case "published":
		t, err := time.Parse(time.DateOnly, rest)
		if err != nil {
			return err
		}
		r.Published = t.Format(time.RFC3339)
	case "malicious":
		r.Specific = []byte(`{"malicious-packages-origins":[]}`)
	case "cvss":
		r.Severity = append(r.Severity, osvSeverity{Type: "CVSS", Score: rest})
	case "kev":
		fields := strings.Fields(rest)
		key, ok := cveKey(r.ID)
		if len(fields) < 2 || !ok {
			return errors.New("kev needs a CVE and two days")
		}
		added, err := time.Parse(time.DateOnly, fields[0])
		if err != nil {
			return err
		}
		due, err := time.Parse(time.DateOnly, fields[1])
		if err != nil {
			return err
		}
		*kev = append(*kev, tableRow{key, kevValue(added, due, slices.Contains(fields[2:], "ransomware"))})
	case "url":
		r.References = append(r.References, Reference{Type: "ADVISORY", URL: rest})
	case "affects":
		return r.affects(rest)
	default:
		return fmt.Errorf("%q is no word of the notation", word)
	}
	return nil
}

// affects reads "ecosystem | package | versions".
func (r *osvRecord) affects(s string) error {
	fields := strings.Split(s, " | ")
	if len(fields) != 3 {
		return fmt.Errorf("%q is not ecosystem | package | versions", s)
	}
	var a osvAffected
	a.Package.Ecosystem, a.Package.Name = fields[0], fields[1]
	e, _ := ecosystem.SplitRelease(fields[0])
	versions := fields[2]
	if list, ok := strings.CutPrefix(versions, "= "); ok {
		a.Versions = strings.Split(list, ", ")
		r.Affected = append(r.Affected, a)
		return nil
	}
	events := []osvEvent{{Introduced: "0"}}
	if versions != "all" {
		for bound := range strings.SplitSeq(versions, ", ") {
			sign, v, _ := strings.Cut(bound, " ")
			if _, err := ecosystem.Parse(e, v); err != nil {
				return err
			}
			switch sign {
			case ">=":
				events[0].Introduced = v
			case "<":
				events = append(events, osvEvent{Fixed: v})
			case "<=":
				events = append(events, osvEvent{LastAffected: v})
			default:
				return fmt.Errorf("%q is no bound", bound)
			}
		}
	}
	a.Ranges = []osvRange{{Type: "ECOSYSTEM", Events: events}}
	r.Affected = append(r.Affected, a)
	return nil
}
