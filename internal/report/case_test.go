package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/kennel-oss/kennel"
)

func TestCaseGolden(t *testing.T) {
	for _, f := range ours {
		for _, c := range vetCases {
			name := "case-" + c.name + "." + string(f)
			t.Run(name, func(t *testing.T) {
				got := renderCase(t, f, c.make(), Options{})
				if again := renderCase(t, f, c.make(), Options{}); !bytes.Equal(got, again) {
					t.Error("two reports of one case differ")
				}
				harmless(t, f, got)
				if f == HTML {
					got = withoutCaseStyle(got)
				}
				golden(t, name+".golden", got)
			})
		}
	}
}

// withoutCaseStyle takes the style out of a page, which is the same in each
// and has files of its own.
func withoutCaseStyle(page []byte) []byte {
	s := strings.ReplaceAll(string(page), pageStyle+caseStyle, "…")
	head, rest, _ := strings.Cut(s, "style-src")
	_, rest, _ = strings.Cut(rest, "base-uri")
	return []byte(head + "style-src … base-uri" + rest)
}

func TestCaseFormats(t *testing.T) {
	for _, f := range []Format{SPDX, OpenVEX, "pdf"} {
		if err := WriteCase(io.Discard, f, quietCase(), Options{}); err == nil || !strings.Contains(err.Error(), string(f)) {
			t.Errorf("%s: %v", f, err)
		}
	}
	broken := errors.New("the disk is full")
	for _, f := range ours {
		if err := WriteCase(failing{broken}, f, bigCase(2000), Options{}); !errors.Is(err, broken) {
			t.Errorf("%s: %v", f, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestCaseTold holds the formats for people to what a case has to say.
func TestCaseTold(t *testing.T) {
	for _, want := range []struct {
		f    Format
		c    kennel.Case
		says []string
	}{
		{Text, repositoryCase(), []string{"REVIEW", "1 cue for a person, 3 minor ones beside", "2021-12-01  fixtures", "ordinarily: test files", "+ 2 more"}},
		{Text, updateCase(), []string{"2 of 31 packages for a person, 3 with minor cues", "color-stream 2.4.1", "after 2.4.0", "3 packages with minor cues: 3 minified", "layer name, 5 packages, such as plain-00 3.1.0", "the registry could not be asked; trying again may help", "31 packages looked at by content, name; nothing stands out in 26."}},
		{Text, blindCase(), []string{"INCOMPLETE", "no layer could look", "layer source: no tag is named after 9"}},
		{Markdown, updateCase(), []string{caseMarker, "⚠️ Kennel: REVIEW", "`color-stream 2.4.1`", "**Not looked at**", "<details><summary>Evidence of <code>@tools/loader 7.0.0</code>: 1 cue</summary>"}},
		{Markdown, blindCase(), []string{"⚠️ Kennel: INCOMPLETE", "`kennel vet --ref TAG`"}},
		{HTML, repositoryCase(), []string{`class="top review"`, `href="#cue-4"`, "new key", "2021 Q4", "The same as tables", "Ordinarily"}},
		{HTML, releaseCase(), []string{"103 files of the release are not the source&#39;s; 91 have an ordinary explanation, 12 are left", "1 file run by the build", "a known toolchain file", "it is longer than 64 MiB"}},
		{HTML, updateCase(), []string{`id="part-1"`, `href="#part-2"`, "26 packages in which nothing stands out"}},
		{HTML, blindCase(), []string{"incomplete", `class="top review"`, "<code>kennel vet --ref TAG</code>"}},
	} {
		out := string(renderCase(t, want.f, want.c, Options{Width: 200}))
		for _, says := range want.says {
			if !strings.Contains(out, says) {
				t.Errorf("%s of %s: no %q in\n%.3000s", want.f, want.c.Subject, says, out)
			}
		}
	}
}

// TestCaseCouldNotLook holds every answer that a layer gave nothing to not
// looking like one that found nothing.
func TestCaseCouldNotLook(t *testing.T) {
	c := quietCase()
	c.Outcomes = append(c.Outcomes, kennel.Outcome{Layer: "source"}) // no reason at all
	v := newCaseView(&c)
	if !v.incomplete() || len(v.blind) != 1 {
		t.Errorf("got %q, %+v", v.answer(), v.blind)
	}
	parts := kennel.Case{Subject: "x", Verdict: kennel.Allow, Parts: []kennel.Case{blindCase(), quietCase()}}
	if v := newCaseView(&parts); !v.incomplete() || v.quiet != 1 || v.headline() != "nothing stands out in the 1 of 2 packages that could be looked at" {
		t.Errorf("got %q", v.headline())
	}
	beyond := quietCase()
	beyond.Outcomes = append(beyond.Outcomes, kennel.Outcome{Layer: "source", Reason: "it is not made for this", Beyond: true})
	if v := newCaseView(&beyond); v.incomplete() || len(v.blind) != 1 {
		t.Errorf("beyond a layer: %q, %+v", v.answer(), v.blind)
	}
	beyond.Outcomes = beyond.Outcomes[2:]
	all := kennel.Case{Subject: "x", Verdict: kennel.Allow, Parts: []kennel.Case{beyond, quietCase()}}
	if v, w := newCaseView(&beyond), newCaseView(&all); !v.incomplete() || !w.incomplete() {
		t.Error("no layer looked, and it looks clean")
	}
	gap := kennel.Case{Subject: "x", Verdict: kennel.Allow, Gaps: []kennel.Gap{{What: "a", Why: "b"}}}
	if v := newCaseView(&gap); !v.incomplete() {
		t.Error("a gap, and it looks clean")
	}
}

func TestCaseSchema(t *testing.T) {
	schema := published(t, "kennel.vet-1")
	for _, c := range vetCases {
		validate(t, schema, c.name, renderCase(t, JSON, c.make(), Options{}))
	}
	validate(t, schema, "big", renderCase(t, JSON, bigCase(200), Options{}))
}

func TestCaseSARIF(t *testing.T) {
	schema := sarifSchema(t)
	for _, c := range vetCases {
		validate(t, schema, c.name, renderCase(t, SARIF, c.make(), Options{}))
	}
	type log struct {
		Runs []struct {
			Results []struct {
				RuleID, Level string
				RuleIndex     int
				Locations     []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine int }
					}
				}
				PartialFingerprints map[string]string
			}
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Invocations []struct{ ToolExecutionNotifications []any }
		}
	}
	read := func(c kennel.Case) (out log) {
		if err := json.Unmarshal(renderCase(t, SARIF, c, Options{}), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	run := read(updateCase()).Runs[0]
	if len(run.Results) != 7 || run.Results[0].Level != "warning" || run.Results[2].Level != "note" || len(run.Invocations[0].ToolExecutionNotifications) != 2 {
		t.Errorf("got %+v", run)
	}
	prints := make(map[string]bool)
	for _, r := range run.Results {
		p := r.PartialFingerprints["kennel/v1"]
		if prints[p] || p == "" || run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID || r.Locations[0].PhysicalLocation.ArtifactLocation.URI != "package-lock.json" {
			t.Errorf("got %+v", r)
		}
		prints[p] = true
	}
	// A newer version with the same cue keeps the alert.
	next := updateCase()
	next.Parts[0].Component.Version = "2.4.2"
	if p := read(next).Runs[0].Results[0].PartialFingerprints["kennel/v1"]; !prints[p] {
		t.Error("the fingerprint did not outlive the version")
	}
	at := read(repositoryCase()).Runs[0].Results[3].Locations
	if len(at) != 2 || at[1].PhysicalLocation.ArtifactLocation.URI != "tests/b.bin" || at[1].PhysicalLocation.Region.StartLine != 7 {
		t.Errorf("got %+v", at)
	}
}

// bigCase is an installed tree of n packages, a hundredth of them for a
// person, some of which show all that can be drawn.
func bigCase(n int) kennel.Case {
	c := kennel.Case{Subject: "node_modules", AsOf: asOf, Verdict: kennel.Review}
	var e kennel.Exhibit
	for i := range 700 {
		e.Tags = append(e.Tags, kennel.TagMark{Tag: fmt.Sprint("v", i), Time: asOf.AddDate(0, 0, -5*i), Signer: fmt.Sprint("KEY", i%40), Tagger: kennel.Person{Name: fmt.Sprint("P", i%50)}})
	}
	for i := range 60 {
		s := kennel.Share{Start: time.Date(2026-i/4, time.Month(10-3*(i%4)), 1, 0, 0, 0, 0, time.UTC), Commits: 100}
		for k := range 30 {
			s.By = append(s.By, kennel.Authored{Name: fmt.Sprint("P", (i+k)%50), Commits: 3})
		}
		e.Shares = append(e.Shares, s)
	}
	for i := range n {
		p := kennel.Case{Subject: fmt.Sprint("p", i), Component: npm(fmt.Sprint("p", i), "1.0.0"), Previous: "0.9.0", AsOf: asOf, Verdict: kennel.Allow, Outcomes: []kennel.Outcome{{Layer: "content", State: kennel.StateClear}, {Layer: "name", State: kennel.StateClear}}}
		switch {
		case i < n/100+2:
			p.Verdict = kennel.Review
			for k := range 30 {
				p.Outcomes[0].Results = append(p.Outcomes[0].Results, cue("content", "chain", fmt.Sprintf("2026-0%d-1%d", 1+k%8, k%10), kennel.SeverityHigh, strings.Repeat("a long title ", 20), "it is ordinary", kennel.Evidence{Kind: "file", What: "index.js:1", Says: "line"}))
			}
			p.Outcomes[0].Exhibit = e
		case i%7 == 0:
			p.Outcomes[1] = kennel.Outcome{Layer: "name", Reason: fmt.Sprint("reason ", i%300)}
		}
		c.Parts = append(c.Parts, p)
	}
	return c
}

// TestCaseBounds holds reports for people to a size that they can take.
func TestCaseBounds(t *testing.T) {
	big := bigCase(10_000)
	for name, c := range map[string]kennel.Case{"big": big, "foul": hostileCase()} {
		comment := string(renderCase(t, Markdown, c, Options{}))
		if len(comment) > markdownMax {
			t.Errorf("%s: a comment of %d bytes", name, len(comment))
		}
		if strings.Count(comment, "<details>") != strings.Count(comment, "</details>") || !strings.HasSuffix(comment, "</sub>\n") {
			t.Errorf("%s: a fold is left open, or the foot is gone", name)
		}
		if lines := bytes.Count(renderCase(t, Text, c, Options{}), []byte("\n")); lines > 1500 {
			t.Errorf("%s: %d lines for a terminal", name, lines)
		}
		if page := renderCase(t, HTML, c, Options{}); len(page) > 12<<20 {
			t.Errorf("%s: a page of %d bytes", name, len(page))
		}
	}
	var before, after runtime.MemStats
	document := len(renderCase(t, JSON, big, Options{}))
	runtime.ReadMemStats(&before)
	if err := WriteCase(io.Discard, JSON, big, Options{}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > uint64(document) {
		t.Errorf("%d bytes allocated for a document of %d", got, document)
	}
}

// wellFormed fails when a page's tags do not nest, which something foreign
// would have had to do.
func wellFormed(t *testing.T, page []byte) {
	t.Helper()
	_, body, _ := bytes.Cut(page, []byte("</style>"))
	d := xml.NewDecoder(bytes.NewReader(append([]byte("<html><head>"), body...)))
	d.Strict = true
	d.Entity = xml.HTMLEntity
	for {
		token, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("the page is broken: %v", err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "script", "img", "iframe", "object", "embed", "style", "base", "form", "input":
			t.Fatalf("the page has a <%s>", start.Name.Local)
		}
		for _, a := range start.Attr {
			if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "style" || a.Name.Local == "href" && !strings.HasPrefix(a.Value, "#") && webAddress(a.Value) == "" {
				t.Fatalf("<%s %s=%q>", start.Name.Local, a.Name.Local, a.Value)
			}
		}
	}
}

func TestCasePages(t *testing.T) {
	for _, c := range vetCases {
		wellFormed(t, renderCase(t, HTML, c.make(), Options{}))
	}
}

// FuzzCase puts foreign strings into every field of a case and holds every
// format to being harmless and whole.
func FuzzCase(f *testing.F) {
	f.Add("semver", "6.3.1")
	f.Add(foul, "\xff\xfe")
	f.Add("</title></svg><script>alert(1)</script>", "`](javascript:1)")
	f.Add("tests/a.bin:9999999999999999999", "@team #1 :tada: |\\|")
	f.Fuzz(func(t *testing.T, s, long string) {
		c := foulCase(s, long)
		c.Parts = []kennel.Case{foulCase(long, s), quietCase()}
		for _, format := range ours {
			report := renderCase(t, format, c, Options{Width: len(s) % 200})
			harmless(t, format, report)
			switch {
			case (format == JSON || format == SARIF) && !json.Valid(report):
				t.Fatalf("%s is no JSON", format)
			case format == Markdown && len(report) > markdownMax:
				t.Fatalf("a comment of %d bytes", len(report))
			case format == HTML:
				wellFormed(t, report)
			}
		}
	})
}

func BenchmarkWriteCase(b *testing.B) {
	for _, size := range []struct {
		name string
		c    kennel.Case
	}{{"repository", repositoryCase()}, {"10000parts", bigCase(10_000)}} {
		for _, f := range ours {
			b.Run(string(f)+"/"+size.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := WriteCase(io.Discard, f, size.c, Options{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
