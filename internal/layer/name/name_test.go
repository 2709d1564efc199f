package name

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

// shop is a registry written down by a test; what is nil cannot be asked.
type shop map[string]*kennel.Listing

func (s shop) Listing(_ context.Context, p kennel.Package) (kennel.Listing, error) {
	l, ok := s[p.Name]
	switch {
	case !ok:
		return kennel.Listing{}, fs.ErrNotExist
	case l == nil:
		return kennel.Listing{}, errors.New("the line is cut")
	}
	return *l, nil
}

var asOf = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

func examine(t *testing.T, l kennel.Layer, e kennel.Ecosystem, name string, r kennel.Registry) ([]kennel.Finding, error) {
	t.Helper()
	c := kennel.Component{Package: kennel.Package{Ecosystem: e, Name: name}, Version: "1.0.0", Origin: kennel.OriginRegistry}
	found, err := l.Examine(t.Context(), kennel.NewSubject(c, asOf, kennel.Grants{Registry: r}))
	for _, f := range found {
		if f.Layer != "name" || f.ID == "" || f.Title == "" || f.Innocent == "" || f.Component.Name != name || len(f.Evidence) < 2 || f.Severity < kennel.SeverityLow {
			t.Errorf("not a whole cue: %+v", f)
		}
	}
	return found, err
}

// Names that were published to be taken for others, and what is said of them.
// Sources: the write-ups and the OpenSSF's malicious-packages records of them.
func TestPublicTyposquats(t *testing.T) {
	layer := New(nil)
	for _, c := range []struct {
		ecosystem       kennel.Ecosystem
		name, meant, is string
	}{
		{kennel.NPM, "crossenv", "cross-env", "lookalike medium"},
		{kennel.NPM, "cross-env.js", "cross-env", "lookalike low"},
		{kennel.NPM, "mongose", "mongoose", "typosquat medium"},
		{kennel.NPM, "lodahs", "lodash", "typosquat medium"},
		{kennel.NPM, "loadsh", "lodash", "typosquat medium"},
		{kennel.NPM, "electorn", "electron", "typosquat medium"},
		{kennel.NPM, "webpack-cil", "webpack-cli", "typosquat medium"},
		{kennel.NPM, "babelcli", "babel-cli", "lookalike medium"},
		{kennel.NPM, "expres", "express", "typosquat medium"},
		{kennel.NPM, "axois", "axios", "typosquat medium"},
		{kennel.NPM, "jquery.js", "jquery", "lookalike low"},
		{kennel.NPM, "node-request", "request", "lookalike low"},
		{kennel.NPM, "@typescript-eslinter/parser", "", ""}, // two letters off: not seen
		{kennel.PyPI, "colourama", "colorama", "typosquat low"},
		{kennel.PyPI, "jeIlyfish", "jellyfish", "typosquat medium"},
		{kennel.PyPI, "python3-dateutil", "python-dateutil", "typosquat low"},
		{kennel.PyPI, "reqeusts", "requests", "typosquat medium"},
		{kennel.PyPI, "urlib3", "urllib3", "typosquat medium"},
		{kennel.PyPI, "djanga", "django", "typosquat medium"},
		{kennel.Cargo, "rustdecimal", "rust-decimal", "lookalike medium"},
		{kennel.RubyGems, "atlas_client", "atlas-client", "lookalike medium"},
		{kennel.Go, "github.com/boltdb-go/bolt", "github.com/boltdb/bolt", "lookalike medium"},
		{kennel.Go, "github.com/BurntSushl/toml", "github.com/burntsushi/toml", "owner medium"},
		{kennel.Go, "github.com/shallowmulti/hypert", "", ""},
		{kennel.Maven, "org.fasterxml.jackson.core:jackson-databind", "com.fasterxml.jackson.core:jackson-databind", "lookalike medium"},
	} {
		found, err := examine(t, layer, c.ecosystem, c.name, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(found) > 0 {
			got = found[0].Rule + " " + found[0].Severity.String()
			if !strings.Contains(found[0].Title, " "+c.meant+":") {
				t.Errorf("%s, not %s", found[0].Title, c.meant)
			}
		}
		if got != c.is || len(found) > 1 {
			t.Errorf("%s: %q, want %q %v", c.name, got, c.is, found)
		}
	}
}

func TestOrdinaryNames(t *testing.T) {
	layer := New(nil)
	for e, names := range map[kennel.Ecosystem]string{
		kennel.NPM:   "lodash lodash.merge @babel/anything @types/crossenv preact enquirer react-i18n my-app is-url vue3 a x1 @acme/lodash",
		kennel.PyPI:  "Django djangorestframework Flask_Cors typing.extensions requests-mock",
		kennel.Go:    "github.com/burntsushi/toml github.com/BurntSushi/tomk github.com/someone/toml gopkg.in/yaml.v4 github.com/spf13/cobra/v9",
		kennel.Maven: "org.springframework:spring-coer com.example:guava",
		kennel.Cargo: "serde_json rand_core",
		"Conda":      "reqeusts",
	} {
		for name := range strings.FieldsSeq(names) {
			if found, err := examine(t, layer, e, name, nil); err != nil || len(found) > 0 && found[0].Severity > kennel.SeverityLow {
				t.Errorf("%s: %v %v", name, found, err)
			}
		}
	}
}

func TestWhatTheRegistryExplains(t *testing.T) {
	layer := New(nil)
	ada, bea := []kennel.Person{{Name: "ada"}}, []kennel.Person{{Name: "bea", Email: "ada@example.org"}}
	old := kennel.Release{Version: "0.1.0", Published: asOf.AddDate(-4, 0, 0)}
	young := kennel.Release{Version: "0.1.0", Published: asOf.AddDate(0, 0, -4)}
	theirs := &kennel.Listing{Maintainers: ada}
	for _, c := range []struct {
		what string
		r    kennel.Registry
		want []kennel.Severity
		fail bool
	}{
		{"not asked", nil, []kennel.Severity{kennel.SeverityMedium}, false},
		{"the same people", shop{"lodahs": {Maintainers: ada, Releases: []kennel.Release{young}}, "lodash": theirs}, nil, false},
		{"others, young", shop{"lodahs": {Maintainers: bea, Releases: []kennel.Release{young}}, "lodash": theirs}, []kennel.Severity{kennel.SeverityMedium}, false},
		{"others, there for long", shop{"lodahs": {Maintainers: bea, Releases: []kennel.Release{old, young}}, "lodash": theirs}, []kennel.Severity{kennel.SeverityLow}, false},
		{"a mirror's ages", shop{"lodahs": {Maintainers: bea, Releases: []kennel.Release{old, young}, Mirrored: true}, "lodash": theirs}, []kennel.Severity{kennel.SeverityMedium}, false},
		{"many releases", shop{"lodahs": {Maintainers: bea, Releases: make([]kennel.Release, 20)}, "lodash": theirs}, []kennel.Severity{kennel.SeverityLow}, false},
		{"not there", shop{"lodash": theirs}, []kennel.Severity{kennel.SeverityMedium}, false},
		{"no answer", shop{"lodahs": nil}, []kennel.Severity{kennel.SeverityMedium}, true},
		{"half an answer", shop{"lodahs": theirs, "lodash": nil}, []kennel.Severity{kennel.SeverityMedium}, true},
	} {
		found, err := examine(t, layer, kennel.NPM, "lodahs", c.r)
		var got []kennel.Severity
		for _, f := range found {
			got = append(got, f.Severity)
		}
		var could *kennel.CouldNotLook
		if !slices.Equal(got, c.want) || errors.As(err, &could) != c.fail || !c.fail && err != nil {
			t.Errorf("%s: %v %v, want %v", c.what, found, err, c.want)
		}
	}
}

func TestInternalNames(t *testing.T) {
	layer := New([]string{"@Acme/*", "acme-*-tool", "corp.example/*"})
	listed := &kennel.Listing{Maintainers: []kennel.Person{{Name: "stranger"}}, Releases: []kennel.Release{{Version: "99.0.0", Published: asOf}}}
	private := &kennel.Listing{Private: true, Releases: listed.Releases}
	for _, c := range []struct {
		name string
		r    kennel.Registry
		want string
	}{
		{"@acme/billing", shop{"@acme/billing": listed}, "internal high"},
		{"@acme/billing", shop{"@acme/billing": private}, ""},
		{"@acme/billing", shop{}, ""},
		{"@acme/billing", shop{"@acme/billing": nil}, "could not look"},
		{"@acme/billing", nil, "could not look"},
		{"acme-build-tool", shop{"acme-build-tool": listed}, "internal high"},
		{"acme-build-tools", shop{"acme-build-tools": listed}, ""},
		{"corp.example/a/b", shop{"corp.example/a/b": listed}, "internal high"},
	} {
		found, err := examine(t, layer, kennel.NPM, c.name, c.r)
		got := ""
		var could *kennel.CouldNotLook
		switch {
		case errors.As(err, &could):
			got = "could not look"
		case len(found) > 0:
			got = found[0].Rule + " " + found[0].Severity.String()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q (%v)", c.name, got, c.want, err)
		}
	}
}

func TestLists(t *testing.T) {
	for e, open := range lists {
		l := open()
		if len(l.names) < 100 || l.sources == 0 || len(l.near.all) == 0 || len(l.forms.all) == 0 {
			t.Errorf("%s: %d names of %d sources", e, len(l.names), l.sources)
		}
	}
	for _, text := range []string{npmNames, pypiNames, goNames, cratesNames, rubygemsNames, mavenNames} {
		var lines []string
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "#") {
				continue
			}
			name, count, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			if !ok || name == "" || strings.Trim(count, "0123456789*") != "" || count == "" {
				t.Errorf("%q is not a name and its count", line)
			}
			lines = append(lines, line)
		}
		if !slices.IsSorted(lines) {
			t.Errorf("not sorted: %q …", lines[:3])
		}
	}
}

func TestDifference(t *testing.T) {
	for _, c := range []struct {
		p, c string
		says string
		slip bool
	}{
		{"lodash", "lodahs", "the letters “sh” swapped", true},
		{"lodash", "lodsh", "a letter less, “a”", true},
		{"lodash", "loddash", "a letter more, “d”", true},
		{"lodash", "lodasg", "“g” for “h”", true},
		{"lodash", "lodasx", "“x” for “h”", false},
		{"lodash", "lodashz", "a letter more, “z”", false},
		{"lodash", "xlodash", "a letter more, “x”", false},
		{"lodash", "lodash", "", false},
		{"lodash", "lohsad", "", false},
		{"lodash", "", "", false},
		{"", "a", "a letter more, “a”", false},
	} {
		if e, ok := difference(c.p, c.c); e.says != c.says || e.slip != c.slip || ok != (c.says != "") {
			t.Errorf("%s, %s: %+v %v", c.p, c.c, e, ok)
		}
	}
}

func FuzzExamine(f *testing.F) {
	for _, s := range []string{"lodahs", "@babel/core", "@/", "/", "@", "github.com/BurntSushl/toml", "gopkg.in/.v", "/v", "a:b:c", "jeIlyfish\xff", "оpenssl", strings.Repeat("a-", 300)} {
		f.Add("npm", s, "@acme/*")
		f.Add("Go", s, "*a*b*")
		f.Add("Maven", s, "*")
		f.Add("PyPI", s, "")
	}
	f.Fuzz(func(t *testing.T, e, name, pattern string) {
		c := kennel.Component{Package: kennel.Package{Ecosystem: kennel.Ecosystem(e), Name: name}}
		found, err := New([]string{pattern}).Examine(t.Context(), kennel.NewSubject(c, asOf, kennel.Grants{Registry: shop{name: &kennel.Listing{}}}))
		if len(found) > 1 || err != nil && len(found) > 0 {
			t.Errorf("%q: %v %v", name, found, err)
		}
	})
}

// What difference finds is an optimal string alignment distance of 1, and all of it.
func FuzzDifference(f *testing.F) {
	f.Add("lodash", "lodahs")
	f.Add("a", "")
	f.Fuzz(func(t *testing.T, p, c string) {
		_, ok := difference(p, c)
		found := false
		for i := 0; i <= len(p) && !found; i++ {
			switch {
			case i < len(p) && p[:i]+p[i+1:] == c, len(c) == len(p)+1 && p[:i] == c[:i] && p[i:] == c[i+1:],
				i < len(p) && len(p) == len(c) && p != c && p[:i] == c[:i] && p[i+1:] == c[i+1:],
				i+1 < len(p) && p != c && p[:i]+p[i+1:i+2]+p[i:i+1]+p[i+2:] == c:
				found = true
			}
		}
		if ok != found {
			t.Errorf("%q, %q: %v, want %v", p, c, ok, found)
		}
	})
}

func BenchmarkLikeness(b *testing.B) {
	names := []string{"lodahs", "react-dom", "some-quite-ordinary-name", "@acme/webpack-plugin-thing", "crossenv", "is-odd"}
	l := layer{}
	for b.Loop() {
		for _, n := range names {
			l.likeness(kennel.Package{Ecosystem: kennel.NPM, Name: n})
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(names)), "ns/name")
}

func BenchmarkDecode(b *testing.B) {
	for b.Loop() {
		decode(kennel.NPM, npmNames)
	}
}
