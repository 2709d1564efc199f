package report

import (
	"bufio"
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/kennel-oss/kennel"
)

// writeSARIF writes a SARIF 2.1.0 log for code scanning.
//
// A rule is a problem (an advisory's id), a result is that problem in one
// project, and what was not checked stands among the tool's notifications.
// Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/
func writeSARIF(w *bufio.Writer, j *kennel.Judgement, o Options) error {
	s := &sarif{sarifWriter: newSARIFWriter(w), j: j}
	return s.document(o.Tool, sarifRun{
		rules: func() {
			s.collectRules()
			for _, i := range s.rules {
				s.line()
				s.rule(&s.j.Results[i])
			}
		},
		descriptors: func() {
			for k := kennel.GapUnreadable; k <= kennel.GapDatabase; k++ {
				s.descriptor(gapID(k), gapMeans(k))
			}
		},
		results: func() {
			for i := range j.Results {
				s.line()
				s.result(i)
			}
		},
		notes: func() {
			v := &view{j: s.j}
			for _, g := range v.gaps() {
				s.note("Not checked: "+enumerate(g.whats, 20)+": "+g.why, gapID(g.kind), int(g.kind))
			}
		},
		verdict: j.Verdict, complete: j.Complete, target: j.Inventory.Target,
	})
}

type sarif struct {
	*sarifWriter
	j     *kennel.Judgement
	rules []int          // a result for each rule, the most severe
	index map[string]int // rule id -> index in rules
}

func gapID(k kennel.GapKind) string { return "gap/" + strings.ReplaceAll(k.String(), " ", "-") }

func gapMeans(k kennel.GapKind) string {
	switch k {
	case kennel.GapUnreadable:
		return "A recognised input could not be read"
	case kennel.GapUnresolved:
		return "Something in an input could not be resolved"
	case kennel.GapDatabase:
		return "The advisory database is missing, old, or only the starter set"
	}
	return "A package that no layer could look at"
}

// ruleID is the problem's id. Code scanning shows it and groups by it.
func ruleID(r *kennel.Result) string { return cmp.Or(r.ID, r.Rule, "unnamed") }

func (s *sarif) collectRules() {
	s.index = make(map[string]int)
	for i := range s.j.Results {
		r := &s.j.Results[i]
		n, known := s.index[ruleID(r)]
		if !known {
			s.index[ruleID(r)] = len(s.rules)
			s.rules = append(s.rules, i)
			continue
		}
		if was := &s.j.Results[s.rules[n]]; cmp.Or(cmp.Compare(r.Severity, was.Severity), cmp.Compare(r.Score, was.Score)) > 0 {
			s.rules[n] = i
		}
	}
}

func (s *sarif) rule(r *kennel.Result) {
	s.open('{')
	s.member("id", ruleID(r))
	s.message("shortDescription", cmp.Or(prose(r.Title, 300), ruleID(r)))
	s.message("fullDescription", ruleText(r, false))
	s.key("help")
	s.open('{')
	s.member("text", ruleText(r, false))
	s.member("markdown", ruleText(r, true))
	s.close('}')
	if link := webAddress(r.URL); link != "" {
		s.member("helpUri", link)
	}
	s.key("properties")
	s.open('{')
	if v := securitySeverity(r); v != "" {
		s.member("security-severity", v)
	}
	s.key("tags")
	tags := []string{"security", "dependency"}
	if r.Rule != "" {
		tags = append(tags, r.Rule)
	}
	s.strings(slices.Compact(tags))
	s.close('}')
	s.close('}')
}

// ruleText says what is known of the problem whatever package it is in.
func ruleText(r *kennel.Result, markdown bool) string {
	esc := clean
	if markdown {
		esc = escapeMarkdown
	}
	out := esc(prose(r.Title, 600))
	if out == "" {
		out = esc(ruleID(r))
	}
	out += " (" + rating(r) + ")."
	if len(r.Aliases) > 0 {
		out += " Also known as " + esc(enumerate(r.Aliases, 10)) + "."
	}
	if r.KEV != nil {
		out += " Known to be exploited, says CISA."
	}
	if link := webAddress(r.URL); link != "" {
		out += " See " + link
	}
	return out
}

// securitySeverity is the number that code scanning sorts by. Where no score
// is known it is the middle of the severity's range (FIRST, CVSS 4.0 section
// 6); a malicious package is the worst there is; of an unknown severity it
// says nothing.
func securitySeverity(r *kennel.Result) string {
	switch {
	case r.Rule == malicious:
		return "10.0"
	case r.Score > 0 && r.Score <= 10:
		return strconv.FormatFloat(r.Score, 'f', 1, 64)
	}
	switch r.Severity {
	case kennel.SeverityCritical:
		return "9.5"
	case kennel.SeverityHigh:
		return "8.0"
	case kennel.SeverityMedium:
		return "5.5"
	case kennel.SeverityLow:
		return "2.0"
	case kennel.SeverityNone:
		return "0.0"
	}
	return ""
}
