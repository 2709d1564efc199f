// Package ecosystem knows the rules in which package ecosystems differ: how
// names are folded and spelled, how versions are ordered, which versions a
// constraint admits, what a purl says, and how distributions name their
// releases.
//
// It is pure: no clock, no files, no network, and no state. Every function
// takes any bytes, answers in time linear in their length, and never guesses:
// what a rule does not cover is an error.
package ecosystem

import kennel "github.com/kennel-oss/kennel"

// order is a version order that one or more ecosystems share.
type order uint8

const (
	noOrder order = iota
	semverOrder
	goOrder
	npmOrder
	pubOrder
	tagOrder
	nugetOrder
	pep440Order
	mavenOrder
	gemOrder
	composerOrder
	debianOrder
	opamOrder
	rpmOrder
	apkOrder
	conanOrder
	cranOrder
	hackageOrder
)

// orderOf says by which rules the versions of an ecosystem are ordered.
// Ecosystems as of OSV schema 1.7; those that name commits, kernels or
// operating system images have no order of their own. Amazon Linux, CentOS,
// Fedora and Oracle Linux are not OSV's, but order as rpm does.
// Source: https://ossf.github.io/osv-schema/#affectedpackage-field
func orderOf(e kennel.Ecosystem) order {
	switch e {
	case kennel.NPM:
		return npmOrder
	case kennel.Go:
		return goOrder
	case kennel.Cargo, kennel.Hex, "Bioconductor", "Bitnami", "Docker Hardened Images", "GHC", "Julia", "Kubernetes", "VSCode":
		return semverOrder
	case kennel.Pub:
		return pubOrder
	case kennel.Swift, kennel.GitHubActions:
		return tagOrder
	case kennel.NuGet:
		return nugetOrder
	case kennel.PyPI:
		return pep440Order
	case kennel.Maven:
		return mavenOrder
	case kennel.RubyGems:
		return gemOrder
	case kennel.Packagist:
		return composerOrder
	case kennel.Debian, kennel.Ubuntu, "Echo":
		return debianOrder
	case "opam":
		return opamOrder
	case "AlmaLinux", "Amazon Linux", "Azure Linux", "CentOS", "Fedora", "Mageia", "Oracle Linux", "openEuler", "openSUSE", "Photon OS", "Red Hat", "Rocky Linux", "SUSE":
		return rpmOrder
	case kennel.Alpine, "Alpaquita", "BellSoft Hardened Containers", "Chainguard", "MinimOS", "Wolfi":
		return apkOrder
	case kennel.Conan:
		return conanOrder
	case "CRAN":
		return cranOrder
	case "Hackage":
		return hackageOrder
	}
	return noOrder
}
