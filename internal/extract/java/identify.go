package java

import (
	"bytes"
	"io"
	"path"
	"strings"
)

// coordinates name a Maven artifact.
type coordinates struct{ group, artifact, version string }

func (c coordinates) name() string {
	if c.artifact == "" {
		return ""
	}
	return c.group + ":" + c.artifact
}

// complete reports whether c can be looked up, and is no placeholder that a
// build left unfilled.
func (c coordinates) complete() bool {
	for _, part := range [...]string{c.group, c.artifact, c.version} {
		if part == "" || len(part) > 256 || strings.ContainsAny(part, " \t:/\\${}<>\"'") {
			return false
		}
		for i := range len(part) {
			if part[i] < ' ' || part[i] >= 0x7f {
				return false
			}
		}
	}
	return true
}

// isText reports whether an entry describes what an archive is.
func isText(name []byte) bool {
	return bytes.Equal(name, []byte("META-INF/MANIFEST.MF")) ||
		bytes.HasSuffix(name, []byte("/pom.properties")) && bytes.Contains(name, []byte("META-INF/maven/"))
}

// identify adds the archive itself and what was shaded into it, and reports
// whether it found a name for anything.
//
// Maven leaves a pom.properties for each module whose classes are in the
// archive. The one that the file name agrees with is the archive's own; the
// others were shaded in. Without any, the manifest and the file name together
// may be enough.
func (a *archiveReader) identify(r io.ReaderAt, size int64, place string, texts []entry, outer bool) (named bool, err error) {
	base := place[strings.LastIndexByte(place, '/')+1:]
	var manifest entry
	own, describing := false, 0
	for _, e := range texts {
		at := place + "!/" + cleanName(e.name)
		if !strings.HasSuffix(e.name, "/pom.properties") {
			manifest = e
			continue
		}
		describing++
		text, err := a.text(r, size, e, at)
		if err == errStop {
			return false, err
		}
		if err != nil {
			a.unreadable(at, err)
			continue
		}
		c := readProperties(text)
		if !c.complete() {
			c = c.orFromPath(e.name)
		}
		if !c.complete() {
			continue
		}
		if !own && c.names(base) {
			own, at = true, place
			if outer {
				a.own = c
			}
		}
		if err := a.add(c, at); err != nil {
			return false, err
		}
		named = true
	}
	if own || manifest.name == "" {
		return named, nil
	}
	text, err := a.text(r, size, manifest, place)
	if err == errStop {
		return false, err
	}
	if err != nil {
		a.unreadable(place+"!/META-INF/MANIFEST.MF", err)
		return named, nil
	}
	if c := readManifest(text).identify(base); c.complete() {
		if outer {
			a.own = c
		}
		return true, a.add(c, place)
	}
	return named, nil
}

// readProperties reads group, artifact and version from a pom.properties.
// Source: https://maven.apache.org/shared/maven-archiver/#pom-properties-content
func readProperties(text string) coordinates {
	var c coordinates
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "groupId":
			c.group = value
		case "artifactId":
			c.artifact = value
		case "version":
			c.version = value
		}
	}
	return c
}

// orFromPath fills what is missing from META-INF/maven/group/artifact/.
func (c coordinates) orFromPath(name string) coordinates {
	dir := path.Dir(name)
	if c.artifact == "" {
		c.artifact = path.Base(dir)
	}
	if c.group == "" {
		c.group = path.Base(path.Dir(dir))
	}
	return c
}

// names reports whether a file of this name is c: "log4j-core-2.14.1.jar",
// "log4j-core.jar", "log4j-core-2.14.1-tests.jar".
func (c coordinates) names(base string) bool {
	rest, ok := strings.CutPrefix(strings.TrimSuffix(base, path.Ext(base)), c.artifact)
	if !ok {
		return false
	}
	return rest == "" || strings.HasPrefix(rest, "-"+c.version)
}

// manifest holds the attributes of a MANIFEST.MF's main section that say who
// an archive is.
type manifest struct {
	vendorID, symbolicName, moduleName string
	implementation, bundle             string // versions
}

// readManifest reads the main section. A line that begins with a blank
// continues the one before it.
// Source: https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html#jar-manifest
func readManifest(text string) manifest {
	var m manifest
	var into *string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			break
		}
		if line[0] == ' ' {
			if into != nil && len(*into)+len(line) < 1024 {
				*into += line[1:]
			}
			continue
		}
		into = nil
		key, value, _ := strings.Cut(line, ":")
		switch strings.ToLower(key) {
		case "implementation-vendor-id":
			into = &m.vendorID
		case "bundle-symbolicname":
			into = &m.symbolicName
		case "automatic-module-name":
			into = &m.moduleName
		case "implementation-version":
			into = &m.implementation
		case "bundle-version":
			into = &m.bundle
		}
		if into != nil {
			*into = strings.TrimPrefix(value, " ")
		}
	}
	m.symbolicName, _, _ = strings.Cut(m.symbolicName, ";")
	for _, s := range []*string{&m.vendorID, &m.symbolicName, &m.moduleName, &m.implementation, &m.bundle} {
		*s = strings.TrimSpace(*s)
	}
	return m
}

// identify joins the manifest with the file name. The file name gives artifact
// and version, as repositories name files; the manifest must not contradict the
// version, and give the group in a way that leaves no choice. A guessed group
// would be another package's name, so that a doubtful one is none.
func (m manifest) identify(base string) coordinates {
	artifact, version := splitFileName(base)
	if artifact == "" {
		return coordinates{}
	}
	if m.implementation != "" && m.implementation != version && !strings.HasPrefix(m.bundle, version) {
		return coordinates{}
	}
	return coordinates{m.group(artifact), artifact, version}
}

// group finds the group of an artifact, "" when it is open.
func (m manifest) group(artifact string) string {
	if g := publisher(artifact, m.moduleName); g != "" {
		return g
	}
	if strings.HasPrefix(artifact, "commons-") {
		return "" // half of Apache Commons has the group org.apache.commons, half its own
	}
	// Maven's archiver wrote the group as Implementation-Vendor-Id; others
	// wrote an organisation ("org.apache"), which has fewer parts.
	if strings.Count(m.vendorID, ".") >= 2 {
		return m.vendorID
	}
	for _, name := range []string{m.symbolicName, m.moduleName} {
		// Bundle tools append the artifact to the group, without the words that
		// the group ends in: org.apache.logging.log4j + log4j-core is
		// org.apache.logging.log4j.core. An artifact with a dash can stand in a
		// symbolic name in no other way than appended.
		if g, ok := strings.CutSuffix(name, "."+artifact); ok && strings.Contains(artifact, "-") && strings.Contains(g, ".") {
			return g
		}
		head, tail, ok := strings.Cut(artifact, "-")
		if !ok {
			continue
		}
		for _, t := range []string{tail, strings.ReplaceAll(tail, "-", ".")} {
			if g, ok := strings.CutSuffix(name, "."+t); ok && strings.HasSuffix(g, "."+head) {
				return g
			}
		}
	}
	return ""
}

// publisher knows the group of widely used artifacts that are built by Gradle
// without Maven's descriptors, by the module name that only they have.
func publisher(artifact, module string) string {
	if strings.ReplaceAll(artifact, "-", ".") == module { // spring-core is spring.core
		switch {
		case strings.HasPrefix(artifact, "spring-boot"):
			return "org.springframework.boot"
		case strings.HasPrefix(artifact, "spring-security-"):
			return "org.springframework.security"
		case strings.HasPrefix(artifact, "kotlin-"):
			return "org.jetbrains.kotlin"
		}
		switch artifact {
		case "spring-aop", "spring-aspects", "spring-beans", "spring-context", "spring-context-indexer", "spring-context-support",
			"spring-core", "spring-expression", "spring-jcl", "spring-jdbc", "spring-jms", "spring-messaging", "spring-orm",
			"spring-oxm", "spring-r2dbc", "spring-test", "spring-tx", "spring-web", "spring-webflux", "spring-webmvc", "spring-websocket":
			return "org.springframework"
		}
	}
	switch [2]string{artifact, module} {
	case [2]string{"okhttp", "okhttp3"}:
		return "com.squareup.okhttp3"
	case [2]string{"okio", "okio"}, [2]string{"okio-jvm", "okio"}:
		return "com.squareup.okio"
	case [2]string{"retrofit", "retrofit2"}:
		return "com.squareup.retrofit2"
	}
	return ""
}

// splitFileName splits "log4j-core-2.14.1.jar": the version begins at the
// first dash that a digit follows.
func splitFileName(base string) (artifact, version string) {
	base = strings.TrimSuffix(base, path.Ext(base))
	for i := 1; i+1 < len(base); i++ {
		if base[i] == '-' && '0' <= base[i+1] && base[i+1] <= '9' {
			return base[:i], base[i+1:]
		}
	}
	return "", ""
}
