package judge

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// Baseline is what an earlier scan found: a [Suppressor] of what is not new.
// Malware and entries that KEV listed since are always new.
type Baseline struct {
	path  string
	known map[place][]earlier
}

// place is a package in a project, whatever its version.
type place struct{ project, rule, ecosystem, name string }

type earlier struct {
	ids map[string]bool
	kev bool
}

// ReadBaseline reads the JSON report of an earlier scan; path is for reports
// and errors.
func ReadBaseline(path string, data []byte) (*Baseline, error) {
	var doc struct {
		Schema   string `json:"schema"`
		Findings []struct {
			Rule, ID        string
			Aliases         []string
			Ecosystem, Name string
			Project         string
			KEV             json.RawMessage
			Suppressed      *struct{ By string }
		} `json:"findings"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("baseline %s: %w; write one with: kennel scan --format json -o %s", path, err, path)
	}
	if doc.Schema != "kennel.scan/1" {
		return nil, fmt.Errorf("baseline %s: its schema is %q, not kennel.scan/1; write one with: kennel scan --format json -o %s", path, doc.Schema, path)
	}
	b := &Baseline{path: path, known: map[place][]earlier{}}
	for _, f := range doc.Findings {
		// What a waiver or VEX set aside then was not accepted for good: when
		// that ends it is new.
		if f.Suppressed != nil && f.Suppressed.By != "baseline" {
			continue
		}
		at := place{f.Project, f.Rule, f.Ecosystem, ecosystem.NameKey(kennel.Package{Ecosystem: kennel.Ecosystem(f.Ecosystem), Name: f.Name})}
		ids := map[string]bool{f.ID: true}
		for _, alias := range f.Aliases {
			ids[alias] = true
		}
		b.known[at] = append(b.known[at], earlier{ids, len(f.KEV) > 0 && string(f.KEV) != "null"})
	}
	return b, nil
}

// Suppress implements [Suppressor].
func (b *Baseline) Suppress(r *kennel.Result, p *kennel.Project, _ time.Time) *kennel.Suppression {
	if r.Rule == "malicious" {
		return nil
	}
	for _, e := range b.known[b.place(r, p)] {
		if e.holds(r) && (e.kev || r.KEV == nil) {
			return &kennel.Suppression{By: "baseline", Why: "already there in the baseline", Where: b.path}
		}
	}
	return nil
}

// Info counts what of the baseline is still there and what is gone.
func (b *Baseline) Info(j *kennel.Judgement) kennel.BaselineInfo {
	info := kennel.BaselineInfo{Used: true, Path: b.path}
	type entry struct {
		at place
		i  int
	}
	seen := map[entry]bool{}
	for i := range j.Results {
		r := &j.Results[i]
		at := b.place(r, &j.Inventory.Projects[r.Project])
		for k, e := range b.known[at] {
			if e.holds(r) {
				seen[entry{at, k}] = true
			}
		}
	}
	for at, list := range b.known {
		for k := range list {
			if seen[entry{at, k}] {
				info.Known++
			} else {
				info.Gone++
			}
		}
	}
	return info
}

func (b *Baseline) place(r *kennel.Result, p *kennel.Project) place {
	return place{p.ID(), r.Rule, string(r.Component.Ecosystem), ecosystem.NameKey(r.Component.Package)}
}

func (e earlier) holds(r *kennel.Result) bool {
	if e.ids[r.ID] {
		return true
	}
	for _, alias := range r.Aliases {
		if e.ids[alias] {
			return true
		}
	}
	return false
}
