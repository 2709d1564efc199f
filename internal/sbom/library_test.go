package sbom

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/tagvalue"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/datatest"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// TestAgainstLibraries compares what is read of every real document with what
// the formats' own libraries decode of it: every purl there is a component
// here, and no component is here without one.
func TestAgainstLibraries(t *testing.T) {
	compared := 0
	for _, path := range sbomInputs(t) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		purls, ok := libraryPurls(t, data)
		if !ok {
			continue
		}
		x, err := Read("bom", data)
		if err != nil || len(x.Projects) == 0 {
			continue
		}
		compared++
		type key struct{ eco, name, version string }
		keyOf := func(c kennel.Component) key {
			return key{string(c.Ecosystem), strings.ToLower(c.Name), c.Version}
		}
		want, got := make(map[key]bool), make(map[key]bool)
		for _, purl := range purls {
			if c, err := ecosystem.FromPurl(purl); err == nil && !isImage(purl) {
				want[keyOf(c)] = true
			}
		}
		for _, o := range x.Projects[0].Occurrences {
			got[keyOf(o.Component)] = true
			if k := keyOf(o.Component); !want[k] {
				t.Errorf("%s: %v is in no purl", filepath.Base(path), k)
			}
		}
		for k := range want {
			if !got[k] {
				t.Errorf("%s: %v was not read", filepath.Base(path), k)
			}
		}
	}
	if compared == 0 {
		t.Fatal("nothing was compared")
	}
	t.Logf("%d documents compared", compared)
}

func libraryPurls(t *testing.T, data []byte) (purls []string, ok bool) {
	switch f := Identify(data); f {
	case CycloneDXJSON, CycloneDXXML:
		format := cdx.BOMFileFormatJSON
		if f == CycloneDXXML {
			format = cdx.BOMFileFormatXML
		}
		var bom cdx.BOM
		if err := cdx.NewBOMDecoder(bytes.NewReader(data), format).Decode(&bom); err != nil {
			return nil, false
		}
		var walk func(*[]cdx.Component)
		walk = func(list *[]cdx.Component) {
			if list == nil {
				return
			}
			for _, c := range *list {
				if c.PackageURL != "" {
					purl := c.PackageURL
					if !strings.Contains(purl, "@") || !strings.Contains(purl[strings.LastIndexByte(purl, '/'):], "@") {
						purl = withVersion(purl, c.Version)
					}
					purls = append(purls, purl)
				}
				walk(c.Components)
			}
		}
		walk(bom.Components)
		return purls, true
	case SPDXJSON, SPDXTagValue:
		read := spdxjson.Read
		if f == SPDXTagValue {
			read = tagvalue.Read
		}
		doc, err := read(bytes.NewReader(data))
		if err != nil {
			return nil, false
		}
		for _, p := range doc.Packages {
			several := -1
			for _, ref := range p.PackageExternalReferences {
				if ref.RefType == "purl" {
					several++
				}
			}
			for _, ref := range p.PackageExternalReferences {
				named := strings.Contains(ref.Locator, "/"+p.PackageName+"@") || strings.Contains(ref.Locator, "/"+p.PackageName+"%40")
				if ref.RefType == "purl" && (several == 0 || named) {
					purls = append(purls, strings.Replace(ref.Locator, "%40"+p.PackageVersion, "@"+p.PackageVersion, 1))
				}
			}
		}
		return purls, true
	}
	return nil, false
}

// withVersion gives a purl the version that stands beside it.
func withVersion(purl, version string) string {
	c, err := ecosystem.FromPurl(purl)
	if err != nil || c.Version != "" {
		return purl
	}
	c.Version = version
	return ecosystem.Purl(c)
}

func BenchmarkLibrary(b *testing.B) {
	data, err := os.ReadFile(filepath.Join(datatest.Folder(b), "inputs", "sbom-cyclonedx", "CycloneDX+bom-examples", "SBOM", "juice-shop", "via_npm", "flat", "bom.1.4.json"))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var bom cdx.BOM
		if err := cdx.NewBOMDecoder(bytes.NewReader(data), cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDetect is what every file of a target costs.
func BenchmarkDetect(b *testing.B) {
	for name, head := range map[string]string{
		"package.json": `{"name": "lodash", "version": "4.17.21", "description": "Lodash modular utilities.", "keywords": ["modules"], "main": "lodash.js"}`,
		"source":       strings.Repeat("func main() { println(1) }\n", 150),
		"CycloneDX":    `{"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6"}`,
	} {
		b.Run(name, func(b *testing.B) {
			data := []byte(head)
			for b.Loop() {
				Detect(data)
			}
		})
	}
}

func TestOtherEncodings(t *testing.T) {
	for name, data := range map[string]string{
		"Latin-1": "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><bom xmlns=\"http://cyclonedx.org/schema/bom/1.4\"><metadata><component><name>Gl\xfcck</name></component></metadata><components/></bom>",
		"UTF-16":  "\xfe\xff" + wide(`<?xml version="1.0" encoding="UTF-16"?><bom xmlns="http://cyclonedx.org/schema/bom/1.4"><metadata><component><name>Glück</name></component></metadata><components/></bom>`),
		"JSON":    wide(`{"bomFormat":"CycloneDX","specVersion":"1.4","metadata":{"component":{"name":"Glück"}},"components":[]}`),
	} {
		x, err := Read("bom", []byte(data))
		if err != nil || len(x.Gaps) > 0 || len(x.Projects) != 1 || x.Projects[0].Name != "Glück" {
			t.Errorf("%s: %+v %v", name, x, err)
		}
	}
}

// wide writes Latin-1 text as UTF-16, big end first.
func wide(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteByte(byte(r >> 8))
		b.WriteByte(byte(r))
	}
	return b.String()
}
