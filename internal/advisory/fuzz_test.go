package advisory

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// FuzzRecord takes any bytes as an OSV record through everything that
// compiling and matching do with it.
func FuzzRecord(f *testing.F) {
	for _, file := range txtar.Parse([]byte(world)).Files {
		f.Add(file.Data, "1.0.0")
	}
	f.Add([]byte(`{"id":"X","severity":[{"type":"CVSS_V4","score":"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}],"affected":[{"package":{"ecosystem":"PyPI","name":"a"},"ranges":[{"type":"ECOSYSTEM","events":[{"limit":"2"},{"introduced":"0"},{"last_affected":"1.0rc1"},{"fixed":"3"}]}]}]}`), "1.0rc1")
	f.Fuzz(func(t *testing.T, b []byte, version string) {
		var p parsed
		p.decode(b)
		if p.err != nil {
			return
		}
		sealHead(p.head, 0, textRef{})
		h, ok := decodeHead(p.head[4:])
		if !ok || h.ID != p.advisory.ID || len(h.Aliases) != len(p.advisory.Aliases) {
			t.Fatalf("%+v became %+v", p.advisory, h.Advisory)
		}
		for _, l := range p.entries {
			l.ids = []string{h.ID}
			d, ok := decodeBlock(encodeBlock(l.ecosystem, "key", []*affected{l.affected, l.affected})[4:])
			if !ok {
				t.Fatalf("the block of %+v cannot be read", l.affected)
			}
			q := &query{Component: component(l.ecosystem, l.name, version), version: version}
			q.Release = l.release
			about := d.about(q)
			if len(about) != 2 {
				t.Fatalf("%d entries", len(about))
			}
			v, err := ecosystem.Parse(l.ecosystem, version)
			if err != nil {
				d.hitsUnordered(about, version, err)
				continue
			}
			at := d.position(v)
			hits, _ := d.hits(about, at, version)
			way := d.wayOut(about, at, true)
			for _, h := range hits {
				fix := way.fix(h, q)
				if fix.State != kennel.FixKnown {
					continue
				}
				to, err := ecosystem.Parse(l.ecosystem, fix.Version)
				if err != nil || to.Compare(v) <= 0 {
					t.Fatalf("%s is no fix of %s", fix.Version, version)
				}
				if _, still := h.holds(d.position(to)); still {
					t.Fatalf("%s is affected, and so is its fix %s", version, fix.Version)
				}
			}
		}
	})
}

// FuzzBlock reads any bytes as a package block and as a record header.
func FuzzBlock(f *testing.F) {
	for _, file := range txtar.Parse([]byte(world)).Files {
		var p parsed
		p.decode(file.Data)
		sealHead(p.head, 0, textRef{})
		f.Add(p.head[4:])
		for _, l := range p.entries {
			f.Add(encodeBlock(l.ecosystem, "key", []*affected{l.affected})[4:])
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		decodeHead(b)
		d, ok := decodeBlock(b)
		if !ok {
			return
		}
		q := &query{Component: component(kennel.NPM, d.names[0], "1.0.0"), version: "1.0.0"}
		v, err := ecosystem.Parse(kennel.NPM, "1.0.0")
		if err != nil {
			t.Fatal(err)
		}
		about := d.about(q)
		at := d.position(v)
		d.hits(about, at, "1.0.0")
		d.hitsUnordered(about, "x", ecosystem.ErrVersion)
		d.wayOut(about, at, true)
	})
}

// FuzzFile opens any bytes as a file of a database.
func FuzzFile(f *testing.F) {
	z, err := compileText("X-1 CVE-2020-0001\n\ttitle      x\n\tkev        2020-01-01 2020-02-01\n\taffects    npm | p | < 1.0.0\n")
	if err == nil {
		f.Fatal("kev without a CVE id was taken", z)
	}
	if z, err = compileText("CVE-2020-0001\n\ttitle      x\n\tkev        2020-01-01 2020-02-01\n\taffects    npm | p | < 1.0.0\n"); err != nil {
		f.Fatal(err)
	}
	for _, file := range z.files {
		f.Add(file.mem)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, kind := range []string{kindAdvisories, kindSignals} {
			file, err := openMemory("fuzz", b)
			if err != nil {
				return
			}
			db := &DB{parts: make(map[kennel.Ecosystem]*part)}
			if db.attach(file, kind) != nil {
				continue
			}
			db.Match(component(kennel.NPM, "p", "0.1.0"))
			db.Record("CVE-2020-0001")
			db.signal(&kennel.Match{Advisory: kennel.Advisory{ID: "CVE-2020-0001"}})
		}
	})
}

func FuzzKEV(f *testing.F) {
	f.Add([]byte(`{"catalogVersion":"2026.08.07","dateReleased":"2026-08-07T16:45:47.0648Z","count":1,"vulnerabilities":[{"cveID":"CVE-2021-44228","dateAdded":"2021-12-10","dueDate":"2021-12-24","knownRansomwareCampaignUse":"Known"}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, _, err := parseKEV(bytes.NewReader(b))
		if err != nil {
			return
		}
		for _, r := range rows {
			_ = kevOf("", r.value) // any row must decode without a panic
		}
		encodeTable(rows)
	})
}

func FuzzEPSS(f *testing.F) {
	text := "#model_version:v2025.03.14,score_date:2026-08-16T00:00:00+0000\ncve,epss,percentile\nCVE-1999-0001,0.03351,0.87650\n"
	f.Add([]byte(text))
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write([]byte(text))
	w.Close()
	f.Add(z.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, _, err := parseEPSS(bytes.NewReader(b))
		if err != nil {
			return
		}
		for _, r := range rows {
			if e := epssOf("", r.value); e.Probability > 1 || e.Percentile > 1 {
				t.Fatalf("%+v", e)
			}
		}
	})
}

func FuzzCVSS(f *testing.F) {
	for _, v := range []string{
		"AV:N/AC:L/Au:N/C:P/I:P/A:P", "(AV:N/AC:L/Au:N/C:P/I:P/A:P)", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/E:F", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:A/U:Red",
		"AV:N/AC:L/Au:N/C:P/I:P/A:P/E:U/RL:OF/RC:C/CDP:N/TD:N/CR:M/IR:M/AR:M", strings.Repeat("AV:N/", 14),
	} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		if _, score, ok := cvss(v); ok && !(score >= 0 && score <= 10) {
			t.Fatalf("%q has score %v", v, score)
		}
	})
}

func TestCVSS(t *testing.T) {
	for _, c := range []struct {
		vector string
		score  float64
	}{
		{"AV:N/AC:L/Au:N/C:P/I:P/A:P", 7.5},
		{"CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8},
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10},
		{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0},
		{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3},
	} {
		if _, score, ok := cvss(c.vector); !ok || score != c.score {
			t.Errorf("%s: %v, %v; want %v", c.vector, score, ok, c.score)
		}
	}
	for _, v := range []string{"", "HIGH", "CVSS:3.1/AV:N", "CVSS:5.0/AV:N", strings.Repeat("A", 1000)} {
		if _, _, ok := cvss(v); ok {
			t.Errorf("%q is taken", v)
		}
	}
}
