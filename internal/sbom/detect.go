package sbom

import (
	"bytes"
	"strings"
)

// Detect says which format the first bytes of a file belong to. It looks at
// content alone, never at a name. A head of some 4096 bytes is meant; with less
// than the whole document it may answer [Undecided], never a wrong format.
func Detect(head []byte) Format {
	t, err := utf8Text(head)
	if err != nil {
		return None
	}
	return identify(t, false)
}

// Identify says which format a whole document has; it never says [Undecided].
func Identify(data []byte) Format {
	t, err := utf8Text(data)
	if err != nil {
		return None
	}
	return identify(t, true)
}

func identify(t text, whole bool) Format {
	body := bytes.TrimLeft(t.bytes, " \t\r\n")
	switch {
	case len(body) == 0:
		return None
	case body[0] == '{':
		return identifyJSON(text{body, t.replaced}, whole)
	case body[0] == '<':
		return identifyXML(body)
	}
	return identifyTags(body)
}

// The top-level members of the two JSON formats. A head is undecided only while
// every member seen so far belongs to one of them, so that other JSON files are
// turned away by their first unusual member.
const (
	cdxMembers = " $schema bomFormat specVersion serialNumber version metadata components services externalReferences" +
		" dependencies compositions vulnerabilities annotations formulation declarations definitions citations properties signature "
	spdxMembers = " SPDXID spdxVersion creationInfo name dataLicense comment documentNamespace documentDescribes packages files" +
		" snippets relationships externalDocumentRefs hasExtractedLicensingInfos annotations revieweds "
	// Members too common to suspect a bill of materials by: a head with only
	// these is still undecided, but a head without any other is not.
	commonMembers = " $schema name version comment files metadata dependencies packages annotations properties "
)

// identifyJSON walks the top-level members and skips their values.
func identifyJSON(t text, whole bool) Format {
	r := newJSONReader(t)
	var found Format
	var version string
	var hasVersion2 bool
	cdx, spdx, telling, seen := true, true, false, 0
	err := r.object(func(key []byte) error {
		seen++
		name := " " + string(key) + " "
		cdx = cdx && strings.Contains(cdxMembers, name)
		spdx = spdx && strings.Contains(spdxMembers, name)
		telling = telling || (cdx || spdx) && !strings.Contains(commonMembers, name)
		switch string(key) {
		case "bomFormat":
			if s, err := r.text(); err != nil || s != "CycloneDX" {
				return err
			}
			found = CycloneDXJSON
			return errDecided
		case "specFormat": // CycloneDX 2
			s, err := r.text()
			hasVersion2 = hasVersion2 || s == "CycloneDX"
			if hasVersion2 {
				found = CycloneDX2
				return errDecided
			}
			return err
		case "spdxVersion":
			s, err := r.text()
			if err != nil {
				return err
			}
			version = s
			if strings.HasPrefix(version, "SPDX-2.") {
				found = SPDXJSON
			} else if strings.HasPrefix(version, "SPDX-") {
				found = SPDX3
			}
			if found != None {
				return errDecided
			}
			return nil
		case "@context":
			v, err := r.value()
			if err == nil && bytes.Contains(v, []byte("spdx.org/rdf/3")) {
				found = SPDX3
				return errDecided
			}
			return err
		}
		if !whole && !cdx && !spdx {
			return errDecided
		}
		return r.skip()
	})
	switch {
	case found != None:
		return found
	case err == nil || err == errDecided || whole:
		return None
	case telling && (cdx || spdx) && seen > 0:
		return Undecided
	}
	return undecidedByText(t.bytes, cdx || spdx, seen)
}

// undecidedByText decides on a head that ends inside a value of a common
// member: it looks for a member that only bills of materials have further in.
func undecidedByText(head []byte, possible bool, seen int) Format {
	if !possible || seen == 0 {
		return None
	}
	for _, hint := range []string{`"bom-ref"`, `"purl"`, `"SPDXID"`, `"dependsOn"`, `"licenseConcluded"`} {
		if bytes.Contains(head, []byte(hint)) {
			return Undecided
		}
	}
	return None
}

// identifyXML finds the root element and its namespace, stepping over the
// prologue. It parses no entities.
func identifyXML(data []byte) Format {
	for len(data) > 0 && data[0] == '<' {
		var skip int
		switch {
		case bytes.HasPrefix(data, []byte("<?")):
			skip = end(data, "?>")
		case bytes.HasPrefix(data, []byte("<!--")):
			skip = end(data, "-->")
		case bytes.HasPrefix(data, []byte("<!")): // a document type, perhaps with declarations inside
			skip = end(data, ">")
			if bracket := bytes.IndexByte(data, '['); bracket >= 0 && bracket < skip {
				if skip = end(data, "]"); skip >= 0 {
					if rest := end(data[skip:], ">"); rest >= 0 {
						skip += rest
					}
				}
			}
		default:
			tag := data
			if i := bytes.IndexByte(tag, '>'); i >= 0 {
				tag = tag[:i]
			}
			name, _, _ := strings.Cut(strings.TrimLeft(string(tag[1:min(len(tag), 200)]), " "), " ")
			if i := strings.IndexAny(name, "\t\r\n/"); i >= 0 {
				name = name[:i]
			}
			_, local, prefixed := strings.Cut(name, ":")
			if !prefixed {
				local = name
			}
			switch {
			case local == "bom" && bytes.Contains(tag, []byte("cyclonedx.org/schema/bom/1.")):
				return CycloneDXXML
			case local == "bom" && bytes.Contains(tag, []byte("cyclonedx.org/schema/bom/")):
				return CycloneDX2
			case local == "RDF" && bytes.Contains(data, []byte("spdx.org/rdf/terms")):
				return SPDXRDF
			}
			return None
		}
		if skip < 0 {
			return None
		}
		data = bytes.TrimLeft(data[skip:], " \t\r\n")
	}
	return None
}

func end(data []byte, mark string) int {
	i := bytes.Index(data, []byte(mark))
	if i < 0 {
		return -1
	}
	return i + len(mark)
}

// identifyTags recognises SPDX tag-value by a line that begins with its
// version tag, before anything that is neither a tag nor a comment; and SPDX
// YAML by its lower-case spelling of the same.
func identifyTags(data []byte) Format {
	yaml := false
	for range 200 {
		line, rest, more := bytes.Cut(data, []byte("\n"))
		line = bytes.TrimRight(line, " \t\r")
		switch {
		case bytes.HasPrefix(line, []byte("SPDXVersion:")):
			if bytes.Contains(line, []byte("SPDX-2.")) {
				return SPDXTagValue
			}
			return SPDX3
		case bytes.HasPrefix(line, []byte("spdxVersion:")) && bytes.Contains(line, []byte("SPDX-")):
			return SPDXYAML
		case len(line) == 0, line[0] == '#', bytes.Equal(line, []byte("---")):
		case line[0] == ' ' || line[0] == '-': // a YAML list or nested member
			yaml = true
		default:
			tag, _, ok := bytes.Cut(line, []byte(":"))
			if !ok || !isTag(tag) || yaml && tag[0] >= 'A' && tag[0] <= 'Z' && !bytes.HasPrefix(tag, []byte("SPDX")) {
				return None
			}
		}
		if !more {
			return None
		}
		data = rest
	}
	return None
}

func isTag(tag []byte) bool {
	for _, c := range tag {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return len(tag) > 0
}
