package judge

import (
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/config"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// Waivers is a [Suppressor] over the waivers of a configuration file. One
// whose time is over suppresses nothing, and [Waivers.Expired] names it.
type Waivers struct {
	path string
	list []waiver
}

type waiver struct {
	config.Waiver
	component kennel.Component
}

// NewWaivers prepares the waivers of a file; path is for reports and errors.
func NewWaivers(path string, list []config.Waiver) (*Waivers, error) {
	w := &Waivers{path: path}
	for _, entry := range list {
		out := waiver{Waiver: entry}
		if entry.Package != "" {
			c, err := ecosystem.FromPurl(entry.Package)
			if err != nil {
				return nil, &badWaiver{path, entry.IDs[0], "package " + entry.Package + ": " + err.Error()}
			}
			out.component = c
		}
		if entry.Project != "" && !doublestar.ValidatePattern(entry.Project) {
			return nil, &badWaiver{path, entry.IDs[0], "project " + entry.Project + " is not a glob"}
		}
		w.list = append(w.list, out)
	}
	return w, nil
}

type badWaiver struct{ path, id, why string }

func (e *badWaiver) Error() string { return e.path + ": waiver " + e.id + ": " + e.why }

// Suppress implements [Suppressor].
func (w *Waivers) Suppress(r *kennel.Result, p *kennel.Project, asOf time.Time) *kennel.Suppression {
	for _, entry := range w.list {
		if asOf.Before(entry.Expires) && entry.holds(r, p) {
			return &kennel.Suppression{By: "waiver", Who: entry.By, Why: entry.Reason, Where: w.path, Until: entry.Expires}
		}
	}
	return nil
}

// Expired lists the waivers whose time is over and whose problem is there.
func (w *Waivers) Expired(j *kennel.Judgement) []kennel.ExpiredWaiver {
	var out []kennel.ExpiredWaiver
	for _, entry := range w.list {
		if j.AsOf.Before(entry.Expires) {
			continue
		}
		if slices.ContainsFunc(j.Results, func(r kennel.Result) bool {
			return r.Suppressed == nil && entry.holds(&r, &j.Inventory.Projects[r.Project])
		}) {
			out = append(out, kennel.ExpiredWaiver{ID: entry.IDs[0], Why: entry.Reason, Where: w.path, Until: entry.Expires})
		}
	}
	return out
}

func (w *waiver) holds(r *kennel.Result, p *kennel.Project) bool {
	named := func(id string) bool {
		return strings.EqualFold(id, r.ID) || slices.ContainsFunc(r.Aliases, func(a string) bool { return strings.EqualFold(a, id) })
	}
	if !slices.ContainsFunc(w.IDs, named) {
		return false
	}
	if w.Project != "" {
		if ok, err := doublestar.Match(w.Project, p.ID()); !ok || err != nil {
			return false
		}
	}
	want, have := w.component, r.Component
	if want.Name == "" {
		return true
	}
	return want.Ecosystem == have.Ecosystem && ecosystem.NameKey(want.Package) == ecosystem.NameKey(have.Package) &&
		(want.Version == "" || want.Version == have.Version)
}
