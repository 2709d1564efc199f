package report

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/kennel-oss/kennel"
)

// harmless fails when a report holds what could move a cursor, turn text
// around, or is no text.
func harmless(t *testing.T, f Format, report []byte) {
	t.Helper()
	if !utf8.Valid(report) {
		t.Errorf("%s: not UTF-8", f)
	}
	for i, r := range string(report) {
		if r == '\n' || r == '\ufe0f' { // the second makes our own sign an emoji
			continue
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
			t.Fatalf("%s: %U at byte %d: %q", f, r, i, report[max(0, i-40):i])
		}
	}
}

func TestHostile(t *testing.T) {
	for _, f := range ours {
		report := render(t, f, hostile(), Options{})
		harmless(t, f, report)
		if f == HTML {
			for _, bad := range []string{"<img", "alert(1)</script>", "href=\"javascript", "<!--"} {
				if strings.Contains(string(report), bad) {
					t.Errorf("%s: holds %q", f, bad)
				}
			}
		}
	}
}

func TestEscapeMarkdown(t *testing.T) {
	for in, want := range map[string]string{
		"a plain title":          "a plain title",
		"@everyone":              "@&#8288;everyone",
		"fixes #12":              "fixes #&#8288;12",
		"<b onclick=x>":          "&lt;b onclick=x&gt;",
		"[x](javascript:1)":      `\[x\]\(javascript:&#8288;1\)`,
		"see https://evil.test/": "see https:&#8288;//evil.test/",
		"www.evil.test":          "www.&#8288;evil.test",
		"![x](y)":                `!&#8288;\[x\]\(y\)`,
		"a | b":                  `a \| b`,
		"*a* _b_ `c` ~d~":        "\\*a\\* \\_b\\_ \\`c\\` ~&#8288;d~",
		"a: b, c":                "a: b, c",
		"a\nb\x1b":               `a\\nb\\x1b`,
		":tada:":                 ":&#8288;tada:",
	} {
		if got := escapeMarkdown(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"a": "`a`", "a`b": "`` a`b ``", "``": "``` `` ```", "a|b": "`a\\|b`", "": ""} {
		if got := code(in, true); got != want {
			t.Errorf("code of %q: got %q, want %q", in, got, want)
		}
	}
}

func TestWebAddress(t *testing.T) {
	for in, ok := range map[string]bool{
		"https://osv.example/a?b=c#d": true, "http://a.example/": true,
		"javascript:alert(1)": false, "https://": false, "https://user@a.example/": false,
		"https://a.example/\"onclick=": false, "https://a.example/>": false, "https://a.example/\n": false,
		"data:text/html,x": false, "//a.example": false, "https://a.example/|": false, "": false,
	} {
		if got := webAddress(in) != ""; got != ok {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func TestURIReference(t *testing.T) {
	for in, want := range map[string]string{
		"a/package-lock.json": "a/package-lock.json", "c:evil": "./c:evil", "//host/x": "host/x", "a b": "a%20b",
		"app.jar!/META-INF/x": "app.jar%21/META-INF/x", "": ".", "a?b#c": "a%3Fb%23c", "\xff": "%EF%BF%BD",
	} {
		if got := uriReference(in); got != want && strings.ReplaceAll(got, "!", "%21") != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestBounds holds a comment below what forges take, however many findings
// there are and however long their names.
func TestBounds(t *testing.T) {
	long := many()
	for range 400 {
		add(&long, 0, "lodash", kennel.Deny, kennel.Result{Finding: kennel.Finding{ID: strings.Repeat("@\u202e", 5000), Title: strings.Repeat("<|", 5000)},
			Remedy: kennel.Remedy{Kind: kennel.RemedyUpgrade, Command: fmt.Sprint(strings.Repeat("`\u202e", 4000), len(long.Results))}})
		long.Gaps = append(long.Gaps, kennel.Gap{What: strings.Repeat("\u202e", 3000), Why: strings.Repeat("@x ", 3000)})
	}
	for name, j := range map[string]kennel.Judgement{"huge": huge(20_000, 5_000), "long": long} {
		report := string(render(t, Markdown, j, Options{}))
		if len(report) > markdownMax {
			t.Errorf("%s: %d bytes", name, len(report))
		}
		if strings.Count(report, "<details>") != strings.Count(report, "</details>") {
			t.Errorf("%s: a fold is left open", name)
		}
		if !strings.Contains(report, "DENY") || !strings.Contains(report, "Not checked") || !strings.Contains(report, "Do first") {
			t.Errorf("%s: what matters was cut", name)
		}
		if lines := strings.Count(string(render(t, Text, j, Options{})), "\n"); lines > 400 {
			t.Errorf("%s: %d lines for a terminal", name, lines)
		}
	}
}

// FuzzReport puts foreign strings everywhere and holds every format to being
// harmless and whole.
func FuzzReport(f *testing.F) {
	f.Add("lodash", "4.17.20", "Prototype pollution", "pkg/package-lock.json")
	f.Add("@babel/core", "1.0.0-rc.1+build", "a | b", "app.jar!/META-INF/maven/pom.xml")
	f.Add(escape+override, "\xff\xfe", "</script><svg onload=alert(1)>", "../../etc/passwd\n")
	f.Add("`code`", "![x](y)", "@team #1 :tada:", "C:\\x")
	f.Fuzz(func(t *testing.T, name, version, title, path string) {
		p := shop()
		o := occurrence(npm(name, version), kennel.ScopeShipped, kennel.Direct, 3)
		o.Locations[0].Path = path
		p.Occurrences = append(p.Occurrences, o)
		p.Edges = append(p.Edges, kennel.Edge{From: int32(len(p.Occurrences) - 1), To: 0, Constraint: title})
		j := judged(kennel.Inventory{Target: path, Projects: []kennel.Project{p}})
		add(&j, 0, name, kennel.Deny, kennel.Result{Finding: kennel.Finding{Rule: title, ID: name, Title: title, URL: path, Aliases: []string{version}, Fix: kennel.Fix{State: kennel.FixKnown, Version: version}},
			Rules: []string{title}, Remedy: kennel.Remedy{Kind: kennel.RemedyUpgrade, Command: title + " " + name}})
		j.Gaps = []kennel.Gap{{What: path, Why: title}}
		for _, format := range ours {
			report := render(t, format, j, Options{Width: len(name) % 200})
			harmless(t, format, report)
			if (format == JSON || format == SARIF) && !json.Valid(report) {
				t.Fatalf("%s is no JSON", format)
			}
			if format == Markdown && len(report) > markdownMax {
				t.Fatalf("a comment of %d bytes", len(report))
			}
		}
	})
}
