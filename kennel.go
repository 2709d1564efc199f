// Package kennel holds the words that every other package of Kennel speaks:
// packages and components, the inventory of a product, extractors that make
// it, layers that examine it, findings, outcomes and verdicts.
//
// It does no I/O and imports nothing of ours. The line through the program is
// always the same:
//
//	target -> extract -> Inventory -> judge(layers -> Outcomes -> suppression -> policy) -> Judgement -> report -> exit code
package kennel

import (
	"cmp"
	"slices"
	"strings"
)

// Ecosystem names a package ecosystem as OSV spells it, without a release:
// "npm", "Debian", "crates.io". The release of a distribution is a field of
// its own, [Component.Release].
// Source: https://ossf.github.io/osv-schema/#defined-ecosystems
type Ecosystem string

// The ecosystems that Kennel has code of its own for. An Ecosystem may hold
// any other name that OSV defines.
const (
	NPM           Ecosystem = "npm"
	Go            Ecosystem = "Go"
	PyPI          Ecosystem = "PyPI"
	Maven         Ecosystem = "Maven"
	Cargo         Ecosystem = "crates.io"
	RubyGems      Ecosystem = "RubyGems"
	Packagist     Ecosystem = "Packagist"
	NuGet         Ecosystem = "NuGet"
	Hex           Ecosystem = "Hex"
	Pub           Ecosystem = "Pub"
	Swift         Ecosystem = "SwiftURL"
	Conan         Ecosystem = "ConanCenter"
	GitHubActions Ecosystem = "GitHub Actions"
	Debian        Ecosystem = "Debian"
	Ubuntu        Ecosystem = "Ubuntu"
	Alpine        Ecosystem = "Alpine"
)

// Package is a name in an ecosystem, spelled as the ecosystem spells it
// ("@babel/core", "org.apache.logging.log4j:log4j-core",
// "github.com/BurntSushi/toml"). A purl is a projection of it.
type Package struct {
	Ecosystem Ecosystem
	Name      string
}

// Component is a package at a version. Components are values: whoever holds
// one may copy it, and nobody changes the slices of another's.
type Component struct {
	Package
	Version string // as the ecosystem spells it; Go versions keep their "v"; may be "" when unknown

	// Release is the distribution release as OSV writes it behind the colon
	// ("12", "v3.19", "22.04:LTS"); "" for languages, or when unknown.
	Release string
	// Source is the source package an OS package was built from; advisories of
	// most distributions name it instead of the binary package.
	Source SourcePackage
	// Origin says where the component was resolved from. A local one is not
	// its public namesake.
	Origin Origin
	// Address is where a lock file says that the artifact is to be fetched from;
	// "" when it does not say.
	Address string

	Qualifiers []Qualifier // purl qualifiers that carry meaning (arch, type, classifier), sorted by key
	Hashes     []Hash      // of the distributed artifact, sorted
	Commit     string      // source commit, where the resolution names one
	Licenses   []string    // SPDX expressions or names as declared, sorted
}

// SourcePackage is the source of an OS package: dpkg's liblzma5 5.6.1-1 has
// source xz-utils 5.6.1-1.
type SourcePackage struct{ Name, Version string }

// Qualifier is one purl qualifier.
type Qualifier struct{ Key, Value string }

// Hash is a digest of a component's artifact.
type Hash struct {
	Algorithm string // as CycloneDX spells it: "SHA-256", "SHA-512", "SHA-1", "MD5"
	Value     string // lower-case hexadecimal
}

// Key identifies a component: what is equal in all of these is the same thing.
type Key struct {
	Package
	Version, Release string
	Source           SourcePackage
	Origin           Origin
}

// Key returns c's identity, comparable and usable as a map key.
func (c Component) Key() Key {
	return Key{c.Package, c.Version, c.Release, c.Source, c.Origin}
}

// Origin is where a component was resolved from.
type Origin uint8

const (
	OriginUnknown  Origin = iota // the input does not say, as most SBOMs
	OriginRegistry               // a package registry or mirror
	OriginVCS                    // a source repository, at a commit
	OriginURL                    // an archive named by address
	OriginLocal                  // a workspace member, path or link: no registry knows it
)

func (o Origin) String() string {
	return pick(int(o), "unknown", "registry", "vcs", "url", "local")
}

// Scope says what an occurrence is for. Where a component is reached in
// several ways the widest wins; see [Scope.Widen].
type Scope uint8

const (
	ScopeUnknown     Scope = iota // the input does not say; judged as shipped
	ScopeShipped                  // part of the product at run time
	ScopeOptional                 // shipped where its platform or feature asks for it
	ScopeBuild                    // runs when the product is built
	ScopeDevelopment              // tests, linters, and other tools of the developers
)

func (s Scope) String() string {
	return pick(int(s), "unknown", "shipped", "optional", "build", "development")
}

// Ships reports whether the component reaches users, as far as is known.
func (s Scope) Ships() bool { return s <= ScopeOptional }

// Widen returns the scope of what is reached both as s and as t: shipped
// before unknown before optional before build before development.
func (s Scope) Widen(t Scope) Scope {
	rank := [...]int8{ScopeUnknown: 1, ScopeShipped: 0, ScopeOptional: 2, ScopeBuild: 3, ScopeDevelopment: 4}
	if int(s) < len(rank) && int(t) < len(rank) && rank[t] < rank[s] {
		return t
	}
	return s
}

// Directness says whether a project asks for a component itself.
type Directness uint8

const (
	DirectUnknown Directness = iota // a flat list does not say
	Direct
	Transitive
)

func (d Directness) String() string { return pick(int(d), "unknown", "direct", "transitive") }

// Location is a place in the target that a person can open.
type Location struct {
	Path  string // slash-separated, relative to the target's root; "!/" steps into an archive
	Line  int    // from 1; 0 when a line says nothing
	Layer string // digest of the image layer that brought the file; "" outside images
}

func compareLocations(a, b Location) int {
	return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Layer, b.Layer))
}

// ComparePackages orders by ecosystem, then name.
func ComparePackages(a, b Package) int {
	return cmp.Or(cmp.Compare(a.Ecosystem, b.Ecosystem), strings.Compare(a.Name, b.Name))
}

// CompareKeys orders by package, then by the spelling of version, release,
// source and origin. It knows nothing of version order.
func CompareKeys(a, b Key) int {
	return cmp.Or(ComparePackages(a.Package, b.Package), strings.Compare(a.Version, b.Version),
		strings.Compare(a.Release, b.Release), strings.Compare(a.Source.Name, b.Source.Name),
		strings.Compare(a.Source.Version, b.Source.Version), cmp.Compare(a.Origin, b.Origin))
}

func pick(i int, names ...string) string {
	if i < 0 || i >= len(names) {
		return "invalid"
	}
	return names[i]
}

// union returns the sorted union of two sorted or unsorted lists.
func union[T any](a, b []T, compare func(T, T) int) []T {
	if len(b) == 0 {
		return a
	}
	if len(a) == 0 {
		return b
	}
	all := slices.Concat(a, b)
	slices.SortStableFunc(all, compare)
	return slices.CompactFunc(all, func(x, y T) bool { return compare(x, y) == 0 })
}
