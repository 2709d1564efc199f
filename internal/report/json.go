package report

import (
	"bufio"
	"cmp"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// jsonSchema names the contract of docs/schema/kennel.scan-1.schema.json. It
// only ever gains fields.
const jsonSchema = "kennel.scan/1"

// writeJSON writes the document that programs read, including Kennel itself
// when it is given as a baseline. Every list is there, if only empty; what is
// not known is null.
func writeJSON(w *bufio.Writer, j *kennel.Judgement, o Options) error {
	d := &document{jsonWriter: newJSONWriter(w), j: j, known: indexComponents(&j.Inventory), projects: projectIDs(&j.Inventory)}
	d.begins(jsonSchema, o.Tool)
	d.head()
	d.section("projects", d.writeProjects)
	d.section("components", d.writeComponents)
	d.section("edges", d.writeEdges)
	d.section("outcomes", d.writeOutcomes)
	d.section("findings", d.writeFindings)
	d.gaps(j.Gaps)
	d.section("expired_waivers", d.writeExpired)
	return d.ends()
}

type document struct {
	*jsonWriter
	j        *kennel.Judgement
	known    *components
	projects []string // their ids
}

func (d *document) head() {
	j := d.j
	d.line()
	d.member("target", j.Inventory.Target)
	d.line()
	d.key("as_of")
	d.time(j.AsOf)
	d.line()
	d.key("complete")
	d.bool(j.Complete)
	d.line()
	d.member("verdict", j.Verdict.String())
	d.line()
	d.key("policy")
	d.open('{')
	d.optional("digest", j.Policy.Digest)
	d.key("sources")
	d.strings(j.Policy.Source)
	d.close('}')
	d.line()
	d.database(&j.Database)
	d.line()
	d.key("baseline")
	if b := j.Baseline; b.Used {
		d.open('{')
		d.optional("path", b.Path)
		d.key("known")
		d.int(b.Known)
		d.key("gone")
		d.int(b.Gone)
		d.close('}')
	} else {
		d.null()
	}
	d.line()
	d.key("ignored")
	d.int(j.Inventory.Ignored)
	d.key("owned")
	d.int(j.Inventory.Owned)
}

// database leaves out where the database lies: that is the user's own disk,
// and its digest says which one it was.
func (d *document) database(db *kennel.DatabaseInfo) {
	d.key("database")
	d.open('{')
	d.optional("digest", db.Digest)
	d.key("built")
	d.time(db.Built)
	d.key("starter_only")
	d.bool(db.Starter)
	d.key("records")
	d.int(db.Records)
	d.key("kev")
	d.time(db.KEV)
	d.key("epss")
	d.time(db.EPSS)
	d.key("ecosystems")
	d.open('[')
	for _, part := range db.Ecosystems {
		d.open('{')
		d.member("ecosystem", string(part.Ecosystem))
		d.key("records")
		d.int(part.Records)
		d.key("newest")
		d.time(part.Newest)
		d.key("fetched")
		d.time(part.Fetched)
		d.close('}')
	}
	d.close(']')
	d.close('}')
}

func (d *document) writeProjects() {
	for i := range d.j.Inventory.Projects {
		p := &d.j.Inventory.Projects[i]
		d.element()
		d.member("id", d.projects[i])
		d.member("path", p.ID())
		d.member("root", cmp.Or(p.Root, "."))
		d.optional("ecosystem", string(p.Ecosystem))
		d.optional("name", p.Name)
		d.optional("version", p.Version)
		d.member("verdict", projectVerdict(d.j, i).String())
		d.key("components")
		d.int(len(p.Occurrences))
		d.key("graph")
		d.bool(p.Graph)
		d.close('}')
	}
}

func projectVerdict(j *kennel.Judgement, i int) kennel.Verdict {
	if i < len(j.Verdicts) {
		return j.Verdicts[i]
	}
	return kennel.Deny // nobody judged it
}

func (d *document) writeComponents() {
	var projects []string
	var locations []kennel.Location
	for _, n := range d.known.sorted() {
		projects, locations = projects[:0], locations[:0]
		var some *kennel.Occurrence
		scope, direct := kennel.ScopeUnknown, kennel.DirectUnknown
		d.known.occurrences(n, func(r ref) {
			o := &d.j.Inventory.Projects[r.project].Occurrences[r.occurrence]
			if some == nil {
				some, scope, direct = o, o.Scope, o.Direct
			}
			scope = scope.Widen(o.Scope)
			if o.Direct == kennel.Direct || direct == kennel.DirectUnknown {
				direct = o.Direct
			}
			projects = append(projects, d.projects[r.project])
			locations = append(locations, o.Locations...)
		})
		slices.Sort(projects)
		projects = slices.Compact(projects)
		d.element()
		d.member("id", d.known.list[n].id)
		d.optional("purl", d.known.list[n].purl)
		d.name(&some.Component)
		d.optional("release", some.Release)
		d.member("origin", some.Origin.String())
		d.key("projects")
		d.strings(projects)
		d.member("scope", scope.String())
		d.direct(direct)
		d.key("licenses")
		d.strings(some.Licenses)
		d.locations(locations)
		d.close('}')
	}
}

func (d *document) name(c *kennel.Component) {
	d.member("ecosystem", string(c.Ecosystem))
	d.member("name", c.Name)
	d.optional("version", c.Version)
}

func (d *document) direct(direct kennel.Directness) {
	d.key("direct")
	if direct == kennel.DirectUnknown {
		d.null()
	} else {
		d.bool(direct == kennel.Direct)
	}
}

// locations writes list sorted and without repetition. It may reorder list,
// which must be the caller's own.
func (d *document) locations(list []kennel.Location) {
	slices.SortFunc(list, func(a, b kennel.Location) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), strings.Compare(a.Layer, b.Layer))
	})
	d.key("locations")
	d.open('[')
	for i, l := range list {
		if i > 0 && l == list[i-1] {
			continue
		}
		d.open('{')
		d.member("path", l.Path)
		d.key("line")
		if l.Line > 0 {
			d.int(l.Line)
		} else {
			d.null()
		}
		d.optional("layer", l.Layer)
		d.close('}')
	}
	d.close(']')
}

// writeEdges writes the graphs, project by project. An edge from null is the
// project asking itself.
func (d *document) writeEdges() {
	for i := range d.j.Inventory.Projects {
		of := d.known.of[i]
		for _, e := range d.j.Inventory.Projects[i].Edges {
			if int(e.To) >= len(of) || e.To < 0 || int(e.From) >= len(of) || e.From < kennel.RootNode {
				continue // no normalised inventory has one
			}
			d.element()
			d.member("project", d.projects[i])
			d.key("from")
			if e.From == kennel.RootNode {
				d.null()
			} else {
				d.str(d.known.list[of[e.From]].id)
			}
			d.member("to", d.known.list[of[e.To]].id)
			d.optional("constraint", e.Constraint)
			d.member("scope", e.Scope.String())
			d.close('}')
		}
	}
}

func (d *document) writeOutcomes() {
	for i := range d.j.Outcomes {
		o := &d.j.Outcomes[i]
		d.element()
		d.member("layer", o.Layer)
		d.member("state", o.State.String())
		d.optional("reason", o.Reason)
		d.key("retry")
		d.bool(o.Retry)
		d.key("count")
		d.int(o.Count)
		example := ""
		if o.Example.Name != "" {
			example = componentID(o.Example, ecosystem.Purl(o.Example))
		}
		d.optional("example", example)
		d.close('}')
	}
}

func (d *document) writeExpired() {
	for _, e := range d.j.Expired {
		d.element()
		d.member("id", e.ID)
		d.optional("why", e.Why)
		d.optional("where", e.Where)
		d.key("until")
		d.time(e.Until)
		d.close('}')
	}
}
