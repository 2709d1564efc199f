package publisher

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

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

func people(s string) (all []kennel.Person) {
	for name := range strings.SplitSeq(s, ",") {
		if name != "-" {
			all = append(all, kennel.Person{Name: name})
		}
	}
	return all
}

func release(t *testing.T, line string) (r kennel.Release) {
	t.Helper()
	fields := strings.Fields(line)
	at, err := time.Parse(time.DateOnly, fields[1])
	if err != nil {
		t.Fatal(err)
	}
	r = kennel.Release{Version: fields[0], Published: at, Maintainers: people(fields[3])}
	if who := people(fields[2]); len(who) > 0 {
		r.Publisher = who[0]
	}
	for _, f := range fields[4:] {
		what, value, _ := strings.Cut(f, "=")
		switch what {
		case "trusted":
			r.Trusted = true
		case "attested":
			r.Attested = true
		case "hooks":
			r.Hooks = true
		case "withdrawn":
			r.Withdrawn = true
		case "source":
			r.Source = value
		case "needs":
			r.Dependencies = strings.Split(value, ",")
		default:
			t.Fatalf("%q says %q", line, f)
		}
	}
	return r
}

func examine(t *testing.T, version string, r kennel.Registry) ([]kennel.Finding, error) {
	t.Helper()
	c := kennel.Component{Package: kennel.Package{Ecosystem: kennel.NPM, Name: "one"}, Version: version}
	found, err := New().Examine(t.Context(), kennel.NewSubject(c, asOf, kennel.Grants{Registry: r}))
	for _, f := range found {
		if f.Layer != "publisher" || f.ID == "" || f.Title == "" || f.Innocent == "" || len(f.Evidence) == 0 || f.Severity < kennel.SeverityLow {
			t.Errorf("not a whole cue: %+v", f)
		}
	}
	return found, err
}

func said(found []kennel.Finding) string {
	var all []string
	for _, f := range found {
		all = append(all, f.Rule+" "+f.Severity.String())
	}
	return strings.Join(all, ", ")
}

func cases(t *testing.T) map[string]string {
	text, err := os.ReadFile("testdata/changes.txtar")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range txtar.Parse(text).Files {
		all[f.Name] = string(f.Data)
	}
	if len(all) == 0 {
		t.Fatal("no case")
	}
	return all
}

func TestChanges(t *testing.T) {
	for what, text := range cases(t) {
		lines := strings.Split(strings.TrimSpace(text), "\n")
		l := kennel.Listing{}
		for _, line := range lines[1:] {
			l.Releases = append(l.Releases, release(t, line))
		}
		last := l.Releases[len(l.Releases)-1]
		young := &kennel.Listing{Releases: []kennel.Release{{Version: "0.0.1", Published: last.Published.Add(-20 * time.Hour), Publisher: kennel.Person{Name: "eve"}}}}
		old := &kennel.Listing{Releases: []kennel.Release{{Version: "1.0.0", Published: last.Published.AddDate(-3, 0, 0)}}}
		r := shop{"one": &l, "young-one": young, "left": old}
		want := strings.TrimSpace(strings.TrimPrefix(lines[0], "want"))
		found, err := examine(t, last.Version, r)
		if speaks := !strings.Contains(what, "says nothing"); (err == nil) != speaks || said(found) != want {
			t.Errorf("%s: %q %v, want %q", what, said(found), err, want)
		}
		// A mirror's dates are its own: neither ages nor silences are told.
		l.Mirrored = true
		found, err = examine(t, last.Version, r)
		if (err == nil) != (len(l.Releases) == 1) { // with the first release nothing can have changed
			t.Errorf("%s, mirrored: %v", what, err)
		}
		for _, f := range found {
			if f.Rule == "dormant" || f.Rule == "dependency" || !f.At.IsZero() {
				t.Errorf("%s, mirrored: %v", what, f)
			}
		}
	}
}

// What raises a cue stands in its title and evidence.
func TestRaisedCueNamesTheOthers(t *testing.T) {
	l := kennel.Listing{Releases: []kennel.Release{
		release(t, "1.0.0 2020-01-01 ada ada"), release(t, "1.1.0 2020-02-01 ada ada"), release(t, "1.2.0 2020-03-01 ada ada"),
		release(t, "1.3.0 2020-04-01 eve ada,eve hooks needs=new"),
	}}
	found, err := examine(t, "1.3.0", shop{"one": &l, "new": nil})
	var could *kennel.CouldNotLook
	if !errors.As(err, &could) || !could.Retry || said(found) != "publisher medium, hooks low" {
		t.Fatalf("%q %v", said(found), err)
	}
	if f := found[0]; !strings.Contains(f.Title, "eve") || !strings.Contains(f.Title, "when it is installed") || len(f.Evidence) != 4 || f.At != l.Releases[3].Published {
		t.Errorf("%+v", f)
	}
}

func TestCouldNotLook(t *testing.T) {
	l := &kennel.Listing{Releases: []kennel.Release{release(t, "1.0.0 2026-12-24 ada ada")}}
	for what, r := range map[string]kennel.Registry{"refused": nil, "cut": shop{"one": nil}, "no package": shop{}, "not yet": shop{"one": l}, "no release": shop{"one": {}}} {
		var could *kennel.CouldNotLook
		if found, err := examine(t, "1.0.0", r); !errors.As(err, &could) || len(found) > 0 {
			t.Errorf("%s: %v %v", what, found, err)
		}
	}
	if _, err := examine(t, "", shop{"one": l}); err == nil {
		t.Error("a package without a version was looked at")
	}
}

func TestManyNewDependencies(t *testing.T) {
	l := kennel.Listing{Releases: []kennel.Release{release(t, "1.0.0 2020-01-01 ada ada"), release(t, "1.1.0 2020-02-01 ada ada")}}
	l.Releases[1].Dependencies = slices.Repeat([]string{"gone"}, maxAsked+1)
	var could *kennel.CouldNotLook
	if found, err := examine(t, "1.1.0", shop{"one": &l}); !errors.As(err, &could) || len(found) != maxAsked {
		t.Errorf("%d %v", len(found), err)
	}
}

func TestPlace(t *testing.T) {
	for _, spelling := range []string{"git+https://GitHub.com/A/b.git", "git@github.com:a/b.git", "a/b", "github:a/b", "https://www.github.com/a/b/", "ssh://git@github.com/a/b#main"} {
		if got := place(spelling); got != "github.com/a/b" {
			t.Errorf("%s: %s", spelling, got)
		}
	}
}

func FuzzPlace(f *testing.F) {
	for _, s := range []string{"", "/", "@", "a/b", "git@x:y", "://", "%zz", "github:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { place(s) })
}
