package sbom

import (
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// readSPDXJSON reads SPDX 2.2 and 2.3.
// Source: https://spdx.github.io/spdx-spec/v2.3/
func readSPDXJSON(d *document, t text) error {
	r := newJSONReader(t)
	s := newSPDX(d)
	err := r.object(func(key []byte) error {
		switch string(key) {
		case "name":
			return r.into(&s.name)
		case "documentDescribes":
			return r.texts(func(id string) { s.describes(id) })
		case "packages":
			return r.array(func() error {
				p, err := spdxJSONPackage(r)
				if err == nil {
					s.add(p)
				}
				return err
			})
		case "files", "snippets":
			return r.array(func() error {
				return cdxPair(r, "SPDXID", "", func(id, _ string) { d.define(id, structure, "") })
			})
		case "relationships":
			return r.array(func() error { return spdxJSONRelationship(r, s) })
		}
		return r.skip()
	})
	if err == nil {
		err = r.end()
	}
	if err == nil {
		s.finish()
	}
	return err
}

func spdxJSONPackage(r *jsonReader) (p spdxPackage, err error) {
	err = r.object(func(key []byte) error {
		switch string(key) {
		case "SPDXID":
			return r.into(&p.ref)
		case "name":
			return r.into(&p.name)
		case "versionInfo":
			return r.into(&p.version)
		case "primaryPackagePurpose":
			return r.into(&p.purpose)
		case "downloadLocation":
			return r.into(&p.download)
		case "licenseConcluded":
			return r.into(&p.concluded)
		case "licenseDeclared":
			return r.into(&p.declared)
		case "checksums":
			return r.array(func() error { return cdxPair(r, "algorithm", "checksumValue", p.checksum) })
		case "externalRefs":
			return r.array(func() error { return cdxPair(r, "referenceType", "referenceLocator", p.reference) })
		case "annotations":
			return r.array(func() error {
				return cdxPair(r, "comment", "", func(comment, _ string) { p.annotation(comment) })
			})
		}
		return r.skip()
	})
	return p, err
}

func spdxJSONRelationship(r *jsonReader, s *spdx) error {
	var from, kind, to string
	err := r.object(func(key []byte) error {
		switch string(key) {
		case "spdxElementId":
			return r.into(&from)
		case "relationshipType":
			return r.into(&kind)
		case "relatedSpdxElement":
			return r.into(&to)
		}
		return r.skip()
	})
	s.relate(from, kind, to)
	return err
}

// spdxPackage is one package as SPDX describes it.
type spdxPackage struct {
	entry
	own                 ownProperties
	purls               []string
	purpose, download   string
	concluded, declared string
}

func (p *spdxPackage) checksum(algorithm, value string) {
	if size, ok := strings.CutPrefix(algorithm, "SHA"); ok && !strings.HasPrefix(size, "3-") {
		algorithm = "SHA-" + size
	}
	p.addHash(algorithm, value)
}

func (p *spdxPackage) reference(kind, locator string) {
	if kind == "purl" || kind == "" && strings.HasPrefix(locator, "pkg:") {
		p.purls = append(p.purls, locator)
	}
}

// choose picks the purl of a package that has several: the first that names
// what the package is called, since generators add guesses.
func (p *spdxPackage) choose() {
	if len(p.purls) == 0 {
		return
	}
	p.purl = p.purls[0]
	for _, purl := range p.purls[:min(len(p.purls), maxPurls)] {
		if len(p.purls) == 1 {
			return
		}
		if c, err := ecosystem.FromPurl(purl); err == nil && strings.EqualFold(c.Name, p.name) {
			p.purl = purl
			return
		}
	}
}

// maxPurls bounds how many purls of one package are compared with its name.
const maxPurls = 64

// annotation reads the lines that Kennel's own annotations hold.
func (p *spdxPackage) annotation(comment string) {
	for line := range strings.Lines(comment) {
		if line, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), ownPrefix); ok {
			if name, value, ok := strings.Cut(line, "="); ok {
				p.own.set(name, value)
			}
		}
	}
}

// spdx is an SPDX document being read. What it describes is known only when
// all of it was seen, so packages wait until then.
type spdx struct {
	d         *document
	name      string
	packages  []spdxPackage
	described map[string]bool
	order     []string // of described
}

func newSPDX(d *document) *spdx { return &spdx{d: d, described: make(map[string]bool)} }

func (s *spdx) describes(id string) {
	if id != "" && !s.described[id] {
		s.described[id] = true
		s.order = append(s.order, id)
	}
}

func (s *spdx) add(p spdxPackage) {
	p.choose()
	p.kind = strings.ToLower(strings.ReplaceAll(p.purpose, "_", "-"))
	if kind := spdxKind(p.ref, p.name); kind != "" && p.purl == "" {
		p.kind = kind
	}
	for _, l := range [...]string{p.concluded, p.declared} {
		if l != "" && l != "NOASSERTION" && l != "NONE" && (len(p.licenses) == 0 || p.licenses[0] != l) {
			p.addLicense(l)
		}
	}
	var origin cdxProperties
	origin.reference("distribution", p.download)
	if p.purl != "" {
		origin.apply(&p.entry)
	}
	p.own.apply(&p.entry)
	s.packages = append(s.packages, p)
}

// spdxKind tells what a package without a purpose is, from the way Trivy makes
// ids and Kubernetes' bom names layers; SPDX 2.2 has no field for it.
func spdxKind(id, name string) string {
	switch {
	case strings.HasPrefix(id, "SPDXRef-OperatingSystem-"):
		return "operating-system"
	case strings.HasPrefix(id, "SPDXRef-ContainerImage-"), strings.HasPrefix(name, "sha256:"), strings.HasSuffix(name, "/layer.tar"):
		return "container"
	case strings.HasPrefix(id, "SPDXRef-Application-"), strings.HasPrefix(id, "SPDXRef-Filesystem-"), strings.HasPrefix(id, "SPDXRef-Repository-"):
		return "file"
	}
	return ""
}

const spdxDocument = "SPDXRef-DOCUMENT"

// relate takes one relationship. Only what says that one package needs another
// becomes an edge; containing is not asking for.
// Source: https://spdx.github.io/spdx-spec/v2.3/relationships-between-SPDX-elements/
func (s *spdx) relate(from, kind, to string) {
	scope, needs, reversed := kennel.ScopeUnknown, true, false
	switch kind {
	case "DESCRIBES", "DESCRIBE":
		if strings.EqualFold(from, spdxDocument) {
			s.describes(to)
		}
		return
	case "DESCRIBED_BY":
		if strings.EqualFold(to, spdxDocument) {
			s.describes(from)
		}
		return
	case "DEPENDS_ON", "HAS_PREREQUISITE":
	case "STATIC_LINK", "DYNAMIC_LINK":
		scope = kennel.ScopeShipped
	case "DEPENDENCY_OF", "PREREQUISITE_FOR", "PROVIDED_DEPENDENCY_OF":
		reversed = true
	case "RUNTIME_DEPENDENCY_OF":
		scope, reversed = kennel.ScopeShipped, true
	case "OPTIONAL_DEPENDENCY_OF":
		scope, reversed = kennel.ScopeOptional, true
	case "BUILD_DEPENDENCY_OF", "BUILD_TOOL_OF":
		scope, reversed = kennel.ScopeBuild, true
	case "DEV_DEPENDENCY_OF", "TEST_DEPENDENCY_OF", "DEV_TOOL_OF", "TEST_TOOL_OF":
		scope, reversed = kennel.ScopeDevelopment, true
	default:
		needs = false
	}
	if !needs {
		return
	}
	if reversed {
		from, to = to, from
	}
	if to == "NONE" {
		s.d.declares(from)
		return
	}
	if from == "NONE" || from == "NOASSERTION" || to == "NOASSERTION" || strings.EqualFold(from, spdxDocument) {
		return
	}
	s.d.declares(from)
	s.d.depends(from, to, scope)
}

// finish hands the packages over. A document that describes one of several
// packages is about that one. One that describes many has no root: being
// described is not being asked for.
func (s *spdx) finish() {
	root := ""
	if len(s.order) == 1 && (len(s.packages) > 1 || len(s.packages) == 1 && s.packages[0].entry.own) {
		root = s.order[0]
	}
	for _, p := range s.packages {
		if p.ref == root && !p.isPart {
			s.d.describes(p.entry)
		}
	}
	if s.d.name == "" && !s.d.exact {
		s.d.name = s.name
	}
	if len(s.packages) == 0 {
		s.d.gap(kennel.GapUnresolved, "has no packages")
	}
	for _, p := range s.packages {
		if p.ref != root || p.isPart {
			s.d.add(p.entry)
		}
	}
}
