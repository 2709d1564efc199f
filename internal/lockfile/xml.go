package lockfile

import (
	"bytes"
	"encoding/xml"
	"fmt"
)

// maxXMLDepth bounds how deep XML elements lie inside each other: the decoder
// remembers each open one, a hundred times its size in the file.
const maxXMLDepth = 1000

// XML is an [xml.Decoder] that ends at elements nested too deeply, whether they
// are read or skipped. Entities that a document declares are not known to it,
// so that they cannot grow.
type XML struct {
	*xml.Decoder
	depth int
}

// NewXML reads data.
func NewXML(data []byte) *XML { return &XML{Decoder: xml.NewDecoder(bytes.NewReader(data))} }

// Token is that of [xml.Decoder].
func (x *XML) Token() (xml.Token, error) {
	t, err := x.Decoder.Token()
	switch t.(type) {
	case xml.StartElement:
		if x.depth++; x.depth > maxXMLDepth {
			line, _ := x.InputPos()
			return nil, fmt.Errorf("line %d: elements are nested more than %d deep", line, maxXMLDepth)
		}
	case xml.EndElement:
		x.depth--
	}
	return t, err
}

// Skip reads to the end of the element just begun.
func (x *XML) Skip() error {
	for until := x.depth - 1; x.depth > until; {
		if _, err := x.Token(); err != nil {
			return err
		}
	}
	return nil
}
