package judge

import (
	"fmt"
	"slices"
	"testing"

	"github.com/kennel-oss/kennel"
)

func TestChanges(t *testing.T) {
	at := func(version string, more ...func(*kennel.Component)) kennel.Occurrence {
		c := kennel.Component{Package: kennel.Package{Ecosystem: kennel.NPM, Name: "leash"}, Version: version, Origin: kennel.OriginRegistry}
		for _, m := range more {
			m(&c)
		}
		return kennel.Occurrence{Component: c}
	}
	digest := func(value string) func(*kennel.Component) {
		return func(c *kennel.Component) {
			c.Hashes = append(c.Hashes, kennel.Hash{Algorithm: "SHA-512", Value: value})
		}
	}
	sha1 := func(value string) func(*kennel.Component) {
		return func(c *kennel.Component) {
			c.Hashes = append(c.Hashes, kennel.Hash{Algorithm: "SHA-1", Value: value})
		}
	}
	address := func(a string) func(*kennel.Component) { return func(c *kennel.Component) { c.Address = a } }
	from := func(o kennel.Origin) func(*kennel.Component) { return func(c *kennel.Component) { c.Origin = o } }
	list := func(o ...kennel.Occurrence) kennel.Inventory {
		return kennel.Inventory{Projects: []kennel.Project{{Root: ".", Manifest: "package-lock.json", Occurrences: o}}}
	}
	for _, c := range []struct {
		name          string
		before, after kennel.Inventory
		want          []string
	}{
		{"nothing changed", list(at("1.0.0")), list(at("1.0.0")), nil},
		{"upgrade", list(at("1.0.0")), list(at("1.1.0")), []string{"1.0.0 -> 1.1.0"}},
		{"of several lines, each from its own", list(at("1.9.0"), at("2.3.0")), list(at("1.9.1"), at("2.3.1")), []string{"1.9.0 -> 1.9.1", "2.3.0 -> 2.3.1"}},
		{"what went counts before what stayed", list(at("1.0.0"), at("1.5.0")), list(at("1.5.0"), at("2.0.0")), []string{"1.0.0 -> 2.0.0"}},
		{"downgrade", list(at("3.0.0"), at("2.0.0")), list(at("1.0.0")), []string{"2.0.0 -> 1.0.0"}},
		{"new", list(), list(at("1.0.0")), []string{" -> 1.0.0"}},
		{"removed", list(at("1.0.0")), list(), nil},
		{"the same version with another hash", list(at("1.0.0", digest("aa"))), list(at("1.0.0", digest("bb"))), []string{"1.0.0 -> 1.0.0"}},
		{"the hash went", list(at("1.0.0", digest("aa"))), list(at("1.0.0")), []string{"1.0.0 -> 1.0.0"}},
		{"the same version from elsewhere", list(at("1.0.0")), list(at("1.0.0", from(kennel.OriginURL))), []string{"1.0.0 -> 1.0.0"}},
		{"a workspace member", list(), list(at("1.0.0", from(kennel.OriginLocal))), nil},
		{"a workspace member of another version", list(at("1.0.0", from(kennel.OriginLocal))), list(at("1.1.0", from(kennel.OriginLocal))), nil},
		{"a file of the project in its place", list(at("1.0.0")), list(at("1.0.0", from(kennel.OriginLocal))), []string{"1.0.0 -> 1.0.0"}},
		{"a second hash beside the one it had", list(at("1.0.0", digest("aa"))), list(at("1.0.0", digest("aa"), digest("bb"))), []string{"1.0.0 -> 1.0.0"}},
		{"another algorithm beside", list(at("1.0.0", digest("aa"), sha1("cc"))), list(at("1.0.0", digest("aa"))), nil},
		{"no version, and an address", list(at("1.0.0")), list(at("", address("https://mirror.example/leash.tgz"))), []string{"1.0.0 -> "}},
		{"another address without a hash", list(at("1.0.0", address("https://registry.example/leash/-/leash-1.0.0.tgz"))),
			list(at("1.0.0", address("https://mirror.example/leash/-/leash-1.0.0.tgz"))), []string{"1.0.0 -> 1.0.0 url"}},
		{"another address with the same hash", list(at("1.0.0", digest("aa"), address("https://registry.example/leash/-/leash-1.0.0.tgz"))),
			list(at("1.0.0", digest("aa"), address("https://mirror.example/leash/-/leash-1.0.0.tgz"))), nil},
		{"no hash, and not where a registry has it", list(at("1.0.0")), list(at("1.0.1", address("https://mirror.example/leash.tgz"))), []string{"1.0.0 -> 1.0.1 url"}},
		{"no hash, and where a registry has it", list(at("1.0.0")), list(at("1.0.1", address("https://registry.example/leash/-/leash-1.0.1.tgz"))), []string{"1.0.0 -> 1.0.1"}},
		{"no hash, and a host never named before", list(at("1.0.0", address("https://registry.example/leash/-/leash-1.0.0.tgz"))),
			list(at("1.0.1", address("https://mirror.example/leash/-/leash-1.0.1.tgz"))), []string{"1.0.0 -> 1.0.1 url"}},
	} {
		var got []string
		for _, c := range Changes(c.before, c.after) {
			said := fmt.Sprintf("%s -> %s", c.Before.Version, c.Component.Version)
			if c.Component.Origin == kennel.OriginURL && c.Component.Address != "" && c.Component.Version != "" {
				said += " url"
			}
			got = append(got, said)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	two := kennel.Inventory{Projects: []kennel.Project{
		{Root: "a", Manifest: "a/package-lock.json", Occurrences: []kennel.Occurrence{at("1.0.0")}},
		{Root: "b", Manifest: "b/package-lock.json", Occurrences: []kennel.Occurrence{at("1.0.0")}},
	}}
	if got := Changes(list(), two); len(got) != 1 || !slices.Equal(got[0].Projects, []string{"a/package-lock.json", "b/package-lock.json"}) {
		t.Errorf("in two projects: %+v", got)
	}
}
