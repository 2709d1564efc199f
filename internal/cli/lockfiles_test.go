package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/kennel-oss/kennel"
)

// lockFormats writes packages as each lock file format of an ecosystem does:
// what the boundary test feeds through every reader. A format whose file
// holds one version of a name only is given as many files as it needs.
var lockFormats = []struct {
	name      string
	ecosystem kennel.Ecosystem
	file      string
	single    bool // one version of a name in a file
	write     func([]kennel.Package, []string) string
}{
	{"npm lock 1", kennel.NPM, "package-lock.json", true, npmLock1},
	{"npm lock 2", kennel.NPM, "package-lock.json", true, func(p []kennel.Package, v []string) string { return npmLock(2, p, v) }},
	{"npm lock 3", kennel.NPM, "package-lock.json", true, func(p []kennel.Package, v []string) string { return npmLock(3, p, v) }},
	{"npm shrinkwrap", kennel.NPM, "npm-shrinkwrap.json", true, npmLock1},
	{"pnpm 5", kennel.NPM, "pnpm-lock.yaml", false, func(p []kennel.Package, v []string) string { return pnpmLock("5.4", "/%s/%s", p, v) }},
	{"pnpm 6", kennel.NPM, "pnpm-lock.yaml", false, func(p []kennel.Package, v []string) string { return pnpmLock("'6.0'", "/%s@%s", p, v) }},
	{"pnpm 9", kennel.NPM, "pnpm-lock.yaml", false, func(p []kennel.Package, v []string) string { return pnpmLock("'9.0'", "'%s@%s'", p, v) }},
	{"yarn 1", kennel.NPM, "yarn.lock", false, yarn1},
	{"yarn berry", kennel.NPM, "yarn.lock", false, yarnBerry},
	{"bun", kennel.NPM, "bun.lock", true, bunLock},
	{"go.mod", kennel.Go, "go.mod", true, goMod},
	{"cargo", kennel.Cargo, "Cargo.lock", false, tomlLock("version = 4\n", "[[package]]", `source = "registry+https://crates.example/index"`)},
	{"poetry", kennel.PyPI, "poetry.lock", false, poetryLock},
	{"uv", kennel.PyPI, "uv.lock", false, tomlLock("version = 1\nrequires-python = \">=3.9\"\n", "[[package]]", `source = { registry = "https://pypi.example/simple" }`)},
	{"pdm", kennel.PyPI, "pdm.lock", false, tomlLock("[metadata]\ngroups = [\"default\"]\nlock_version = \"4.5.0\"\n", "[[package]]", `groups = ["default"]`)},
	{"pylock", kennel.PyPI, "pylock.toml", false, tomlLock("lock-version = \"1.0\"\ncreated-by = \"test\"\n", "[[packages]]", "")},
	{"pipfile", kennel.PyPI, "Pipfile.lock", true, pipfileLock},
	{"requirements", kennel.PyPI, "requirements.txt", true, lines("", "%s==%s")},
	{"gemfile", kennel.RubyGems, "Gemfile.lock", true, func(p []kennel.Package, v []string) string {
		return lines("GEM\n  remote: https://gems.example/\n  specs:\n", "    %s (%s)")(p, v) + "\nPLATFORMS\n  ruby\n"
	}},
	{"composer", kennel.Packagist, "composer.lock", true, composerLock},
	{"nuget", kennel.NuGet, "packages.lock.json", true, nugetLock},
	{"gradle", kennel.Maven, "gradle.lockfile", false, lines("", "%s:%s=runtimeClasspath")},
	{"pom", kennel.Maven, "pom.xml", true, pom},
	{"mix", kennel.Hex, "mix.lock", true, mixLock},
}

func lines(head, format string) func([]kennel.Package, []string) string {
	return func(p []kennel.Package, v []string) string {
		var b strings.Builder
		b.WriteString(head)
		for i := range p {
			fmt.Fprintf(&b, format+"\n", p[i].Name, v[i])
		}
		return b.String()
	}
}

func tomlLock(head, table, more string) func([]kennel.Package, []string) string {
	return func(p []kennel.Package, v []string) string {
		var b strings.Builder
		b.WriteString(head)
		for i := range p {
			fmt.Fprintf(&b, "\n%s\nname = %q\nversion = %q\n%s\n", table, p[i].Name, v[i], more)
		}
		return b.String()
	}
}

func poetryLock(p []kennel.Package, v []string) string {
	return tomlLock("", "[[package]]", "optional = false\npython-versions = \">=3.8\"\ngroups = [\"main\"]\nfiles = []")(p, v) +
		"\n[metadata]\nlock-version = \"2.1\"\npython-versions = \">=3.8\"\ncontent-hash = \"0\"\n"
}

func object(v any) string {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err)
	}
	return string(text)
}

type dict = map[string]any

func npmLock1(p []kennel.Package, v []string) string {
	deps := dict{}
	for i := range p {
		deps[p[i].Name] = dict{"version": v[i], "resolved": "https://npm.example/x.tgz"}
	}
	return object(dict{"name": "b", "lockfileVersion": 1, "dependencies": deps})
}

func npmLock(version int, p []kennel.Package, v []string) string {
	packages := dict{"": dict{"name": "b"}}
	for i := range p {
		packages["node_modules/"+p[i].Name] = dict{"version": v[i], "resolved": "https://npm.example/x.tgz"}
	}
	return object(dict{"name": "b", "lockfileVersion": version, "packages": packages})
}

func pnpmLock(version, key string, p []kennel.Package, v []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "lockfileVersion: %s\n\npackages:\n", version)
	for i := range p {
		k := fmt.Sprintf(key, p[i].Name, v[i])
		fmt.Fprintf(&b, "\n  %s:\n    resolution: {integrity: sha512-AAAA}\n", k)
	}
	if strings.Contains(version, "9") {
		b.WriteString("\nsnapshots:\n")
		for i := range p {
			fmt.Fprintf(&b, "\n  %s: {}\n", fmt.Sprintf(key, p[i].Name, v[i]))
		}
	}
	return b.String()
}

func yarn1(p []kennel.Package, v []string) string {
	var b strings.Builder
	b.WriteString("# THIS IS AN AUTOGENERATED FILE. DO NOT EDIT THIS FILE DIRECTLY.\n# yarn lockfile v1\n\n")
	for i := range p {
		fmt.Fprintf(&b, "\n\"%s@%s\":\n  version \"%s\"\n  resolved \"https://npm.example/x.tgz\"\n", p[i].Name, v[i], v[i])
	}
	return b.String()
}

func yarnBerry(p []kennel.Package, v []string) string {
	var b strings.Builder
	b.WriteString("__metadata:\n  version: 8\n  cacheKey: 10\n")
	for i := range p {
		fmt.Fprintf(&b, "\n\"%[1]s@npm:%[2]s\":\n  version: %[2]s\n  resolution: \"%[1]s@npm:%[2]s\"\n  languageName: node\n  linkType: hard\n", p[i].Name, v[i])
	}
	return b.String()
}

func bunLock(p []kennel.Package, v []string) string {
	packages := dict{}
	for i := range p {
		packages[p[i].Name] = []any{p[i].Name + "@" + v[i], "", dict{}, "sha512-AAAA"}
	}
	return object(dict{"lockfileVersion": 1, "workspaces": dict{"": dict{"name": "b"}}, "packages": packages})
}

func goMod(p []kennel.Package, v []string) string {
	var b strings.Builder
	b.WriteString("module b.example/b\n\n")
	for i := range p {
		if p[i].Name == "stdlib" { // no requirement: it comes with Go
			fmt.Fprintf(&b, "go %s\n", v[i])
			continue
		}
		fmt.Fprintf(&b, "require %s v%s\n", p[i].Name, v[i])
	}
	return b.String()
}

func pipfileLock(p []kennel.Package, v []string) string {
	packages := dict{}
	for i := range p {
		packages[p[i].Name] = dict{"version": "==" + v[i]}
	}
	return object(dict{"_meta": dict{"pipfile-spec": 6}, "default": packages, "develop": dict{}})
}

func composerLock(p []kennel.Package, v []string) string {
	packages := []any{}
	for i := range p {
		packages = append(packages, dict{"name": p[i].Name, "version": v[i]})
	}
	return object(dict{"packages": packages, "packages-dev": []any{}})
}

func nugetLock(p []kennel.Package, v []string) string {
	packages := dict{}
	for i := range p {
		packages[p[i].Name] = dict{"type": "Transitive", "resolved": v[i]}
	}
	return object(dict{"version": 1, "dependencies": dict{"net8.0": packages}})
}

func pom(p []kennel.Package, v []string) string {
	var b strings.Builder
	b.WriteString("<project><modelVersion>4.0.0</modelVersion><groupId>b.example</groupId><artifactId>b</artifactId><version>1</version><dependencies>\n")
	for i := range p {
		group, artifact, _ := strings.Cut(p[i].Name, ":")
		fmt.Fprintf(&b, "<dependency><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version></dependency>\n", group, artifact, v[i])
	}
	return b.String() + "</dependencies></project>\n"
}

func mixLock(p []kennel.Package, v []string) string {
	var b strings.Builder
	b.WriteString("%{\n")
	for i := range p {
		fmt.Fprintf(&b, "  %[1]q: {:hex, :%[1]s, %[2]q, \"00\", [:mix], [], \"hexpm\", \"00\"},\n", p[i].Name, v[i])
	}
	return b.String() + "}\n"
}
