package advisory

import (
	"slices"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// entries returns what a record says of each package, by ecosystem. Withdrawn
// records say nothing.
func (r *osvRecord) entries(kind kennel.AdvisoryKind) []located {
	if r.Withdrawn != "" {
		return nil
	}
	out := make([]located, 0, len(r.Affected))
	for i := range r.Affected {
		a := &r.Affected[i]
		e, release := ecosystem.SplitRelease(a.Package.Ecosystem)
		if e == "" || a.Package.Name == "" {
			continue
		}
		custom, sound := a.customRanges(e)
		out = append(out, located{e, &affected{
			kind:     kind,
			name:     a.Package.Name,
			release:  release,
			ranges:   eventsOf(a.Ranges),
			custom:   eventsOf(custom),
			versions: a.Versions,
			sound:    sound,
		}})
	}
	return out
}

// located is an entry and the ecosystem it belongs to.
type located struct {
	ecosystem kennel.Ecosystem
	*affected
}

// eventsOf keeps the ranges over versions: GIT ranges are about commits. A
// range that only says where it ends begins at the beginning.
func eventsOf(ranges []osvRange) [][]event {
	var out [][]event
	for _, g := range ranges {
		if g.Type == "GIT" || len(g.Events) == 0 {
			continue
		}
		events := make([]event, 0, len(g.Events))
		begins := false
		add := func(kind eventKind, v string) {
			if v != "" {
				events = append(events, event{kind, v})
				begins = begins || kind == introduced
			}
		}
		for _, ev := range g.Events {
			add(introduced, ev.Introduced)
			add(fixed, ev.Fixed)
			add(lastAffected, ev.LastAffected)
			add(limit, ev.Limit)
		}
		if !begins && len(events) > 0 {
			events = append(events, event{introduced, "0"})
		}
		if len(events) > 0 {
			out = append(out, events)
		}
	}
	return out
}

// ecosystems lists the ecosystems that a record names, sorted.
func (r *osvRecord) ecosystems() []kennel.Ecosystem {
	var out []kennel.Ecosystem
	for i := range r.Affected {
		if e, _ := ecosystem.SplitRelease(r.Affected[i].Package.Ecosystem); e != "" {
			out = append(out, e)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
