package authority

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	kennel "github.com/kennel-oss/kennel"
)

// story is a history written down by a test, newest commit last.
type story struct {
	commits []kennel.Commit
	tags    []kennel.Tag
	blobs   map[string]string
	broken  bool
}

func (s *story) Tags() ([]kennel.Tag, error) { return s.tags, nil }

func (s *story) Commits(visit func(kennel.Commit) error) error {
	for _, c := range slices.Backward(s.commits) {
		if err := visit(c); err != nil {
			return err
		}
	}
	return nil
}

// Tree holds all that the commits up to id brought.
func (s *story) Tree(id string) ([]kennel.TreeEntry, error) {
	if s.broken {
		return nil, errors.New("lost")
	}
	var all []kennel.TreeEntry
	for _, c := range s.commits {
		for _, ch := range c.Changes {
			all = append(all, kennel.TreeEntry{Path: ch.Path, Mode: ch.Mode, ID: ch.New, Size: 100})
		}
		if c.ID == id {
			break
		}
	}
	return all, nil
}

func (s *story) Blob(id string, _ int64) ([]byte, error) {
	text, ok := s.blobs[id]
	if !ok {
		return nil, fmt.Errorf("no blob %s", id)
	}
	return []byte(text), nil
}

func date(s string) time.Time {
	at, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return at
}

var (
	ada = kennel.Person{Name: "Ada Old", Email: "ada@old.example"}
	bea = kennel.Person{Name: "Bea New", Email: "bea@new.example"}
	gab = kennel.Person{Name: "Gab Also", Email: "gab@old.example"}
)

// commit adds a commit of paths; "path=text" gives a path content.
func (s *story) commit(who kennel.Person, at time.Time, paths ...string) string {
	c := kennel.Commit{ID: fmt.Sprintf("%040x", len(s.commits)+1), Author: who, Committer: who, Authored: at, Committed: at}
	if s.blobs == nil {
		s.blobs = map[string]string{}
	}
	for i, p := range paths {
		p, text, _ := strings.Cut(p, "=")
		ch := kennel.Change{Status: 'A', Path: p, Mode: "100644", New: fmt.Sprintf("%s-%d", c.ID, i)}
		for _, before := range s.commits {
			for _, old := range before.Changes {
				if old.Path == p {
					ch.Status, ch.Old = 'M', old.New
				}
			}
		}
		s.blobs[ch.New] = text
		c.Changes = append(c.Changes, ch)
	}
	s.commits = append(s.commits, c)
	return c.ID
}

func (s *story) tag(name string, who kennel.Person, key string, at time.Time) {
	t := kennel.Tag{Name: name, Commit: s.commits[len(s.commits)-1].ID, Annotated: true, Tagger: who, Time: at}
	if key != "" {
		t.Signature = kennel.Signature{Kind: "openpgp", Key: key, Made: at}
	}
	s.tags = append(s.tags, t)
}

const (
	oldKey = "AAAAAAAAAAAAAAAAAAAAAAAA1111111111111111"
	newKey = "BBBBBBBBBBBBBBBBBBBBBBBB2222222222222222"
)

// settledProject has one maintainer, Ada, from 2010 on, a release each year.
func settledProject() *story {
	s := &story{}
	for year := 2010; year < 2020; year++ {
		for week := range 48 {
			s.commit(ada, time.Date(year, 1, 1+7*week, 12, 0, 0, 0, time.UTC), "src/main.c")
		}
		key := oldKey
		if year < 2013 {
			key = oldKey[24:] // old signatures hold only the id
		}
		s.tag(fmt.Sprintf("v%d", year), ada, key, time.Date(year, 12, 20, 12, 0, 0, 0, time.UTC))
	}
	return s
}

func examine(t *testing.T, s *story, asOf time.Time) []kennel.Finding {
	t.Helper()
	subject := kennel.NewSubject(kennel.Component{}, asOf, kennel.Grants{History: s})
	found, err := New().Examine(t.Context(), subject)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Layer != "authority" || f.ID == "" || f.Title == "" || f.Innocent == "" || f.At.IsZero() || f.At.After(asOf) || len(f.Evidence) == 0 || f.Severity < kennel.SeverityLow {
			t.Errorf("not a whole cue: %+v", f)
		}
	}
	return found
}

// said lists cues as "rule severity what".
func said(found []kennel.Finding) []string {
	var all []string
	for _, f := range found {
		rule, _, _ := strings.Cut(f.ID, ":")
		all = append(all, rule+" "+f.Severity.String())
	}
	return all
}

func expect(t *testing.T, found []kennel.Finding, want ...string) {
	t.Helper()
	if got := said(found); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
		for _, f := range found {
			t.Log(f.Title, f.Evidence)
		}
	}
}

func TestNothingToSay(t *testing.T) {
	expect(t, examine(t, settledProject(), date("2019-12-31 00:00")))
}

func TestRefusals(t *testing.T) {
	_, err := New().Examine(t.Context(), kennel.NewSubject(kennel.Component{}, date("2020-01-01 00:00"), kennel.Grants{}))
	if !errors.Is(err, kennel.ErrNotGranted) {
		t.Error(err)
	}
	_, err = New().Examine(t.Context(), kennel.NewSubject(kennel.Component{}, date("2009-01-01 00:00"), kennel.Grants{History: settledProject()}))
	var could *kennel.CouldNotLook
	if !errors.As(err, &could) {
		t.Errorf("before the first release: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := New().Examine(ctx, kennel.NewSubject(kennel.Component{}, date("2020-01-01 00:00"), kennel.Grants{History: settledProject()})); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// takeover is the settled project in which a newcomer does more and more.
func takeover() *story {
	s := settledProject()
	for d := range 400 {
		s.commit(bea, date("2020-02-01 12:00").AddDate(0, 0, d), "src/main.c")
		if d%20 == 0 {
			s.commit(ada, date("2020-02-01 13:00").AddDate(0, 0, d), "src/other.c")
		}
	}
	s.tag("v2021", bea, newKey, date("2021-03-10 12:00"))
	return s
}

func TestSignerAndShare(t *testing.T) {
	s := takeover()
	found := examine(t, s, date("2021-03-10 12:00"))
	expect(t, found, "share low", "tag-signer medium")
	if e := found[1].Evidence; len(e) != 2 || e[0].What != "v2021" || e[1].What != "v2019" || !strings.Contains(e[1].Says, "as 10 tags") {
		t.Errorf("%+v", e)
	}
	expect(t, examine(t, s, date("2021-03-10 11:59")), "share low")
	// Later releases have it as background, and after the window nothing.
	s.tag("v2022", bea, newKey, date("2022-03-10 12:00"))
	expect(t, examine(t, s, date("2022-03-10 12:00")), "share low", "tag-signer low")
	s.tag("v2025", bea, newKey, date("2023-12-10 12:00"))
	expect(t, examine(t, s, date("2023-12-10 12:00")))
}

// What came with later releases says nothing of an earlier one.
func TestOfARelease(t *testing.T) {
	s := settledProject()
	s.commit(ada, date("2020-03-01 00:00"), "src/main.c")
	s.tag("v2020", bea, newKey, date("2020-03-02 00:00"))
	for version, want := range map[string]int{"2019": 0, "2020": 1, "": 1} {
		c := kennel.Component{Version: version}
		found, err := New().Examine(t.Context(), kennel.NewSubject(c, date("2021-01-01 00:00"), kennel.Grants{History: s}))
		if err != nil || min(len(found), 1) != want {
			t.Errorf("release %q: %v, %v", version, said(found), err)
		}
	}
}

func TestOrdinarySigners(t *testing.T) {
	s := settledProject()
	s.commit(gab, date("2011-05-01 00:00"), "src/x.c")
	s.tag("v2020", ada, newKey, date("2020-06-01 12:00")) // her own new key
	s.tag("v2021", gab, strings.Repeat("C", 40), date("2020-07-01 12:00"))
	s.tag("v2022", bea, "", date("2020-08-01 12:00"))
	s.tag("v2023", bea, "", date("2020-08-01 12:00")) // said once
	slices.SortStableFunc(s.commits, func(a, b kennel.Commit) int { return a.Committed.Compare(b.Committed) })
	expect(t, examine(t, s, date("2020-08-01 12:00")), "tag-signer low", "tag-signer low", "tagger low", "unsigned low")
}

// Picked commits count once, and at the time of the first.
func TestPicked(t *testing.T) {
	s := takeover()
	for _, c := range s.commits {
		if c.Author == bea {
			c.ID = "f" + c.ID[1:]
			c.Committed = date("2021-03-09 12:00")
			s.commits = append(s.commits, c)
		}
	}
	found := examine(t, s, date("2021-03-10 12:00"))
	expect(t, found, "share low", "tag-signer medium")
	if !strings.Contains(found[0].Title, "60 of the 63 commits from 2020-01-01 on") || !strings.Contains(found[1].Title, "first commit 2020-02-01") {
		t.Errorf("%s; %s", found[0].Title, found[1].Title)
	}
}

// One person under two addresses: by name, by address and by .mailmap.
func TestMailmap(t *testing.T) {
	moved := kennel.Person{Name: "A. Old-Married", Email: "ada@moved.example"}
	s := settledProject()
	s.tag("v2020", moved, oldKey, date("2020-06-01 12:00"))
	expect(t, examine(t, s, date("2020-06-01 12:00")), "tagger low")
	s.commit(ada, date("2020-01-01 12:00"), ".mailmap=# who\nAda Old <ada@old.example> <ada@moved.example>\n")
	expect(t, examine(t, s, date("2020-06-01 12:00")))
}

func TestFixtures(t *testing.T) {
	for name, c := range map[string]struct {
		at    string
		paths []string
		want  []string
	}{
		"alone, hours before":     {"2020-06-01 01:00", []string{"tests/files/odd.lz", "tests/files/README"}, []string{"fixtures medium"}},
		"with the test":           {"2020-06-01 01:00", []string{"tests/files/odd.lz", "tests/run.sh"}, nil},
		"days before":             {"2020-05-28 01:00", []string{"tests/files/odd.lz"}, nil},
		"after the release":       {"2020-06-01 13:00", []string{"tests/files/odd.lz"}, nil},
		"text":                    {"2020-06-01 01:00", []string{"tests/files/odd.json"}, nil},
		"no test":                 {"2020-06-01 01:00", []string{"assets/logo.bin"}, nil},
		"no test, but prose only": {"2020-06-01 01:00", []string{"README"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := settledProject()
			s.commit(ada, date(c.at), c.paths...)
			s.tag("v2020", ada, oldKey, date("2020-06-01 12:00"))
			expect(t, examine(t, s, date("2020-06-02 00:00")), c.want...)
		})
	}
	t.Run("by one who came to release only lately", func(t *testing.T) {
		s := takeover()
		s.commit(bea, date("2021-06-01 01:00"), "tests/a.xz", "tests/b.xz")
		s.tag("v2022", bea, newKey, date("2021-06-01 12:00"))
		found := examine(t, s, date("2021-06-01 12:00"))
		expect(t, found, "share low", "tag-signer low", "fixtures high")
	})
	t.Run("not in the release", func(t *testing.T) {
		s := settledProject()
		s.tag("v2020", ada, oldKey, date("2020-06-01 12:00"))
		s.commit(ada, date("2020-06-01 01:00"), "tests/files/odd.lz")
		expect(t, examine(t, s, date("2020-06-02 00:00")))
	})
	t.Run("a tree that cannot be read", func(t *testing.T) {
		s := settledProject()
		s.commit(ada, date("2020-06-01 01:00"), "tests/files/odd.lz")
		s.tag("v2020", ada, oldKey, date("2020-06-01 12:00"))
		s.broken = true
		_, err := New().Examine(t.Context(), kennel.NewSubject(kennel.Component{}, date("2020-06-02 00:00"), kennel.Grants{History: s}))
		var could *kennel.CouldNotLook
		if !errors.As(err, &could) {
			t.Error(err)
		}
	})
}

func TestContactsAndChecks(t *testing.T) {
	s := takeover()
	s.commit(bea, date("2021-03-11 00:00"), "SECURITY.md", ".github/workflows/ci.yml", "src/a.c")
	s.commit(ada, date("2021-03-12 00:00"), "SECURITY.md")
	expect(t, examine(t, s, date("2021-03-13 00:00")), "share low", "tag-signer medium", "checks low", "contact low")
	s = settledProject()
	s.commit(bea, date("2020-03-11 00:00"), ".github/workflows/ci.yml") // never released
	expect(t, examine(t, s, date("2020-03-13 00:00")))
}

func TestIgnoredBuildFile(t *testing.T) {
	s := settledProject()
	s.commit(ada, date("2019-01-01 00:00"), "m4/.gitignore=libtool.m4\n*.o\n")
	s.commit(ada, date("2020-01-01 00:00"), "m4/.gitignore=libtool.m4\nextra.m4\n*.m4\n/out\n")
	s.tag("v2020", ada, oldKey, date("2020-06-01 12:00"))
	found := examine(t, s, date("2020-06-01 12:00"))
	expect(t, found, "ignored-build low")
	if !strings.Contains(found[0].Title, "m4/extra.m4,") {
		t.Error(found[0].Title)
	}
}

func TestDormant(t *testing.T) {
	s := settledProject()
	s.tag("v2030", ada, oldKey, date("2025-06-01 12:00"))
	expect(t, examine(t, s, date("2025-06-01 12:00")), "dormant low")
}

func TestDeadProbe(t *testing.T) {
	const good = "check_c_source_compiles(\"\n#include <a.h>\nvoid f(void)\n{ g(0, \\\"x\\\"); }\n\" HAVE_F)\n"
	s := settledProject()
	s.commit(ada, date("2020-01-01 00:00"), "CMakeLists.txt=project(x)\ncheck_c_source_compiles(\"\n#include <a.h>\nint main(void) { return 0; }\n\" HAVE_F)\n"+good)
	s.tag("v2020", ada, oldKey, date("2020-06-01 12:00"))
	expect(t, examine(t, s, date("2020-06-01 12:00")))
	s.commit(ada, date("2020-07-01 00:00"), "CMakeLists.txt=project(x)\ncheck_c_source_compiles(\"\n#include <a.h>\n;,\nint main(void) { return 0; }\n\" HAVE_F)\n"+good)
	s.tag("v2021", ada, oldKey, date("2020-07-02 12:00"))
	found := examine(t, s, date("2020-07-02 12:00"))
	expect(t, found, "dead-probe medium")
	if e := found[0].Evidence[1]; e.What != "CMakeLists.txt:4" {
		t.Errorf("%+v", e)
	}
}
