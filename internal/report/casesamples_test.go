package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kennel-oss/kennel"
)

// The cases of vet that every format is tested with, each made anew.
var vetCases = []struct {
	name string
	make func() kennel.Case
}{
	{"repository", repositoryCase},
	{"release", releaseCase},
	{"update", updateCase},
	{"quiet", quietCase},
	{"blind", blindCase},
	{"foul", hostileCase},
}

func renderCase(t testing.TB, f Format, c kennel.Case, o Options) []byte {
	t.Helper()
	if o.Tool.Name == "" {
		o.Tool = tool
	}
	var b bytes.Buffer
	if err := WriteCase(&b, f, c, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func cue(layer, rule string, at string, s kennel.Severity, title, innocent string, evidence ...kennel.Evidence) kennel.Cue {
	c := kennel.Cue{Finding: kennel.Finding{Layer: layer, Rule: rule, Title: title, Innocent: innocent, Severity: s, Confidence: kennel.ConfidenceMedium, Evidence: evidence}, Verdict: kennel.Allow}
	if at != "" {
		c.At = date(at)
	}
	if s >= kennel.SeverityMedium {
		c.Verdict, c.Rules = kennel.Review, []string{"cue"}
	}
	return c
}

// repositoryCase is a library whose second maintainer came to release.
func repositoryCase() kennel.Case {
	const ann, bob = "AAAA000011112222", "BBBB333344445555"
	var e kennel.Exhibit
	for i := range 30 {
		at := date("2014-02-01").AddDate(0, 3*i, 5*i)
		g := kennel.TagMark{Tag: fmt.Sprintf("v1.%d.0", i), Time: at, Signer: ann, Tagger: kennel.Person{Name: "Ann Ash", Email: "ann@lib.example"}}
		switch {
		case i < 3:
			g.Signer = ""
		case i > 24:
			g.Signer, g.Tagger = bob, kennel.Person{Name: "Bob Birch", Email: "bob@lib.example"}
		}
		e.Tags = append(e.Tags, g)
	}
	for q := range 16 {
		n := 20 + 7*q%31
		bob := max(0, n*(q-5)/14)
		e.Shares = append(e.Shares, kennel.Share{Start: date("2018-01-01").AddDate(0, 3*q, 0), Commits: n, By: []kennel.Authored{{Name: "Ann Ash", Commits: n - bob - 2}, {Name: "Bob Birch", Commits: bob}, {Name: "Cem Cedar", Commits: 1}}})
	}
	commit := func(n int, says string) kennel.Evidence {
		return kennel.Evidence{Kind: "commit", What: strings.Repeat(fmt.Sprint(n%10), 40), Says: says, URL: "https://lib.example/commit/1"}
	}
	return kennel.Case{Subject: "lib.git", AsOf: date("2021-12-20"), Verdict: kennel.Review, Policy: kennel.PolicyInfo{Digest: "sha256:cafe"}, Outcomes: []kennel.Outcome{{
		Layer: "authority", State: kennel.StateFound, Exhibit: e, Results: []kennel.Cue{
			cue("authority", "tag-signer", "2020-09-03", kennel.SeverityLow, "v1.25.0 is signed with a key not seen before", "a maintainer's key expired",
				kennel.Evidence{Kind: "tag", What: "v1.25.0", Says: "2020-09-03, signed with " + bob}, kennel.Evidence{Kind: "tag", What: "v1.24.0", Says: "signed with " + ann}),
			cue("authority", "share", "2021-04-01", kennel.SeverityLow, "Bob Birch wrote more than anybody else", "a new maintainer took up the work"),
			cue("authority", "checks", "2021-04-20", kennel.SeverityLow, "what is checked automatically was changed", "whoever maintains a project maintains its checks",
				commit(1, "ci.yml"), commit(2, "ci.yml"), commit(3, "ci.yml"), commit(4, "ci.yml"), commit(5, "ci.yml")),
			cue("authority", "fixtures", "2021-12-01", kennel.SeverityHigh, "3 binary test files came without code 5 hours before v1.29.0", "test files are often committed apart from the test",
				commit(6, "by Bob Birch"), kennel.Evidence{Kind: "file", What: "tests/a.bin", Says: "added, 484 bytes"}, kennel.Evidence{Kind: "file", What: "tests/b.bin:7", Says: "added, 41 bytes"}),
		}}}}
}

// releaseCase is a tarball with files that its tag does not have.
func releaseCase() kennel.Case {
	var files []kennel.Residue
	add := func(n int, class, reach, explained string) {
		for i := range n {
			files = append(files, kennel.Residue{Path: fmt.Sprintf("%s/%s-%d.m4", reach, class, i), Class: class, Reach: reach, By: "configure.ac:" + fmt.Sprint(i+1), Explained: explained, Size: int64(100 + 977*i)})
		}
	}
	files = append(files, kennel.Residue{Path: "m4/host.m4", Class: "phantom", Reach: "run", By: "configure runs it through aclocal.m4", Size: 3151, Flagged: true})
	add(2, "modified", "reached", "")
	add(9, "phantom", "shipped only", "")
	add(60, "phantom", "run", "a known toolchain file")
	add(31, "phantom", "shipped only", "a translation")
	return kennel.Case{Subject: "lib-1.29.0.tar.gz", Component: kennel.Component{Package: kennel.Package{Name: "lib"}, Version: "1.29.0"}, Previous: "1.28.0", AsOf: date("2021-12-20"), Verdict: kennel.Review,
		Gaps: []kennel.Gap{{Kind: kennel.GapUnreadable, What: "data/x.bin", Why: "it is longer than 64 MiB"}},
		Outcomes: []kennel.Outcome{
			{Layer: "source", State: kennel.StateFound, Exhibit: kennel.Exhibit{Residual: files}, Results: []kennel.Cue{
				cue("source", "serial", "2021-12-02", kennel.SeverityHigh, "m4/host.m4 is in the release and in no tree, and is run: serial 30 where 3 was the highest published", "a development version of the toolchain",
					kennel.Evidence{Kind: "file", What: "m4/host.m4", Says: "phantom, 3151 bytes, serial 30"}),
			}},
			{Layer: "content", State: kennel.StateCouldNotLook, Reason: "no previous release was given", Retry: true},
		}}
}

// updateCase is what a lock file's update brings in.
func updateCase() kennel.Case {
	c := kennel.Case{Subject: "old.json to package-lock.json", File: "package-lock.json", AsOf: asOf, Verdict: kennel.Review, Gaps: []kennel.Gap{{Kind: kennel.GapUnresolved, What: "left-pad", Why: "its version is no version"}}}
	part := func(name, version, before string, cues ...kennel.Cue) *kennel.Case {
		p := kennel.Case{Subject: "pkg:npm/" + name + "@" + version, Component: npm(name, version), Previous: before, AsOf: asOf, Verdict: kennel.Allow,
			Outcomes: []kennel.Outcome{{Layer: "content", State: kennel.StateClear, Results: cues}, {Layer: "name", State: kennel.StateClear}}}
		for _, cue := range cues {
			p.Outcomes[0].State = kennel.StateFound
			if cue.Verdict.Worse(p.Verdict) {
				p.Verdict = cue.Verdict
			}
		}
		c.Parts = append(c.Parts, p)
		return &c.Parts[len(c.Parts)-1]
	}
	part("color-stream", "2.4.1", "2.4.0",
		cue("content", "install-hook", "", kennel.SeverityHigh, "runs lib/setup.js when it is installed, which 2.4.0 did not", "a package that builds native code needs a hook", kennel.Evidence{Kind: "file", What: "package.json:12", Says: `"postinstall": "node lib/setup.js"`}),
		cue("content", "chain", "", kennel.SeverityHigh, "lib/setup.js reads the environment and sends it to an address", "telemetry", kennel.Evidence{Kind: "file", What: "lib/setup.js:3", Says: "process.env"}, kennel.Evidence{Kind: "file", What: "lib/setup.js:9", Says: "https.request"}),
		cue("content", "dependency", "", kennel.SeverityLow, "needs a package that it did not need before", "features need dependencies"))
	part("@tools/loader", "7.0.0", "6.9.2", cue("content", "obfuscation", "2026-08-20", kennel.SeverityMedium, "dist/loader.js was readable and no longer is", "the release was minified for the first time"))
	for i := range 3 {
		part(fmt.Sprintf("small-%d", i), "1.0.1", "1.0.0", cue("content", "minified", "", kennel.SeverityLow, "index.js is minified", "many packages ship what a bundler wrote"))
	}
	for i := range 25 {
		p := part(fmt.Sprintf("plain-%02d", i), "3.1.0", "3.0.9")
		if i%5 == 0 {
			p.Outcomes[1] = kennel.Outcome{Layer: "name", Reason: "the registry could not be asked", Retry: true}
		}
	}
	part("@us/new-one", "1.0.0", "")
	return c
}

func quietCase() kennel.Case {
	return kennel.Case{Subject: "pkg:npm/semver@6.3.1", Component: npm("semver", "6.3.1"), Previous: "6.3.0", AsOf: asOf, Verdict: kennel.Allow,
		Outcomes: []kennel.Outcome{{Layer: "content", State: kennel.StateClear}, {Layer: "name", State: kennel.StateClear}}}
}

func blindCase() kennel.Case {
	return kennel.Case{Subject: "lib-9.tar.gz", AsOf: asOf, Verdict: kennel.Allow, Outcomes: []kennel.Outcome{{Layer: "source", Reason: "no tag is named after 9; run: `kennel vet --ref TAG`"}}}
}

const foul = "\x1b[31m\u202e@x #1 `a` <img src=x onerror=alert(1)> | </script><!-- ]]> ![y](javascript:1)\xff\u2028\n# z\x00"

// hostileCase has strings that want out of wherever they stand.
func hostileCase() kennel.Case {
	long := foul + strings.Repeat("\u202ew|<", 3000)
	c := foulCase(foul, long)
	c.Parts = []kennel.Case{foulCase(foul, foul), foulCase(long, foul)}
	return c
}

// foulCase puts strings into every field of a case.
func foulCase(s, long string) kennel.Case {
	person := kennel.Person{Name: s, Email: long}
	early, late := time.Date(-9, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(99999, 1, 1, 0, 0, 0, 0, time.UTC)
	f := kennel.Finding{Layer: s, Rule: s, ID: s, Title: long, Severity: kennel.SeverityCritical, Confidence: kennel.ConfidenceLow, At: date("2024-03-01"), Innocent: long,
		Evidence: []kennel.Evidence{{Kind: s, What: long, Says: s, URL: s}, {Kind: "file", What: s + ":12", Says: long, URL: "javascript:alert(1)"}, {Kind: "commit", What: strings.Repeat("\x1b", 40)}, {}}}
	again := f
	again.At, again.Title = late, ""
	return kennel.Case{
		Subject: s, Previous: long, AsOf: date("2024-04-01"), Verdict: kennel.Deny, Policy: kennel.PolicyInfo{Digest: s},
		Component: kennel.Component{Package: kennel.Package{Ecosystem: kennel.NPM, Name: s}, Version: long},
		Gaps:      []kennel.Gap{{What: s, Why: long}, {}},
		Outcomes: []kennel.Outcome{
			{Layer: long, State: kennel.StateFound, Reason: long, Results: []kennel.Cue{{Finding: f, Verdict: kennel.Review, Rules: []string{s, long}}, {Finding: again}, {}},
				Exhibit: kennel.Exhibit{
					Tags:     []kennel.TagMark{{Tag: s, Time: date("2023-01-01"), Signer: s, Tagger: person}, {Tag: long, Time: date("2024-01-01"), Signer: long, Tagger: kennel.Person{}}, {Time: early}, {Time: late}},
					Shares:   []kennel.Share{{Start: date("2024-01-01"), Commits: 3, By: []kennel.Authored{{Name: s, Commits: 900}, {Name: long, Commits: -5}}}, {Start: date("2023-10-01"), Commits: -1}, {Start: early, Commits: 1}},
					Residual: []kennel.Residue{{Path: s, Class: s, Reach: s, By: long, Size: -1}, {Path: long, Explained: long, Size: 1 << 62, Flagged: true}, {Path: s, Explained: s}},
				}},
			{Layer: s},
		},
	}
}
