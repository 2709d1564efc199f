// Package sbom reads and writes bills of materials: CycloneDX 1.0 to 1.7 (JSON
// and XML) and SPDX 2.x (JSON and tag-value) become an inventory, and a
// judgement becomes CycloneDX 1.6 or SPDX 2.3.
//
// Reading decodes only what an inventory needs, one component at a time, so
// that memory follows what is kept and not the size of the document. What a
// document says and this package does not understand becomes a gap that names
// the file; a document that cannot be read at all is an error.
package sbom

import (
	"errors"
	"fmt"

	"github.com/kennel-oss/kennel"
)

// Format is a kind of bill of materials. The zero value is none of them.
type Format uint8

const (
	None Format = iota
	// Undecided is what Detect says of the head of a JSON document that could
	// still turn out to be one: [Identify] decides with the whole of it.
	Undecided
	CycloneDXJSON
	CycloneDXXML
	SPDXJSON
	SPDXTagValue
	// Formats that are recognised, so that they are named as a gap.
	SPDX3
	SPDXRDF
	SPDXYAML
	CycloneDX2
)

func (f Format) String() string {
	names := [...]string{"none", "undecided", "CycloneDX JSON", "CycloneDX XML", "SPDX 2 JSON", "SPDX 2 tag-value",
		"SPDX 3", "SPDX RDF", "SPDX YAML", "CycloneDX 2"}
	if int(f) < len(names) {
		return names[f]
	}
	return "invalid"
}

// ErrNotSBOM is the error of [Read] for what is no bill of materials.
var ErrNotSBOM = errors.New("not a bill of materials in a format that Kennel knows")

// Read reads the bill of materials in data. path names it in locations and
// gaps. It becomes one project; a document that Kennel wrote of several
// projects becomes those again, named path#manifest.
//
// The error says why nothing could be read: it is no bill of materials
// ([ErrNotSBOM]), or its syntax is broken.
func Read(path string, data []byte) (kennel.Extraction, error) {
	t, err := utf8Text(data)
	if err != nil {
		return kennel.Extraction{}, err
	}
	d := newDocument(path)
	format := identify(t, true)
	if t.replaced && format != CycloneDXXML { // which declares its encoding
		d.gap(kennel.GapUnresolved, "holds bytes that are not UTF-8; they were read as \ufffd")
	}
	switch format {
	case CycloneDXJSON:
		err = readCycloneDXJSON(d, t)
	case CycloneDXXML:
		err = readCycloneDXXML(d, t.bytes)
	case SPDXJSON:
		err = readSPDXJSON(d, t)
	case SPDXTagValue:
		err = readSPDXTagValue(d, t.bytes)
	case None, Undecided:
		return kennel.Extraction{}, ErrNotSBOM
	default:
		return kennel.Extraction{Gaps: []kennel.Gap{{
			Kind: kennel.GapUnreadable,
			What: path,
			Why:  fmt.Sprintf("%s is not read yet: export CycloneDX 1.x or SPDX 2.3 instead", format),
		}}}, nil
	}
	if err != nil {
		return kennel.Extraction{}, fmt.Errorf("%s: %w", format, err)
	}
	return d.finish(), nil
}
