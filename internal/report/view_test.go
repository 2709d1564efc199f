package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/kennel-oss/kennel"
)

func TestActions(t *testing.T) {
	j := many()
	v := newView(&j)
	var got []string
	for i := range v.actions {
		got = append(got, v.actions[i].what(&j)+": "+v.clears(&v.actions[i]))
	}
	want := []string{
		"npm update lodash: clears 2 of 4",
		"npm install express@4.17.3: clears 1 of 4",
		"Look into jinja2 2.10: no fix is known here: concerns 1 of 4",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestMayClear: that a newer dependant admits the fix is not known.
func TestMayClear(t *testing.T) {
	j := judged(kennel.Inventory{Target: ".", Projects: []kennel.Project{shop()}})
	add(&j, 0, "lodash", kennel.Deny, kennel.Result{Finding: kennel.Finding{ID: "CVE-1"},
		Remedy: kennel.Remedy{Kind: kennel.RemedyUpgrade, Package: kennel.Package{Ecosystem: kennel.NPM, Name: "async"}}})
	v := newView(&j)
	if got := v.clears(&v.actions[0]); got != "may clear 1 of 1" {
		t.Error(got)
	}
}

// TestFeed: an old feed says so, whenever the database was built.
func TestFeed(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for days, want := range map[int]string{0: "KEV 2026-11-22", 8: "KEV 2026-11-14", 9: "KEV 2026-11-13 (9 days old)"} {
		if got := feed("KEV", now.AddDate(0, 0, -days), now); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := feed("EPSS", time.Time{}, now); got != "no EPSS" {
		t.Error(got)
	}
}

// TestMalwareFirst: whatever else clears more, malware goes first.
func TestMalwareFirst(t *testing.T) {
	j := many()
	add(&j, 0, "flatmap-stream", kennel.Deny, kennel.Result{Finding: kennel.Finding{Rule: malicious, ID: "MAL-1"},
		Remedy: kennel.Remedy{Kind: kennel.RemedyRemove, Package: kennel.Package{Ecosystem: kennel.NPM, Name: "event-stream"}}})
	v := newView(&j)
	if got := v.actions[0].what(&j); got != "Remove event-stream" {
		t.Errorf("first is %q", got)
	}
}

// TestOneProblem: a problem of one component in several projects is shown
// once, under the strictest verdict, and is to be mended in each.
func TestOneProblem(t *testing.T) {
	one, two := shop(), shop()
	one.Root, one.Manifest = "one", "one/package-lock.json"
	two.Root, two.Manifest = "two", "two/package-lock.json"
	j := judged(kennel.Inventory{Target: ".", Projects: []kennel.Project{one, two}})
	remedy := kennel.Remedy{Kind: kennel.RemedyRefresh, Command: "npm update lodash"}
	add(&j, 0, "lodash", kennel.Review, kennel.Result{Finding: kennel.Finding{ID: "CVE-1"}, Remedy: remedy})
	add(&j, 1, "lodash", kennel.Deny, kennel.Result{Finding: kennel.Finding{ID: "CVE-1"}, Remedy: remedy})
	v := newView(&j)
	if v.urgent() != 1 || !slices.Equal(v.verdicts[kennel.Deny], []int{1}) {
		t.Errorf("denied %v, to review %v", v.verdicts[kennel.Deny], v.verdicts[kennel.Review])
	}
	if len(v.actions) != 1 || len(v.actions[0].results) != 1 || v.actions[0].where(&j) != "in two, one" {
		t.Errorf("actions: %+v %q", v.actions, v.actions[0].where(&j))
	}
	if g := v.groups(v.verdicts[kennel.Deny]); len(g) != 1 || len(g[0].projects) != 2 {
		t.Errorf("groups: %+v", g)
	}
}

func TestWidth(t *testing.T) {
	for _, width := range []int{40, 60, 80, 100, 140} {
		out := string(render(t, Text, many(), Options{Width: width}))
		for line := range strings.Lines(out) {
			line = strings.TrimRight(line, "\n")
			if utf8.RuneCountInString(line) > width && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("width %d: %q", width, line)
			}
			if line != strings.TrimRight(line, " ") && !strings.Contains(line, "DENY") {
				t.Errorf("spaces at the end of %q", line)
			}
		}
	}
}

// TestColour: colours change nothing but colours.
func TestColour(t *testing.T) {
	for _, c := range cases {
		plain := render(t, Text, c.make(), Options{Verbose: true})
		colour := render(t, Text, c.make(), Options{Verbose: true, Color: true})
		if !bytes.Contains(colour, []byte("\x1b[")) {
			t.Errorf("%s: no colours", c.name)
		}
		var bare []byte
		for rest := colour; ; {
			before, after, more := bytes.Cut(rest, []byte("\x1b["))
			bare = append(bare, before...)
			if !more {
				break
			}
			_, rest, _ = bytes.Cut(after, []byte("m"))
		}
		if !bytes.Equal(bare, plain) {
			t.Errorf("%s: %s", c.name, firstDifference(bare, plain))
		}
	}
}

// TestVerbose: what is folded away by default is listed when asked for.
func TestVerbose(t *testing.T) {
	short, long := string(render(t, Text, many(), Options{})), string(render(t, Text, many(), Options{Verbose: true}))
	for _, id := range []string{"CVE-2024-0003", "CVE-2024-0011", "< 4.17.21", "GHSA-35jh-r3h4-6jhm"} {
		if strings.Contains(short, id) || !strings.Contains(long, id) {
			t.Errorf("%s: in the short report %v, in the long one %v", id, strings.Contains(short, id), strings.Contains(long, id))
		}
	}
}

// TestFirstScreen: verdict, first thing to do and what was not checked stand
// in the first 20 lines, and again in the last 10.
func TestFirstScreen(t *testing.T) {
	j := crowd()
	lines := strings.Split(strings.TrimSpace(string(render(t, Text, j, Options{}))), "\n")
	first, last := strings.Join(lines[:20], "\n"), strings.Join(lines[len(lines)-10:], "\n")
	for _, want := range []string{"DENY", "npm uninstall event-stream", "legacy/composer.lock"} {
		if !strings.Contains(first, want) || !strings.Contains(last, want) {
			t.Errorf("%q is not in both:\n%s\n…\n%s", want, first, last)
		}
	}
}
