// Package java reads what Java builds leave behind: Gradle lock files, Maven
// POMs, and the archives themselves (jar, war, ear, plug-ins), nested and
// shaded.
//
// None of them says everything. A Gradle lock file is complete but flat; a POM
// lists only what a project asks for itself; an archive names what is inside
// only as far as its builder left coordinates there. What is missing is said
// as a gap.
package java

import (
	"context"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
)

// New returns the extractor for Java.
func New() kennel.Extractor { return extractor{} }

type extractor struct{}

func (extractor) Name() string { return "java" }

func (extractor) Match(f kennel.File) bool { return kindOf(f.Path()) != 0 }

func (extractor) Extract(ctx context.Context, f kennel.File) (kennel.Extraction, error) {
	switch kindOf(f.Path()) {
	case gradleLock:
		return readGradle(f)
	case archive:
		return readArchive(ctx, f)
	case pom:
		return readPOM(f)
	}
	return kennel.Extraction{}, nil
}

type kind uint8

const (
	gradleLock kind = 1 + iota
	pom
	archive
)

func kindOf(name string) kind {
	base := path.Base(name)
	switch {
	case base == "pom.xml" && !strings.Contains(name, "META-INF/maven/"): // there it is a copy that a build made
		return pom
	case strings.HasSuffix(base, "gradle.lockfile"),
		strings.HasSuffix(base, ".lockfile") && path.Base(path.Dir(name)) == "dependency-locks":
		return gradleLock
	case isArchive(base):
		return archive
	}
	return 0
}

// isArchive reports whether a file of this name is a zip that Java loads code
// from: the plug-in formats of Jenkins, Karaf, Liferay and Android are jars
// under another name.
func isArchive(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".jar", ".war", ".ear", ".hpi", ".jpi", ".kar", ".lpkg", ".aar", ".rar", ".sar", ".par":
		return true
	}
	return false
}
