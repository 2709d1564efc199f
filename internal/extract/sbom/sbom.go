// Package sbom finds bills of materials in a target by their content, whatever
// they are called, and hands them to internal/sbom.
package sbom

import (
	"context"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/sbom"
)

// New returns the extractor of CycloneDX and SPDX documents.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "sbom" }

// Match looks at the head of every file but source code, media and archives.
// Only a JSON document whose head leaves it open is looked at whole.
func (extractor) Match(f kennel.File) bool {
	if f.Size() < minSize || strings.Contains(never, " "+strings.ToLower(path.Ext(f.Path()))+" ") {
		return false
	}
	switch sbom.Detect(f.Head()) {
	case sbom.None:
		return false
	case sbom.Undecided:
		data, err := f.Bytes()
		// What cannot be read is taken, so that Extract says so.
		return err != nil || sbom.Identify(data) != sbom.None
	}
	return true
}

func (extractor) Extract(_ context.Context, f kennel.File) (kennel.Extraction, error) {
	data, err := f.Bytes()
	if err != nil {
		return kennel.Extraction{}, err
	}
	x, err := sbom.Read(f.Path(), data)
	if layer := f.Layer(); layer != "" {
		here := []kennel.Location{{Path: f.Path(), Layer: layer}}
		for _, p := range x.Projects {
			for i := range p.Occurrences {
				p.Occurrences[i].Locations = here
			}
		}
	}
	return x, err
}

// minSize is less than the shortest document of any format.
const minSize = 20

// never lists extensions of files that are no documents; opening each source
// file of a large tree would cost more than reading its lock files.
const never = " .go .js .mjs .cjs .ts .mts .cts .tsx .jsx .vue .py .pyc .pyi .rb .rs .java .kt .scala .class .c .h .cc .cpp .hpp .cs .php" +
	" .pl .pm .swift .m .lua .sh .css .scss .less .html .htm .svg .png .jpg .jpeg .gif .ico .webp .woff .woff2 .ttf .eot .map .mp4 .pdf" +
	" .so .a .o .dll .exe .dylib .jar .war .ear .whl .gz .tgz .zip .tar .xz .zst .bz2 .7z .deb .rpm .apk .md .rst "
