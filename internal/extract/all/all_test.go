package all

import (
	"testing"
	"testing/fstest"

	"github.com/kennel-oss/kennel/internal/extract/extracttest"
)

// claims says which extractor reads a file of which name.
var claims = map[string]string{
	"package-lock.json":            "npm",
	"npm-shrinkwrap.json":          "npm",
	"node_modules/a/package.json":  "npm",
	"pnpm-lock.yaml":               "pnpm",
	"yarn.lock":                    "yarn",
	"bun.lock":                     "bun",
	"Cargo.lock":                   "cargo",
	"poetry.lock":                  "python",
	"uv.lock":                      "python",
	"pdm.lock":                     "python",
	"Pipfile.lock":                 "python",
	"pylock.toml":                  "python",
	"requirements.txt":             "python",
	"lib/a-1.0.dist-info/METADATA": "python",
	"gradle.lockfile":              "java",
	"buildscript-gradle.lockfile":  "java",
	"gradle/dependency-locks/compileClasspath.lockfile": "java",
	"pom.xml":                          "java",
	"lib/a.jar":                        "java",
	"a.war":                            "java",
	"var/lib/dpkg/status":              "dpkg",
	"var/lib/dpkg/status.d/base":       "dpkg",
	"lib/apk/db/installed":             "apk",
	"usr/lib/apk/db/installed":         "apk",
	"mix.lock":                         "hex",
	"pubspec.lock":                     "pub",
	"Package.resolved":                 "swift",
	"Podfile.lock":                     "swift",
	"conan.lock":                       "conan",
	"app.deps.json":                    "nuget",
	"packages.lock.json":               "nuget",
	"packages.config":                  "nuget",
	"go.mod":                           "go",
	"go.work":                          "go",
	"Gemfile.lock":                     "ruby",
	"composer.lock":                    "php",
	"vendor/composer/installed.json":   "php",
	".github/workflows/ci.yml":         "actions",
	"action.yml":                       "actions",
	"var/lib/rpm/Packages":             "rpm",
	"usr/lib/sysimage/rpm/Packages.db": "rpm",
	"var/lib/rpm/rpmdb.sqlite":         "rpm",
	"bom.json":                         "sbom",
	"whatever":                         "sbom",
}

// TestClaims: every name is claimed by exactly one extractor, even when the
// content looks like an SBOM's, and every extractor claims something.
func TestClaims(t *testing.T) {
	content := []byte(`{"bomFormat": "CycloneDX", "specVersion": "1.5", "runtimeTarget": {}}`)
	idle := make(map[string]bool)
	for _, x := range Extractors() {
		if idle[x.Name()] {
			t.Errorf("two extractors are called %s", x.Name())
		}
		idle[x.Name()] = true
	}
	for name, want := range claims {
		f := extracttest.File(fstest.MapFS{name: {Data: content, Mode: 0o644}}, name)
		var got []string
		for _, x := range Extractors() {
			if x.Match(f) {
				got = append(got, x.Name())
			}
		}
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s: claimed by %v, want %s", name, got, want)
		}
		delete(idle, want)
	}
	delete(idle, "auditable") // knows programs by their first bytes, as go does
	for name := range idle {
		t.Errorf("%s claims no name of this table", name)
	}
}
