package sbom

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/kennel-oss/kennel"
)

// WriteCycloneDX writes a judgement as CycloneDX 1.6 JSON. One project is the
// document's main component; of several, each is an application of its own
// between the target and its components, whose references begin with it. The
// same judgement gives the same bytes.
func WriteCycloneDX(w io.Writer, j kennel.Judgement, tool Tool) error {
	o := newOutline(&j.Inventory, func(ref string) string { return strings.ReplaceAll(ref, " ", "%20") })
	b := cdxBOM{
		Schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", Format: "CycloneDX", Spec: "1.6", Version: 1,
		Components: []cdxPart{}, Dependencies: []cdxDependency{},
	}
	b.Metadata.Timestamp = timestamp(j.AsOf)
	if tool.Name != "" {
		b.Metadata.Tools = &cdxTools{[]cdxPart{{Type: "application", Name: tool.Name, Version: tool.Version}}}
	}
	name, version := o.name()
	b.Metadata.Component = cdxPart{Type: "application", Ref: o.root, Name: name, Version: version}
	if len(j.Inventory.Projects) == 1 {
		b.Metadata.Component.Purl = projectPurl(&j.Inventory.Projects[0])
		b.Metadata.Component.Properties = projectProperties(o, 0)
	} else {
		b.Dependencies = append(b.Dependencies, cdxDependency{o.root, slices.Clone(o.project)})
	}
	for i := range j.Inventory.Projects {
		b.addProject(o, i)
	}
	if len(j.Gaps) > 0 || len(j.Inventory.Gaps) > 0 {
		b.Compositions = []cdxComposition{{"incomplete", []string{o.root}}}
	}
	b.Vulnerabilities = cdxVulnerabilities(o, j.Results)
	content, err := json.Marshal(&b)
	if err != nil {
		return fmt.Errorf("CycloneDX: %w", err)
	}
	b.Serial = "urn:uuid:" + uuid(content)
	if err := json.MarshalWrite(w, &b, jsontext.WithIndent("  ")); err != nil {
		return fmt.Errorf("CycloneDX: %w", err)
	}
	_, err = io.WriteString(w, "\n")
	return err
}

type cdxBOM struct {
	Schema   string `json:"$schema"`
	Format   string `json:"bomFormat"`
	Spec     string `json:"specVersion"`
	Serial   string `json:"serialNumber,omitempty"`
	Version  int    `json:"version"`
	Metadata struct {
		Timestamp string    `json:"timestamp,omitempty"`
		Tools     *cdxTools `json:"tools,omitempty"`
		Component cdxPart   `json:"component"`
	} `json:"metadata"`
	Components      []cdxPart          `json:"components"`
	Dependencies    []cdxDependency    `json:"dependencies"`
	Compositions    []cdxComposition   `json:"compositions,omitempty"`
	Vulnerabilities []cdxVulnerability `json:"vulnerabilities,omitempty"`
}

type cdxTools struct {
	Components []cdxPart `json:"components"`
}

type cdxPart struct {
	Type       string         `json:"type"`
	Ref        string         `json:"bom-ref,omitempty"`
	Group      string         `json:"group,omitempty"`
	Name       string         `json:"name"`
	Version    string         `json:"version,omitempty"`
	Scope      string         `json:"scope,omitempty"`
	Hashes     []cdxHashOut   `json:"hashes,omitempty"`
	Licenses   []cdxLicenseOr `json:"licenses,omitempty"`
	Purl       string         `json:"purl,omitempty"`
	Properties []cdxProperty  `json:"properties,omitempty"`
	Evidence   *cdxEvidence   `json:"evidence,omitempty"`
}

type cdxHashOut struct {
	Alg     string `json:"alg"`
	Content string `json:"content"`
}

type cdxLicenseOr struct {
	License    *cdxLicenseOut `json:"license,omitempty"`
	Expression string         `json:"expression,omitempty"`
}

type cdxLicenseOut struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

type cdxProperty struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type cdxEvidence struct {
	Occurrences []cdxOccurrence `json:"occurrences"`
}

type cdxOccurrence struct {
	Location string `json:"location"`
	Line     int    `json:"line,omitzero"`
	Context  string `json:"additionalContext,omitempty"`
}

type cdxDependency struct {
	Ref string   `json:"ref"`
	To  []string `json:"dependsOn,omitempty"`
}

type cdxComposition struct {
	Aggregate  string   `json:"aggregate"`
	Assemblies []string `json:"assemblies"`
}

// addProject writes a project's components and dependencies. A node without
// edges gets an entry only where the graph is known to be whole: an entry
// states that there are no dependencies.
func (b *cdxBOM) addProject(o *outline, project int) {
	p := &o.inv.Projects[project]
	if len(o.inv.Projects) > 1 {
		name := p.Name
		if name == "" {
			name = p.ID()
		}
		b.Components = append(b.Components, cdxPart{
			Type: "application", Ref: o.project[project], Name: name, Version: p.Version,
			Properties: append([]cdxProperty{{ownPrefix + "project", p.ID()}}, projectProperties(o, project)...),
		})
	}
	origins := append([]string{o.project[project]}, o.refs[project]...)
	for i, ref := range origins {
		if to := o.targets(project, i); len(to) > 0 || p.Graph {
			b.Dependencies = append(b.Dependencies, cdxDependency{ref, to})
		}
	}
	for k := range p.Occurrences {
		c := &p.Occurrences[k]
		group, name := splitName(c.Package)
		part := cdxPart{
			Type: "library", Ref: o.refs[project][k], Group: group, Name: name, Version: c.Version,
			Scope: cdxScopeOf(c.Scope), Purl: o.purls[project][k], Licenses: cdxLicenses(c.Licenses),
		}
		for _, h := range c.Hashes {
			if cdxAlgorithm(h) {
				part.Hashes = append(part.Hashes, cdxHashOut{h.Algorithm, h.Value})
			}
		}
		for _, own := range o.own(project, k) {
			part.Properties = append(part.Properties, cdxProperty{ownPrefix + own.name, own.value})
		}
		for _, l := range c.Locations {
			if part.Evidence == nil {
				part.Evidence = &cdxEvidence{}
			}
			part.Evidence.Occurrences = append(part.Evidence.Occurrences, cdxOccurrence{l.Path, l.Line, l.Layer})
		}
		b.Components = append(b.Components, part)
	}
}

func projectProperties(o *outline, project int) []cdxProperty {
	graph := "partial"
	if o.inv.Projects[project].Graph {
		graph = "complete"
	}
	out := []cdxProperty{{ownPrefix + "graph", graph}, {ownPrefix + "manifest", o.inv.Projects[project].ID()}}
	if o.inv.Projects[project].Name == "" {
		out = append(out, cdxProperty{ownPrefix + "unnamed", "true"})
	}
	for _, e := range o.ownEdges(project, 0) {
		out = append(out, cdxProperty{ownPrefix + e.name, e.value})
	}
	return out
}

// splitName gives the group that CycloneDX keeps apart from the name.
func splitName(p kennel.Package) (group, name string) {
	switch p.Ecosystem {
	case kennel.NPM, kennel.Packagist:
		if g, n, ok := strings.Cut(p.Name, "/"); ok {
			return g, n
		}
	case kennel.Maven:
		if g, n, ok := strings.Cut(p.Name, ":"); ok {
			return g, n
		}
	}
	return "", p.Name
}

func cdxScopeOf(s kennel.Scope) string {
	switch s {
	case kennel.ScopeShipped:
		return "required"
	case kennel.ScopeOptional:
		return "optional"
	case kennel.ScopeBuild, kennel.ScopeDevelopment:
		return "excluded"
	}
	return ""
}

// cdxAlgorithm reports whether the schema admits a hash.
func cdxAlgorithm(h kennel.Hash) bool {
	want := map[string]int{"MD5": 32, "SHA-1": 40, "SHA-256": 64, "SHA-384": 96, "SHA-512": 128}[h.Algorithm]
	return want == len(h.Value) && want > 0 && strings.Trim(h.Value, "0123456789abcdef") == ""
}

// cdxLicenses writes the commonest licences by id. The schema admits ids of
// one release of the SPDX list only, and an expression only alone; everything
// else is a name.
func cdxLicenses(names []string) []cdxLicenseOr {
	var out []cdxLicenseOr
	for _, s := range names {
		switch {
		case strings.Contains(commonLicenses, " "+s+" "):
			out = append(out, cdxLicenseOr{License: &cdxLicenseOut{ID: s}})
		case len(names) == 1 && (strings.Contains(s, " OR ") || strings.Contains(s, " AND ") || strings.Contains(s, " WITH ")):
			out = append(out, cdxLicenseOr{Expression: s})
		case s != "":
			out = append(out, cdxLicenseOr{License: &cdxLicenseOut{Name: s}})
		}
	}
	return out
}

const commonLicenses = " 0BSD AGPL-3.0-only AGPL-3.0-or-later Apache-2.0 Artistic-2.0 BlueOak-1.0.0 BSD-2-Clause BSD-3-Clause" +
	" BSL-1.0 CC-BY-3.0 CC-BY-4.0 CC0-1.0 CDDL-1.0 CDDL-1.1 EPL-1.0 EPL-2.0 GPL-2.0-only GPL-2.0-or-later GPL-3.0-only" +
	" GPL-3.0-or-later ISC LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later MIT MIT-0 MPL-1.1 MPL-2.0 MS-PL" +
	" OFL-1.1 OpenSSL PostgreSQL PSF-2.0 Python-2.0 Ruby Unicode-DFS-2016 Unlicense UPL-1.0 Vim W3C WTFPL X11 Zlib ZPL-2.1 "
