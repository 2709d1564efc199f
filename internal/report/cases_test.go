package report

import (
	"fmt"
	"time"

	"github.com/kennel-oss/kennel"
)

// The judgements that every format is tested with, each made anew so that no
// test sees another's changes.
var cases = []struct {
	name string
	make func() kennel.Judgement
}{
	{"empty", empty},
	{"clean", cleanCase},
	{"malicious", maliciousCase},
	{"many", many},
	{"suppressed", suppressedCase},
	{"starter", starterCase},
	{"hostile", hostile},
}

var (
	asOf = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	tool = Tool{"kennel", "1.2.3"}
)

func date(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func freshDatabase() kennel.DatabaseInfo {
	return kennel.DatabaseInfo{
		Path: "/home/somebody/.cache/kennel/db", Digest: "sha256:0badc0de", Built: date("2026-08-30"), Records: 59_430,
		Ecosystems: []kennel.DatabasePart{
			{Ecosystem: kennel.NPM, Records: 21_000, Newest: date("2026-08-29"), Fetched: date("2026-08-30")},
			{Ecosystem: kennel.PyPI, Records: 13_290, Fetched: date("2026-08-30")},
		},
		KEV: date("2026-08-28"), EPSS: date("2026-08-30"),
	}
}

func empty() kennel.Judgement {
	return kennel.Judgement{Inventory: kennel.Inventory{Target: "."}, AsOf: asOf, Verdict: kennel.Allow, Database: freshDatabase(),
		Gaps: []kennel.Gap{{Kind: kennel.GapUnreadable, What: ".", Why: "nothing here is a format that Kennel knows"}}}
}

func npm(name, version string) kennel.Component {
	return kennel.Component{Package: kennel.Package{Ecosystem: kennel.NPM, Name: name}, Version: version, Origin: kennel.OriginRegistry}
}

func occurrence(c kennel.Component, s kennel.Scope, d kennel.Directness, line int) kennel.Occurrence {
	return kennel.Occurrence{Component: c, Scope: s, Direct: d, Locations: []kennel.Location{{Path: "package-lock.json", Line: line}}}
}

// shop is a small project whose graph has two ways to one package.
func shop() kennel.Project {
	p := kennel.Project{Root: ".", Manifest: "package-lock.json", Ecosystem: kennel.NPM, Name: "shop", Version: "1.0.0", Graph: true,
		Occurrences: []kennel.Occurrence{
			occurrence(npm("body-parser", "1.19.0"), kennel.ScopeShipped, kennel.Transitive, 40),
			occurrence(npm("express", "4.17.1"), kennel.ScopeShipped, kennel.Direct, 12),
			occurrence(npm("flatmap-stream", "0.1.1"), kennel.ScopeShipped, kennel.Transitive, 71),
			occurrence(npm("event-stream", "3.3.6"), kennel.ScopeShipped, kennel.Direct, 60),
			occurrence(npm("lodash", "4.17.20"), kennel.ScopeShipped, kennel.Direct, 80),
			occurrence(npm("mocha", "8.0.0"), kennel.ScopeDevelopment, kennel.Direct, 90),
			occurrence(npm("qs", "6.7.0"), kennel.ScopeShipped, kennel.Transitive, 100),
			occurrence(npm("@babel/core", "7.12.0"), kennel.ScopeBuild, kennel.Direct, 110),
		}}
	n := func(name string) int32 { return int32(find(&p, name)) }
	root := kennel.RootNode
	p.Edges = []kennel.Edge{
		{From: root, To: n("express"), Constraint: "^4.17.0", Scope: kennel.ScopeShipped},
		{From: root, To: n("event-stream"), Constraint: "^3.3.4", Scope: kennel.ScopeShipped},
		{From: root, To: n("lodash"), Constraint: "^4.17.0", Scope: kennel.ScopeShipped},
		{From: root, To: n("mocha"), Constraint: "8", Scope: kennel.ScopeDevelopment},
		{From: root, To: n("@babel/core"), Constraint: "^7.0.0", Scope: kennel.ScopeBuild},
		{From: n("express"), To: n("body-parser"), Constraint: "1.19.0"},
		{From: n("express"), To: n("qs"), Constraint: "6.7.0"},
		{From: n("body-parser"), To: n("qs"), Constraint: "6.7.0"},
		{From: n("event-stream"), To: n("flatmap-stream"), Constraint: "^0.1.0"},
	}
	return p
}

func find(p *kennel.Project, name string) int {
	for i := range p.Occurrences {
		if p.Occurrences[i].Name == name {
			return i
		}
	}
	panic("no occurrence " + name)
}

func judged(inv kennel.Inventory) kennel.Judgement {
	inv.Normalize()
	j := kennel.Judgement{Inventory: inv, AsOf: asOf, Verdict: kennel.Allow, Complete: true, Database: freshDatabase(),
		Policy: kennel.PolicyInfo{Digest: "sha256:feed", Source: []string{"built-in"}}}
	total := 0
	for i := range inv.Projects {
		total += len(inv.Projects[i].Occurrences)
		j.Verdicts = append(j.Verdicts, kennel.Allow)
	}
	j.Outcomes = []kennel.OutcomeCount{{Layer: "known", State: kennel.StateClear, Count: total}}
	return j
}

// add puts a finding on the component of that name of project p.
func add(j *kennel.Judgement, p int, name string, v kennel.Verdict, r kennel.Result) {
	project := &j.Inventory.Projects[p]
	r.Project, r.Occurrence, r.Verdict = p, find(project, name), v
	r.Component = project.Occurrences[r.Occurrence].Component
	if r.Layer == "" {
		r.Layer = "known"
	}
	if r.Rule == "" {
		r.Rule = "vulnerable"
	}
	r.Fingerprint = fmt.Sprintf("%064x", len(j.Results)+1)
	r.Exposed = -1
	if !r.Published.IsZero() {
		r.Exposed = int(j.AsOf.Sub(r.Published).Hours() / 24)
	}
	if r.Suppressed == nil {
		if v.Worse(j.Verdict) {
			j.Verdict = v
		}
		if v.Worse(j.Verdicts[p]) {
			j.Verdicts[p] = v
		}
	}
	j.Results = append(j.Results, r)
}

func cleanCase() kennel.Judgement {
	return judged(kennel.Inventory{Target: "examples/shop", Projects: []kennel.Project{shop()}})
}

func maliciousCase() kennel.Judgement {
	j := cleanCase()
	p := &j.Inventory.Projects[0]
	event, flatmap := int32(find(p, "event-stream")), int32(find(p, "flatmap-stream"))
	add(&j, 0, "flatmap-stream", kennel.Deny, kennel.Result{
		Finding: kennel.Finding{Rule: malicious, ID: "GHSA-9x64-5r7x-2q53", Aliases: []string{"MAL-2018-1"}, Title: "Malicious code steals wallets from one named application",
			URL: "https://advisories.example/GHSA-9x64-5r7x-2q53", Published: date("2018-11-26"), Fix: kennel.Fix{State: kennel.FixNone},
			Evidence: []kennel.Evidence{{Kind: "advisory", What: "GHSA-9x64-5r7x-2q53", Says: "= 0.1.1", URL: "https://advisories.example/GHSA-9x64-5r7x-2q53"}}},
		Rules:  []string{"malicious"},
		Via:    kennel.Via{Paths: [][]int32{{event, flatmap}}, Count: 1},
		Remedy: kennel.Remedy{Kind: kennel.RemedyRemove, Package: kennel.Package{Ecosystem: kennel.NPM, Name: "event-stream"}, Command: "npm uninstall event-stream"},
	})
	return j
}

// many is what most real projects look like: a few things to do, much that
// is allowed, and gaps.
func many() kennel.Judgement {
	tools := kennel.Project{Root: "tools", Manifest: "tools/requirements.txt", Ecosystem: kennel.PyPI,
		Occurrences: []kennel.Occurrence{{Component: kennel.Component{Package: kennel.Package{Ecosystem: kennel.PyPI, Name: "jinja2"}, Version: "2.10"},
			Locations: []kennel.Location{{Path: "tools/requirements.txt", Line: 3}}}}}
	j := judged(kennel.Inventory{Target: "examples/shop", Projects: []kennel.Project{shop(), tools}})
	p := &j.Inventory.Projects[0]
	at := func(name string) int32 { return int32(find(p, name)) }
	lodash := kennel.Remedy{Kind: kennel.RemedyRefresh, Package: kennel.Package{Ecosystem: kennel.NPM, Name: "lodash"}, Version: "4.17.21", Command: "npm update lodash"}
	express := kennel.Remedy{Kind: kennel.RemedyUpgrade, Package: kennel.Package{Ecosystem: kennel.NPM, Name: "express"}, Version: "4.17.3", Command: "npm install express@4.17.3"}
	add(&j, 0, "lodash", kennel.Deny, kennel.Result{
		Finding: kennel.Finding{ID: "CVE-2021-23337", Aliases: []string{"GHSA-35jh-r3h4-6jhm"}, Title: "Command injection through the template function", URL: "https://advisories.example/CVE-2021-23337",
			Severity: kennel.SeverityHigh, Score: 7.2, Vector: "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H",
			KEV:       &kennel.KEV{CVE: "CVE-2021-23337", Added: date("2026-08-20"), Due: date("2026-09-10"), Ransomware: true},
			EPSS:      &kennel.EPSS{CVE: "CVE-2021-23337", Probability: 0.4321, Percentile: 0.97},
			Published: date("2021-02-15"), Fix: kennel.Fix{State: kennel.FixKnown, Version: "4.17.21"},
			Evidence: []kennel.Evidence{{Kind: "advisory", What: "GHSA-35jh-r3h4-6jhm", Says: "< 4.17.21", URL: "https://advisories.example/GHSA-35jh-r3h4-6jhm"}}},
		Rules: []string{"known-exploited"}, Via: kennel.Via{Paths: [][]int32{{at("lodash")}}, Count: 1}, Remedy: lodash})
	add(&j, 0, "lodash", kennel.Review, kennel.Result{
		Finding: kennel.Finding{ID: "CVE-2020-28500", Title: "Regular expression denial of service", Severity: kennel.SeverityMedium, Score: 5.3,
			EPSS: &kennel.EPSS{CVE: "CVE-2020-28500", Probability: 0.0004, Percentile: 0.2}, Published: date("2021-02-15"), Fix: kennel.Fix{State: kennel.FixKnown, Version: "4.17.21"}},
		Rules: []string{"direct-and-fixable"}, Via: kennel.Via{Paths: [][]int32{{at("lodash")}}, Count: 1}, Remedy: lodash})
	add(&j, 0, "qs", kennel.Review, kennel.Result{
		Finding: kennel.Finding{ID: "CVE-2022-24999", Aliases: []string{"GHSA-hrpp-h998-j3pp"}, Title: "Prototype pollution hangs a server", Severity: kennel.SeverityHigh, Score: 7.5,
			EPSS: &kennel.EPSS{CVE: "CVE-2022-24999", Probability: 0.0512, Percentile: 0.9}, Published: date("2022-11-26"), Fix: kennel.Fix{State: kennel.FixKnown, Version: "6.7.3"}},
		Rules: []string{"high"}, Via: kennel.Via{Paths: [][]int32{{at("express"), at("qs")}}, Count: 2}, Remedy: express})
	add(&j, 1, "jinja2", kennel.Review, kennel.Result{
		Finding: kennel.Finding{ID: "CVE-2019-10906", Title: "Sandbox escape through str.format_map", Severity: kennel.SeverityHigh, Score: 8.6, Published: date("2019-04-07"), Confidence: kennel.ConfidenceMedium},
		Rules:   []string{"high"}})
	for i := range 12 {
		add(&j, 0, "mocha", kennel.Allow, kennel.Result{Finding: kennel.Finding{ID: fmt.Sprintf("CVE-2024-%04d", i), Title: "Something small",
			Severity: kennel.Severity(i % 4), Published: date("2024-01-01")}})
	}
	j.Complete = false
	j.Gaps = []kennel.Gap{
		{Kind: kennel.GapUnreadable, What: "legacy/composer.lock", Why: "the JSON ends at byte 1,024 in the middle of a string; restore the file"},
		{Kind: kennel.GapUnresolved, What: "api/pom.xml", Why: "its parent POM lies in a remote repository; run the build once and scan its output"},
		{Kind: kennel.GapUnresolved, What: "worker/pom.xml", Why: "its parent POM lies in a remote repository; run the build once and scan its output"},
	}
	j.Outcomes = []kennel.OutcomeCount{
		{Layer: "known", State: kennel.StateCouldNotLook, Reason: "the database has no advisories for this ecosystem", Count: 2, Example: npm("left", "1")},
		{Layer: "known", State: kennel.StateFound, Count: 4},
		{Layer: "known", State: kennel.StateClear, Count: 5},
	}
	j.Inventory.Ignored = 3
	return j
}

func suppressedCase() kennel.Judgement {
	j := cleanCase()
	add(&j, 0, "lodash", kennel.Deny, kennel.Result{
		Finding:    kennel.Finding{ID: "CVE-2021-23337", Title: "Command injection through the template function", Severity: kennel.SeverityHigh, Score: 7.2, Published: date("2021-02-15")},
		Suppressed: &kennel.Suppression{By: "vex", Who: "security@shop.example", Why: "vulnerable_code_not_in_execute_path", Where: "vex/shop.openvex.json"}})
	add(&j, 0, "qs", kennel.Review, kennel.Result{
		Finding:    kennel.Finding{ID: "CVE-2022-24999", Title: "Prototype pollution hangs a server", Severity: kennel.SeverityHigh, Score: 7.5},
		Suppressed: &kennel.Suppression{By: "waiver", Who: "Ada", Why: "the service is internal until autumn", Where: "kennel.yaml", Until: date("2026-10-01")}})
	add(&j, 0, "mocha", kennel.Review, kennel.Result{
		Finding:    kennel.Finding{ID: "CVE-2023-0001", Title: "Known before"},
		Suppressed: &kennel.Suppression{By: "baseline", Where: "last.json"}})
	add(&j, 0, "express", kennel.Review, kennel.Result{
		Finding: kennel.Finding{ID: "CVE-2024-29041", Title: "Open redirect", Severity: kennel.SeverityMedium, Score: 6.1, Published: date("2024-03-25"), Fix: kennel.Fix{State: kennel.FixKnown, Version: "4.19.2"}},
		Via:     kennel.Via{Paths: [][]int32{{int32(find(&j.Inventory.Projects[0], "express"))}}, Count: 1},
		Remedy:  kennel.Remedy{Kind: kennel.RemedyUpgrade, Package: kennel.Package{Ecosystem: kennel.NPM, Name: "express"}, Version: "4.19.2", Command: "npm install express@4.19.2"}})
	j.Expired = []kennel.ExpiredWaiver{{ID: "CVE-2024-29041", Why: "waiting for express 5", Where: "kennel.yaml", Until: date("2026-08-01")}}
	j.Baseline = kennel.BaselineInfo{Used: true, Path: "last.json", Known: 1, Gone: 2}
	return j
}

func starterCase() kennel.Judgement {
	j := cleanCase()
	j.Complete = false
	j.Database = kennel.DatabaseInfo{Starter: true, Records: 58, Digest: "sha256:57a47e4", Built: date("2026-05-01")}
	j.Gaps = []kennel.Gap{{Kind: kennel.GapDatabase, What: "advisory database", Why: "Only the built-in starter set answered, which holds some famous incidents and nothing else: run `kennel db update`"}}
	return j
}

const (
	escape   = "\x1b[2J\x1b[31m"
	override = "\u202e"
)

// hostile holds what an attacker controls in every field that he controls.
func hostile() kennel.Judgement {
	p := shop()
	evil := "evil" + escape + override + "\n\r\t\x00\u2028</script><img src=x onerror=alert(1)>|`@everyone #1 [a](javascript:alert(1)) \xff --><!--"
	p.Occurrences = append(p.Occurrences, occurrence(npm(evil, "1.0"+override), kennel.ScopeShipped, kennel.Direct, 7))
	last := int32(len(p.Occurrences) - 1)
	p.Occurrences[last].Locations[0].Path = "dir\n/" + evil
	p.Edges = append(p.Edges, kennel.Edge{From: kennel.RootNode, To: last, Constraint: evil}, kennel.Edge{From: last, To: 0, Constraint: evil})
	p.Name, p.Root, p.Manifest = evil, evil, evil+"/package-lock.json"
	j := judged(kennel.Inventory{Target: evil, Projects: []kennel.Project{p}})
	at := int32(find(&j.Inventory.Projects[0], evil))
	add(&j, 0, evil, kennel.Deny, kennel.Result{
		Finding: kennel.Finding{Layer: evil, Rule: evil, ID: evil, Aliases: []string{evil}, Title: evil, URL: "javascript:alert(1)", Vector: evil,
			KEV: &kennel.KEV{CVE: evil}, EPSS: &kennel.EPSS{CVE: evil, Probability: 2}, Fix: kennel.Fix{State: kennel.FixKnown, Version: evil},
			Evidence: []kennel.Evidence{{Kind: evil, What: evil, Says: evil, URL: "javascript:alert(1)"}}},
		Rules: []string{evil}, Via: kennel.Via{Paths: [][]int32{{at}, {99, -4}}, Count: kennel.ViaCountMax},
		Remedy: kennel.Remedy{Kind: kennel.RemedyUpgrade, Package: kennel.Package{Ecosystem: kennel.NPM, Name: evil}, Version: evil, Command: "npm install " + evil}})
	add(&j, 0, evil, kennel.Review, kennel.Result{
		Finding:    kennel.Finding{ID: evil + "2", Title: evil},
		Suppressed: &kennel.Suppression{By: evil, Who: evil, Why: evil, Where: evil}})
	j.Results = append(j.Results, kennel.Result{Finding: kennel.Finding{ID: "NOWHERE", Rule: "vulnerable"}, Project: 9, Occurrence: 9, Verdict: kennel.Review})
	j.Gaps = []kennel.Gap{{What: evil, Why: evil}}
	j.Expired = []kennel.ExpiredWaiver{{ID: evil, Why: evil, Where: evil}}
	j.Outcomes = []kennel.OutcomeCount{{Layer: evil, Reason: evil, Count: 1, Example: npm(evil, evil)}}
	j.Policy = kennel.PolicyInfo{Digest: evil, Source: []string{evil}}
	j.Complete = false
	return j
}

// huge has findings findings of packages packages, in one project.
func huge(packages, findings int) kennel.Judgement {
	p := kennel.Project{Root: ".", Manifest: "package-lock.json", Ecosystem: kennel.NPM, Graph: true}
	for i := range packages {
		d := kennel.Transitive
		if i%10 == 0 {
			d = kennel.Direct
		}
		p.Occurrences = append(p.Occurrences, occurrence(npm(fmt.Sprintf("package-%06d", i), fmt.Sprintf("1.%d.0", i%7)), kennel.ScopeShipped, d, i+1))
		from := kennel.RootNode
		if i%10 != 0 {
			from = int32(i - 1)
		}
		p.Edges = append(p.Edges, kennel.Edge{From: from, To: int32(i), Constraint: "^1.0.0"})
	}
	j := judged(kennel.Inventory{Target: "huge", Projects: []kennel.Project{p}})
	for i := range findings {
		n := int32(i % packages)
		var steps []int32
		for at := n - n%10; at <= n; at++ {
			steps = append(steps, at)
		}
		c := j.Inventory.Projects[0].Occurrences[n].Component
		j.Results = append(j.Results, kennel.Result{
			Finding: kennel.Finding{Layer: "known", Rule: "vulnerable", ID: fmt.Sprintf("CVE-2025-%05d", i), Title: "A title of a usual length for a finding of this kind",
				Aliases: []string{fmt.Sprintf("GHSA-%05d", i)}, Component: c, Severity: kennel.Severity(i % 6), Score: float64(i%100) / 10,
				EPSS: &kennel.EPSS{CVE: fmt.Sprintf("CVE-2025-%05d", i), Probability: float64(i%1000) / 1000}, Published: date("2025-01-01"),
				Fix:      kennel.Fix{State: kennel.FixKnown, Version: "2.0.0"},
				Evidence: []kennel.Evidence{{Kind: "advisory", What: fmt.Sprintf("GHSA-%05d", i), Says: "< 2.0.0"}}},
			Occurrence: int(n), Fingerprint: fmt.Sprintf("%032x", i), Verdict: kennel.Verdict(i % 3), Rules: []string{"high"},
			Via: kennel.Via{Paths: [][]int32{steps}, Count: 1}, Exposed: 600,
			Remedy: kennel.Remedy{Kind: kennel.RemedyUpgrade, Package: kennel.Package{Ecosystem: kennel.NPM, Name: fmt.Sprintf("package-%06d", n-n%10)}, Command: fmt.Sprintf("npm install package-%06d@2.0.0", n-n%10)}})
	}
	j.Verdict, j.Verdicts[0] = kennel.Deny, kennel.Deny
	return j
}
