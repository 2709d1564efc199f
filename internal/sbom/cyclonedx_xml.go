package sbom

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/lockfile"
)

// readCycloneDXXML reads CycloneDX 1.0 to 1.7.
// Source: https://cyclonedx.org/docs/1.7/xml/
func readCycloneDXXML(d *document, data []byte) error {
	r := newXMLReader(data)
	root, err := r.root()
	if err != nil {
		return err
	}
	version := root.Name.Space[strings.LastIndexByte(root.Name.Space, '/')+1:]
	var components, vulnerabilities bool
	err = r.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "metadata":
			return r.children(func(e xml.StartElement) error {
				if e.Name.Local != "component" {
					return r.d.Skip()
				}
				d.inRoot = true
				c, err := xmlComponent(r, d, e)
				d.inRoot = false
				d.describes(c)
				return err
			})
		case "components":
			components = true
			return xmlComponents(r, d)
		case "dependencies":
			return r.children(func(e xml.StartElement) error { return xmlDependency(r, d, e) })
		case "compositions":
			return r.children(func(xml.StartElement) error {
				return r.children(func(e xml.StartElement) error {
					if e.Name.Local != "aggregate" {
						return r.d.Skip()
					}
					s, err := r.text()
					d.composition(s, "")
					return err
				})
			})
		case "vulnerabilities":
			vulnerabilities = true
		}
		return r.d.Skip()
	})
	if err == nil {
		d.cycloneDXKind(version, components, vulnerabilities)
	}
	return err
}

func xmlComponents(r *xmlReader, d *document) error {
	return r.children(func(e xml.StartElement) error {
		if e.Name.Local != "component" {
			return r.d.Skip()
		}
		c, err := xmlComponent(r, d, e)
		if err == nil {
			d.add(c)
		}
		return err
	})
}

func xmlComponent(r *xmlReader, d *document, start xml.StartElement) (e entry, err error) {
	e.kind, e.ref = attr(start, "type"), attr(start, "bom-ref")
	var p cdxProperties
	err = r.children(func(el xml.StartElement) (err error) {
		switch el.Name.Local {
		case "group":
			e.group, err = r.text()
		case "name":
			e.name, err = r.text()
		case "version":
			e.version, err = r.text()
		case "purl":
			e.purl, err = r.text()
		case "scope":
			var s string
			s, err = r.text()
			e.scope = cdxScope(s)
		case "hashes":
			return r.children(func(el xml.StartElement) error {
				s, err := r.text()
				e.addHash(attr(el, "alg"), s)
				return err
			})
		case "licenses":
			return r.children(func(el xml.StartElement) error { return xmlLicense(r, el, &e) })
		case "properties":
			return r.children(func(el xml.StartElement) error {
				s, err := r.text()
				p.set(attr(el, "name"), s)
				return err
			})
		case "externalReferences":
			return r.children(func(ref xml.StartElement) error {
				return r.children(func(el xml.StartElement) error {
					if el.Name.Local != "url" {
						return r.d.Skip()
					}
					s, err := r.text()
					p.reference(attr(ref, "type"), s)
					return err
				})
			})
		case "components":
			e.hasChildren = true
			return xmlComponents(r, d)
		default:
			return r.d.Skip()
		}
		return err
	})
	p.apply(&e)
	return e, err
}

func xmlLicense(r *xmlReader, el xml.StartElement, e *entry) error {
	if el.Name.Local == "expression" {
		s, err := r.text()
		e.addLicense(s)
		return err
	}
	return r.children(func(el xml.StartElement) error {
		if el.Name.Local != "id" && el.Name.Local != "name" {
			return r.d.Skip()
		}
		s, err := r.text()
		e.addLicense(s)
		return err
	})
}

func xmlDependency(r *xmlReader, d *document, e xml.StartElement) error {
	ref := attr(e, "ref")
	d.declares(ref)
	return r.children(func(e xml.StartElement) error {
		if e.Name.Local == "dependency" {
			d.depends(ref, attr(e, "ref"), kennel.ScopeUnknown)
		}
		return r.d.Skip()
	})
}

// xmlReader walks an XML document element by element. It resolves no entities
// but the five of XML itself.
type xmlReader struct {
	d     *lockfile.XML
	depth int
}

// maxXMLDepth bounds the elements inside each other that are walked into.
const maxXMLDepth = 500

func newXMLReader(data []byte) *xmlReader {
	d := lockfile.NewXML(data)
	d.CharsetReader = charset
	return &xmlReader{d: d}
}

// charset decodes what XML documents declare beside UTF-8. UTF-16 was decoded
// by its byte order mark before; its declaration still stands in the text.
func charset(name string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(name) {
	case "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii":
		return in, nil
	case "iso-8859-1", "latin1":
		raw, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		out := make([]rune, len(raw))
		for i, b := range raw {
			out[i] = rune(b)
		}
		return strings.NewReader(string(out)), nil
	}
	return nil, fmt.Errorf("the encoding %q is not read: write it in UTF-8", clip(name))
}

// root reads to the first element.
func (r *xmlReader) root() (xml.StartElement, error) {
	for {
		t, err := r.d.Token()
		if err != nil {
			return xml.StartElement{}, err
		}
		if e, ok := t.(xml.StartElement); ok {
			return e, nil
		}
	}
}

// children calls each for every element inside the one just begun; each must
// read to its end.
func (r *xmlReader) children(each func(xml.StartElement) error) error {
	if r.depth++; r.depth > maxXMLDepth {
		return errors.New("elements are nested too deeply")
	}
	defer func() { r.depth-- }()
	for {
		t, err := r.d.Token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := each(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// text reads the characters of the element just begun, to its end.
func (r *xmlReader) text() (string, error) {
	var b []byte
	for {
		t, err := r.d.Token()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.CharData:
			b = append(b, t...)
		case xml.StartElement:
			if err := r.d.Skip(); err != nil {
				return "", err
			}
		case xml.EndElement:
			return string(bytes.TrimSpace(b)), nil
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
