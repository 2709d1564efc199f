package vex

import (
	"strings"
	"sync"
	"testing"

	"github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

func component(t *testing.T, purl string) kennel.Component {
	t.Helper()
	c, err := ecosystem.FromPurl(purl)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLookupMatchesByPurl(t *testing.T) {
	const digest = "f271e74b17ced29b915d351685fd4644785c6d1559dd1f2d4189a5e851ef753a"
	for _, c := range []struct {
		name               string
		product, component string // of the statement
		found              string
		judged             Product
		want               bool
	}{
		{"the component itself", "pkg:npm/lodash@4.17.20", "", "pkg:npm/lodash@4.17.20", Product{}, true},
		{"every version", "pkg:npm/lodash", "", "pkg:npm/lodash@4.17.20", Product{}, true},
		{"another version", "pkg:npm/lodash@4.17.21", "", "pkg:npm/lodash@4.17.20", Product{}, false},
		{"another spelling of the version", "pkg:pypi/django@1.0", "", "pkg:pypi/django@1.0.0", Product{}, true},
		{"Go with and without v", "pkg:golang/github.com/BurntSushi/toml@1.2.0", "", "pkg:golang/github.com/burntsushi/toml@v1.2.0", Product{}, true},
		{"a scope written without @", "pkg:npm/babel/core@7.20.12", "", "pkg:npm/%40babel/core@7.20.12", Product{}, true},
		{"a scoped name is not its unscoped namesake", "pkg:npm/%40babel/core@7.20.12", "", "pkg:npm/core@7.20.12", Product{}, false},
		{"another ecosystem", "pkg:pypi/lodash@4.17.20", "", "pkg:npm/lodash@4.17.20", Product{}, false},
		{"PyPI folds names", "pkg:pypi/Foo_Bar@1", "", "pkg:pypi/foo-bar@1", Product{}, true},
		{"a qualifier less", "pkg:apk/wolfi/git@2.39.0-r1", "", "pkg:apk/wolfi/git@2.39.0-r1?arch=armv7", Product{}, true},
		{"a qualifier that is not the component's", "pkg:apk/wolfi/git@2.39.0-r1?arch=x86_64", "", "pkg:apk/wolfi/git@2.39.0-r1?arch=armv7", Product{}, false},
		{"a qualifier the component lacks", "pkg:apk/wolfi/git@2.39.0-r1?arch=x86_64", "", "pkg:apk/wolfi/git@2.39.0-r1", Product{}, false},
		{"another repository", "pkg:maven/g/a@1?repository_url=https://one.example", "", "pkg:maven/g/a@1", Product{}, false},
		{"Maven's default type", "pkg:maven/g/a@1?type=jar", "", "pkg:maven/g/a@1", Product{}, true},
		{"Maven's other type", "pkg:maven/g/a@1?type=war", "", "pkg:maven/g/a@1", Product{}, false},
		{"where a copy was fetched", "pkg:npm/a@1?download_url=https://x.example/a.tgz", "", "pkg:npm/a@1", Product{}, true},
		{"a distribution's release", "pkg:deb/debian/bash@5?distro=debian-12", "", "pkg:deb/debian/bash@5?distro=debian-12", Product{}, true},
		{"another release", "pkg:deb/debian/bash@5?distro=debian-11", "", "pkg:deb/debian/bash@5?distro=debian-12", Product{}, false},
		{"a source package", "pkg:deb/debian/xz-utils@5.6.1-1?arch=source", "", "pkg:deb/debian/liblzma5@5.6.1-1?arch=amd64&upstream=xz-utils", Product{}, true},
		{"a component of what is judged", "pkg:npm/shop@3.1.0", "pkg:npm/lodash", "pkg:npm/lodash@4.17.20", Product{IDs: []string{"pkg:npm/shop@3.1.0"}}, true},
		{"a component of another version of it", "pkg:npm/shop@3.0.0", "pkg:npm/lodash", "pkg:npm/lodash@4.17.20", Product{IDs: []string{"pkg:npm/shop@3.1.0"}}, false},
		{"a component of something unknown", "pkg:npm/shop@3.1.0", "pkg:npm/lodash", "pkg:npm/lodash@4.17.20", Product{}, false},
		{"another component of what is judged", "pkg:npm/shop@3.1.0", "pkg:npm/underscore", "pkg:npm/lodash@4.17.20", Product{IDs: []string{"pkg:npm/shop@3.1.0"}}, false},
		{"the product as a whole", "pkg:npm/shop", "", "pkg:npm/lodash@4.17.20", Product{IDs: []string{"pkg:npm/shop@3.1.0"}}, true},
		{"a lock file's product against its SBOM's", "pkg:npm/%40acme/shop@3.1.0", "pkg:npm/lodash", "pkg:npm/lodash@4.17.20", Product{IDs: []string{"pkg:generic/%40acme/shop@3.1.0"}}, true},
		{"an image by digest", "pkg:oci/alpine@sha256%3A" + digest, "pkg:apk/alpine/libssl3@3.0.8-r3", "pkg:apk/alpine/libssl3@3.0.8-r3", Product{IDs: []string{"pkg:oci/alpine@sha256:" + digest}}, true},
		{"an image by name", "registry.example/kube-apiserver:v1.26.0", "pkg:golang/golang.org/x/net", "pkg:golang/golang.org/x/net@v0.1.0", Product{IDs: []string{"registry.example/kube-apiserver:v1.26.0"}}, true},
		{"another image", "pkg:oci/alpine@sha256%3A" + digest, "pkg:apk/alpine/libssl3", "pkg:apk/alpine/libssl3@3.0.8-r3", Product{IDs: []string{"pkg:oci/alpine@sha256:00"}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Statement{Vulnerability: "CVE-2021-23337", Status: NotAffected, Product: Subject{IDs: []string{c.product}}}
			if c.component != "" {
				s.Component = Subject{IDs: []string{c.component}}
			}
			b := New([]Statement{s})
			f := kennel.Finding{ID: "CVE-2021-23337", Component: component(t, c.found)}
			if _, ok := b.Lookup(f, c.judged); ok != c.want {
				t.Errorf("%s speaks of %s: %v, want %v", s, c.found, ok, c.want)
			}
			unused := b.Unused()
			if (len(unused) == 0) != c.want {
				t.Errorf("unused: %v", unused)
			}
			if !c.want && unused[0].Nearest != ecosystem.Purl(f.Component) {
				t.Errorf("nearest: %q", unused[0].Nearest)
			}
		})
	}
}

func TestLookupMatchesByAlias(t *testing.T) {
	lodash := component(t, "pkg:npm/lodash@4.17.20")
	for _, c := range []struct {
		said, aliases, found, known string
		want                        bool
	}{
		{"CVE-1", "", "CVE-1", "", true},
		{"cve-1", "", "CVE-1", "", true},
		{"GHSA-1", "", "CVE-1", "GHSA-1", true},
		{"GHSA-1", "CVE-1", "CVE-1", "", true},
		{"GHSA-1", "CVE-1", "PYSEC-1", "CVE-1", true},
		{"GHSA-2", "CVE-2", "CVE-1", "GHSA-1", false},
		{"CVE-1", "", "CVE-12", "", false},
	} {
		b := New([]Statement{{Vulnerability: c.said, Aliases: strings.Fields(c.aliases), Status: Fixed, Product: Subject{IDs: []string{"pkg:npm/lodash"}}}})
		if _, ok := b.Lookup(kennel.Finding{ID: c.found, Aliases: strings.Fields(c.known), Component: lodash}, Product{}); ok != c.want {
			t.Errorf("%+v: %v", c, ok)
		}
		if u := b.Unused(); !c.want && (len(u) != 1 || u[0].Nearest != "") {
			t.Errorf("%+v: unused %v", c, u)
		}
	}
}

func TestNewestStatementHolds(t *testing.T) {
	lodash := component(t, "pkg:npm/lodash@4.17.20")
	say := func(status Status, at string) Statement {
		return Statement{Vulnerability: "CVE-1", Status: status, Product: Subject{IDs: []string{"pkg:npm/lodash"}}, Time: moment(at)}
	}
	for _, c := range []struct {
		name string
		in   []Statement
		want Status
	}{
		{"in time order", []Statement{say(UnderInvestigation, "2024-01-01T00:00:00Z"), say(NotAffected, "2024-02-01T00:00:00Z")}, NotAffected},
		{"in any order", []Statement{say(Affected, "2024-03-01T00:00:00Z"), say(NotAffected, "2024-02-01T00:00:00Z")}, Affected},
		{"equally new: the last", []Statement{say(NotAffected, "2024-02-01T00:00:00Z"), say(Affected, "2024-02-01T00:00:00Z")}, Affected},
		{"undated is oldest", []Statement{say(NotAffected, ""), say(Affected, "2024-02-01T00:00:00Z"), say(Fixed, "")}, Affected},
	} {
		b := New(c.in)
		got, ok := b.Lookup(kennel.Finding{ID: "CVE-1", Component: lodash}, Product{})
		if !ok || got.Status != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		if len(b.Unused()) != 0 {
			t.Errorf("%s: an overruled statement is not unused", c.name)
		}
	}
}

func TestOnlyTwoStatusesSuppress(t *testing.T) {
	for status, want := range map[Status]bool{NotAffected: true, Fixed: true, Affected: false, UnderInvestigation: false, "": false, "odd": false} {
		if got := (Statement{Status: status}).Suppression() != nil; got != want {
			t.Errorf("%q suppresses: %v", status, got)
		}
	}
}

func TestNilBook(t *testing.T) {
	var b *Book
	if _, ok := b.Lookup(kennel.Finding{ID: "CVE-1"}, Product{}); ok || b.Unused() != nil {
		t.Error("a missing book says something")
	}
}

// TestBookIsSharedByGoroutines is for the race detector.
func TestBookIsSharedByGoroutines(t *testing.T) {
	b := New([]Statement{
		{Vulnerability: "CVE-1", Status: Fixed, Product: Subject{IDs: []string{"pkg:npm/lodash"}}},
		{Vulnerability: "CVE-1", Status: Fixed, Product: Subject{IDs: []string{"pkg:npm/other"}}},
	})
	found := []kennel.Component{component(t, "pkg:npm/lodash@1"), component(t, "pkg:npm/third@1")}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, c := range found {
				b.Lookup(kennel.Finding{ID: "CVE-1", Component: c}, Product{})
				b.Unused()
			}
		})
	}
	wg.Wait()
	if u := b.Unused(); len(u) != 1 || u[0].Nearest != "pkg:npm/third@1" {
		t.Errorf("%v", u)
	}
}
