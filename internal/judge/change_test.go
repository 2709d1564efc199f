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
		return func(c *kennel.Component) { c.Hashes = []kennel.Hash{{Algorithm: "SHA-512", Value: value}} }
	}
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
	} {
		var got []string
		for _, c := range Changes(c.before, c.after) {
			got = append(got, fmt.Sprintf("%s -> %s", c.Before.Version, c.Component.Version))
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
