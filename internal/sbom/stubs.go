package sbom

func readCycloneDXXML(d *document, data []byte) error { return ErrNotSBOM }
func readSPDXJSON(d *document, data []byte) error     { return ErrNotSBOM }
func readSPDXTagValue(d *document, data []byte) error { return ErrNotSBOM }
