package advisory

import (
	"slices"
	"strings"
	"testing"

	kennel "github.com/kennel-oss/kennel"
	"github.com/kennel-oss/kennel/internal/ecosystem"
)

// starterDiffers lists where the starter set says otherwise than the records
// of the same id in the real data, and why.
var starterDiffers = map[string]string{
	"CVE-2021-44228 org.apache.logging.log4j:log4j-core":      "Apache: from 2.0-beta9, fixed in 2.3.1, 2.12.2 and 2.15.0; the records leave the betas out and take in later CVEs' versions",
	"CVE-2021-45046 org.apache.logging.log4j:log4j-core":      "Apache: from 2.0-beta9, fixed in 2.3.1 too",
	"CVE-2021-45105 org.apache.logging.log4j:log4j-core":      "Apache: from 2.0-beta9",
	"CVE-2021-44832 org.apache.logging.log4j:log4j-core":      "Apache: from 2.0-beta7, fixed in 2.3.2 and 2.12.4 too; the record has one range",
	"CVE-2015-7501 commons-collections:commons-collections":   "the transformers that are abused came with 3.0",
	"CVE-2020-1938 org.apache.tomcat:tomcat-coyote":           "Apache: from 9.0.0.M1; 8.0 has no fix but 8.5.51",
	"CVE-2020-1938 org.apache.tomcat.embed:tomcat-embed-core": "Apache: from 9.0.0.M1",
	"KENNEL-2018-eslint-scope eslint-config-eslint":           "the project's account: 5.0.2 was the malicious one",
	"CVE-2020-8203 lodash":                                    "the record of GitHub says fixed in 4.17.19, as does RubySec of the same code",
	"CVE-2021-44906 minimist":                                 "the project's backport 0.2.4 is fixed",
	"CVE-2025-29927 next":                                     "the project: from 11.1.4",
	"CVE-2019-15224 rest-client":                              "the project: 1.6.10 to 1.6.13",
	"CVE-2019-10842 bootstrap-sass":                           "3.2.0.2 was removed, not malicious",
	"CVE-2013-0156 actionpack":                                "there was no 2.4",
	"CVE-2021-3129 facade/ignition":                           "the project's backports 1.16.14 and 2.4.2 are fixed, as FriendsOfPHP has it",
	"CVE-2019-5420 railties":                                  "Rails: fixed in 6.0.0.beta3; there was no 5.3",
}

// TestStarterAgrees compares the starter set, version by version around every
// bound that either side has, with the records of the same problem in the real
// data.
func TestStarterAgrees(t *testing.T) {
	real := openReal(t)
	starter, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	records, kev, err := parseText(starterText)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range kev {
		if got, err := real.kev.find(row.key, nil); err != nil || !slices.Equal(got, []uint64{row.value}) {
			t.Errorf("KEV %+v: CISA has %d, %v", kevOf("", row.value), got, err)
		}
	}
	for _, r := range records { // what CISA lists, the starter set has
		if key, ok := cveKey(r.ID); ok {
			if got, _ := real.kev.find(key, nil); len(got) > 0 && !slices.ContainsFunc(kev, func(row tableRow) bool { return row.key == key }) {
				t.Errorf("%s: CISA lists it, and the starter set does not say so: %+v", r.ID, kevOf(r.ID, got[0]))
			}
		}
	}
	compared, used := 0, make(map[string]bool)
	for _, r := range records {
		names := append([]string{r.ID}, r.Aliases...)
		done := make(map[kennel.Package]bool)
		for i := range r.Affected {
			e, _ := ecosystem.SplitRelease(r.Affected[i].Package.Ecosystem)
			pkg := kennel.Package{Ecosystem: e, Name: r.Affected[i].Package.Name}
			if done[pkg] || real.parts[e] == nil {
				continue
			}
			done[pkg] = true
			theirs, err := real.Package(pkg)
			if err != nil {
				t.Fatal(err)
			}
			theirs = slices.DeleteFunc(theirs, func(x Record) bool { return !shareID(names, &x.Advisory) })
			if len(theirs) == 0 {
				continue
			}
			for _, v := range versionsAround(r, pkg, theirs) {
				c := kennel.Component{Package: pkg, Version: v}
				ours, _ := starter.Match(c)
				has := contains(ids(ours), r.ID)
				matches, err := real.Match(c)
				if err != nil {
					t.Fatal(err)
				}
				had := slices.ContainsFunc(matches, func(m kennel.Match) bool { return shareID(names, &m.Advisory) })
				compared++
				if has == had {
					continue
				}
				key := r.ID + " " + pkg.Name
				if used[key] = true; starterDiffers[key] == "" {
					t.Errorf("%s: %s %s: we say %v, they say %v", r.ID, pkg.Name, v, has, had)
				}
			}
		}
	}
	for key := range starterDiffers {
		if !used[key] {
			t.Errorf("%s: no difference is left", key)
		}
	}
	if compared < 200 {
		t.Errorf("only %d versions were compared", compared)
	}
	t.Logf("%d versions compared", compared)
}

func shareID(names []string, a *kennel.Advisory) bool {
	return slices.Contains(names, a.ID) || slices.ContainsFunc(a.Aliases, func(id string) bool { return slices.Contains(names, id) })
}

func versionsAround(r *osvRecord, pkg kennel.Package, theirs []Record) []string {
	all := slices.Clone(r.Affected)
	for _, x := range theirs {
		if o, err := decodeOSV(x.JSON); err == nil {
			all = append(all, o.Affected...)
		}
	}
	key := ecosystem.NameKey(pkg)
	var out []string
	for i := range all {
		a := &all[i]
		if e, _ := ecosystem.SplitRelease(a.Package.Ecosystem); e != pkg.Ecosystem || ecosystem.NameKey(kennel.Package{Ecosystem: e, Name: a.Package.Name}) != key {
			continue
		}
		out = append(out, a.Versions...)
		for _, events := range eventsOf(a.Ranges) {
			for _, ev := range events {
				if ev.version != "0" && !strings.HasSuffix(ev.version, "-0") {
					out = append(out, ev.version)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
