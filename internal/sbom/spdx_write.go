package sbom

import (
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/kennel-oss/kennel"
)

// WriteSPDX writes a judgement's inventory as SPDX 2.3 JSON. SPDX has no
// fields for scope, directness and constraints: scopes are relationship types,
// and the rest stands in annotations that [Read] takes back. Problems that
// count are references to their advisories. The same judgement gives the same
// bytes.
func WriteSPDX(w io.Writer, j kennel.Judgement, tool Tool) error {
	o := newOutline(&j.Inventory, spdxID)
	name, version := o.name()
	b := &spdxBuilder{o: o, date: timestamp(j.AsOf), tool: strings.Trim(cmp.Or(tool.Name, "kennel")+"-"+tool.Version, "-")}
	if b.date == "" {
		b.date = timestamp(time.Unix(0, 0)) // the format demands a date
	}
	b.doc = spdxDoc{Version: "SPDX-2.3", License: "CC0-1.0", ID: spdxDocument, Name: name, Packages: []spdxPackageOut{}, Relationships: []spdxRelation{}}
	b.doc.Creation.Created, b.doc.Creation.Creators = b.date, []string{"Tool: " + b.tool}
	root := spdxPackageOut{ID: o.root, Name: name, Version: version, Download: "NOASSERTION", Purpose: "APPLICATION"}
	b.relate(spdxDocument, "DESCRIBES", o.root)
	if len(j.Inventory.Projects) == 1 {
		root.Annotations = b.annotate(b.projectProperties(0))
		b.doc.Packages = append(b.doc.Packages, root)
	} else {
		root.Annotations = b.annotate([]ownProperty{{"graph", "partial"}})
		b.doc.Packages = append(b.doc.Packages, root)
		for i := range j.Inventory.Projects {
			b.addPart(i)
		}
	}
	advisories := advisoriesOf(o, j.Results)
	for i := range j.Inventory.Projects {
		b.addPackages(i, advisories)
		b.addRelations(i)
	}
	content, err := json.Marshal(&b.doc)
	if err != nil {
		return fmt.Errorf("SPDX: %w", err)
	}
	b.doc.Namespace = "https://spdx.org/spdxdocs/kennel-" + uuid(content)
	if err := json.MarshalWrite(w, &b.doc, jsontext.WithIndent("  ")); err != nil {
		return fmt.Errorf("SPDX: %w", err)
	}
	_, err = io.WriteString(w, "\n")
	return err
}

type spdxDoc struct {
	Version   string `json:"spdxVersion"`
	License   string `json:"dataLicense"`
	ID        string `json:"SPDXID"`
	Name      string `json:"name"`
	Namespace string `json:"documentNamespace"`
	Creation  struct {
		Created  string   `json:"created"`
		Creators []string `json:"creators"`
	} `json:"creationInfo"`
	Packages      []spdxPackageOut `json:"packages"`
	Relationships []spdxRelation   `json:"relationships"`
	Licenses      []spdxLicense    `json:"hasExtractedLicensingInfos,omitempty"`
}

type spdxPackageOut struct {
	ID          string           `json:"SPDXID"`
	Name        string           `json:"name"`
	Version     string           `json:"versionInfo,omitempty"`
	Download    string           `json:"downloadLocation"`
	Analyzed    bool             `json:"filesAnalyzed"`
	Purpose     string           `json:"primaryPackagePurpose"`
	Source      string           `json:"sourceInfo,omitempty"`
	Concluded   string           `json:"licenseConcluded,omitempty"`
	Declared    string           `json:"licenseDeclared,omitempty"`
	Checksums   []spdxChecksum   `json:"checksums,omitempty"`
	Refs        []spdxRef        `json:"externalRefs,omitempty"`
	Annotations []spdxAnnotation `json:"annotations,omitempty"`
}

type spdxChecksum struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"checksumValue"`
}

type spdxRef struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
}

type spdxAnnotation struct {
	Date      string `json:"annotationDate"`
	Type      string `json:"annotationType"`
	Annotator string `json:"annotator"`
	Comment   string `json:"comment"`
}

type spdxRelation struct {
	From string `json:"spdxElementId"`
	Type string `json:"relationshipType"`
	To   string `json:"relatedSpdxElement"`
}

type spdxLicense struct {
	ID   string `json:"licenseId"`
	Text string `json:"extractedText"`
	Name string `json:"name"`
}

type spdxBuilder struct {
	o          *outline
	doc        spdxDoc
	date, tool string
}

func (b *spdxBuilder) relate(from, kind, to string) {
	b.doc.Relationships = append(b.doc.Relationships, spdxRelation{from, kind, to})
}

// annotate writes Kennel's own properties, one a line.
func (b *spdxBuilder) annotate(props []ownProperty) []spdxAnnotation {
	lines := make([]string, len(props))
	for i, p := range props {
		lines[i] = ownPrefix + p.name + "=" + p.value
	}
	return []spdxAnnotation{{b.date, "OTHER", "Tool: " + b.tool, strings.Join(lines, "\n")}}
}

func (b *spdxBuilder) projectProperties(project int) []ownProperty {
	var out []ownProperty
	for _, p := range projectProperties(b.o, project) {
		out = append(out, ownProperty{strings.TrimPrefix(p.Name, ownPrefix), p.Value})
	}
	return out
}

// addPart writes one of several projects.
func (b *spdxBuilder) addPart(project int) {
	p := &b.o.inv.Projects[project]
	props := append([]ownProperty{{"project", p.ID()}}, b.projectProperties(project)...)
	b.doc.Packages = append(b.doc.Packages, spdxPackageOut{
		ID: b.o.project[project], Name: cmp.Or(p.Name, p.ID()), Version: p.Version,
		Download: "NOASSERTION", Purpose: "APPLICATION", Annotations: b.annotate(props),
	})
	b.relate(b.o.root, "CONTAINS", b.o.project[project])
}

func (b *spdxBuilder) addPackages(project int, advisories map[string][]spdxRef) {
	p := &b.o.inv.Projects[project]
	for k := range p.Occurrences {
		c := &p.Occurrences[k]
		out := spdxPackageOut{
			ID: b.o.refs[project][k], Name: c.Name, Version: c.Version, Download: "NOASSERTION", Purpose: "LIBRARY",
			Concluded: "NOASSERTION", Declared: b.license(c.Licenses), Annotations: b.annotate(b.o.own(project, k)),
		}
		for _, h := range c.Hashes {
			if cdxAlgorithm(h) {
				out.Checksums = append(out.Checksums, spdxChecksum{strings.Replace(h.Algorithm, "SHA-", "SHA", 1), h.Value})
			}
		}
		if purl := b.o.purls[project][k]; purl != "" {
			out.Refs = append(out.Refs, spdxRef{"PACKAGE-MANAGER", "purl", purl})
		}
		out.Refs = append(out.Refs, advisories[out.ID]...)
		var found []string
		for _, l := range c.Locations {
			if l.Line > 0 {
				found = append(found, fmt.Sprintf("%s:%d", l.Path, l.Line))
			} else {
				found = append(found, l.Path)
			}
		}
		if len(found) > 0 {
			out.Source = "found in " + strings.Join(found, ", ")
		}
		b.doc.Packages = append(b.doc.Packages, out)
	}
}

// addRelations writes the edges, each once. What nothing asks for is contained.
// Where the graph is whole, what needs nothing says so.
func (b *spdxBuilder) addRelations(project int) {
	p := &b.o.inv.Projects[project]
	origins := append([]string{b.o.project[project]}, b.o.refs[project]...)
	asked := make([]bool, len(p.Occurrences))
	for i, from := range origins {
		edges := b.o.outgoing[project][i]
		seen := make(map[spdxRelation]bool, len(edges))
		for _, e := range edges {
			asked[e.To] = true
			scope := e.Scope
			if scope == kennel.ScopeUnknown && i == 0 {
				scope = p.Occurrences[e.To].Scope
			}
			r := spdxRelation{b.o.refs[project][e.To], "", from}
			switch scope {
			case kennel.ScopeOptional:
				r.Type = "OPTIONAL_DEPENDENCY_OF"
			case kennel.ScopeBuild:
				r.Type = "BUILD_DEPENDENCY_OF"
			case kennel.ScopeDevelopment:
				r.Type = "DEV_DEPENDENCY_OF"
			default:
				r = spdxRelation{from, "DEPENDS_ON", r.From}
			}
			if !seen[r] {
				seen[r] = true
				b.doc.Relationships = append(b.doc.Relationships, r)
			}
		}
		if len(edges) == 0 && p.Graph {
			b.relate(from, "DEPENDS_ON", "NONE")
		}
	}
	for k, is := range asked {
		if !is {
			b.relate(b.o.project[project], "CONTAINS", b.o.refs[project][k])
		}
	}
}

// license makes one SPDX expression. Names that are on no SPDX list become
// references with the name as their text.
func (b *spdxBuilder) license(names []string) string {
	if len(names) == 0 {
		return "NOASSERTION"
	}
	terms := make([]string, len(names))
	for i, name := range names {
		terms[i] = name
		if !isExpression(name) {
			terms[i] = "LicenseRef-" + shortHash(name)
			l := spdxLicense{terms[i], name, name}
			if !slices.Contains(b.doc.Licenses, l) {
				b.doc.Licenses = append(b.doc.Licenses, l)
			}
		} else if len(names) > 1 && strings.Contains(name, " ") {
			terms[i] = "(" + name + ")"
		}
	}
	return strings.Join(terms, " AND ")
}

// isExpression reports whether a licence is an SPDX expression of licences
// that are surely on the SPDX list.
func isExpression(s string) bool {
	if s == "" || strings.Count(s, "(") != strings.Count(s, ")") {
		return false
	}
	words := strings.Fields(strings.NewReplacer("(", " ", ")", " ").Replace(s))
	for i, w := range words {
		if i%2 == 1 && w != "AND" && w != "OR" || i%2 == 0 && !strings.Contains(commonLicenses, " "+w+" ") {
			return false
		}
	}
	return len(words)%2 == 1
}

// advisoriesOf lists, by reference, the advisories of the problems that count.
func advisoriesOf(o *outline, results []kennel.Result) map[string][]spdxRef {
	out := make(map[string][]spdxRef)
	for i := range results {
		r := &results[i]
		if r.Suppressed != nil || r.URL == "" || strings.ContainsAny(r.URL, " \t\n") || !o.holds(r) {
			continue
		}
		id, ref := o.refs[r.Project][r.Occurrence], spdxRef{"SECURITY", "advisory", r.URL}
		if !slices.Contains(out[id], ref) {
			out[id] = append(out[id], ref)
		}
	}
	return out
}

// spdxID writes a reference with the letters that SPDX ids may have, and a
// digest of what that loses.
func spdxID(ref string) string {
	b := []byte(strings.TrimPrefix(ref, "pkg:"))
	for i, c := range b {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '.' {
			b[i] = '-'
		}
	}
	if len(b) > 120 {
		b = b[:120]
	}
	return "SPDXRef-" + string(b) + "-" + shortHash(ref)
}

func shortHash(s string) string {
	sum := sha1.Sum([]byte(s))
	return hex.EncodeToString(sum[:6])
}
