package sbom

import (
	"strings"

	"github.com/kennel-oss/kennel"
)

// readCycloneDXJSON reads CycloneDX 1.2 to 1.7.
// Source: https://cyclonedx.org/docs/1.7/json/
func readCycloneDXJSON(d *document, t text) error {
	r := newJSONReader(t)
	var specVersion string
	var components, vulnerabilities bool
	err := r.object(func(key []byte) error {
		switch string(key) {
		case "specVersion":
			return r.into(&specVersion)
		case "metadata":
			return r.object(func(key []byte) error {
				if string(key) != "component" {
					return r.skip()
				}
				d.inRoot = true
				e, err := cdxComponent(r, d)
				d.inRoot = false
				d.describes(e)
				return err
			})
		case "components":
			components = r.peek() == '['
			return cdxComponents(r, d)
		case "dependencies":
			return cdxDependencies(r, d)
		case "compositions":
			return r.array(func() error { return cdxPair(r, "aggregate", "", d.composition) })
		case "vulnerabilities":
			vulnerabilities = true
		}
		return r.skip()
	})
	if err == nil {
		err = r.end()
	}
	if err == nil {
		d.cycloneDXKind(specVersion, components, vulnerabilities)
	}
	return err
}

// cycloneDXKind notes what the document is, now that all of it was seen.
func (d *document) cycloneDXKind(specVersion string, components, vulnerabilities bool) {
	switch specVersion {
	case "1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7":
	default:
		d.gap(kennel.GapUnresolved, "says specVersion \""+clip(specVersion)+"\", which Kennel does not know; read as CycloneDX 1.7")
	}
	if components {
		return
	}
	if vulnerabilities {
		d.vexOnly = true
	} else {
		d.gap(kennel.GapUnresolved, "has no list of components")
	}
}

func cdxComponents(r *jsonReader, d *document) error {
	return r.array(func() error {
		e, err := cdxComponent(r, d)
		if err == nil {
			d.add(e)
		}
		return err
	})
}

// cdxComponent reads one component; those inside it are added at once.
func cdxComponent(r *jsonReader, d *document) (e entry, err error) {
	var p cdxProperties
	err = r.object(func(key []byte) error {
		switch string(key) {
		case "type":
			return r.into(&e.kind)
		case "bom-ref":
			return r.into(&e.ref)
		case "group":
			return r.into(&e.group)
		case "name":
			return r.into(&e.name)
		case "version":
			return r.into(&e.version)
		case "purl":
			return r.into(&e.purl)
		case "scope":
			s, err := r.text()
			e.scope = cdxScope(s)
			return err
		case "hashes":
			return r.array(func() error { return cdxHash(r, &e) })
		case "licenses":
			return r.array(func() error { return cdxLicense(r, &e) })
		case "properties":
			return r.array(func() error { return cdxPair(r, "name", "value", p.set) })
		case "externalReferences":
			return r.array(func() error { return cdxPair(r, "type", "url", p.reference) })
		case "components":
			e.hasChildren = true
			return cdxComponents(r, d)
		}
		return r.skip()
	})
	p.apply(&e)
	return e, err
}

// composition takes what the document says of its own completeness.
func (d *document) composition(aggregate, _ string) {
	d.incomplete = d.incomplete || strings.HasPrefix(aggregate, "incomplete") || aggregate == "unknown"
}

func cdxHash(r *jsonReader, e *entry) error {
	return cdxPair(r, "alg", "content", e.addHash)
}

func cdxLicense(r *jsonReader, e *entry) error {
	return r.object(func(key []byte) error {
		switch string(key) {
		case "expression":
			s, err := r.text()
			e.addLicense(s)
			return err
		case "license":
			var id, name string
			err := cdxPair(r, "id", "name", func(a, b string) { id, name = a, b })
			if id == "" {
				id = name
			}
			e.addLicense(id)
			return err
		}
		return r.skip()
	})
}

// cdxPair reads an object of which two members matter.
func cdxPair(r *jsonReader, first, second string, set func(a, b string)) error {
	var a, b string
	err := r.object(func(key []byte) error {
		switch string(key) {
		case first:
			return r.into(&a)
		case second:
			return r.into(&b)
		}
		return r.skip()
	})
	set(a, b)
	return err
}

func cdxDependencies(r *jsonReader, d *document) error {
	var to []string
	return r.array(func() error {
		var ref string
		to = to[:0]
		err := r.object(func(key []byte) error {
			switch string(key) {
			case "ref":
				return r.into(&ref)
			case "dependsOn":
				return r.texts(func(s string) { to = append(to, s) })
			}
			return r.skip()
		})
		d.declares(ref)
		for _, s := range to {
			d.depends(ref, s, kennel.ScopeUnknown)
		}
		return err
	})
}

// cdxScope reads CycloneDX's component scope. "excluded" is documented for
// "test and other non-runtime purposes".
func cdxScope(s string) kennel.Scope {
	switch strings.TrimSpace(s) {
	case "required":
		return kennel.ScopeShipped
	case "optional":
		return kennel.ScopeOptional
	case "excluded":
		return kennel.ScopeDevelopment
	}
	return kennel.ScopeUnknown
}

func (e *entry) addHash(algorithm, value string) {
	if algorithm != "" && value != "" {
		e.hashes = append(e.hashes, kennel.Hash{Algorithm: algorithm, Value: strings.ToLower(strings.TrimSpace(value))})
	}
}

func (e *entry) addLicense(s string) {
	if s != "" {
		e.licenses = append(e.licenses, s)
	}
}

func clip(s string) string {
	if len(s) > 40 {
		s = s[:37] + "..."
	}
	return s
}
