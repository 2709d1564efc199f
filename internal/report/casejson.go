package report

import (
	"bufio"
	"strconv"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// caseSchema names the contract of docs/schema/kennel.vet-1.schema.json. It
// only ever gains fields.
const caseSchema = "kennel.vet/1"

// writeCaseJSON streams the document that programs read. Every list is there,
// if only empty; what is not known is null.
func writeCaseJSON(w *bufio.Writer, c *kennel.Case, o Options) error {
	d := &caseDocument{newJSONWriter(w)}
	d.begins(caseSchema, o.Tool)
	d.line()
	d.key("as_of")
	d.time(c.AsOf)
	d.line()
	d.member("policy", c.Policy.Digest)
	d.body(c)
	return d.ends()
}

type caseDocument struct{ *jsonWriter }

// body writes what a case and each of its parts have.
func (d *caseDocument) body(c *kennel.Case) {
	d.line()
	d.member("subject", c.Subject)
	d.key("component")
	if c.Component.Ecosystem == "" {
		d.null()
	} else {
		d.text(ecosystem.Purl(c.Component))
	}
	d.optional("previous", c.Previous)
	d.member("verdict", c.Verdict.String())
	d.section("outcomes", func() {
		for i := range c.Outcomes {
			d.line()
			d.outcome(&c.Outcomes[i])
		}
	})
	d.section("parts", func() {
		for i := range c.Parts {
			d.element()
			d.body(&c.Parts[i])
			d.close('}')
		}
	})
	d.gaps(c.Gaps)
}

func (d *caseDocument) outcome(o *kennel.Outcome) {
	d.open('{')
	d.member("layer", o.Layer)
	d.member("state", o.State.String())
	d.optional("reason", o.Reason)
	d.optional("cause", o.Cause)
	d.key("retry")
	d.bool(o.Retry)
	d.key("beyond")
	d.bool(o.Beyond)
	d.key("findings")
	d.open('[')
	for i := range o.Results {
		d.line()
		d.cue(&o.Results[i])
	}
	d.close(']')
	d.key("exhibit")
	d.exhibit(&o.Exhibit)
	d.close('}')
}

func (d *caseDocument) cue(c *kennel.Cue) {
	d.open('{')
	d.member("rule", c.Rule)
	d.optional("id", c.ID)
	d.member("severity", c.Severity.String())
	d.member("confidence", c.Confidence.String())
	d.member("title", c.Title)
	d.key("at")
	d.time(c.At)
	d.key("evidence")
	d.open('[')
	for _, e := range c.Evidence {
		d.element()
		d.member("kind", e.Kind)
		d.member("what", e.What)
		d.optional("says", e.Says)
		d.optional("url", e.URL)
		d.close('}')
	}
	d.close(']')
	d.optional("innocent", c.Innocent)
	d.member("verdict", c.Verdict.String())
	d.key("rules")
	d.strings(c.Rules)
	d.close('}')
}

// exhibit writes what there is to draw, null where there is nothing.
func (d *caseDocument) exhibit(e *kennel.Exhibit) {
	if len(e.Tags)+len(e.Shares)+len(e.Residual) == 0 && e.Note == "" {
		d.null()
		return
	}
	d.open('{')
	d.optional("note", e.Note)
	d.section("tags", func() {
		for i := range e.Tags {
			t := &e.Tags[i]
			d.element()
			d.member("tag", t.Tag)
			d.key("at")
			d.time(t.Time)
			d.optional("signer", t.Signer)
			d.key("tagger")
			d.open('{')
			d.optional("name", t.Tagger.Name)
			d.optional("email", t.Tagger.Email)
			d.close('}')
			d.close('}')
		}
	})
	d.section("shares", func() {
		for i := range e.Shares {
			d.share(&e.Shares[i])
		}
	})
	d.section("residual", func() {
		for i := range e.Residual {
			r := &e.Residual[i]
			d.element()
			d.member("path", r.Path)
			d.member("class", r.Class)
			d.member("reach", r.Reach)
			d.optional("by", r.By)
			d.optional("explained", r.Explained)
			d.key("size")
			d.size(r.Size)
			d.key("flagged")
			d.bool(r.Flagged)
			d.close('}')
		}
	})
	d.close('}')
}

func (d *caseDocument) share(s *kennel.Share) {
	d.element()
	d.key("quarter")
	d.time(s.Start)
	d.key("commits")
	d.int(s.Commits)
	d.key("by")
	d.open('[')
	for _, a := range s.By {
		d.open('{')
		d.member("name", a.Name)
		d.key("commits")
		d.int(a.Commits)
		d.close('}')
	}
	d.close(']')
	d.close('}')
}

// size writes a number of bytes, or null where it is not known.
func (d *caseDocument) size(n int64) {
	if n < 0 {
		d.null()
		return
	}
	d.begin()
	d.buf = strconv.AppendInt(d.buf, n, 10)
}
