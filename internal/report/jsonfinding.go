package report

import (
	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// writeFindings keeps the order of the judgement: what matters most first.
func (d *document) writeFindings() {
	for i := range d.j.Results {
		d.element()
		d.finding(&d.j.Results[i])
		d.close('}')
	}
}

func (d *document) finding(r *kennel.Result) {
	c := &r.Component
	project, o := place(d.j, r)
	id, purl := "", ""
	if o != nil {
		known := &d.known.list[d.known.of[project][r.Occurrence]]
		id, purl = known.id, known.purl
	} else {
		purl = ecosystem.Purl(*c)
		id = componentID(*c, purl)
	}
	d.member("layer", r.Layer)
	d.member("rule", r.Rule)
	d.member("fingerprint", r.Fingerprint)
	d.member("id", r.ID)
	d.key("aliases")
	d.strings(r.Aliases)
	d.member("title", r.Title)
	d.optional("url", r.URL)
	d.member("component", id)
	d.optional("purl", purl)
	d.name(c)
	d.key("project")
	if project < 0 {
		d.null()
	} else {
		d.str(d.projects[project])
	}
	scope, direct := kennel.ScopeUnknown, kennel.DirectUnknown
	var locations []kennel.Location
	if o != nil {
		scope, direct = o.Scope, o.Direct
		locations = append(locations, o.Locations...)
	}
	d.member("scope", scope.String())
	d.direct(direct)
	d.member("severity", r.Severity.String())
	d.key("score")
	if r.Score > 0 {
		d.number(r.Score, 10)
	} else {
		d.null()
	}
	d.optional("vector", r.Vector)
	d.member("confidence", r.Confidence.String())
	d.signals(r)
	d.key("published")
	d.time(r.Published)
	d.key("exposed_days")
	if r.Exposed >= 0 {
		d.int(r.Exposed)
	} else {
		d.null()
	}
	d.key("fixed")
	d.open('{')
	d.member("state", r.Fix.State.String())
	d.optional("version", r.Fix.Version)
	d.close('}')
	d.remedy(&r.Remedy)
	d.member("verdict", r.Verdict.String())
	d.key("rules")
	d.strings(r.Rules)
	d.via(r, project)
	d.key("evidence")
	d.open('[')
	for _, e := range r.Evidence {
		d.open('{')
		d.member("kind", e.Kind)
		d.member("what", e.What)
		d.member("says", e.Says)
		d.optional("url", e.URL)
		d.close('}')
	}
	d.close(']')
	d.locations(locations)
	d.suppressed(r.Suppressed)
}

// place returns r's project and occurrence, -1 and nil when the judgement
// names none that exists.
func place(j *kennel.Judgement, r *kennel.Result) (int, *kennel.Occurrence) {
	if r.Project < 0 || r.Project >= len(j.Inventory.Projects) {
		return -1, nil
	}
	p := &j.Inventory.Projects[r.Project]
	if r.Occurrence < 0 || r.Occurrence >= len(p.Occurrences) {
		return r.Project, nil
	}
	return r.Project, &p.Occurrences[r.Occurrence]
}

func (d *document) signals(r *kennel.Result) {
	d.key("kev")
	if k := r.KEV; k != nil {
		d.open('{')
		d.member("cve", k.CVE)
		d.key("added")
		d.time(k.Added)
		d.key("due")
		d.time(k.Due)
		d.key("ransomware")
		d.bool(k.Ransomware)
		d.close('}')
	} else {
		d.null()
	}
	d.key("epss")
	if e := r.EPSS; e != nil {
		d.open('{')
		d.member("cve", e.CVE)
		d.key("probability")
		d.number(e.Probability, 1)
		d.key("percentile")
		d.number(e.Percentile, 1)
		d.close('}')
	} else {
		d.null()
	}
}

func (d *document) remedy(m *kennel.Remedy) {
	d.key("remedy")
	d.open('{')
	d.member("kind", m.Kind.String())
	d.optional("ecosystem", string(m.Package.Ecosystem))
	d.optional("package", m.Package.Name)
	d.optional("version", m.Version)
	d.optional("command", m.Command)
	d.close('}')
}

// via writes paths as component ids, each from the direct dependency to the
// component itself.
func (d *document) via(r *kennel.Result, project int) {
	d.key("via")
	d.open('{')
	d.key("paths")
	d.open('[')
	for _, path := range r.Via.Paths {
		d.open('[')
		for _, n := range path {
			if project >= 0 && n >= 0 && int(n) < len(d.known.of[project]) {
				d.str(d.known.list[d.known.of[project][n]].id)
			}
		}
		d.close(']')
	}
	d.close(']')
	d.key("count")
	d.int(r.Via.Count)
	d.close('}')
}

func (d *document) suppressed(s *kennel.Suppression) {
	d.key("suppressed")
	if s == nil {
		d.null()
		return
	}
	d.open('{')
	d.member("by", s.By)
	d.optional("who", s.Who)
	d.optional("why", s.Why)
	d.optional("where", s.Where)
	d.key("until")
	d.time(s.Until)
	d.close('}')
}
