package java

import (
	"fmt"
	"path"
	"strings"

	"github.com/kennel-oss/kennel"
)

// maxLocked bounds the packages of one lock file. The largest builds in public
// lock some three thousand.
const maxLocked = 200_000

// minLine is the length of the shortest line that names a module: "a:b:1".
const minLine = 5

// readGradle reads a lock file of Gradle's dependency locking: one line per
// module, "group:name:version=configuration,configuration", and a last line
// "empty=…" for the configurations without any. Before Gradle 7 there was one
// file per configuration instead, without the "=" part, in
// gradle/dependency-locks.
// Source: https://docs.gradle.org/current/userguide/dependency_locking.html
func readGradle(f kennel.File) (kennel.Extraction, error) {
	data, err := f.Bytes()
	if err != nil {
		return kennel.Extraction{}, err
	}
	layer := f.Layer()
	text := string(data) // names and versions below are slices of it
	root, alone := gradleRoot(f.Path())
	build := strings.HasPrefix(path.Base(f.Path()), "buildscript-") || strings.HasPrefix(path.Base(f.Path()), "settings-")
	scopes := gradleScopes{seen: make(map[string]kennel.Scope), runtime: namesRuntime(text), build: build}

	p := kennel.Project{Root: root, Manifest: f.Path(), Ecosystem: kennel.Maven}
	var bad, firstBad int
	lines := min(strings.Count(text, "\n")+1, len(text)/minLine+1, maxLocked)
	p.Occurrences = make([]kennel.Occurrence, 0, lines)
	places := make([]kennel.Location, 0, lines)
	for n := 1; text != ""; n++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || strings.HasPrefix(line, "empty=") {
			continue
		}
		name, version, configurations, ok := gradleLine(line)
		if alone != "" && ok && configurations == "" {
			configurations = alone
		}
		if !ok {
			if bad++; bad == 1 {
				firstBad = n
			}
			continue
		}
		if len(p.Occurrences) == maxLocked {
			return kennel.Extraction{}, fmt.Errorf("more than %d modules in one lock file", maxLocked)
		}
		at := len(places)
		places = append(places, kennel.Location{Path: f.Path(), Line: n, Layer: layer})
		p.Occurrences = append(p.Occurrences, kennel.Occurrence{
			Component: kennel.Component{
				Package: kennel.Package{Ecosystem: kennel.Maven, Name: name},
				Version: version,
				Origin:  kennel.OriginRegistry,
			},
			Scope:     scopes.of(configurations),
			Locations: places[at : at+1 : at+1],
		})
	}
	e := kennel.Extraction{}
	if bad > 0 {
		if len(p.Occurrences) == 0 {
			return e, fmt.Errorf("not a Gradle lock file: line %d is not group:name:version=configurations", firstBad)
		}
		e.Gaps = append(e.Gaps, kennel.Gap{
			Kind: kennel.GapUnreadable, What: f.Path(),
			Why: fmt.Sprintf("%d lines are not group:name:version=configurations, the first is line %d; write the file anew with gradle --write-locks", bad, firstBad),
		})
	}
	e.Projects = []kennel.Project{p}
	return e, nil
}

// gradleRoot returns the project's folder and, for a file of the old layout,
// the one configuration it is about.
func gradleRoot(name string) (root, configuration string) {
	dir := path.Dir(name)
	if path.Base(dir) != "dependency-locks" || strings.HasSuffix(name, "gradle.lockfile") {
		return dir, ""
	}
	configuration = strings.TrimSuffix(path.Base(name), ".lockfile")
	configuration = strings.TrimPrefix(configuration, "buildscript-")
	if dir = path.Dir(dir); path.Base(dir) == "gradle" {
		dir = path.Dir(dir)
	}
	return dir, configuration
}

// gradleLine takes "group:name:version=configurations" apart. The name it
// returns is "group:name", as Maven packages are called in OSV.
func gradleLine(line string) (name, version, configurations string, ok bool) {
	module, configurations, _ := strings.Cut(line, "=")
	first := strings.IndexByte(module, ':')
	last := strings.LastIndexByte(module, ':')
	if first <= 0 || last <= first+1 || last == len(module)-1 {
		return "", "", "", false
	}
	name, version = module[:last], module[last+1:]
	if strings.Count(name, ":") != 1 || strings.ContainsAny(module, " \t<>\x00") {
		return "", "", "", false
	}
	return name, version, configurations, true
}

// gradleScopes decides scopes by the names of configurations. Lists of
// configurations repeat on most lines, so each is decided once.
type gradleScopes struct {
	seen    map[string]kennel.Scope
	runtime bool // the file locks a runtime class path
	build   bool // the file locks the build's own plug-ins
}

func (s *gradleScopes) of(configurations string) kennel.Scope {
	if s.build {
		return kennel.ScopeBuild
	}
	if scope, ok := s.seen[configurations]; ok {
		return scope
	}
	rest, scope, first := configurations, kennel.ScopeUnknown, true
	for more := rest != ""; more; first = false {
		var name string
		name, rest, more = strings.Cut(rest, ",")
		if one := configurationScope(name, s.runtime); first {
			scope = one
		} else {
			scope = scope.Widen(one)
		}
	}
	s.seen[configurations] = scope
	return scope
}

// namesRuntime reports whether the file locks a shipped runtime class path: only
// then does it mean something that a module is on the compile class path alone.
func namesRuntime(text string) bool {
	for rest := text; ; {
		at := strings.Index(rest, "untimeClasspath")
		if at < 1 {
			return false
		}
		start := strings.LastIndexAny(rest[:at], ",=\n") + 1
		if name := rest[start : at+len("untimeClasspath")]; configurationScope(name, false) == kennel.ScopeShipped {
			return true
		}
		rest = rest[at+1:]
	}
}

// configurationScope reads a configuration's name, as the Java, Kotlin and
// Android plug-ins build them: a source set or variant, then a purpose
// (releaseRuntimeClasspath, debugUnitTestCompileClasspath, kaptTest).
func configurationScope(name string, runtime bool) kennel.Scope {
	lower := strings.ToLower(name)
	switch {
	case hasAny(name, "test", "jmh", "jacoco", "checkstyle", "pmd", "spotbugs", "findbugs", "detekt", "ktlint", "spotless", "codenarc", "developmentOnly", "lint") ||
		hasPart(name, "Test", "AndroidTest", "Jmh"):
		return kennel.ScopeDevelopment
	case hasAny(name, "kapt", "ksp", "annotationProcessor", "compileOnly", "kotlinCompiler", "kotlinNative", "kotlinKlib", "kotlinScript", "kotlinBuildTools", "errorprone") ||
		strings.HasSuffix(lower, "annotationprocessor") || strings.Contains(lower, "annotationprocessorclasspath") ||
		strings.HasSuffix(lower, "compileonly") || strings.HasSuffix(lower, "compileonlyapi") || strings.Contains(lower, "kotlincompiler"),
		name == "classpath":
		return kennel.ScopeBuild
	case strings.HasSuffix(lower, "runtimeclasspath"), lower == "runtime", lower == "default", lower == "implementation", lower == "api", lower == "runtimeonly", lower == "compile":
		return kennel.ScopeShipped
	case strings.HasSuffix(lower, "compileclasspath") && runtime:
		// On the compile class path and on no runtime one: compileOnly, the
		// servlet API of a container, annotations.
		return kennel.ScopeBuild
	}
	return kennel.ScopeUnknown
}

func hasAny(name string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// hasPart reports whether one of the words occurs as a whole word of a
// camel-case name: "debugUnitTestRuntime" has "Test", "latestRuntime" does not.
func hasPart(name string, words ...string) bool {
	for _, w := range words {
		for rest := name; ; {
			at := strings.Index(rest, w)
			if at < 0 {
				break
			}
			rest = rest[at+len(w):]
			if rest == "" || rest[0] < 'a' || rest[0] > 'z' {
				return true
			}
		}
	}
	return false
}
