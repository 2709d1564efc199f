package report

import (
	"cmp"
	"io"
	"strings"

	"github.com/kennel-oss/kennel"
)

const sarifSchemaURI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

const homepage = "https://github.com/kennel-oss/kennel"

// sarifWriter writes what every SARIF log of ours has.
type sarifWriter struct {
	*jsonWriter
	escape *strings.Replacer // see message
}

func newSARIFWriter(w io.Writer) *sarifWriter {
	return &sarifWriter{newJSONWriter(w), strings.NewReplacer("{", "{{", "}", "}}", "](", "] (")}
}

// sarifRun is what differs between logs. Each function writes the elements of
// a list, in the order in which they are called.
type sarifRun struct {
	rules       func()
	descriptors func() // of notifications
	results     func()
	notes       func()
	verdict     kennel.Verdict
	complete    bool
	target      string
}

// document writes a log of one run.
func (s *sarifWriter) document(t Tool, r sarifRun) error {
	s.open('{')
	s.line()
	s.member("$schema", sarifSchemaURI)
	s.line()
	s.member("version", "2.1.0")
	s.line()
	s.key("runs")
	s.open('[')
	s.open('{')
	s.line()
	s.key("tool")
	s.open('{')
	s.key("driver")
	s.open('{')
	s.member("name", cmp.Or(t.Name, "kennel"))
	if t.Version != "" {
		s.member("version", t.Version)
	}
	s.member("informationUri", homepage)
	s.key("rules")
	s.open('[')
	r.rules()
	s.close(']')
	s.section("notifications", r.descriptors)
	s.close('}')
	s.close('}')
	s.section("results", r.results)
	s.line()
	s.key("invocations")
	s.open('[')
	s.open('{')
	s.key("executionSuccessful")
	s.bool(true)
	s.key("toolExecutionNotifications")
	s.open('[')
	r.notes()
	s.close(']')
	s.close('}')
	s.close(']')
	s.line()
	s.key("properties")
	s.open('{')
	s.member("verdict", r.verdict.String())
	s.key("complete")
	s.bool(r.complete)
	s.member("target", r.target)
	s.close('}')
	s.close('}')
	s.close(']')
	return s.ends()
}

// descriptor writes a kind of notification.
func (s *sarifWriter) descriptor(id, means string) {
	s.open('{')
	s.member("id", id)
	s.message("shortDescription", means)
	s.close('}')
}

// note writes a notification of the kind with that id, the index-th descriptor.
func (s *sarifWriter) note(text, id string, index int) {
	s.element()
	s.member("level", "warning")
	s.message("message", text)
	s.key("descriptor")
	s.open('{')
	s.member("id", id)
	s.key("index")
	s.int(index)
	s.close('}')
	s.close('}')
}

// message writes a message string. In one, a word in braces is a placeholder
// and [text](destination) is a link (SARIF 3.11.5 and 3.11.6); ours are
// neither.
func (s *sarifWriter) message(key, text string) {
	s.key(key)
	s.open('{')
	s.member("text", s.escape.Replace(text))
	s.close('}')
}
