package vex

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	openvex "github.com/openvex/go-vex/pkg/vex"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/kennel-oss/kennel"
)

func openVEXSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "schema", "openvex-0.2.0.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("https://openvex.example/schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("https://openvex.example/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// shop is a judgement with a problem in every standing, in a project with a
// name and in one without.
func shop(t *testing.T) kennel.Judgement {
	project := func(manifest, name, version string, e kennel.Ecosystem, purls ...string) kennel.Project {
		p := kennel.Project{Root: ".", Manifest: manifest, Name: name, Version: version, Ecosystem: e}
		for _, purl := range purls {
			p.Occurrences = append(p.Occurrences, kennel.Occurrence{Component: component(t, purl)})
		}
		return p
	}
	j := kennel.Judgement{
		AsOf: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
		Inventory: kennel.Inventory{Projects: []kennel.Project{
			project("package-lock.json", "@acme/shop", "3.1.0", kennel.NPM, "pkg:npm/lodash@4.17.20", "pkg:npm/minimist@1.2.0", "pkg:npm/evil@1.0.0"),
			project("var/lib/dpkg/status", "", "", kennel.Debian, "pkg:deb/debian/liblzma5@5.6.1-1?arch=amd64&distro=debian-13&upstream=xz-utils"),
		}},
	}
	add := func(project, occurrence int, id, rule string, r kennel.Result) {
		r.ID, r.Rule, r.Project, r.Occurrence = id, rule, project, occurrence
		r.Component = j.Inventory.Projects[project].Occurrences[occurrence].Component
		j.Results = append(j.Results, r)
	}
	set := func(by, status, justification, why string) kennel.Result {
		return kennel.Result{Suppressed: &kennel.Suppression{By: by, Who: "security@shop.example", Why: why, Where: "x", Status: status, Justification: justification}}
	}
	add(0, 0, "CVE-2021-23337", "vulnerable", set("vex", "not_affected", "vulnerable_code_not_in_execute_path", "template is never called"))
	add(0, 0, "CVE-2020-28500", "vulnerable", set("vex", "fixed", "", "patched by us"))
	add(0, 0, "CVE-2020-8203", "vulnerable", set("waiver", "", "", "no untrusted keys"))
	add(0, 1, "CVE-2021-44906", "vulnerable", kennel.Result{Finding: kennel.Finding{
		Title: "Prototype pollution", URL: "https://osv.example/CVE-2021-44906", Aliases: []string{"GHSA-xvch-5gv4-984h"},
	}, Remedy: kennel.Remedy{Kind: kennel.RemedyRefresh, Package: kennel.Package{Ecosystem: kennel.NPM, Name: "minimist"}, Version: "1.2.6"}})
	add(0, 2, "MAL-2022-1", "malicious", kennel.Result{Remedy: kennel.Remedy{Kind: kennel.RemedyRemove}})
	add(1, 0, "CVE-2024-3094", "vulnerable", kennel.Result{})
	add(0, 0, "GHSA-old", "unmaintained", kennel.Result{})
	return j
}

func TestWrite(t *testing.T) {
	j := shop(t)
	var b, again bytes.Buffer
	if err := Write(&b, j, Options{Author: "security@shop.example", Tool: "kennel 1.2.3"}); err != nil {
		t.Fatal(err)
	}
	if err := Write(&again, j, Options{Author: "security@shop.example", Tool: "kennel 1.2.3"}); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("written twice, it differs")
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := openVEXSchema(t).Validate(doc); err != nil {
		t.Error(err)
	}
	if v, err := openvex.Parse(b.Bytes()); err != nil {
		t.Error(err)
	} else {
		for _, s := range v.Statements {
			if err := s.Validate(); err != nil {
				t.Errorf("%s: %v", s.Vulnerability.Name, err)
			}
		}
	}
	golden := filepath.Join("testdata", "shop.openvex.json")
	if *update {
		if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("(-want +got; rewrite with -update)\n%s", diff)
	}
}

// TestOwnWordsComeBack judges a target by the VEX written of it: what VEX set
// aside stays so, for the same reason, and nothing else is.
func TestOwnWordsComeBack(t *testing.T) {
	for name, opts := range map[string]Options{
		"the projects' own names": {Tool: "kennel"},
		"a product's name":        {Tool: "kennel", Product: "pkg:oci/shop@sha256%3A00"},
	} {
		t.Run(name, func(t *testing.T) {
			j := shop(t)
			var b bytes.Buffer
			if err := Write(&b, j, opts); err != nil {
				t.Fatal(err)
			}
			statements, gaps, err := Read("own.json", b.Bytes())
			if err != nil || len(gaps) > 0 {
				t.Fatal(err, gaps)
			}
			book := New(statements)
			for _, r := range j.Results {
				if r.Rule == "unmaintained" {
					continue
				}
				product := ProductOf(&j.Inventory.Projects[r.Project])
				if opts.Product != "" {
					product.IDs = append(product.IDs, opts.Product)
				}
				s, ok := book.Lookup(r.Finding, product)
				if !ok {
					t.Errorf("%s: no statement", r.ID)
					continue
				}
				before := r.Suppressed != nil && r.Suppressed.By == "vex"
				after := s.Suppression()
				if before != (after != nil) {
					t.Errorf("%s: set aside %v became %v", r.ID, before, after != nil)
				}
				if before && (after.Status != r.Suppressed.Status || after.Justification != r.Suppressed.Justification || after.Why != r.Suppressed.Why) {
					t.Errorf("%s: %+v became %+v", r.ID, *r.Suppressed, *after)
				}
			}
			if unused := book.Unused(); len(unused) > 0 {
				t.Errorf("statements about nothing: %v", unused)
			}
		})
	}
}

func TestWriteNothing(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, kennel.Judgement{}, Options{}); !errors.Is(err, ErrNothingToSay) || b.Len() > 0 {
		t.Errorf("%v, %d bytes", err, b.Len())
	}
}
