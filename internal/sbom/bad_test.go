package sbom

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/kennel-oss/kennel"
)

func TestDetect(t *testing.T) {
	const cdx = `"bomFormat": "CycloneDX", "specVersion": "1.5"`
	utf16le := func(s string) string {
		b := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(s)) {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
		return string(b)
	}
	for _, c := range []struct {
		name, data string
		head, all  Format
	}{
		{"CycloneDX", "{" + cdx + "}", CycloneDXJSON, CycloneDXJSON},
		{"a byte order mark", "\xef\xbb\xbf {" + cdx + "}", CycloneDXJSON, CycloneDXJSON},
		{"UTF-16", utf16le("{" + cdx + "}"), CycloneDXJSON, CycloneDXJSON},
		{"white space in front", "\n\t {" + cdx + "}", CycloneDXJSON, CycloneDXJSON},
		{"bomFormat last", `{"components": [{"bom-ref": "` + strings.Repeat("x", 5000) + `"}], "metadata": {}, ` + cdx + "}", Undecided, CycloneDXJSON},
		{"spdxVersion last", `{"files": [{"SPDXID": "` + strings.Repeat("x", 5000) + `"}], "spdxVersion": "SPDX-2.2"}`, Undecided, SPDXJSON},
		{"bomFormat inside only", `{"x": {` + cdx + "}}", None, None},
		{"another bomFormat", `{"bomFormat": "other"}`, None, None},
		{"CycloneDX 2", `{"specFormat": "CycloneDX", "specVersion": "2.0"}`, CycloneDX2, CycloneDX2},
		{"CycloneDX XML", `<?xml version="1.0"?><!-- a --><bom xmlns="http://cyclonedx.org/schema/bom/1.4">`, CycloneDXXML, CycloneDXXML},
		{"CycloneDX XML with a prefix", `<c:bom version="1" xmlns:c="http://cyclonedx.org/schema/bom/1.2"/>`, CycloneDXXML, CycloneDXXML},
		{"another XML", `<project xmlns="http://maven.example/POM/4.0.0">`, None, None},
		{"another bom", `<bom xmlns="http://shop.example/bill-of-materials">`, None, None},
		{"SPDX JSON", `{"SPDXID": "SPDXRef-DOCUMENT", "spdxVersion": "SPDX-2.3"}`, SPDXJSON, SPDXJSON},
		{"SPDX tag-value", "# a\n\nSPDXVersion: SPDX-2.2\nDataLicense: CC0-1.0\n", SPDXTagValue, SPDXTagValue},
		{"SPDX tag-value of another order", "DataLicense: CC0-1.0\r\nSPDXVersion: SPDX-2.3\r\n", SPDXTagValue, SPDXTagValue},
		{"SPDX 3", `{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []}`, SPDX3, SPDX3},
		{"SPDX RDF", `<rdf:RDF xmlns:rdf="http://rdf.example/#" xmlns:spdx="http://spdx.org/rdf/terms#">`, SPDXRDF, SPDXRDF},
		{"SPDX YAML", "---\nSPDXID: \"SPDXRef-DOCUMENT\"\nspdxVersion: \"SPDX-2.2\"\n", SPDXYAML, SPDXYAML},
		{"package.json", `{"name": "x", "version": "1", "description": "` + strings.Repeat("x", 5000) + `"}`, None, None},
		{"package-lock.json", `{"name": "x", "version": "1", "lockfileVersion": 3, "packages": {"": {"x": "` + strings.Repeat("x", 5000) + `"}}}`, None, None},
		{"OpenVEX", `{"@context": "https://openvex.dev/ns/v0.2.0"}`, None, None},
		{"a list", `[{` + cdx + `}]`, None, None},
		{"a licence header", "// SPDX-License-Identifier: MIT\n", None, None},
		{"a key: value file", "Name: x\nVersion: 1\n", None, None},
		{"nothing", "", None, None},
	} {
		if got := Detect([]byte(c.data)[:min(len(c.data), 4096)]); got != c.head {
			t.Errorf("%s: the head is %s, want %s", c.name, got, c.head)
		}
		if got := Identify([]byte(c.data)); got != c.all {
			t.Errorf("%s: all of it is %s, want %s", c.name, got, c.all)
		}
	}
}

// TestBadInput gives documents that are broken or hostile: each is an error,
// or an extraction with the gap that says so.
func TestBadInput(t *testing.T) {
	const head = `{"bomFormat": "CycloneDX", "specVersion": "1.5", `
	const xmlHead = `<bom xmlns="http://cyclonedx.org/schema/bom/1.4">`
	component := func(purl string) string { return head + `"components": [{"name": "x", "purl": "` + purl + `"}]}` }
	for _, c := range []struct{ name, data, want string }{
		{"no document", "hello", "not a bill"},
		{"cut short", head + `"components": [{"name": "x"`, "EOF"},
		{"rubbish behind", head + `"components": []} x`, "invalid character"},
		{"a member twice", head + `"components": [{"purl": "pkg:npm/a@1", "purl": "pkg:npm/b@1"}]}`, "duplicate"},
		{"a million deep", head + `"components": ` + strings.Repeat(`[`, 1_000_000), "depth"},
		{"a million components deep", head + `"components": ` + strings.Repeat(`[{"components":`, 1_000_000), "depth"},
		{"a million elements deep", xmlHead + strings.Repeat(`<components><component>`, 1_000_000), "nested"},
		{"skipped elements without end", xmlHead + strings.Repeat(`<x>`, 1_000_000), "nested"},
		{"billion laughs", `<?xml version="1.0"?><!DOCTYPE bom [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>` + xmlHead +
			`<components><component><name>&b;</name></component></components></bom>`, "entity"},
		{"an encoding", `<?xml version="1.0" encoding="koi8-r"?>` + xmlHead + `</bom>`, "koi8-r"},
		{"UTF-32", "\xff\xfe\x00\x00{\x00\x00\x00", "UTF-32"},
		{"text without end", "SPDXVersion: SPDX-2.2\nPackageComment: <text>a\n", "never ends"},
		{"bytes that are no text", head + `"components": [{"name": "x", "version": "1", "purl": "pkg:npm/` + "\xff" + `@1"}]}`, "not UTF-8"},
		{"a broken purl", component("npm/x"), "npm/x"},
		{"an empty purl", component("pkg:"), "pkg:"},
		{"no purl", head + `"components": [{"type": "library", "name": "vendored", "version": "1"}]}`, "vendored@1"},
		{"no purl, and what it needs", head + `"components": [{"type": "library", "bom-ref": "v", "name": "vendored"}, {"type": "library", "bom-ref": "a", "purl": "pkg:npm/a@1"}],
			"dependencies": [{"ref": "v", "dependsOn": ["a"]}]}`, "1 component without a purl: not judged (vendored)"},
		{"no version", component("pkg:npm/x"), "without a version (x)"},
		{"no components", head + `"metadata": {}}`, "no list of components"},
		{"components of another kind", head + `"components": {"a": 1}}`, "no list of component"},
		{"a number for a name", head + `"components": [{"name": 1, "version": 2, "purl": 3}]}`, "without a purl"},
		{"to nowhere", head + `"components": [{"purl": "pkg:npm/a@1", "bom-ref": "a"}], "dependencies": [{"ref": "a", "dependsOn": ["b"]}]}`, "1 dependency reference"},
		{"a later format", `{"bomFormat": "CycloneDX", "specVersion": "1.9", "components": []}`, "1.9"},
		{"SPDX 3", `{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}`, "SPDX 3 is not read"},
		{"SPDX without packages", `{"spdxVersion": "SPDX-2.3"}`, "no packages"},
	} {
		x, err := Read("bad.json", []byte(c.data))
		said := fmt.Sprint(err)
		for _, g := range x.Gaps {
			said += " " + g.Why
			if g.What != "bad.json" {
				t.Errorf("%s: the gap is about %q", c.name, g.What)
			}
		}
		if !strings.Contains(said, c.want) {
			t.Errorf("%s: says %.300q, want %q", c.name, said, c.want)
		}
		if err != nil && len(x.Projects) > 0 {
			t.Errorf("%s: an error together with an answer", c.name)
		}
	}
}

func TestVEXIsNoInventory(t *testing.T) {
	x, err := Read("vex.json", []byte(`{"bomFormat": "CycloneDX", "specVersion": "1.4", "vulnerabilities": [{"id": "CVE-1"}]}`))
	if err != nil || len(x.Projects) > 0 || len(x.Gaps) > 0 {
		t.Errorf("%+v %v", x, err)
	}
	if _, err := Read("x", nil); !errors.Is(err, ErrNotSBOM) {
		t.Error(err)
	}
}

// TestDenseGraph makes every package depend on every other through one node in
// the middle: the work is bounded, and a gap says so.
func TestDenseGraph(t *testing.T) {
	const n = 3000
	var components, in, out strings.Builder
	for i := range n {
		fmt.Fprintf(&components, `{"bom-ref": "%d", "purl": "pkg:npm/p%d@1"},`, i, i)
		fmt.Fprintf(&in, `{"ref": "%d", "dependsOn": ["middle"]},`, i)
		fmt.Fprintf(&out, `"%d",`, i)
	}
	doc := `{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [` + components.String() +
		`{"type": "file", "bom-ref": "middle", "name": "m"}], "dependencies": [` + in.String() +
		`{"ref": "middle", "dependsOn": [` + strings.TrimSuffix(out.String(), ",") + `]}]}`
	x, err := Read("dense.json", []byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	if len(x.Projects[0].Edges) > 1<<21 || len(x.Gaps) == 0 || x.Projects[0].Graph {
		t.Errorf("%d edges, gaps %v", len(x.Projects[0].Edges), x.Gaps)
	}
}

// TestMemory reads a document of 10 MB and holds what is kept below five times
// its size.
func TestMemory(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(`{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [`)
	for i := 0; b.Len() < 10<<20; i++ {
		fmt.Fprintf(&b, `{"type": "library", "bom-ref": "pkg:npm/package-%d@1.2.%d", "name": "package-%d", "version": "1.2.%d", "purl": "pkg:npm/package-%d@1.2.%d",
  "hashes": [{"alg": "SHA-512", "content": "%0128x"}], "licenses": [{"license": {"id": "MIT"}}], "description": "%s"},`, i, i%9, i, i%9, i, i%9, i, strings.Repeat("words ", 30))
	}
	b.WriteString(`{"name": "last", "purl": "pkg:npm/last@1"}]}`)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	x, err := Read("large.json", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	allocated := after.TotalAlloc - before.TotalAlloc
	t.Logf("%d components, %.1f MB of document, %.1f MB allocated in all", len(x.Projects[0].Occurrences), float64(b.Len())/1e6, float64(allocated)/1e6)
	if allocated > 5*uint64(b.Len()) {
		t.Errorf("allocated %d bytes for a document of %d", allocated, b.Len())
	}
}

func FuzzRead(f *testing.F) {
	// Small seeds: what mutates well. The golden files are read by other tests.
	f.Add([]byte(`{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"bom-ref":"r","name":"a"}},"components":[{"type":"library","bom-ref":"p","group":"@g","name":"x","version":"1","purl":"pkg:npm/%40g/x@1","scope":"optional","hashes":[{"alg":"MD5","content":"00"}],"licenses":[{"license":{"id":"MIT"}},{"expression":"MIT"}],"properties":[{"name":"kennel:scope","value":"build"},{"name":"kennel:edge","value":"q unknown ^1"}],"externalReferences":[{"type":"distribution","url":"file:x"}],"components":[{"bom-ref":"q","purl":"pkg:deb/debian/bash@5"}]},{"type":"operating-system","name":"debian","version":"12"}],"dependencies":[{"ref":"r","dependsOn":["p"]},{"ref":"p","dependsOn":["q","nowhere"]}],"compositions":[{"aggregate":"incomplete"}]}`))
	f.Add([]byte(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"application","bom-ref":"m","name":"n","properties":[{"name":"kennel:project","value":"go.mod"},{"name":"kennel:graph","value":"complete"}]},{"bom-ref":"p","purl":"pkg:golang/a.example/b@v1","properties":[{"name":"kennel:member","value":"m"}]}],"dependencies":[{"ref":"m","dependsOn":["p"]}]}`))
	f.Add([]byte(`{"spdxVersion":"SPDX-2.3","name":"d","documentDescribes":["SPDXRef-r"],"packages":[{"SPDXID":"SPDXRef-r","name":"r"},{"SPDXID":"SPDXRef-p","name":"p","versionInfo":"1","licenseDeclared":"MIT","checksums":[{"algorithm":"SHA1","checksumValue":"00"}],"externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/p@1"}],"annotations":[{"comment":"kennel:scope=build\nkennel:edge=SPDXRef-r unknown x"}]}],"files":[{"SPDXID":"SPDXRef-f"}],"relationships":[{"spdxElementId":"SPDXRef-p","relationshipType":"DEV_DEPENDENCY_OF","relatedSpdxElement":"SPDXRef-r"},{"spdxElementId":"SPDXRef-p","relationshipType":"DEPENDS_ON","relatedSpdxElement":"NONE"}]}`))
	f.Add([]byte(`<bom xmlns="http://cyclonedx.org/schema/bom/1.4"><metadata><component bom-ref="r"><name>a</name></component></metadata><components><component type="library" bom-ref="p"><name>x</name><version>1</version><hashes><hash alg="MD5">00</hash></hashes><licenses><license><id>MIT</id></license><expression>MIT</expression></licenses><purl>pkg:npm/x@1</purl><properties><property name="cdx:npm:package:path">a</property></properties></component></components><dependencies><dependency ref="r"><dependency ref="p"/></dependency></dependencies></bom>`))
	f.Add([]byte("SPDXVersion: SPDX-2.3\nDocumentName: a\nPackageName: x\nSPDXID: SPDXRef-x\nPackageVersion: 1\nExternalRef: PACKAGE-MANAGER purl pkg:npm/x@1\nPackageChecksum: SHA1: 00\nPackageComment: <text>a\nb</text>\nRelationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-x\nFileName: f\nSPDXID: SPDXRef-f\nRelationship: SPDXRef-x DEPENDS_ON NONE\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		whole := Identify(data)
		if head := Detect(data[:min(len(data), 256)]); head != whole && head != Undecided && whole != None && head != None {
			t.Errorf("the head is %s, the whole %s", head, whole)
		}
		x, err := Read("f.json", data)
		if err != nil && len(x.Projects) > 0 {
			t.Error("an error together with an answer")
		}
		for _, p := range x.Projects {
			for _, e := range p.Edges {
				if e.From < kennel.RootNode || int(e.From) >= len(p.Occurrences) || e.To < 0 || int(e.To) >= len(p.Occurrences) {
					t.Fatalf("edge %v among %d occurrences", e, len(p.Occurrences))
				}
			}
			for _, o := range p.Occurrences {
				if o.Name == "" {
					t.Errorf("a component without a name: %+v", o)
				}
			}
		}
		if err != nil {
			return
		}
		inv := kennel.Inventory{Projects: x.Projects}
		inv.Normalize()
		var b bytes.Buffer
		if err := WriteCycloneDX(&b, kennel.Judgement{Inventory: inv}, Tool{"kennel", ""}); err == nil {
			if _, err := Read("back.json", b.Bytes()); err != nil {
				t.Errorf("what was written cannot be read: %v", err)
			}
		}
	})
}
