package judge

import (
	"path"
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
	if r.Rule == "malicious" {
		m := kennel.Remedy{Kind: kennel.RemedyRemove, Package: c.Package}
		if !direct && len(r.Via.Paths) > 0 {
			m.Package = g.p.Occurrences[r.Via.Paths[0][0]].Package
		}
		m.Command = command(g.p, m)
		return m
	}
	if r.Fix.State != kennel.FixKnown {
		return kennel.Remedy{}
	}
	m := kennel.Remedy{Kind: kennel.RemedyUnknown, Package: c.Package, Version: spelled(c, r.Fix.Version)}
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
		m = kennel.Remedy{Kind: kennel.RemedyUpgrade, Package: g.p.Occurrences[r.Via.Paths[0][0]].Package}
	default:
		return kennel.Remedy{}
	}
	m.Command = command(g.p, m)
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
// from: NAME and VERSION are filled in. A tool whose refresh needs no version
// ignores it; one without a remove command has none.
var commands = []struct{ manifest, refresh, upgrade, remove string }{
	{"package-lock.json", "npm update NAME", "npm install NAME@VERSION", "npm uninstall NAME"},
	{"npm-shrinkwrap.json", "npm update NAME", "npm install NAME@VERSION", "npm uninstall NAME"},
	{"node_modules", "npm update NAME", "npm install NAME@VERSION", "npm uninstall NAME"},
	{"pnpm-lock.yaml", "pnpm update NAME", "pnpm add NAME@VERSION", "pnpm remove NAME"},
	{"yarn.lock", "yarn up NAME", "yarn add NAME@VERSION", "yarn remove NAME"},
	{"bun.lock", "bun update NAME", "bun add NAME@VERSION", "bun remove NAME"},
	{"go.mod", "go get NAME@VERSION && go mod tidy", "go get NAME@VERSION && go mod tidy", ""},
	{"Cargo.lock", "cargo update -p NAME --precise VERSION", "cargo add NAME@VERSION", "cargo remove NAME"},
	{"poetry.lock", "poetry update NAME", "poetry add 'NAME@>=VERSION'", "poetry remove NAME"},
	{"uv.lock", "uv lock --upgrade-package NAME", "uv add 'NAME>=VERSION'", "uv remove NAME"},
	{"pdm.lock", "pdm update NAME", "pdm add 'NAME>=VERSION'", "pdm remove NAME"},
	{"Pipfile.lock", "pipenv update NAME", "pipenv install 'NAME>=VERSION'", "pipenv uninstall NAME"},
	{"Gemfile.lock", "bundle update --conservative NAME", "bundle add NAME --version '>= VERSION'", "bundle remove NAME"},
	{"composer.lock", "composer update NAME", "composer require NAME:^VERSION", "composer remove NAME"},
	{"packages.lock.json", "dotnet add package NAME --version VERSION", "dotnet add package NAME --version VERSION", "dotnet remove package NAME"},
	{"mix.lock", "mix deps.update NAME", "", ""},
	{"pubspec.lock", "dart pub upgrade NAME", "dart pub add NAME:^VERSION", "dart pub remove NAME"},
	{"status", "apt-get install --only-upgrade NAME", "", "apt-get remove NAME"},
	{"installed", "apk upgrade NAME", "", "apk del NAME"},
}

// command fills in the command for a remedy, or returns "" when there is no
// one command, or when name or version could mean something to a shell: both
// come from files that may be hostile, and people paste commands.
func command(p *kennel.Project, m kennel.Remedy) string {
	base := path.Base(p.ID())
	for _, c := range commands {
		if c.manifest != base {
			continue
		}
		text := c.upgrade
		switch m.Kind {
		case kennel.RemedyRefresh:
			text = c.refresh
		case kennel.RemedyRemove:
			text = c.remove
		}
		if m.Version == "" && strings.Contains(text, "VERSION") {
			text = c.refresh
			if strings.Contains(text, "VERSION") {
				return ""
			}
		}
		if text == "" || !plain(m.Package.Name) || !plain(m.Version) {
			return ""
		}
		return strings.NewReplacer("NAME", m.Package.Name, "VERSION", m.Version).Replace(text)
	}
	return ""
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
