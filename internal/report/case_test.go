package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/kennel-oss/kennel"
)

func sampleCase() kennel.Case {
	at := time.Date(2024, 2, 23, 15, 9, 0, 0, time.UTC)
	return kennel.Case{Subject: "project.git\x1b[31m", AsOf: at.AddDate(0, 0, 1), Verdict: kennel.Review, Outcomes: []kennel.Outcome{
		{Layer: "authority", State: kennel.StateFound, Results: []kennel.Cue{{
			Finding: kennel.Finding{Layer: "authority", Rule: "fixtures", Title: "2 files came\nwithout code", Severity: kennel.SeverityHigh, Confidence: kennel.ConfidenceMedium,
				At: at, Innocent: "test files are tidied up before a release", Evidence: []kennel.Evidence{{Kind: "commit", What: "cf44e4b", Says: "by \x1b[2JAnn"}}},
			Verdict: kennel.Review, Rules: []string{"cue"},
		}}},
		{Layer: "source", State: kennel.StateCouldNotLook, Reason: "no release was given"},
	}}
}

func TestCaseText(t *testing.T) {
	var b bytes.Buffer
	if err := WriteCase(&b, Text, sampleCase(), Options{}); err != nil {
		t.Fatal(err)
	}
	out := b.String()
	for _, want := range []string{"REVIEW", "1 cue for a person", "2024-02-23  fixtures", "commit cf44e4b", "ordinarily: test files", "Not looked at", "no release was given"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
	if strings.Contains(out, "\x1b") {
		t.Error("a stranger's escape sequence reached the terminal")
	}
	quiet := kennel.Case{Subject: "x", Verdict: kennel.Allow, Outcomes: []kennel.Outcome{{Layer: "source", State: kennel.StateCouldNotLook, Reason: "no release was given"}}}
	b.Reset()
	if err := WriteCase(&b, Text, quiet, Options{}); err != nil || !strings.Contains(b.String(), "INCOMPLETE") {
		t.Errorf("could not look, and it looks clean: %v\n%s", err, b.String())
	}
}

func TestCaseJSON(t *testing.T) {
	var b bytes.Buffer
	if err := WriteCase(&b, JSON, sampleCase(), Options{}); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Schema, Verdict string
		Outcomes        []struct {
			Layer, State string
			Reason       *string
			Findings     []struct{ Rule, Severity, Title, Innocent string }
		}
	}
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Schema != "kennel.vet/1" || doc.Verdict != "review" || len(doc.Outcomes) != 2 ||
		doc.Outcomes[0].Findings[0].Rule != "fixtures" || doc.Outcomes[1].State != "could_not_look" || doc.Outcomes[1].Reason == nil {
		t.Errorf("got %s", b.String())
	}
	if err := WriteCase(&b, SPDX, sampleCase(), Options{}); err == nil {
		t.Error("a format that is not written passed")
	}
}
