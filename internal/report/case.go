package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/kennel-oss/kennel"
)

// WriteCase renders a case as text or JSON ("kennel.vet/1", which only ever
// gains fields). Other formats are an error.
func WriteCase(w io.Writer, f Format, c kennel.Case, o Options) error {
	out := bufio.NewWriter(w)
	switch f {
	case Text:
		writeCaseText(out, &c, o)
	case JSON:
		if err := writeCaseJSON(out, &c); err != nil {
			return err
		}
	default:
		return fmt.Errorf("a case is written as text or json, not as %s", f)
	}
	return out.Flush()
}

// writeCaseText tells what happened in the order of time, each cue with its
// evidence and its ordinary explanation, then what could not be looked at.
func writeCaseText(w *bufio.Writer, c *kennel.Case, o Options) {
	t := &terminal{w: w, width: max(o.Width, 40), color: o.Color}
	if o.Width <= 0 {
		t.width = 100
	}
	style := map[kennel.Verdict]style{kennel.Deny: onRed, kennel.Review: onAmber, kennel.Allow: onGreen}[c.Verdict]
	weighty, other, blind := 0, 0, 0
	for _, outcome := range c.Outcomes {
		if outcome.Reason != "" {
			blind++
		}
		for _, cue := range outcome.Results {
			if cue.Verdict == kennel.Allow {
				other++
			} else {
				weighty++
			}
		}
	}
	headline := fmt.Sprintf("%s for a person, %s beside", counted(weighty, "cue", "cues"), counted(other, "other", "others"))
	if weighty+other == 0 {
		headline = "nothing stands out"
	}
	if blind > 0 && c.Verdict == kennel.Allow {
		style, headline = onAmber, headline+", incomplete"
	}
	t.para("", span{style, unit(" " + strings.ToUpper(c.Verdict.String()) + " ")}, span{bold, " " + prose(c.Subject, 120)}, span{normal, " " + unit(headline)},
		span{dim, " " + unit("(as of "+day(c.AsOf)+")")})
	for _, outcome := range c.Outcomes {
		for i := range outcome.Results {
			cue := &outcome.Results[i]
			t.blank()
			when := "undated   "
			if !cue.At.IsZero() {
				when = day(cue.At)
			}
			mark := normal
			if cue.Verdict != kennel.Allow {
				mark = yellow
			}
			t.para(when+"  ", span{mark, clean(cue.Rule)}, span{bold, " " + prose(cue.Title, 300)}, span{dim, " " + unit(cue.Severity.String()+", "+cue.Confidence.String()+" confidence")})
			for _, e := range cue.Evidence {
				says := prose(e.Says, 300)
				if says != "" {
					says = ": " + says
				}
				t.para("            - ", span{normal, clean(e.Kind) + " " + clean(e.What) + says})
			}
			if cue.Innocent != "" {
				t.para("            ", span{dim, "ordinarily: " + prose(cue.Innocent, 400)})
			}
		}
	}
	if blind > 0 {
		t.title(span{yellow, "Not looked at"}, "")
		for _, outcome := range c.Outcomes {
			if outcome.Reason != "" {
				t.para("  - ", span{bold, clean(outcome.Layer)}, span{normal, " " + prose(outcome.Reason, 400)})
			}
		}
	}
}

type caseJSON struct {
	Schema   string        `json:"schema"`
	Subject  string        `json:"subject"`
	AsOf     time.Time     `json:"as_of"`
	Verdict  string        `json:"verdict"`
	Policy   string        `json:"policy"`
	Outcomes []outcomeJSON `json:"outcomes"`
}

type outcomeJSON struct {
	Layer    string    `json:"layer"`
	State    string    `json:"state"`
	Reason   *string   `json:"reason"`
	Retry    bool      `json:"retry"`
	Findings []cueJSON `json:"findings"`
}

type cueJSON struct {
	Rule       string         `json:"rule"`
	Severity   string         `json:"severity"`
	Confidence string         `json:"confidence"`
	Title      string         `json:"title"`
	At         *time.Time     `json:"at"`
	Evidence   []evidenceJSON `json:"evidence"`
	Innocent   *string        `json:"innocent"`
	Verdict    string         `json:"verdict"`
	Rules      []string       `json:"rules"`
}

type evidenceJSON struct {
	Kind string  `json:"kind"`
	What string  `json:"what"`
	Says *string `json:"says"`
	URL  *string `json:"url"`
}

func writeCaseJSON(w io.Writer, c *kennel.Case) error {
	optional := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	doc := caseJSON{"kennel.vet/1", c.Subject, c.AsOf.UTC(), c.Verdict.String(), c.Policy.Digest, []outcomeJSON{}}
	for _, outcome := range c.Outcomes {
		o := outcomeJSON{outcome.Layer, outcome.State.String(), optional(outcome.Reason), outcome.Retry, []cueJSON{}}
		for _, cue := range outcome.Results {
			f := cueJSON{cue.Rule, cue.Severity.String(), cue.Confidence.String(), cue.Title, nil, []evidenceJSON{}, optional(cue.Innocent), cue.Verdict.String(), append([]string{}, cue.Rules...)}
			if !cue.At.IsZero() {
				at := cue.At.UTC()
				f.At = &at
			}
			for _, e := range cue.Evidence {
				f.Evidence = append(f.Evidence, evidenceJSON{e.Kind, e.What, optional(e.Says), optional(e.URL)})
			}
			o.Findings = append(o.Findings, f)
		}
		doc.Outcomes = append(doc.Outcomes, o)
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", " ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(doc)
}
