package sbom

import (
	"bytes"
	"errors"
	"strings"
)

// readSPDXTagValue reads the tag-value form of SPDX 2.1 to 2.3. A value is one
// line, or text between <text> and </text>. A package begins with its name;
// files, snippets and licences end it.
func readSPDXTagValue(d *document, data []byte) error {
	s := newSPDX(d)
	var p *spdxPackage
	flush := func() {
		if p != nil {
			s.add(*p)
			p = nil
		}
	}
	for len(data) > 0 {
		line := data
		if end := bytes.IndexAny(data, "\r\n"); end >= 0 { // some write only carriage returns
			line, data = data[:end], data[end+1:]
		} else {
			data = nil
		}
		tag, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || len(tag) == 0 || line[0] == '#' {
			continue
		}
		value = bytes.TrimSpace(value)
		if text, ok := bytes.CutPrefix(value, []byte("<text>")); ok {
			end := bytes.Index(text, []byte("</text>"))
			if end < 0 { // it goes on over lines
				at := bytes.Index(data, []byte("</text>"))
				if at < 0 {
					return errors.New("a <text> that never ends")
				}
				if key := string(tag); key == "PackageComment" || key == "AnnotationComment" {
					value = append(append(bytes.Clone(text), '\n'), data[:at]...)
				}
				data = data[at+len("</text>"):]
			} else {
				value = text[:end]
			}
		}
		switch key := string(bytes.TrimSpace(tag)); key {
		case "DocumentName":
			s.name = string(value)
		case "PackageName":
			flush()
			p = &spdxPackage{}
			p.name = string(value)
		case "FileName", "SnippetSPDXID", "LicenseID":
			flush()
			if key == "SnippetSPDXID" {
				d.define(string(value), structure, "")
			}
		case "Relationship":
			if f := strings.Fields(string(value)); len(f) >= 3 {
				s.relate(f[0], f[1], f[2])
			}
		default:
			if p != nil {
				p.tag(key, string(value))
			} else if key == "SPDXID" {
				d.define(string(value), structure, "") // a file, or the document itself
			}
		}
	}
	flush()
	s.finish()
	return nil
}

// tag takes a tag inside a package.
func (p *spdxPackage) tag(key, value string) {
	switch key {
	case "SPDXID":
		p.ref = value
	case "PackageVersion":
		p.version = value
	case "PrimaryPackagePurpose":
		p.purpose = value
	case "PackageDownloadLocation":
		p.download = value
	case "PackageLicenseConcluded":
		p.concluded = value
	case "PackageLicenseDeclared":
		p.declared = value
	case "PackageChecksum":
		if algorithm, sum, ok := strings.Cut(value, ":"); ok {
			p.checksum(strings.TrimSpace(algorithm), strings.TrimSpace(sum))
		}
	case "ExternalRef":
		if f := strings.Fields(value); len(f) >= 3 {
			p.reference(f[1], f[2])
		}
	case "AnnotationComment":
		p.annotation(value)
	}
}
