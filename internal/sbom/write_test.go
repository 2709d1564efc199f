package sbom

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	spdxjson "github.com/spdx/tools-golang/json"

	"github.com/kennel-oss/kennel"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// schemaOf compiles an official schema with those it refers to.
func schemaOf(t *testing.T, name string, beside ...string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	for _, f := range append(beside, name) {
		data, err := os.ReadFile(filepath.Join("testdata", "schema", f))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource("http://cyclonedx.org/schema/"+f, doc); err != nil {
			t.Fatal(err)
		}
	}
	s, err := c.Compile("http://cyclonedx.org/schema/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func cycloneDXSchema(t *testing.T) *jsonschema.Schema {
	return schemaOf(t, "bom-1.6.schema.json", "spdx.schema.json", "jsf-0.82.schema.json")
}

func validate(t *testing.T, s *jsonschema.Schema, data []byte) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(doc); err != nil {
		t.Errorf("not valid: %v", err)
	}
}

// shop is a judgement that uses everything the formats can say.
func shop() kennel.Judgement {
	npm := func(name, version string) kennel.Component {
		return kennel.Component{Package: kennel.Package{Ecosystem: kennel.NPM, Name: name}, Version: version}
	}
	lodash := npm("lodash", "4.17.20")
	lodash.Hashes = []kennel.Hash{{Algorithm: "SHA-512", Value: "9c7b43a1072ea859b060d60fcf745a879a61da9f0f15e142b1993d03fe3c74f73fac6a1c279277840019ee96fbe95597ddf64abbeb84aff1611f98cbc7bba6af"}}
	lodash.Licenses = []string{"MIT"}
	core := npm("@babel/core", "7.20.12")
	core.Licenses = []string{"Apache-2.0 OR MIT"}
	docs := npm("docs", "1.0.0")
	docs.Origin = kennel.OriginLocal
	docs.Licenses = []string{"Our own terms", "MIT"}
	toml := kennel.Component{Package: kennel.Package{Ecosystem: kennel.Go, Name: "github.com/BurntSushi/toml"}, Version: "v1.2.0", Commit: "0123456789abcdef0123456789abcdef01234567"}
	xz := kennel.Component{
		Package: kennel.Package{Ecosystem: kennel.Debian, Name: "liblzma5"}, Version: "5.6.1-1", Release: "13",
		Source:     kennel.SourcePackage{Name: "xz-utils", Version: "5.6.1-1"},
		Qualifiers: []kennel.Qualifier{{Key: "arch", Value: "amd64"}},
	}
	at := func(path string, line int) []kennel.Location { return []kennel.Location{{Path: path, Line: line}} }
	inv := kennel.Inventory{Target: "shop", Projects: []kennel.Project{
		{
			Root: ".", Manifest: "package-lock.json", Ecosystem: kennel.NPM, Name: "shop", Version: "3.1.0", Graph: true,
			Occurrences: []kennel.Occurrence{
				{Component: core, Scope: kennel.ScopeDevelopment, Direct: kennel.Direct, Locations: at("package-lock.json", 12)},
				{Component: docs, Scope: kennel.ScopeShipped, Direct: kennel.Direct, Locations: at("package-lock.json", 80)},
				{Component: lodash, Scope: kennel.ScopeOptional, Direct: kennel.Transitive, Locations: at("package-lock.json", 99)},
			},
			Edges: []kennel.Edge{
				{From: kennel.RootNode, To: 0, Constraint: "^7.0.0", Scope: kennel.ScopeDevelopment},
				{From: kennel.RootNode, To: 1},
				{From: 0, To: 2, Constraint: ">= 4.0.0 < 5", Scope: kennel.ScopeOptional},
				{From: 1, To: 2, Constraint: "~4.17.1"},
			},
		},
		{
			Root: "tools", Manifest: "tools/go.mod", Ecosystem: kennel.Go, Name: "shop.example/tools",
			Occurrences: []kennel.Occurrence{{Component: toml, Scope: kennel.ScopeBuild, Locations: at("tools/go.mod", 7)}},
		},
		{
			Root: ".", Manifest: "var/lib/dpkg/status", Ecosystem: kennel.Debian,
			Occurrences: []kennel.Occurrence{{Component: xz, Locations: []kennel.Location{{Path: "var/lib/dpkg/status", Layer: "sha256:00ff"}}}},
		},
	}, Gaps: []kennel.Gap{{Kind: kennel.GapUnreadable, What: "old/pom.xml", Why: "is cut short"}}}
	inv.Normalize()
	find := func(name string) (int, int) {
		for p := range inv.Projects {
			for o := range inv.Projects[p].Occurrences {
				if inv.Projects[p].Occurrences[o].Name == name {
					return p, o
				}
			}
		}
		panic(name)
	}
	result := func(id, rule, title string, c kennel.Component, r kennel.Result) kennel.Result {
		r.ID, r.Rule, r.Title, r.Component = id, rule, title, c
		r.Project, r.Occurrence = find(c.Name)
		return r
	}
	critical := kennel.Result{Remedy: kennel.Remedy{Kind: kennel.RemedyUpgrade, Package: xz.Package, Version: "5.6.1+really5.4.5-1"}}
	critical.Aliases, critical.URL = []string{"GHSA-rxwq-x6h5-x525"}, "https://osv.example/CVE-2024-3094"
	critical.Severity, critical.Score, critical.Vector = kennel.SeverityCritical, 10, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"
	critical.Published = time.Date(2024, 3, 29, 0, 0, 0, 0, time.UTC)
	critical.KEV = &kennel.KEV{CVE: "CVE-2024-3094", Added: time.Date(2024, 3, 30, 0, 0, 0, 0, time.UTC)}
	critical.EPSS = &kennel.EPSS{CVE: "CVE-2024-3094", Probability: 0.84}
	set := func(s kennel.Suppression) kennel.Result { return kennel.Result{Suppressed: &s} }
	return kennel.Judgement{Inventory: inv, AsOf: asOf, Results: []kennel.Result{
		result("CVE-2024-3094", "vulnerable", "Backdoor in xz", xz, critical),
		result("MAL-2022-1", "malicious", "Malicious code in docs", docs, kennel.Result{Remedy: kennel.Remedy{Kind: kennel.RemedyRemove, Package: docs.Package}}),
		result("CVE-2021-23337", "vulnerable", "Command injection", lodash, set(kennel.Suppression{
			By: "vex", Who: "security@shop.example", Why: "template is never called", Where: "shop.openvex.json",
			Status: "not_affected", Justification: "vulnerable_code_not_in_execute_path"})),
		result("CVE-2020-28500", "vulnerable", "ReDoS", lodash, set(kennel.Suppression{
			By: "waiver", Why: "trimmed input only", Where: "kennel.yaml", Until: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)})),
		result("GO-0000-1", "unmaintained", "Nobody looks after it", toml, kennel.Result{}),
	}}
}

// one is shop's first project alone.
func one() kennel.Judgement {
	j := shop()
	for i, p := range j.Inventory.Projects {
		if p.Manifest == "package-lock.json" {
			j.Inventory.Projects = j.Inventory.Projects[i : i+1]
		}
	}
	j.Inventory.Gaps, j.Results = nil, nil
	return j
}

func TestWritten(t *testing.T) {
	cdxSchema, spdxSchema := cycloneDXSchema(t), schemaOf(t, "spdx-2.3.schema.json")
	for name, j := range map[string]kennel.Judgement{
		"shop": shop(), "one": one(), "empty": {Inventory: kennel.Inventory{Target: "nothing"}}, "zero": {},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := WriteCycloneDX(&b, j, Tool{"kennel", "1.2.3"}); err != nil {
				t.Fatal(err)
			}
			validate(t, cdxSchema, b.Bytes())
			golden(t, name+".cdx.json", b.Bytes())
			var bom cdx.BOM
			if err := cdx.NewBOMDecoder(bytes.NewReader(b.Bytes()), cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
				t.Error(err)
			}
			b.Reset()
			if err := WriteSPDX(&b, j, Tool{"kennel", "1.2.3"}); err != nil {
				t.Fatal(err)
			}
			validate(t, spdxSchema, b.Bytes())
			golden(t, name+".spdx.json", b.Bytes())
			if _, err := spdxjson.Read(bytes.NewReader(b.Bytes())); err != nil {
				t.Error(err)
			}
			if len(j.Inventory.Projects) > 0 {
				roundTrips(t, j.Inventory)
			}
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; rewrite with -update)\n%s", name, diff)
	}
}

// TestRealInputsAreWrittenValid writes what was read of every real document.
func TestRealInputsAreWrittenValid(t *testing.T) {
	inputs := sbomInputs(t)
	cdxSchema, spdxSchema := cycloneDXSchema(t), schemaOf(t, "spdx-2.3.schema.json")
	for _, p := range inputs {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		x, err := Read("bom.json", data)
		if err != nil || len(x.Projects) == 0 || len(x.Projects[0].Occurrences) > 400 {
			continue
		}
		j := kennel.Judgement{Inventory: kennel.Inventory{Projects: x.Projects, Gaps: x.Gaps}, AsOf: asOf}
		j.Inventory.Normalize()
		var b bytes.Buffer
		if err := WriteCycloneDX(&b, j, Tool{"kennel", "1"}); err != nil {
			t.Fatal(err)
		}
		validate(t, cdxSchema, b.Bytes())
		b.Reset()
		if err := WriteSPDX(&b, j, Tool{"kennel", "1"}); err != nil {
			t.Fatal(err)
		}
		validate(t, spdxSchema, b.Bytes())
		if t.Failed() {
			t.Fatal(p)
		}
	}
}
