package report

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kennel-oss/kennel"
)

var samples = flag.String("samples", "", "write every case in every format into this folder, to look at")

// TestSamples writes what a person should look at after changing a report.
func TestSamples(t *testing.T) {
	if *samples == "" {
		t.Skip("-samples names no folder")
	}
	more := append(cases[:len(cases):len(cases)], struct {
		name string
		make func() kennel.Judgement
	}{"crowd", crowd}, struct {
		name string
		make func() kennel.Judgement
	}{"huge", func() kennel.Judgement { return huge(20_000, 5_000) }})
	for _, c := range more {
		for _, f := range ours {
			o := Options{Color: f == Text}
			if err := os.WriteFile(filepath.Join(*samples, c.name+"."+string(f)), render(t, f, c.make(), o), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range vetCases {
		for _, f := range ours {
			if err := os.WriteFile(filepath.Join(*samples, "case-"+c.name+"."+string(f)), renderCase(t, f, c.make(), Options{Color: f == Text}), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// shortest walks from an occurrence to the nearest direct dependency.
func shortest(p *kennel.Project, at int32) []int32 {
	next := map[int32]int32{at: -1}
	for queue := []int32{at}; len(queue) > 0; queue = queue[1:] {
		n := queue[0]
		if p.Occurrences[n].Direct == kennel.Direct {
			var path []int32
			for ; n >= 0; n = next[n] {
				path = append(path, n)
			}
			return path
		}
		for _, e := range p.Edges {
			if _, seen := next[e.From]; e.To == n && !seen && e.From >= 0 {
				next[e.From] = n
				queue = append(queue, e.From)
			}
		}
	}
	return nil
}

// crowd is a big service after two years of neglect: several projects with
// deep graphs and more than a hundred findings.
func crowd() kennel.Judgement {
	rng := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("express lodash minimist ansi-regex semver ws axios follow-redirects glob-parent json5 loader-utils tar node-fetch qs moment jsonwebtoken braces micromatch cross-spawn path-to-regexp cookie send serve-static body-parser debug ms async handlebars marked trim-newlines y18n yargs-parser ini dot-prop kind-of set-value mixin-deep nth-check postcss browserslist terser ajv hosted-git-info ssri tough-cookie word-wrap ip socks")
	inv := kennel.Inventory{Target: "services/shop"}
	for n, root := range []string{"web", "api", "admin", "worker"} {
		p := kennel.Project{Root: root, Manifest: root + "/package-lock.json", Ecosystem: kennel.NPM, Name: "shop-" + root, Graph: true}
		for i, w := range words {
			d, s := kennel.Transitive, kennel.ScopeShipped
			if i == 0 || i%9 == n {
				d = kennel.Direct
			}
			if i%5 == 4 {
				s = kennel.ScopeDevelopment
			}
			o := occurrence(npm(w, fmt.Sprintf("%d.%d.%d", 1+i%6, i%11, (i*7+n%2)%13)), s, d, 100+12*i)
			o.Locations[0].Path = p.Manifest
			p.Occurrences = append(p.Occurrences, o)
		}
		for i := range p.Occurrences {
			if p.Occurrences[i].Direct == kennel.Direct {
				p.Edges = append(p.Edges, kennel.Edge{From: kennel.RootNode, To: int32(i), Constraint: "^" + p.Occurrences[i].Version})
			}
			for range 1 + rng.IntN(2) {
				if i > 0 {
					p.Edges = append(p.Edges, kennel.Edge{From: int32(rng.IntN(i)), To: int32(i), Constraint: "~" + p.Occurrences[i].Version})
				}
			}
		}
		inv.Projects = append(inv.Projects, p)
	}
	j := judged(inv)
	titles := []string{"Prototype pollution in the merge function", "Regular expression denial of service", "Server-side request forgery through a crafted address", "Path traversal when unpacking an archive", "Uncontrolled resource consumption while parsing nested input", "Cross-site scripting through an unescaped attribute"}
	kinds := []kennel.RemedyKind{kennel.RemedyRefresh, kennel.RemedyUpgrade, kennel.RemedyUnknown, kennel.RemedyRefresh}
	for i := range 130 {
		n := i % 4
		p := &j.Inventory.Projects[n]
		at := rng.IntN(len(p.Occurrences))
		o := &p.Occurrences[at]
		verdict := kennel.Allow
		r := kennel.Result{Finding: kennel.Finding{ID: fmt.Sprintf("CVE-20%d-%d", 19+i%7, 1000+rng.IntN(40000)), Title: titles[i%len(titles)], Severity: kennel.Severity(rng.IntN(6)),
			Published: asOf.AddDate(0, 0, -rng.IntN(1500)), EPSS: &kennel.EPSS{CVE: "x", Probability: rng.Float64() * rng.Float64() * rng.Float64(), Percentile: .5},
			URL: "https://advisories.example/x", Evidence: []kennel.Evidence{{Kind: "advisory", What: "GHSA-xxxx-yyyy-zzzz", Says: ">= 1.0.0, < 9.9.9"}}}, Rules: []string{"other"}}
		if r.Severity >= kennel.SeverityMedium {
			r.Score = []float64{5.3, 7.5, 9.8}[r.Severity-kennel.SeverityMedium]
		}
		if i%3 != 0 {
			r.Fix = kennel.Fix{State: kennel.FixKnown, Version: "9.9.9"}
			r.Remedy = kennel.Remedy{Kind: kinds[at%4], Package: o.Package, Version: "9.9.9"}
			if r.Remedy.Kind == kennel.RemedyRefresh {
				r.Remedy.Command = "npm update " + o.Name
			}
		}
		switch {
		case i%29 == 0:
			verdict = kennel.Deny
			r.KEV = &kennel.KEV{CVE: r.ID, Added: asOf, Due: asOf.AddDate(0, 0, 14)}
			r.Rules = []string{"known-exploited"}
		case r.Severity >= kennel.SeverityHigh && o.Scope.Ships():
			verdict = kennel.Review
			r.Rules = []string{"high-and-critical"}
		}
		r.Via = kennel.Via{Paths: [][]int32{shortest(p, int32(at))}, Count: 3 + i}
		add(&j, n, o.Name, verdict, r)
	}
	event := npm("flatmap-stream", "0.1.1")
	j.Inventory.Projects[0].Occurrences = append(j.Inventory.Projects[0].Occurrences, occurrence(event, kennel.ScopeShipped, kennel.Transitive, 4711))
	add(&j, 0, "flatmap-stream", kennel.Deny, kennel.Result{Finding: kennel.Finding{Rule: malicious, ID: "GHSA-9x64-5r7x-2q53", Title: "Malicious code steals wallets", Published: date("2018-11-26")}, Rules: []string{"malicious"},
		Remedy: kennel.Remedy{Kind: kennel.RemedyRemove, Package: kennel.Package{Ecosystem: kennel.NPM, Name: "event-stream"}, Command: "npm uninstall event-stream"}})
	last := len(j.Results) - 1
	j.Results[0], j.Results[last] = j.Results[last], j.Results[0]
	j.Complete = false
	j.Gaps = many().Gaps
	j.Outcomes = many().Outcomes
	return j
}
