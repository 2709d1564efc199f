package judge

import (
	"path"
	"slices"
	"strings"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// remedy finds the smallest change that takes a result away, as far as the
// graph tells: a lock refresh when every dependant admits the fixed version,
// else an upgrade of the direct dependency that leads there.
func (g *graph) remedy(r *kennel.Result) kennel.Remedy {
	c := r.Component
	direct := g.direct[r.Occurrence]
	if r.Rule == "malicious" && r.Fix.State != kennel.FixKnown {
		m := kennel.Remedy{Kind: kennel.RemedyRemove, Package: c.Package}
		if !direct && len(r.Via.Paths) > 0 {
			m.Package = g.p.Occurrences[r.Via.Paths[0][0]].Package
		}
		m.Command = command(g.p, m, r.Occurrence, nil)
		return m
	}
	if r.Fix.State != kennel.FixKnown {
		return kennel.Remedy{}
	}
	m := kennel.Remedy{Kind: kennel.RemedyUnknown, Package: c.Package, Version: spelled(c, r.Fix.Version)}
	var chain []int32
	admitted, known := g.admits(int32(r.Occurrence), r.Fix.Version)
	switch {
	case c.Ecosystem == kennel.Go && c.Name == "stdlib":
		// The standard library comes with the toolchain that builds.
		m = kennel.Remedy{Kind: kennel.RemedyUpgrade, Package: c.Package, Version: r.Fix.Version}
		if plain(m.Version) && path.Base(g.p.ID()) == "go.mod" {
			m.Command = "go get go@" + strings.TrimPrefix(m.Version, "v")
		}
		return m
	case c.Release != "" || c.Source.Name != "":
		m.Kind = kennel.RemedyRefresh // an OS package: its distribution ships the fix
	case known && admitted, c.Ecosystem == kennel.Go:
		// Go selects the highest minimum anybody asks for: asking for the fixed
		// version is always admitted within a module path.
		m.Kind = kennel.RemedyRefresh
	case direct:
		m.Kind = kennel.RemedyUpgrade
	case known && len(r.Via.Paths) > 0:
		// Which of its versions would do is not in the graph: no version is named.
		chain = r.Via.Paths[0]
		m = kennel.Remedy{Kind: kennel.RemedyUpgrade, Package: g.p.Occurrences[chain[0]].Package}
	default:
		return kennel.Remedy{}
	}
	m.Command = command(g.p, m, r.Occurrence, chain)
	return m
}

// admits reports whether every dependant's constraint admits version; known
// says whether every dependant stated one that can be read.
func (g *graph) admits(n int32, version string) (admitted, known bool) {
	edges := g.dependants(n)
	if len(edges) == 0 {
		return false, false
	}
	admitted = true
	e := g.p.Occurrences[n].Ecosystem
	for _, edge := range edges {
		if edge.Constraint == "" {
			return false, false
		}
		ok, err := ecosystem.Admits(e, edge.Constraint, version)
		if err != nil {
			return false, false
		}
		admitted = admitted && ok
	}
	return admitted, true
}

// spelled writes a fixed version the way the component's own is written:
// records of Go leave the "v" out.
func spelled(c kennel.Component, fixed string) string {
	if c.Ecosystem == kennel.Go && strings.HasPrefix(c.Version, "v") && !strings.HasPrefix(fixed, "v") {
		return "v" + fixed
	}
	return fixed
}

// commands says what to type, by the name of the file the graph was read
// from. NAME, VERSION and OLD are filled in; CHAIN is every name on the way from
// the direct dependency to the component, since tools that keep one version of
// a package leave what is locked where it is unless it is named. A missing command means that no single one is right: the
// two Yarns refresh a lock differently, bundle add refuses a gem that the
// Gemfile has, and a tool that adds to the main group cannot be told about a
// development dependency without the name of its group.
var commands = []struct {
	manifest string
	refresh  string // the lock moves within every constraint
	upgrade  string // of the component itself, a direct dependency
	dev      string // the same for a development dependency
	above    string // of the dependant that does not admit the fix
	remove   string
}{
	{"package-lock.json", "npm update NAME", "npm install NAME@VERSION", "npm install NAME@VERSION", "npm install NAME@latest", "npm uninstall NAME"},
	{"npm-shrinkwrap.json", "npm update NAME", "npm install NAME@VERSION", "npm install NAME@VERSION", "npm install NAME@latest", "npm uninstall NAME"},
	{"node_modules", "npm update NAME", "npm install NAME@VERSION", "npm install NAME@VERSION", "npm install NAME@latest", "npm uninstall NAME"},
	{"pnpm-lock.yaml", "pnpm update NAME", "pnpm update NAME@VERSION", "pnpm update NAME@VERSION", "pnpm update --latest NAME", "pnpm remove NAME"},
	{"yarn.lock", "", "yarn add NAME@VERSION", "yarn add --dev NAME@VERSION", "", "yarn remove NAME"},
	{"bun.lock", "bun update NAME", "bun add NAME@VERSION", "bun add --dev NAME@VERSION", "bun update --latest NAME", "bun remove NAME"},
	{"go.mod", "go get NAME@VERSION && go mod tidy", "go get NAME@VERSION && go mod tidy", "", "", ""},
	{"Cargo.lock", "cargo update -p NAME@OLD --precise VERSION", "cargo add NAME@VERSION", "cargo add --dev NAME@VERSION", "", "cargo remove NAME"},
	{"poetry.lock", "poetry update NAME", "poetry add 'NAME@>=VERSION'", "", "poetry update CHAIN", "poetry remove NAME"},
	{"uv.lock", "uv lock --upgrade-package NAME", "uv add 'NAME>=VERSION'", "", "uv lock --upgrade-package CHAIN", "uv remove NAME"},
	{"pdm.lock", "pdm update NAME", "pdm add 'NAME>=VERSION'", "", "pdm update CHAIN", "pdm remove NAME"},
	{"Pipfile.lock", "pipenv update NAME", "pipenv install 'NAME>=VERSION'", "pipenv install --dev 'NAME>=VERSION'", "pipenv update CHAIN", "pipenv uninstall NAME"},
	{"Gemfile.lock", "bundle update --conservative NAME", "", "", "bundle update --conservative CHAIN", "bundle remove NAME"},
	{"composer.lock", "composer update NAME", "composer require NAME:^VERSION", "composer require --dev NAME:^VERSION", "composer update CHAIN", "composer remove NAME"},
	{"packages.lock.json", "dotnet add package NAME --version VERSION", "dotnet add package NAME --version VERSION", "dotnet add package NAME --version VERSION", "dotnet add package NAME", "dotnet remove package NAME"},
	{"mix.lock", "mix deps.update NAME", "", "", "mix deps.update CHAIN", ""},
	{"pubspec.lock", "dart pub upgrade NAME", "dart pub add NAME:^VERSION", "dart pub add dev:NAME:^VERSION", "dart pub upgrade CHAIN", "dart pub remove NAME"},
	{"status", "apt-get install --only-upgrade NAME", "", "", "", "apt-get remove NAME"},
	{"installed", "apk upgrade NAME", "", "", "", "apk del NAME"},
}

// maxChain bounds the names in a command that somebody is to read.
const maxChain = 8

// command says what to type for a remedy of the occurrence n, or "" when no
// one command is right, or when a name or version could mean something to a
// shell: both come from files that may be hostile, and people paste commands.
// chain leads to n from a direct dependency.
func command(p *kennel.Project, m kennel.Remedy, n int, chain []int32) string {
	base := path.Base(p.ID())
	for _, c := range commands {
		if c.manifest != base {
			continue
		}
		text := c.upgrade
		switch {
		case m.Kind == kennel.RemedyRefresh:
			text = c.refresh
		case m.Kind == kennel.RemedyRemove:
			text = c.remove
		case m.Version == "":
			text = c.above
		case p.Occurrences[n].Scope == kennel.ScopeDevelopment:
			text = c.dev
		}
		fill := []string{"NAME", m.Package.Name, "VERSION", m.Version, "OLD", p.Occurrences[n].Version}
		if before, _, is := strings.Cut(text, "CHAIN"); is {
			names, ok := chainNames(p, chain)
			if !ok {
				return ""
			}
			between := " "
			if strings.HasSuffix(before, "--upgrade-package ") { // an option each
				between = " --upgrade-package "
			}
			fill = append(fill, "CHAIN", strings.Join(names, between))
		}
		for i := 1; i < 6; i += 2 {
			if strings.Contains(text, fill[i-1]) && (fill[i] == "" || !plain(fill[i])) {
				return ""
			}
		}
		return strings.NewReplacer(fill...).Replace(text)
	}
	return ""
}

// chainNames are the distinct names on a chain, if all are harmless.
func chainNames(p *kennel.Project, chain []int32) ([]string, bool) {
	var names []string
	for _, n := range chain {
		name := p.Occurrences[n].Name
		if name == "" || !plain(name) {
			return nil, false
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, 0 < len(names) && len(names) <= maxChain
}

// plain reports whether s is free of anything a shell or a tool's option
// parser would take for its own.
func plain(s string) bool {
	if strings.HasPrefix(s, "-") {
		return false
	}
	for _, r := range s {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune("@/._-+:~", r):
		default:
			return false
		}
	}
	return true
}
